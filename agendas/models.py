"""A chapter's common agenda, its sections, and every text a section ever had."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from chapters.owned import ChapterOwned, PublishedManager, ScopedManager
from chapters.prose import Block, read_blocks

LONGEST_BODY = 4000


class Agenda(ChapterOwned):
    """What one chapter has agreed on; a draft is seen by its council alone."""

    PUBLIC: ClassVar[dict[str, Any]] = {"status": "published"}

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"

    title = models.CharField(max_length=120)
    status = models.CharField(max_length=9, choices=Status, default=Status.DRAFT)
    published_at = models.DateTimeField(null=True, blank=True)
    adopted_note = models.CharField(
        max_length=120, blank=True, help_text="How it was agreed, such as Adopted by consent"
    )
    is_sample = models.BooleanField(default=False, help_text="Invented for a demonstration")

    objects: ClassVar[ScopedManager] = ScopedManager()
    published = PublishedManager()

    class Meta(ChapterOwned.Meta):
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(fields=["chapter"], name="agendas_one_agenda"),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(published_at__isnull=False),
                name="agendas_published_has_date",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_published(self) -> bool:
        """True where everybody may read it."""
        return self.status == self.Status.PUBLISHED


class Section(ChapterOwned):
    """One part of an agenda with its newest text; `version` grows with every revision."""

    # The agenda's own state decides, so no copy of it can go stale (see the policy in 0002).
    PUBLIC: ClassVar[dict[str, Any]] = {"agenda__status": "published"}

    class Kind(models.TextChoices):
        VISION = "vision", "Vision"
        PROBLEM = "problem", "Problem definition"
        PRIORITY = "priority", "Priority"
        STRATEGY = "strategy", "Strategy"
        TEXT = "text", "Text"

    agenda = models.ForeignKey(Agenda, on_delete=models.PROTECT, related_name="sections")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    kind = models.CharField(max_length=8, choices=Kind)
    position = models.PositiveSmallIntegerField()
    strand = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    heading = models.CharField(max_length=160)
    body = models.TextField(max_length=LONGEST_BODY, blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[ScopedManager] = ScopedManager()
    published = PublishedManager()

    class Meta(ChapterOwned.Meta):
        ordering = ["position", "id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.CheckConstraint(
                condition=Q(strand__gte=1, strand__lte=5), name="agendas_five_strands"
            ),
            models.CheckConstraint(
                condition=Q(kind="strategy", parent__isnull=False)
                | (~Q(kind="strategy") & Q(parent__isnull=True)),
                name="agendas_strategy_has_priority",
            ),
        ]
        indexes = [models.Index(fields=["agenda", "position"], name="agendas_section_order")]

    def __str__(self) -> str:
        return self.heading

    @property
    def blocks(self) -> list[Block]:
        """The text as paragraphs and lists."""
        return read_blocks(self.body)


class Revision(ChapterOwned):
    """A text of a section as somebody submitted it; the database refuses to change or delete it.

    A saved revision carries the version it made; one set aside after a conflict carries the
    version that it was written on.
    """

    class State(models.TextChoices):
        SAVED = "saved", "Saved"
        SET_ASIDE = "set aside", "Set aside"

    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="revisions")
    state = models.CharField(max_length=9, choices=State, default=State.SAVED)
    version = models.PositiveIntegerField()
    heading = models.CharField(max_length=160)
    body = models.TextField(blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["-made_at", "-id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["section", "version"],
                condition=Q(state="saved"),
                name="agendas_one_text_a_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.heading}"

    @property
    def label(self) -> str:
        """What the history calls it."""
        if self.state == self.State.SET_ASIDE:
            return f"Set aside, written on version {self.version}"
        return f"Version {self.version}"

    @property
    def blocks(self) -> list[Block]:
        """The text as paragraphs and lists."""
        return read_blocks(self.body)
