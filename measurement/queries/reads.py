"""The widest reads, as plain SQL: one place over all indicators, one figure over all places.

A model of each of a thousand rows costs more than finding them. The conditions are those of
`Observation.published`, and the walls stand as they do for every other read.
"""

from typing import Any

from django.db import connection

PROFILE = ("indicator", "version", "period", "value", "se", "margin_90", "obs_status",
           "reliability", "programme", "source", "release")  # fmt: skip
ACROSS = ("ref_area", "ref_area_name", "value", "se", "margin_90", "obs_status", "reliability",
          "programme", "source", "release")  # fmt: skip
TREND = ("period", "period_start", "period_end", "places", "mean", "minimum", "quartile_1",
         "median", "quartile_3", "maximum")  # fmt: skip
OVERVIEW = ("indicator", "version", *TREND[3:])

# 1.645: the margin of 90 percent, as `find_rows` has it.
_FIGURE = """o.obs_value::float8, o.se::float8, round(o.se * 1.645, 6)::float8, o.obs_status,
    o.reliability, s.programme, s.table_id, s.release"""
_OPEN = "o.is_current AND o.visibility = 'P' AND o.conf_status = 'F'"

_PROFILE = f"""
    SELECT i.code, i.version, p.label, {_FIGURE}
    FROM measurement_observation o
        JOIN measurement_indicator i ON i.id = o.indicator_id
        JOIN measurement_period p ON p.id = o.period_id
        JOIN measurement_source s ON s.id = o.source_id
    WHERE o.place_id = %s AND o.group_id = %s AND i.chapter_id IS NULL AND {_OPEN}
    ORDER BY i.position, i.code, i.version, p."end", p.window_years
"""  # noqa: S608
_ACROSS = f"""
    SELECT a.geoid, a.name, {_FIGURE}
    FROM measurement_observation o
        JOIN chapters_place a ON a.id = o.place_id
        JOIN measurement_source s ON s.id = o.source_id
    WHERE o.indicator_id = %s AND o.group_id = %s AND o.period_id = %s AND {_OPEN}
    ORDER BY a.geoid
"""  # noqa: S608
_SPREAD = "r.places, r.mean, r.minimum, r.quartile_1, r.median, r.quartile_3, r.maximum"
_TREND = f"""
    SELECT p.label, p.start, p."end", {_SPREAD}
    FROM measurement_rollup r JOIN measurement_period p ON p.id = r.period_id
    WHERE r.indicator_id = %s AND r.group_id = %s ORDER BY p."end", p.window_years
"""  # noqa: S608
_OVERVIEW = f"""
    SELECT i.code, i.version, {_SPREAD}
    FROM measurement_rollup r JOIN measurement_indicator i ON i.id = r.indicator_id
    WHERE r.group_id = %s AND r.period_id = %s AND i.chapter_id IS NULL
    ORDER BY i.position, i.code, i.version
"""  # noqa: S608

Rows = list[dict[str, Any]]


def find_profile(place_id: int, group_id: int) -> Rows:
    """Every national figure of a place for one group, by indicator and time; one query."""
    return _rows(_PROFILE, PROFILE, place_id, group_id)


def find_across(indicator_id: int, group_id: int, period_id: int) -> Rows:
    """One figure in every place that has it, by code of the place; one query."""
    return _rows(_ACROSS, ACROSS, indicator_id, group_id, period_id)


def find_trend(indicator_id: int, group_id: int) -> Rows:
    """How an indicator spreads over all places, period by period; one query of rollups."""
    return _rows(_TREND, TREND, indicator_id, group_id)


def find_overview(group_id: int, period_id: int) -> Rows:
    """How every national indicator spreads over all places in a period; one query of rollups."""
    return _rows(_OVERVIEW, OVERVIEW, group_id, period_id)


def _rows(statement: str, names: tuple[str, ...], *values: int) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
