"""What the API answers, field by field, for its schema; lists are not built through these."""

from rest_framework import serializers

STATUS = "improved, target_met, target_kept, no_detectable_change, worsened, insufficient_data or not_comparable"  # noqa: E501


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
    se_method = serializers.CharField()
    unit_measure = serializers.CharField()
    obs_status = serializers.CharField(help_text="SDMX: A normal, O missing and so on")
    conf_status = serializers.CharField(help_text="SDMX: F free")
    reliability = serializers.CharField(help_text="good, caution or unreliable")
    programme = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    release = serializers.CharField()


class PageShape(serializers.Serializer):
    """A page of figures."""

    results = ObservationShape(many=True)
    next = serializers.CharField(allow_null=True, help_text="Address of the next page")


class PointShape(serializers.Serializer):
    """A figure in a series."""

    period = serializers.CharField()
    start = serializers.DateField()
    end = serializers.DateField()
    value = serializers.FloatField(allow_null=True)
    margin_90 = serializers.FloatField(allow_null=True)
    reliability = serializers.CharField()


class GroupShape(serializers.Serializer):
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
    name = serializers.CharField()
    unit = UnitShape()
    groups = GroupShape(many=True)


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


class ScoreShape(serializers.Serializer):
    """N of M for one chapter."""

    chapter = serializers.CharField()
    place = serializers.CharField()
    improved = serializers.IntegerField()
    m = serializers.IntegerField(help_text="Length of the frozen list")
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Per status")
    naive_up = serializers.IntegerField(help_text="Moved the good way, tested or not")
    expected_by_chance = serializers.FloatField()
    level = serializers.IntegerField(help_text="Confidence in percent")
    indicators = ChangeShape(many=True)


class RefusalShape(serializers.Serializer):
    """Why a request was refused."""

    detail = serializers.CharField()
