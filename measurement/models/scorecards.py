"""What a chapter is measured against: a list of indicators that was frozen at the baseline."""

from typing import Any, ClassVar

from django.db import models

from chapters.owned import PublishedManager, SharedManager, SharedOrOwned
from measurement.models.library import Indicator, Period


class Scorecard(SharedOrOwned):
    """A frozen list; a change of the list is a new version, so that N of M keeps its M."""

    PUBLIC: ClassVar[dict[str, Any]] = {"chapter__isnull": True}

    code = models.SlugField(max_length=40)
    version = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=120)
    level = models.PositiveSmallIntegerField(default=90, help_text="Confidence in percent")
    frozen_on = models.DateField()

    objects: ClassVar[SharedManager] = SharedManager()
    published = PublishedManager()

    class Meta:
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["chapter", "code", "version"],
                nulls_distinct=False,
                name="measurement_scorecard_version",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} (version {self.version})"


class ScorecardLine(SharedOrOwned):
    """One indicator with the two periods it is compared over, chosen once."""

    PUBLIC: ClassVar[dict[str, Any]] = {"chapter__isnull": True}

    scorecard = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="lines")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT)
    baseline = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="+")
    current = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="+")
    counted = models.BooleanField(
        default=True, help_text="Empty: shown beside the scorecard, not counted in N of M"
    )
    note = models.CharField(max_length=200, blank=True, help_text="Why it is not counted")
    position = models.PositiveSmallIntegerField(default=0)

    objects: ClassVar[SharedManager] = SharedManager()
    published = PublishedManager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["scorecard", "indicator"], name="measurement_scorecard_line_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} from {self.baseline_id} to {self.current_id}"
