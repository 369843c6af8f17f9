"""The widest reads, as plain SQL: one place over all indicators, one figure over all places.

A model of each of a thousand rows costs more than finding them, and so does a dict of each: where
rows are many, PostgreSQL writes their JSON. The conditions are those of `Observation.published`,
and the walls stand as they do for every other read.
"""

import datetime as dt
from typing import Any, NamedTuple

import orjson
from django.db import connection

PROFILE = ("indicator", "version", "period", "value", "se", "margin_90", "obs_status",
           "reliability", "programme", "source", "release")  # fmt: skip
ACROSS = ("ref_area", "ref_area_name", "value", "se", "margin_90", "obs_status", "reliability",
          "programme", "source", "release")  # fmt: skip
TREND = ("period", "period_start", "period_end", "places", "mean", "minimum", "quartile_1",
         "median", "quartile_3", "maximum")  # fmt: skip
OVERVIEW = ("indicator", "version", *TREND[3:])

# --- What an address names ---------------------------------------------------------------------


class Named(NamedTuple):
    """What an address names: its number, and what an answer calls it."""

    pk: int
    word: str


# A period by its days, or a window of whole years from the one year to the other; the function says
# which is the nearest.
_NAMED = {
    "place": "SELECT ARRAY[id::text, name] FROM chapters_place WHERE geoid = %(place)s",
    "indicator": """SELECT ARRAY[id::text, version::text] FROM measurement_indicator
        WHERE chapter_id IS NULL AND code = %(indicator)s ORDER BY version DESC LIMIT 1""",
    "period": """SELECT ARRAY[id::text, label]
        FROM measurement_period_of(%(first)s::date, %(last)s::date)""",
    "group": "SELECT ARRAY[id::text, key] FROM measurement_demographicgroup WHERE key = %(group)s",
}


def find_named(names: list[str], **asked: Any) -> dict[str, Named | None]:
    """What `names` asks for, of place, indicator, period and group; None if not there; one query.

    asked: place (a code), indicator (a code; its newest version), group (a key), and for a period
    its first and last day.
    """
    # Only constants of this module: what is asked for goes as parameters.
    statement = f"SELECT ({'), ('.join(_NAMED[name] for name in names)})"
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        found = cursor.fetchone()
    return {
        name: Named(int(cells[0]), cells[1]) if cells else None
        for name, cells in zip(names, found, strict=True)
    }


# --- Figures -----------------------------------------------------------------------------------

# 1.645: the margin of 90 percent, as `find_rows` has it. A numeric is written as JSON has it.
_FIGURE = """
    ',"value":', coalesce(o.obs_value::text, 'null'), ',"se":', coalesce(o.se::text, 'null'),
    ',"margin_90":', coalesce(round(o.se * 1.645, 6)::text, 'null'),
    ',"obs_status":', to_json(o.obs_status), ',"reliability":', to_json(o.reliability), s.json
"""
# What is suppressed to protect people says so, and no number.
_HIDDEN = """
    ',"value":null,"se":null,"margin_90":null,"obs_status":"Q","reliability":""', s.json
"""
# What many rows share is written once, and sorted once.
_SOURCES = """
    (SELECT id, concat(',"programme":', to_json(programme), ',"source":', to_json(table_id),
        ',"release":', to_json(release), '}') AS json FROM measurement_source) s
"""
_INDICATORS = """
    (SELECT id, concat('{"indicator":', to_json(code), ',"version":', version) AS json,
        row_number() OVER (ORDER BY position, code, version) AS place
    FROM measurement_indicator WHERE chapter_id IS NULL) i
"""
_PERIODS = """
    (SELECT id, concat(',"period":', to_json(label)) AS json,
        row_number() OVER (ORDER BY "end", window_years) AS place
    FROM measurement_period) p
"""
_OPEN = "o.is_current AND o.visibility = 'P' AND o.conf_status = 'F'"

_AREA = """concat('{"ref_area":"', a.geoid, '","ref_area_name":', to_json(a.name)"""
_OF_PLACE = f"""
    JOIN {_INDICATORS} ON i.id = o.indicator_id JOIN {_PERIODS} ON p.id = o.period_id
    JOIN {_SOURCES} ON s.id = o.source_id
    WHERE o.place_id = %(first)s AND o.group_id = %(second)s
"""
_OF_ALL = f"""
    JOIN chapters_place a ON a.id = o.place_id JOIN {_SOURCES} ON s.id = o.source_id
    WHERE o.indicator_id = %(first)s AND o.group_id = %(second)s AND o.period_id = %(third)s
"""
_PROFILE = f"""
    SELECT concat(i.json, p.json, {_FIGURE}), i.place, p.place
    FROM measurement_observation o {_OF_PLACE} AND {_OPEN}
    UNION ALL
    SELECT concat(i.json, p.json, {_HIDDEN}), i.place, p.place
    FROM measurement_suppressed o {_OF_PLACE}
    ORDER BY 2, 3
"""  # noqa: S608
_ACROSS = f"""
    SELECT {_AREA}, {_FIGURE}), a.geoid FROM measurement_observation o {_OF_ALL} AND {_OPEN}
    UNION ALL
    SELECT {_AREA}, {_HIDDEN}), a.geoid FROM measurement_suppressed o {_OF_ALL}
    ORDER BY 2
"""  # noqa: S608


def find_profile(place_id: int, group_id: int) -> orjson.Fragment:
    """Every national figure of a place for one group, by indicator and time; one query."""
    return _json(_PROFILE, place_id, group_id)


def find_across(indicator_id: int, group_id: int, period_id: int) -> orjson.Fragment:
    """One figure in every place that has it, by code of the place; one query."""
    return _json(_ACROSS, indicator_id, group_id, period_id)


def rows_of(results: Any) -> list[dict[str, Any]]:
    """The rows of either kind of answer, as dicts."""
    is_json = isinstance(results, orjson.Fragment)
    return orjson.loads(orjson.dumps(results)) if is_json else results


def _json(statement: str, *values: int) -> orjson.Fragment:
    with connection.cursor() as cursor:
        cursor.execute(statement, dict(zip(("first", "second", "third"), values, strict=False)))
        return orjson.Fragment(f"[{','.join([row[0] for row in cursor.fetchall()])}]".encode())


# --- Rollups -----------------------------------------------------------------------------------

# What the address names is found by the same statement, and that is planned once a connection: of
# so few rows, either would be half the cost.
_TREND = "SELECT version, results FROM measurement_trend(%s, %s)"
_OVERVIEW = "SELECT label, results FROM measurement_overview_of(%s, %s::date, %s::date)"


def find_trend(indicator: str, group: str) -> tuple[int | None, orjson.Fragment]:
    """How an indicator's newest version spreads over all cities, period by period; one query.

    Gives the version beside the rows; it is None where there are none, for whatever reason.
    """
    return _summary(_TREND, indicator, group)


def find_overview(group: str, first: dt.date, last: dt.date) -> tuple[str | None, orjson.Fragment]:
    """How every national indicator spreads over all cities in a period; one query.

    first, last: its days; of years, every window of whole years from the one to the other will do.

    Gives the period's label beside the rows; it is None where there are none, for whatever reason.
    """
    return _summary(_OVERVIEW, group, first, last)


def _summary(statement: str, *asked: Any) -> tuple[Any, orjson.Fragment]:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        name, results = cursor.fetchone() or (None, "")
    return name, orjson.Fragment(f"[{results}]".encode())
