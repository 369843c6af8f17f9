"""What is measured: indicators and their versions, groups, periods, sources."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from chapters.owned import PublishedManager, SharedManager, SharedOrOwned


class Source(SharedOrOwned):
    """A release that figures come from: the nation's, public by nature, or a chapter's own.

    A restatement is a later release that names the one it `revises`; the values of both stay.
    """

    PUBLIC: ClassVar[dict[str, Any]] = {"chapter__isnull": True}

    class Programme(models.TextChoices):
        ACS1 = "ACS1", "American Community Survey, one year"
        ACS5 = "ACS5", "American Community Survey, five years"
        VITAL = "vital", "Vital statistics"
        ADMINISTRATIVE = "administrative", "Administrative records"
        OWN_SURVEY = "own_survey", "Own survey"

    publisher = models.CharField(max_length=160)
    title = models.CharField(max_length=200)
    url = models.URLField(blank=True)
    table_id = models.CharField(max_length=120)
    programme = models.CharField(max_length=14, choices=Programme)
    release = models.CharField(max_length=80)
    underlying = models.CharField(max_length=200, blank=True)
    licence = models.CharField(max_length=300)
    retrieved_on = models.DateField(null=True, blank=True)
    file_sha256 = models.CharField(max_length=64)
    revises = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True)
    is_public = models.BooleanField(
        default=False, help_text="A chapter’s own release, of which figures are published"
    )

    objects: ClassVar[SharedManager] = SharedManager()
    published = PublishedManager()

    class Meta:
        ordering = ["publisher", "table_id", "release"]
        constraints = [
            models.UniqueConstraint(
                fields=["chapter", "publisher", "table_id", "release"],
                nulls_distinct=False,
                name="measurement_source_release_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.publisher}, {self.title} ({self.table_id})"


class Indicator(SharedOrOwned):
    """One definition in one version; another definition is another version, never compared."""

    PUBLIC: ClassVar[dict[str, Any]] = {"chapter__isnull": True}

    class ValueType(models.TextChoices):
        COUNT = "count"
        PROPORTION = "proportion"
        RATE = "rate"
        RATIO = "ratio"
        MEDIAN = "median"
        MEAN = "mean"
        SCORE = "score"

    class Direction(models.IntegerChoices):
        HIGHER = 1, "Higher is better"
        CONTEXT = 0, "Context only"
        LOWER = -1, "Lower is better"

    class Aggregation(models.TextChoices):
        SUM = "sum", "Sum"
        RATIO_OF_SUMS = "ratio_of_sums", "Ratio of sums"
        NONE = "none", "Never added up"

    code = models.SlugField(max_length=80)
    version = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=160)
    definition = models.TextField()
    topic = models.SlugField(max_length=40)
    unit_measure = models.CharField(max_length=40)
    value_type = models.CharField(max_length=10, choices=ValueType)
    direction = models.SmallIntegerField(choices=Direction)
    numerator_def = models.CharField(max_length=300, blank=True)
    denominator_def = models.CharField(max_length=300, blank=True)
    universe = models.CharField(max_length=300)
    aggregation_type = models.CharField(max_length=13, choices=Aggregation)
    valid_min = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    valid_max = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    parity = models.DecimalField(
        max_digits=16, decimal_places=4, null=True, blank=True, help_text="Where a gap is closed"
    )
    decimals = models.PositiveSmallIntegerField(default=1)
    min_change = models.DecimalField(max_digits=16, decimal_places=6, default=0)
    nominal_dollars = models.BooleanField(
        default=False, help_text="Dollars of each period: figures of two periods do not compare"
    )
    se_method = models.CharField(max_length=12, default="published")
    valid_from = models.DateField(null=True, blank=True)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True)
    break_note = models.CharField(max_length=300, blank=True)
    custodian = models.CharField(max_length=120)
    programme = models.CharField(
        max_length=14, choices=Source.Programme, blank=True, help_text="Where figures usually are"
    )
    table_id = models.CharField(max_length=120, blank=True, help_text="Its table or data set")
    origin = models.CharField(max_length=120, blank=True, help_text="The chapter that proposed it")
    position = models.PositiveSmallIntegerField(default=0)
    is_public = models.BooleanField(
        default=False, editable=False,
        help_text="A chapter’s own indicator, of which figures are published",
    )  # fmt: skip

    objects: ClassVar[SharedManager] = SharedManager()
    published = PublishedManager()

    class Meta:
        ordering = ["position", "code", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["chapter", "code", "version"],
                nulls_distinct=False,
                name="measurement_indicator_version",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} (version {self.version})"


class DemographicGroup(models.Model):
    """A set of category options; the key is canonical (`race=black;sex=female`), empty = total."""

    key = models.CharField(max_length=160, unique=True, blank=True)
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.name


class Period(models.Model):
    """When a figure counts: an ACS five-year figure is 2019 to 2023, not “2023”."""

    start = models.DateField()
    end = models.DateField()
    window_years = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=20)

    class Meta:
        ordering = ["end", "window_years"]
        constraints = [
            models.UniqueConstraint(fields=["start", "end"], name="measurement_period_once"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="measurement_period_runs"),
        ]

    def __str__(self) -> str:
        return self.label
