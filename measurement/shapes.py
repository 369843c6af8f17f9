"""What the API answers, field by field, for its schema; lists are not built through these."""

from typing import Any

from rest_framework import serializers

STATUS = "improved, target_met, target_kept, no_detectable_change, worsened, insufficient_data or not_comparable"  # noqa: E501

OWNER = "nation, or the chapter whose own indicator it is, as its address names it"
LEVEL = "The level of the areas that are counted: city. Each area is counted once"
STALE = "The day on which newer figures were due, where they are overdue"


class PlaceShape(serializers.Serializer):
    """A city."""

    geoid = serializers.CharField(help_text="Census code with its leading zeros")
    name = serializers.CharField()
    level = serializers.CharField()
    state = serializers.CharField()
    same_as = serializers.CharField(help_text="Second code of the same area, or empty")
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)


class ChapterShape(serializers.Serializer):
    """A city's network."""

    slug = serializers.CharField()
    name = serializers.CharField()
    status = serializers.CharField(help_text="gathering, launching, active or dormant")
    place = serializers.CharField(help_text="geoid of its place")
    launched_on = serializers.DateField(allow_null=True)


class IndicatorShape(serializers.Serializer):
    """A national indicator in its newest version."""

    code = serializers.CharField()
    version = serializers.IntegerField()
    name = serializers.CharField()
    definition = serializers.CharField()
    topic = serializers.CharField()
    unit_measure = serializers.CharField()
    value_type = serializers.CharField()
    direction = serializers.IntegerField(help_text="1 higher is better, -1 lower, 0 context only")
    universe = serializers.CharField()
    decimals = serializers.IntegerField(help_text="Those shown; percent for proportions")
    min_change = serializers.FloatField(help_text="Smallest change that matters")
    nominal_dollars = serializers.BooleanField(help_text="Figures of two periods do not compare")


class ObservationShape(serializers.Serializer):
    """One published figure."""

    indicator = serializers.CharField()
    version = serializers.IntegerField()
    owner = serializers.CharField(help_text=OWNER)
    ref_area = serializers.CharField(help_text="geoid")
    ref_area_name = serializers.CharField()
    period = serializers.CharField(help_text="A year or a window of years")
    period_start = serializers.DateField()
    period_end = serializers.DateField()
    group = serializers.CharField(help_text="Empty for all people, else such as sex=female")
    value = serializers.FloatField(allow_null=True)
    se = serializers.FloatField(allow_null=True, help_text="Standard error")
    margin_90 = serializers.FloatField(allow_null=True, help_text="1.645 standard errors")
    ci_lower = serializers.FloatField(allow_null=True, help_text="As published")
    ci_upper = serializers.FloatField(allow_null=True, help_text="As published")
    conf_level = serializers.IntegerField(allow_null=True, help_text="Of the published interval")
    sample_n = serializers.IntegerField(
        allow_null=True, help_text="People who answered, of a survey"
    )
    se_method = serializers.CharField()
    unit_measure = serializers.CharField()
    obs_status = serializers.CharField(help_text="SDMX: A normal, O missing, Q suppressed …")
    conf_status = serializers.CharField(help_text="SDMX: F free, C confidential")
    reliability = serializers.CharField(help_text="good, caution or unreliable")
    programme = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    release = serializers.CharField()
    suppressed = serializers.BooleanField(
        help_text="True where the numbers are null to protect people, small itself or not"
    )


def listed(shape: type[serializers.Serializer]) -> Any:
    """What a list of these answers."""
    name = shape.__name__.removesuffix("Shape")
    fields = {"__doc__": "All of them.", "results": shape(many=True)}
    return type(f"{name}ListShape", (serializers.Serializer,), fields)


def paged(shape: type[serializers.Serializer]) -> Any:
    """What a page of these answers."""
    name = shape.__name__.removesuffix("Shape")
    following = serializers.URLField(allow_null=True, help_text="Address of the next page")
    fields = {"__doc__": "A page.", "results": shape(many=True), "next": following}
    return type(f"{name}PageShape", (serializers.Serializer,), fields)


class PointShape(serializers.Serializer):
    """A figure in a series."""

    period = serializers.CharField()
    start = serializers.DateField()
    end = serializers.DateField()
    value = serializers.FloatField(allow_null=True)
    margin_90 = serializers.FloatField(allow_null=True)
    reliability = serializers.CharField()
    suppressed = serializers.BooleanField(help_text="True where the value is hidden")


class LineShape(serializers.Serializer):
    """The figures of one group, oldest first."""

    key = serializers.CharField()
    name = serializers.CharField()
    points = PointShape(many=True)


