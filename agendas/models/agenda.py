"""A chapter's common agenda, its sections, and every text a section ever had."""

from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from agendas.models.texts import KeptText
from chapters.once import held_once, sent_key
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
    members_speak = models.BooleanField(
        default=False, help_text="Members comment on the published agenda and suggest texts"
    )
    # Kept by a trigger, so it never differs from the editions' own rows.
    edition_number = models.PositiveSmallIntegerField(
        default=0, editable=False, help_text="The newest adopted edition; 0: none yet"
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

    # The agenda's own state decides, so no copy of it can go stale (see the policy in 0015). Where
    # an edition was adopted these rows are the council's draft, and everybody reads the edition.
    PUBLIC: ClassVar[dict[str, Any]] = {
        "agenda__status": "published",
        "agenda__edition_number": 0,
        "status": "stands",
    }

    class Kind(models.TextChoices):
        VISION = "vision", "Vision"
        PROBLEM = "problem", "Problem definition"
        TERM = "term", "Word we share"
        PRIORITY = "priority", "Priority"
        STRATEGY = "strategy", "Strategy"
        ACTION = "action", "Action"
        TEXT = "text", "Text"

    class Status(models.TextChoices):
        STANDS = "stands", "Stands"
        WITHDRAWN = "withdrawn", "Withdrawn"

    # What hangs under what; every other kind stands on its own.
    PARENTS: ClassVar[dict[str, str]] = {"strategy": "priority", "action": "strategy"}
    # An agenda has one of each of these.
    SINGLE: ClassVar[tuple[str, ...]] = ("vision", "problem")

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
    status = models.CharField(max_length=9, choices=Status, default=Status.STANDS)
    # Sections that were withdrawn together carry the same moment, and come back together.
    withdrawn_at = models.DateTimeField(null=True, blank=True)

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
                condition=Q(kind__in=["strategy", "action"], parent__isnull=False)
                | (~Q(kind__in=["strategy", "action"]) & Q(parent__isnull=True)),
                name="agendas_strategy_has_priority",
            ),
            models.CheckConstraint(
                condition=Q(status="stands", withdrawn_at__isnull=True)
                | Q(status="withdrawn", withdrawn_at__isnull=False),
                name="agendas_withdrawn_has_date",
            ),
        ]
        indexes = [models.Index(fields=["agenda", "position"], name="agendas_section_order")]

    def __str__(self) -> str:
        return self.heading

    @property
    def blocks(self) -> list[Block]:
        """The text as paragraphs and lists."""
        return read_blocks(self.body)

    @property
    def stands(self) -> bool:
        """False once it was withdrawn."""
        return self.status == self.Status.STANDS


class Revision(KeptText):
    """A text of a section as somebody submitted it."""

    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="revisions")
    heading = models.CharField(max_length=160)
    # Of the form that added the section, in its first text.
    sent_key = sent_key()

    class Meta(KeptText.Meta):
        constraints = [
            *ChapterOwned.Meta.constraints,
            held_once("author", "agendas_section_sent_once"),
            models.UniqueConstraint(
                fields=["section", "version"],
                condition=Q(state="saved"),
                name="agendas_one_text_a_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.heading}"
