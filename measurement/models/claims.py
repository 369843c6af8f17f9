"""What a chapter said of its figures, kept as it was said; and what it set out to reach."""

import secrets
import string
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from chapters.models import Place
from chapters.owned import ChapterOwned, PublishedManager, ScopedManager
from measurement.models.library import DemographicGroup, Indicator
from measurement.models.scorecards import Scorecard

_LETTERS = string.ascii_lowercase + string.digits


def new_token() -> str:
    """Ten letters and digits that nobody guesses and that survive a printed page."""
    return "".join(secrets.choice(_LETTERS) for _ in range(10))


class Claim(ChapterOwned):
    """“34 of 53 indicators improved”, with every figure behind it as it stood that day.

    Public by nature and never changed: a trigger refuses it. `snapshot` holds the lines of the
    scorecard (`measurement.claiming.freeze`), `sha256` is of its canonical JSON.
    """

    PUBLIC: ClassVar[dict[str, Any]] = {"m__gt": 0}

    token = models.SlugField(max_length=20, unique=True, default=new_token, editable=False)
    scorecard = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    sentence = models.CharField(max_length=300)
    rule = models.TextField()
    level = models.PositiveSmallIntegerField()
    m = models.PositiveSmallIntegerField()
    improved = models.PositiveSmallIntegerField()
    naive_up = models.PositiveSmallIntegerField()
    expected_by_chance = models.FloatField()
    counts = models.JSONField()
    snapshot = models.JSONField()
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[ScopedManager] = ScopedManager()
    published = PublishedManager()

    class Meta(ChapterOwned.Meta):
        ordering = ["-made_at"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["chapter", "sha256"], name="measurement_claim_said_once"
            ),
        ]

    def __str__(self) -> str:
        return self.sentence


class Target(ChapterOwned):
    """The value a chapter wants to reach; another one withdraws it and stands beside it."""

    PUBLIC: ClassVar[dict[str, Any]] = {"due__gt": 0}

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    group = models.ForeignKey(DemographicGroup, on_delete=models.PROTECT, related_name="+")
    value = models.DecimalField(max_digits=20, decimal_places=6)
    due = models.PositiveSmallIntegerField(help_text="Year")
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    set_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ScopedManager] = ScopedManager()
    published = PublishedManager()

    class Meta(ChapterOwned.Meta):
        # By key: another chapter may see the target, but not an indicator of this one alone.
        ordering = ["indicator_id", "group_id", "-set_at"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["chapter", "indicator", "group"],
                condition=Q(withdrawn_at__isnull=True),
                name="measurement_target_one_stands",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value} by {self.due}"
