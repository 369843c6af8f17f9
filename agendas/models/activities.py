"""Who does what: partners' activities under the strategies, their gaps, and what is needed."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from agendas.models.agenda import Section
from chapters.owned import ChapterOwned, PublishedManager, ScopedManager
from members.models import Kind


class Activity(ChapterOwned):
    """What one organization contributes to one strategy; it ends with a reason, never deleted.

    It rests, unseen by the public and covering nothing, while the organization's dues are unpaid
    or it does not stand in the public directory.
    """

    PUBLIC: ClassVar[dict[str, Any]] = {"state": "published"}

    class Role(models.TextChoices):
        LEAD = "lead", "Leads"
        CONTRIBUTE = "contribute", "Contributes"
        SUPPORT = "support", "Supports"

    class State(models.TextChoices):
        PUBLISHED = "published", "Published"
        RESTING = "resting", "Resting"
        ENDED = "ended", "Ended"

    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="activities")
    organization = models.ForeignKey(
        "members.Organization", on_delete=models.PROTECT, related_name="+"
    )
    role = models.CharField(max_length=10, choices=Role)
    kind = models.CharField(max_length=8, choices=Kind)
    what = models.CharField(max_length=240)
    area = models.CharField(max_length=80, blank=True, help_text="Empty: the whole city")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.PUBLISHED)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.CharField(max_length=300, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    is_sample = models.BooleanField(default=False, help_text="Invented for a demonstration")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[ScopedManager] = ScopedManager()
    published = PublishedManager()

    class Meta(ChapterOwned.Meta):
        ordering = ["organization__name", "id"]
        verbose_name_plural = "activities"
        constraints = [
            *ChapterOwned.Meta.constraints,
            # A second press of the button finds the first one's row.
            models.UniqueConstraint(
                fields=["section", "organization", "what"],
                condition=~Q(state="ended"),
                name="agendas_activity_once",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="agendas_activity_days",
            ),
            models.CheckConstraint(
                condition=Q(state="ended", ended_at__isnull=False)
                | (~Q(state="ended") & Q(ended_at__isnull=True)),
                name="agendas_activity_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.get_role_display().lower()}: {self.what}"


class Gap(ChapterOwned):
    """A strategy that nobody works on, or nobody leads: a task of the chair until it is closed."""

    class Kind(models.TextChoices):
        NOBODY = "nobody", "Nobody works on it"
        NO_LEAD = "no lead", "Nobody leads it"

    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="gaps")
    kind = models.CharField(max_length=7, choices=Kind)
    # Whose leaving opened it; empty where nobody was ever there.
    left = models.ForeignKey(
        Activity, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["-opened_at", "-id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["section"],
                condition=Q(closed_at__isnull=True),
                name="agendas_one_open_gap",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.section}: {self.get_kind_display().lower()}"


class StrategyNeed(ChapterOwned):
    """A need of the chapter that belongs to a strategy; offers are matched with the need."""

    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="needs")
    need = models.ForeignKey("members.Need", on_delete=models.PROTECT, related_name="+")

    class Meta(ChapterOwned.Meta):
        ordering = ["id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(fields=["need"], name="agendas_need_of_one_strategy"),
        ]

    def __str__(self) -> str:
        return f"{self.section}: {self.need}"
