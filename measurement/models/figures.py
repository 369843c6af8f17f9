"""The figures themselves, with everything that says how far each can be trusted."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from chapters.models import Place
from chapters.owned import PublishedManager, SharedManager, SharedOrOwned
from measurement.models.library import DemographicGroup, Indicator, Period, Source
from measurement.models.uploads import Upload

# PostgreSQL's numeric holds NaN and sorts it above every number, so a bound keeps it out.
_FINITE = Q(obs_value__gt=-(10**14), obs_value__lt=10**14)


def link(target: type[models.Model], *, null: bool = False) -> Any:
    """A foreign key that `HoldLinks` checks once a statement instead of once a row."""
    return models.ForeignKey(
        target,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
        null=null,
    )


class Observation(SharedOrOwned):
    """One figure: an indicator's version, in a place and a period, for a group, from a source.

    The five things that name a figure are its key: a number beside them would double what a load
    costs. Margins are kept as published (`moe` at `conf_level`), standard errors as computed. A
    figure is never overwritten: a later release is another row, and `is_current` marks the one
    that counts. A chapter's own figures are seen by others once they are approved.
    """

    PUBLIC: ClassVar[dict[str, Any]] = {"visibility": "P", "conf_status": "F"}

    class Visibility(models.TextChoices):
        PUBLIC = "P", "Published"
        CHAPTER = "C", "In the chapter, until it is approved"

    class Status(models.TextChoices):
        NORMAL = "A", "Normal"
        BREAK = "B", "Break in series"
        DIFFERS = "D", "Definition differs"
        ESTIMATED = "E", "Estimated"
        FORECAST = "F", "Forecast"
        IMPUTED = "I", "Imputed"
        IMPOSSIBLE = "M", "Cannot exist"
        MISSING = "O", "Missing"
        PROVISIONAL = "P", "Provisional"
        SUPPRESSED = "Q", "Suppressed by the source"
        UNRELIABLE = "U", "Low reliability"

    class Confidentiality(models.TextChoices):
        FREE = "F", "Free"
        SMALL = "A", "Small count"
        SECONDARY = "D", "Protects a small count"
        INTERNAL = "N", "Internal only"

    class Method(models.TextChoices):
        PUBLISHED = "published", "Published"
        DERIVED = "derived", "Derived"
        POISSON = "poisson", "Poisson"
        BINOMIAL = "binomial", "Binomial"
        REPLICATE = "replicate", "Replicate weights"
        NONE = "none", "None"

    class Reliability(models.TextChoices):
        GOOD = "good", "Good"
        CAUTION = "caution", "Use with caution"
        UNRELIABLE = "unreliable", "Unreliable"

    pk = models.CompositePrimaryKey(
        "place_id", "group_id", "indicator_id", "period_id", "source_id"
    )
    place = link(Place)
    group = link(DemographicGroup)
    indicator = link(Indicator)
    period = link(Period)
    source = link(Source)
    batch = link(Upload, null=True)
    obs_value = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    numerator = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    denominator = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    sample_n = models.PositiveIntegerField(null=True)
    se = models.DecimalField(max_digits=20, decimal_places=8, null=True)
    moe = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    conf_level = models.PositiveSmallIntegerField(null=True)
    ci_lower = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    ci_upper = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    se_method = models.CharField(max_length=10, choices=Method, default=Method.NONE)
    obs_status = models.CharField(max_length=1, choices=Status, default=Status.NORMAL)
    conf_status = models.CharField(
        max_length=1, choices=Confidentiality, default=Confidentiality.FREE
    )
    annotation_raw = models.CharField(max_length=40, blank=True)
    reliability = models.CharField(max_length=10, choices=Reliability, blank=True)
    visibility = models.CharField(max_length=1, choices=Visibility, default=Visibility.PUBLIC)
    is_current = models.BooleanField(default=True)

    objects: ClassVar[SharedManager] = SharedManager()
    published = PublishedManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_FINITE, name="measurement_observation_number"),
        ]
        indexes = [
            # The key serves one place; this one a figure across all places.
            models.Index(
                fields=["indicator", "group", "period", "place"],
                name="measurement_across",
                condition=Q(is_current=True),
            ),
            models.Index(
                fields=["batch"], name="measurement_in_review", condition=Q(visibility="C")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.place_id} {self.period_id}: {self.obs_value}"


class Suppressed(SharedOrOwned):
    """That a published figure is hidden to protect people: which one, and no number of it.

    Everybody may know; whether the figure is small itself or protects a small one stands on the
    figure alone, behind its walls. Of several releases the newest hidden one is named, and none
    where another release of the same figure stands in the open. Kept right by whatever publishes
    or withdraws figures, in the same transaction.
    """

    PUBLIC: ClassVar[dict[str, Any]] = {"period__gt": 0}

    pk = models.CompositePrimaryKey(
        "place_id", "group_id", "indicator_id", "period_id", "source_id"
    )
    place = link(Place)
    group = link(DemographicGroup)
    indicator = link(Indicator)
    period = link(Period)
    source = link(Source)

    objects: ClassVar[SharedManager] = SharedManager()
    published = PublishedManager()

    class Meta:
        verbose_name_plural = "suppressed figures"
        indexes = [
            models.Index(
                fields=["indicator", "group", "period", "place"],
                name="measurement_suppressed_across",
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.place_id} {self.period_id}: suppressed"


class Rollup(models.Model):
    """How one indicator stands across all cities in a period, for a group; public figures only.

    Places of one level: a state or the nation among them would count the same people again.

    Kept right by whatever publishes or withdraws figures, in the same transaction.
    """

    pk = models.CompositePrimaryKey("indicator_id", "group_id", "period_id")
    indicator = models.ForeignKey(
        Indicator, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    group = models.ForeignKey(
        DemographicGroup, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="+", db_index=False)
    places = models.PositiveIntegerField()
    mean = models.FloatField()
    minimum = models.FloatField()
    quartile_1 = models.FloatField()
    median = models.FloatField()
    quartile_3 = models.FloatField()
    maximum = models.FloatField()

    class Meta:
        indexes = [
            models.Index(fields=["group", "period", "indicator"], name="measurement_overview")
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.period_id} {self.group_id}: {self.places} places"
