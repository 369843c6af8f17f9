"""Reports with the figures they rest on, the council's texts in them, and the needs it ranked.

Figures are frozen when a report is built, and a published report never changes: the database
refuses it (migration `reports_walls`). What is new becomes another report.
"""

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from agendas.models.texts import KeptText
from chapters.models import Job, StoredFile
from chapters.owned import ChapterOwned, PublishedManager, ScopedManager
from chapters.prose import Block, read_blocks

LONGEST_PART = 6000
LOWEST, HIGHEST = 1, 5


class Report(ChapterOwned):
    """A report of one chapter: frozen inputs, texts of the council, and the pages as PDF."""

    PUBLIC: ClassVar[dict[str, Any]] = {"status": "published"}

    class Kind(models.TextChoices):
        BASELINE = "baseline", "Baseline report"
        YEARLY = "yearly", "Yearly report"
        FUNDER = "funder", "Report to funders"
        DECISION = "decision", "Decision record"

    class Status(models.TextChoices):
        ASKED = "asked", "Being built"
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        WITHDRAWN = "withdrawn", "Withdrawn"

    kind = models.CharField(max_length=8, choices=Kind)
    title = models.CharField(max_length=160)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    status = models.CharField(max_length=9, choices=Status, default=Status.ASKED)
    # What was asked for, such as the cities to stand beside; then every number, once.
    options = models.JSONField(default=dict, blank=True)
    inputs = models.JSONField(default=dict, blank=True)
    inputs_sha256 = models.CharField(max_length=64, blank=True)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    pdf = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    pages = models.PositiveSmallIntegerField(default=0)
    # Of the texts that the PDF was printed from; another digest today means it is out of date.
    printed_sha256 = models.CharField(max_length=64, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(auto_now_add=True)
    built_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=200, blank=True)
    is_sample = models.BooleanField(default=False, help_text="Made for a demonstration")

    objects: ClassVar[ScopedManager] = ScopedManager()
    published = PublishedManager()

    class Meta(ChapterOwned.Meta):
        ordering = ["-id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=["asked", "draft"]) | Q(published_at__isnull=False),
                name="agendas_report_published_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(status="published") | (Q(pdf__isnull=False) & ~Q(inputs_sha256="")),
                name="agendas_report_published_is_built",
            ),
        ]
        indexes = [models.Index(fields=["chapter", "status"], name="agendas_report_status")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Where it is read."""
        return reverse("agendas:report", args=[self.chapter.slug, self.pk])

    @property
    def is_published(self) -> bool:
        """True where everybody may read it."""
        return self.status == self.Status.PUBLISHED

    @property
    def is_open(self) -> bool:
        """True while the council writes on it."""
        return self.status == self.Status.DRAFT


class ReportSection(ChapterOwned):
    """A place in a report where the council writes; `version` grows with every text."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="sections")
    key = models.SlugField(max_length=40)
    position = models.PositiveSmallIntegerField()
    heading = models.CharField(max_length=160)
    help = models.CharField(max_length=200, blank=True)
    body = models.TextField(max_length=LONGEST_PART, blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta(ChapterOwned.Meta):
        ordering = ["position", "id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(fields=["report", "key"], name="agendas_report_section_key"),
        ]

    def __str__(self) -> str:
        return self.heading

    @property
    def blocks(self) -> list[Block]:
        """The text as paragraphs and lists."""
        return read_blocks(self.body)


class ReportText(KeptText):
    """A text of a report's section as somebody submitted it; version 1 is the empty one."""

    part = models.ForeignKey(ReportSection, on_delete=models.PROTECT, related_name="texts")

    class Meta(KeptText.Meta):
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["part", "version"],
                condition=Q(state="saved"),
                name="agendas_one_report_text_a_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.heading}"

    @property
    def heading(self) -> str:
        """The section's, which never changes."""
        return self.part.heading


class NeedRanking(ChapterOwned):
    """By which criteria the needs of a report are ranked, and what came of it.

    criteria: [{"key", "name", "weight"}], heaviest first. result: written when it is closed.
    """

    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="ranking")
    criteria = models.JSONField(default=list)
    result = models.JSONField(default=dict, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta(ChapterOwned.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return f"Needs of {self.report_id}"


class Need(ChapterOwned):
    """Something pressing, found by the figures or named by the council."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="needs")
    title = models.CharField(max_length=160)
    reason = models.CharField(max_length=400, blank=True)
    figures = models.JSONField(default=list, blank=True, help_text="Their numbers in the report")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta(ChapterOwned.Meta):
        ordering = ["id"]
        # Organizations and strategies have needs too, which offers meet.
        verbose_name = "need in a report"
        verbose_name_plural = "needs in reports"

    def __str__(self) -> str:
        return self.title


class NeedScore(ChapterOwned):
    """What one person of the council gives a need by one criterion, 1 to 5."""

    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="scores")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    criterion = models.SlugField(max_length=40)
    score = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(LOWEST), MaxValueValidator(HIGHEST)]
    )
    given_at = models.DateTimeField(auto_now=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["need", "by", "criterion"], name="agendas_one_score_a_person"
            ),
            models.CheckConstraint(
                condition=Q(score__gte=LOWEST, score__lte=HIGHEST), name="agendas_score_one_to_five"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.score}"


class SpendingLink(ChapterOwned):
    """The council's word on what an expense contributed to: a strategy, and perhaps an indicator.

    It may say through which work: a project or a partner's activity under the strategy. Money that
    no link names is shown as not linked; nothing is ever spread over strategies.
    """

    expense = models.OneToOneField("members.Expense", on_delete=models.PROTECT, related_name="+")
    section = models.ForeignKey("agendas.Section", on_delete=models.PROTECT, related_name="+")
    project = models.ForeignKey(
        "agendas.Project", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    activity = models.ForeignKey(
        "agendas.Activity", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    indicator = models.ForeignKey(
        "measurement.Indicator", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    words = models.CharField(max_length=200, blank=True, help_text="What was done with it")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField(auto_now=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.CheckConstraint(
                condition=Q(project__isnull=True) | Q(activity__isnull=True),
                name="agendas_spent_through_one",
            ),
        ]

    def __str__(self) -> str:
        return f"Expense {self.expense_id} to section {self.section_id}"
