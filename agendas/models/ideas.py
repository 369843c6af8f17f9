"""What people say should be done, what became of it, and that they were told."""

import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from agendas.models.agenda import Section
from agendas.models.projects import Project
from chapters.once import held_once, sent_key
from chapters.owned import ChapterOwned, ScopedManager


class IdeaQuerySet(models.QuerySet):
    """Sets of ideas."""

    def shown(self) -> "IdeaQuerySet":
        """Those that everybody reads."""
        return self.filter(is_shown=True)

    def unanswered(self) -> "IdeaQuerySet":
        """Those that wait, the ones that wait longest first."""
        return self.shown().filter(answered_at__isnull=True).order_by("created_at", "pk")


class Idea(ChapterOwned):
    """An idea or feedback for a chapter, shown at once; the council answers each.

    An answer leads on to a need, a decision, a project or a section, or says why the idea is not
    used; a constraint holds that. The council may hide one with a reason, which its author may
    dispute.
    """

    OWNER = "author"

    class Way(models.TextChoices):
        NEED = "need", "It became a need"
        DECISION = "decision", "The council decided on it"
        PROJECT = "project", "It became part of a project"
        SECTION = "section", "It went into the agenda"
        NOT_USED = "not used", "It is not used"

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    is_named = models.BooleanField(default=False)
    title = models.CharField(max_length=120)
    body = models.TextField(max_length=2000)
    about = models.ForeignKey(
        Section, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    is_shown = models.BooleanField(default=True)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    hidden_reason = models.CharField(max_length=500, blank=True)
    appeal = models.CharField(max_length=1000, blank=True)
    appealed_at = models.DateTimeField(null=True, blank=True)
    judged_at = models.DateTimeField(null=True, blank=True)
    way = models.CharField(max_length=8, choices=Way, blank=True)
    answer = models.TextField(max_length=1000, blank=True)
    need = models.ForeignKey(
        "members.Need", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decision = models.ForeignKey(
        "agendas.Decision", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, null=True, blank=True, related_name="ideas"
    )
    section = models.ForeignKey(
        Section, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    is_sample = models.BooleanField(default=False, help_text="Invented for a demonstration")
    sent_key = sent_key()
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar = ScopedManager.from_queryset(IdeaQuerySet)()

    class Meta(ChapterOwned.Meta):
        ordering = ["-created_at", "-id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            held_once("author", "agendas_idea_sent_once"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, way="")
                | Q(answered_at__isnull=False, way="need", need__isnull=False)
                | Q(answered_at__isnull=False, way="decision", decision__isnull=False)
                | Q(answered_at__isnull=False, way="project", project__isnull=False)
                | Q(answered_at__isnull=False, way="section", section__isnull=False)
                | (Q(answered_at__isnull=False, way="not used") & ~Q(answer="")),
                name="agendas_answer_leads_on",
            ),
            models.CheckConstraint(
                condition=Q(is_shown=True) | ~Q(hidden_reason=""),
                name="agendas_hidden_has_reason",
            ),
        ]
        indexes = [models.Index(fields=["chapter", "-created_at"], name="agendas_idea_newest")]

    def __str__(self) -> str:
        return self.heading

    def get_absolute_url(self) -> str:
        """The idea's page in its chapter."""
        return reverse("agendas:idea", args=[self.chapter.slug, self.pk])

    @property
    def heading(self) -> str:
        """The title, or what stands for it once its author's data was erased."""
        return self.title or "An idea whose author has left"

    @property
    def shown_author(self) -> str:
        """The author's name where they want it to be shown."""
        return (self.author.name if self.is_named else "") or "A member"

    @property
    def is_disputed(self) -> bool:
        """True while a hidden idea waits for a second look."""
        return not self.is_shown and self.appealed_at is not None and self.judged_at is None

    @property
    def days_waiting(self) -> int:
        """Whole days since it was sent, for one that has no answer."""
        waited: datetime.timedelta = timezone.now() - self.created_at
        return waited.days


class IdeaStep(ChapterOwned):
    """One thing that happened to an idea, with the letter that told its author."""

    class Kind(models.TextChoices):
        RECEIVED = "received", "Received"
        HIDDEN = "hidden", "Hidden"
        DISPUTED = "disputed", "Disputed"
        RESTORED = "restored", "Shown again"
        UPHELD = "upheld", "Stays hidden"
        ANSWERED = "answered", "Answered"
        OUTCOME = "outcome", "What came of it"

    idea = models.ForeignKey(Idea, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=8, choices=Kind)
    words = models.CharField(max_length=1000, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    mail = models.UUIDField(null=True, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta(ChapterOwned.Meta):
        ordering = ["made_at", "id"]

    def __str__(self) -> str:
        return f"{self.idea}: {self.get_kind_display()}"