class UnitShape(serializers.Serializer):
    """How to show a value: prefix, value times scale, suffix."""

    scale = serializers.FloatField()
    decimals = serializers.IntegerField()
    prefix = serializers.CharField()
    suffix = serializers.CharField()


class SeriesShape(serializers.Serializer):
    """One indicator in one place."""

    place = serializers.CharField()
    place_name = serializers.CharField()
    indicator = serializers.CharField()
    owner = serializers.CharField(help_text=OWNER)
    name = serializers.CharField()
    unit = UnitShape()
    stale_since = serializers.DateField(allow_null=True, help_text=STALE)
    groups = LineShape(many=True)


class ChangeShape(serializers.Serializer):
    """What became of one indicator."""

    indicator = serializers.CharField()
    name = serializers.CharField()
    counted = serializers.BooleanField()
    baseline_period = serializers.CharField()
    baseline_value = serializers.FloatField(allow_null=True)
    current_period = serializers.CharField()
    current_value = serializers.FloatField(allow_null=True)
    difference = serializers.FloatField(allow_null=True)
    margin_90 = serializers.FloatField(allow_null=True)
    status = serializers.CharField(help_text=STATUS)
    tested = serializers.BooleanField()
    z = serializers.FloatField(allow_null=True)
    gap_widened = serializers.BooleanField(help_text="The total improved, a group in it worsened")
    reason = serializers.CharField(help_text="Why the figures do not compare")
    stale_since = serializers.DateField(allow_null=True, help_text=STALE)


class ScoreShape(serializers.Serializer):
    """N of M for one chapter."""

    chapter = serializers.CharField()
    place = serializers.CharField()
    improved = serializers.IntegerField()
    m = serializers.IntegerField(help_text="Length of the frozen list")
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Per status")
    naive_up = serializers.IntegerField(help_text="Merely moved the better way, tested or not")
    expected_by_chance = serializers.FloatField()
    level = serializers.IntegerField(help_text="Confidence in percent")
    indicators = ChangeShape(many=True)


class ProfileRowShape(serializers.Serializer):
    """One figure of a profile."""

    indicator = serializers.CharField()
    version = serializers.IntegerField()
    period = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    se = serializers.FloatField(allow_null=True)
    margin_90 = serializers.FloatField(allow_null=True)
    obs_status = serializers.CharField(help_text="Q where it is suppressed")
    reliability = serializers.CharField()
    programme = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    release = serializers.CharField()


class ProfileShape(serializers.Serializer):
    """Every figure of an area for one group."""

    place = serializers.CharField()
    place_name = serializers.CharField()
    group = serializers.CharField()
    results = ProfileRowShape(many=True)


class AcrossRowShape(serializers.Serializer):
    """One area in a comparison; the last five only where `with` names an area."""

    ref_area = serializers.CharField()
    ref_area_name = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    se = serializers.FloatField(allow_null=True)
    margin_90 = serializers.FloatField(allow_null=True)
    obs_status = serializers.CharField(help_text="Q where it is suppressed")
    reliability = serializers.CharField()
    programme = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    release = serializers.CharField()
    difference = serializers.FloatField(
        required=False, allow_null=True, help_text="The area asked for minus this one"
    )
    difference_margin_90 = serializers.FloatField(required=False, allow_null=True)
    z = serializers.FloatField(required=False, allow_null=True)
    significant = serializers.BooleanField(
        required=False, allow_null=True, help_text="At 90 percent; null where no test was made"
    )


class AcrossShape(serializers.Serializer):
    """One figure in every area."""

    indicator = serializers.CharField()
    version = serializers.IntegerField()
    period = serializers.CharField()
    group = serializers.CharField()
    compared_with = serializers.CharField(allow_null=True, help_text="geoid")
    results = AcrossRowShape(many=True)


class SpreadShape(serializers.Serializer):
    """How figures spread over all cities that have one."""

    places = serializers.IntegerField(help_text="How many cities have a figure")
    mean = serializers.FloatField(help_text="Of cities, each counting the same")
    minimum = serializers.FloatField()
    quartile_1 = serializers.FloatField()
    median = serializers.FloatField()
    quartile_3 = serializers.FloatField()
    maximum = serializers.FloatField()


class TrendRowShape(SpreadShape):
    """A period of a trend."""

    period = serializers.CharField()
    period_start = serializers.DateField()
    period_end = serializers.DateField()


