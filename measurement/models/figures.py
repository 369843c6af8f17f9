"""The figures themselves, with everything that says how far each can be trusted."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from chapters.models import Place
from chapters.owned import PublishedManager, SharedManager, SharedOrOwned
from measurement.models.library import DemographicGroup, Indicator, Period, Source

# PostgreSQL's numeric holds NaN and sorts it above every number, so a bound keeps it out.
_FINITE = Q(obs_value__gt=-(10**14), obs_value__lt=10**14)


class Observation(SharedOrOwned):
    """One figure: an indicator's version, in a place and a period, for a group, from a source.

    Margins are kept as published (`moe` at `conf_level`), standard errors as computed. A figure is
    never overwritten: a later release is another row.
    """

    PUBLIC: ClassVar[dict[str, Any]] = {"chapter__isnull": True, "conf_status": "F"}

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

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, db_index=False)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, db_index=False)
    period = models.ForeignKey(Period, on_delete=models.PROTECT, db_index=False)
    group = models.ForeignKey(DemographicGroup, on_delete=models.PROTECT, db_index=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, db_index=False)
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
    loaded_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[SharedManager] = SharedManager()
    published = PublishedManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "place", "period", "group", "source", "chapter"],
                nulls_distinct=False,
                name="measurement_observation_once",
            ),
            models.CheckConstraint(condition=_FINITE, name="measurement_observation_finite"),
        ]
        indexes = [
            models.Index(
                fields=["indicator", "period", "group", "place"],
                name="measurement_across_places",
            ),
            models.Index(
                fields=["place", "period", "group", "indicator"],
                name="measurement_profile",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.place_id} {self.period_id}: {self.obs_value}"
