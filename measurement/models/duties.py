"""Whose turn it is: figures that are due, and indicators that a chapter proposes to the nation."""

import datetime as dt
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from chapters.owned import ChapterOwned, PublishedManager, ScopedManager
from measurement.models.library import Indicator


def person(**options: Any) -> Any:
    """A person who is named in a row, and whom nothing leads back from."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", **options
    )


class Duty(ChapterOwned):
    """When the next figures of one indicator are due in a chapter, and who sees to it.

    `known_until` is the end of the newest figures there were when this turn began: newer ones end
    it. `told` is the last reminder of this turn. When figures are due stands on public pages.
    """

    PUBLIC: ClassVar[dict[str, Any]] = {"every_months__gt": 0}
    SOON_DAYS: ClassVar[int] = 30

    class Rhythm(models.IntegerChoices):
        MONTH = 1, "Every month"
        QUARTER = 3, "Every three months"
        HALF = 6, "Every half year"
        YEAR = 12, "Every year"
        TWO_YEARS = 24, "Every two years"
        FIVE_YEARS = 60, "Every five years"

    class Told(models.IntegerChoices):
        NOBODY = 0, "Nobody yet"
        BEFORE = 1, "Reminded before"
        DUE = 2, "Reminded when due"
        DEPUTY = 3, "Deputy asked"
        HANDED = 4, "Handed to the deputy"

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    every_months = models.PositiveSmallIntegerField(choices=Rhythm, default=Rhythm.YEAR)
    due_on = models.DateField()
    known_until = models.DateField(null=True, blank=True)
    owner = person(blank=True)
    deputy = person(blank=True)
    told = models.PositiveSmallIntegerField(choices=Told, default=Told.NOBODY)
    done_on = models.DateField(null=True, blank=True, help_text="When figures last came in")
    made_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[ScopedManager] = ScopedManager()
    published = PublishedManager()

    class Meta(ChapterOwned.Meta):
        # By key: another chapter may see the day, but not an indicator of this one alone.
        ordering = ["due_on", "id"]
        verbose_name_plural = "duties"
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(fields=["chapter", "indicator"], name="measurement_duty_once"),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | Q(owner__isnull=True) | ~Q(owner=F("deputy")),
                name="measurement_duty_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"Due on {self.due_on}"

    def is_late(self, today: dt.date) -> bool:
        """True from the day after it was due."""
        return self.due_on < today


class Proposal(ChapterOwned):
    """A chapter's own indicator, proposed for the national library with a reason.

    Accepted, `result` is the nation's indicator made from it; the chapter's own and its figures
    stay what they are.
    """

    class State(models.TextChoices):
        OPEN = "open", "Waits for the backbone"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    by = person()
    made_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    answer = models.TextField(blank=True)
    answered_by = person(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    result = models.ForeignKey(
        Indicator, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects: ClassVar[ScopedManager] = ScopedManager()

    class Meta(ChapterOwned.Meta):
        ordering = ["-made_at"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["chapter", "indicator"],
                condition=Q(state="open"),
                name="measurement_proposal_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state="accepted") | Q(result__isnull=True),
                name="measurement_proposal_result",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} ({self.get_state_display()})"