class TrendShape(serializers.Serializer):
    """An indicator over all cities, oldest period first."""

    indicator = serializers.CharField()
    version = serializers.IntegerField()
    group = serializers.CharField()
    level = serializers.CharField(help_text=LEVEL)
    results = TrendRowShape(many=True)


class OverviewRowShape(SpreadShape):
    """An indicator in an overview."""

    indicator = serializers.CharField()
    version = serializers.IntegerField()


class OverviewShape(serializers.Serializer):
    """Every indicator over all cities in one period."""

    period = serializers.CharField()
    group = serializers.CharField()
    level = serializers.CharField(help_text=LEVEL)
    results = OverviewRowShape(many=True)


class GroupShape(serializers.Serializer):
    """A group of people."""

    key = serializers.CharField(help_text="Such as sex=female; empty is everybody")
    name = serializers.CharField()


class PeriodShape(serializers.Serializer):
    """When figures count."""

    label = serializers.CharField()  # type: ignore[assignment]
    start = serializers.DateField()
    end = serializers.DateField()
    window_years = serializers.IntegerField()


class SourceShape(serializers.Serializer):
    """A release that figures come from."""

    publisher = serializers.CharField()
    title = serializers.CharField()
    table_id = serializers.CharField()
    programme = serializers.CharField()
    release = serializers.CharField()
    url = serializers.CharField()
    licence = serializers.CharField()
    retrieved_on = serializers.DateField(allow_null=True)
    file_sha256 = serializers.CharField()


class PackageFileShape(serializers.Serializer):
    """A file of a package."""

    name = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes")
    sha256 = serializers.CharField()
    url = serializers.URLField(help_text="Keeps its content for ever")


class PackageShape(serializers.Serializer):
    """Everything that was open at one time."""

    digest = serializers.CharField(help_text="Of the names and digests of its files")
    made_at = serializers.DateTimeField()
    figures = serializers.IntegerField()
    files = PackageFileShape(many=True)


class ScorecardLineShape(serializers.Serializer):
    """One indicator of a frozen list."""

    indicator = serializers.CharField()
    version = serializers.IntegerField()
    baseline_period = serializers.CharField()
    current_period = serializers.CharField()
    counted = serializers.BooleanField(help_text="Whether it counts in N of M")
    note = serializers.CharField(help_text="Why it does not count")


class ScorecardShape(serializers.Serializer):
    """A frozen list in one version."""

    code = serializers.CharField()
    version = serializers.IntegerField()
    name = serializers.CharField()
    level = serializers.IntegerField(help_text="Confidence in percent")
    frozen_on = serializers.DateField()
    m = serializers.IntegerField(help_text="How many lines count")
    lines = ScorecardLineShape(many=True)


class WeightShape(serializers.Serializer):
    """An indicator or a node of an index."""

    code = serializers.CharField()
    parent = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    weight = serializers.FloatField(help_text="Relative to the others under the same parent")
    level = serializers.IntegerField(help_text="1 for indicators")
    direction = serializers.IntegerField(allow_null=True)
    aggregate = serializers.CharField(help_text="How a node’s children are put together")
    method = serializers.CharField(help_text="How an indicator’s values become comparable")
    low = serializers.FloatField(allow_null=True, help_text="Goalpost, in the indicator’s unit")
    high = serializers.FloatField(allow_null=True, help_text="Goalpost, in the indicator’s unit")


class IndexShape(serializers.Serializer):
    """An index: what it is made of."""

    code = serializers.CharField()
    version = serializers.CharField()
    parts = WeightShape(many=True)


class IndexScoreShape(serializers.Serializer):
    """The score of an area at a node."""

    ref_area = serializers.CharField()
    node = serializers.CharField()
    level = serializers.IntegerField()
    score = serializers.FloatField(allow_null=True, help_text="null where too little is there")
    rank = serializers.IntegerField(allow_null=True, help_text="1 is the highest")
    available = serializers.FloatField(help_text="Share of the node’s children with a value")


class IndexScoresShape(serializers.Serializer):
    """The scores of every area that has one of the index’s figures."""

    index = serializers.CharField()
    version = serializers.CharField()
    until = serializers.IntegerField(allow_null=True)
    results = IndexScoreShape(many=True)


PlacePage, ObservationPage = paged(PlaceShape), paged(ObservationShape)
ChapterList, IndicatorList = listed(ChapterShape), listed(IndicatorShape)
GroupList, PeriodList, SourceList = listed(GroupShape), listed(PeriodShape), listed(SourceShape)
PackageList = listed(PackageShape)
ScorecardList, IndexList = listed(ScorecardShape), listed(IndexShape)
