"""Figures that came in, weighed against each other and what is stored, set by set in SQL.

Reads the table `incoming` of this transaction (see `storing`); writes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection, transaction

from measurement.loading.problems import Problem

# Two lines of one figure break it; what is compared below is found by it.
_KEY = """
    CREATE UNIQUE INDEX ON incoming (place_id, group_id, indicator_id, period_id, source_id)
"""

# Whether anything counts already of the indicators and groups that came in.
_HAS_HISTORY = """
    SELECT EXISTS (
        SELECT FROM (SELECT DISTINCT indicator_id, group_id FROM incoming) touched
        WHERE EXISTS (SELECT FROM measurement_observation o
            WHERE (o.indicator_id, o.group_id) = (touched.indicator_id, touched.group_id)
                AND o.is_current))
"""

# What came in beside what counts already, for the same places, groups and indicators.
_BESIDE = """
    DROP TABLE IF EXISTS series;
    CREATE TEMPORARY TABLE series ON COMMIT DROP AS
    WITH touched AS (SELECT DISTINCT place_id, group_id, indicator_id FROM incoming)
    SELECT "row", place_id, group_id, indicator_id, period_id, obs_value, se FROM incoming
    UNION ALL
    SELECT NULL, o.place_id, o.group_id, o.indicator_id, o.period_id, o.obs_value, o.se
    FROM measurement_observation o JOIN touched USING (place_id, group_id, indicator_id)
    WHERE o.is_current AND NOT EXISTS (SELECT FROM incoming i
        WHERE i.place_id = o.place_id AND i.group_id = o.group_id
            AND i.indicator_id = o.indicator_id AND i.period_id = o.period_id);
    ANALYZE series
"""

_COUNT = """
    SELECT count(*), count(*) FILTER (WHERE is_known),
        count(*) FILTER (WHERE NOT is_known AND EXISTS (
            SELECT FROM measurement_observation o
            WHERE o.place_id = i.place_id AND o.group_id = i.group_id
                AND o.indicator_id = i.indicator_id AND o.period_id = i.period_id
                AND o.source_id <> i.source_id AND o.is_current
                AND o.obs_value IS DISTINCT FROM i.obs_value))
    FROM (SELECT i.*, EXISTS (
            SELECT FROM measurement_observation o
            WHERE (o.place_id, o.group_id, o.indicator_id, o.period_id, o.source_id)
                = (i.place_id, i.group_id, i.indicator_id, i.period_id, i.source_id)) AS is_known
        FROM incoming i) i
"""

_FIRST = """
    SELECT i."row", n.name, p.name, t.label, g.name, i.obs_value::text, i.moe::text, s.release,
        CASE WHEN mine.place_id IS NOT NULL THEN 'known'
            WHEN old.obs_value IS DISTINCT FROM i.obs_value AND old.place_id IS NOT NULL
                THEN 'restated' ELSE 'new' END, old.obs_value::text
    FROM (SELECT * FROM incoming ORDER BY "row" LIMIT 10) i
    JOIN measurement_indicator n ON n.id = i.indicator_id
    JOIN chapters_place p ON p.id = i.place_id
    JOIN measurement_period t ON t.id = i.period_id
    JOIN measurement_demographicgroup g ON g.id = i.group_id
    JOIN measurement_source s ON s.id = i.source_id
    LEFT JOIN measurement_observation mine
        ON (mine.place_id, mine.group_id, mine.indicator_id, mine.period_id, mine.source_id)
        = (i.place_id, i.group_id, i.indicator_id, i.period_id, i.source_id)
    LEFT JOIN LATERAL (SELECT o.* FROM measurement_observation o
        WHERE o.place_id = i.place_id AND o.group_id = i.group_id
            AND o.indicator_id = i.indicator_id AND o.period_id = i.period_id
            AND o.source_id <> i.source_id AND o.is_current LIMIT 1) old ON true
    ORDER BY i."row"
"""
FIRST = ("row", "indicator", "place", "period", "group", "value", "margin", "release", "is", "was")

# --- Errors and warnings -------------------------------------------------------------------------

# A part's key with one of its options taken out is the key of its total.
_PARTS = """
    WITH parts AS (
        SELECT i.*, split_part(option, '=', 1) AS category,
            array_to_string(array_remove(string_to_array(g.key, ';'), option), ';') AS whole
        FROM incoming i
        JOIN measurement_demographicgroup g ON g.id = i.group_id
        JOIN measurement_indicator n ON n.id = i.indicator_id AND n.value_type = 'count',
        unnest(string_to_array(g.key, ';')) AS option
        WHERE g.key <> ''),
    sums AS (
        SELECT place_id, indicator_id, period_id, source_id, whole, category, count(*) AS number,
            sum(obs_value) AS total, count(obs_value) = count(*) AS is_whole
        FROM parts GROUP BY 1, 2, 3, 4, 5, 6)
    SELECT i."row", trim_scale(s.total)::text, trim_scale(i.obs_value)::text,
        s.total > i.obs_value, s.category
    FROM sums s
    JOIN measurement_demographicgroup g ON g.key = s.whole
    JOIN incoming i ON i.group_id = g.id AND i.place_id = s.place_id
        AND i.indicator_id = s.indicator_id AND i.period_id = s.period_id
        AND i.source_id = s.source_id
    WHERE s.number > 1 AND (s.total > i.obs_value + s.number * 0.5
        OR (s.is_whole AND s.total < i.obs_value - s.number * 0.5))
    ORDER BY 1 LIMIT %s
"""

# Half a unit of the last place that the value was given with is lost to rounding.
_RATIO = """
    SELECT "row", trim_scale(round(quotient, 4))::text, trim_scale(obs_value)::text
    FROM (SELECT i."row", i.obs_value, n.value_type, i.numerator / i.denominator AS quotient,
            0.5001 * power(10::numeric, -scale(trim_scale(i.obs_value))) AS slack
        FROM incoming i JOIN measurement_indicator n ON n.id = i.indicator_id
        WHERE i.numerator IS NOT NULL AND i.denominator > 0 AND i.obs_value IS NOT NULL
            AND n.value_type IN ('proportion', 'ratio', 'rate', 'mean')) given
    WHERE NOT EXISTS (SELECT FROM unnest(CASE value_type
            WHEN 'rate' THEN array[1, 100, 1000, 10000, 100000] ELSE array[1] END) AS base
        WHERE abs(quotient * base - obs_value) <= slack)
    ORDER BY 1 LIMIT %s
"""


def _length(start: str, end: str) -> str:
    """Months from a first to a last day, of whole months; else days, below zero."""
    months = " - ".join(
        f"(extract(year FROM {day}) * 12 + extract(month FROM {day}))" for day in (end, start)
    )
    return f"""CASE WHEN extract(day FROM {start}) = 1 AND extract(day FROM {end} + 1) = 1
        THEN ({months})::int + 1 ELSE {start} - {end} - 1 END"""


# `{series}` is where the lines of a series stand: see `prepare`.
_JUMP = f"""
    SELECT "row", label, round((abs(value - earlier) / root)::numeric, 1)::text
    FROM (SELECT "row", label, value, lag(value) OVER line AS earlier,
            nullif(sqrt(error * error + (lag(error) OVER line) * (lag(error) OVER line)), 0)
                AS root
        FROM (SELECT s."row", s.place_id, s.group_id, s.indicator_id, p."end", p.label,
                {_length("p.start", 'p."end"')} AS length,
                s.obs_value::float8 AS value, s.se::float8 AS error
            FROM {{series}} s JOIN measurement_period p ON p.id = s.period_id) figures
        WINDOW line AS (PARTITION BY place_id, group_id, indicator_id, length
            ORDER BY "end")) steps
    WHERE "row" IS NOT NULL AND abs(value - earlier) > 5 * root
    ORDER BY 1 LIMIT %s
"""  # noqa: S608

_OVERLAP = f"""
    WITH named AS (
        SELECT indicator_id, period_id, min("row") AS "row" FROM {{series}} GROUP BY 1, 2),
    windows AS (
        SELECT named.indicator_id, n.name, p.label, p.start, p."end", named."row",
            {_length("p.start", 'p."end"')} AS length
        FROM named JOIN measurement_period p ON p.id = named.period_id
        JOIN measurement_indicator n ON n.id = named.indicator_id)
    SELECT least(a."row", b."row"), a.name, a.label, b.label, a.length,
        {_length("b.start", 'a."end"')}
    FROM windows a JOIN windows b ON a.indicator_id = b.indicator_id AND a.length = b.length
        AND a."end" < b."end" AND b.start <= a."end"
    WHERE coalesce(a."row", b."row") IS NOT NULL
    ORDER BY 1, 2, b."end", a."end" LIMIT %s
"""  # noqa: S608

_NOMINAL = """
    SELECT min(s."row"), n.name FROM {series} s
    JOIN measurement_indicator n ON n.id = s.indicator_id AND n.nominal_dollars
    GROUP BY s.indicator_id, n.name HAVING count(DISTINCT s.period_id) > 1
    ORDER BY 1 LIMIT %s
"""


@dataclass(frozen=True)
class _Question:
    """A set of lines to find, and what to say about each."""

    code: str
    column: str
    statement: str
    sentence: Callable[..., str]


def _overlap(name: str, first: str, second: str, length: int, shared: int) -> str:
    # “These 5-year windows share 3 years.”
    (long, unit), (both, what) = _counted(length), _counted(shared)
    return (
        f"{name}: these {long}-{unit} windows, {first} and {second}, share {both}"
        f" {what}{'' if both == 1 else 's'}. Compare windows that share none."
    )


def _counted(length: int) -> tuple[int, str]:
    """A length as `_length` gives it: in years where it is whole years."""
    if length < 0:
        return -length, "day"
    return (length, "month") if length % 12 else (length // 12, "year")


_WARNINGS = (
    _Question(
        "OBS-RATIO", "value", _RATIO,
        lambda quotient, value: f"Numerator/denominator gives {quotient}, the file says {value}.",
    ),
    _Question(
        "OBS-JUMP", "value", _JUMP,
        lambda label, errors: f"Change since last period is more than 5 standard errors"
        f" ({errors}, {label}). Is it the right figure?",
    ),
    _Question("OBS-OVERLAP", "period", _OVERLAP, _overlap),
    _Question(
        "OBS-NOMINAL", "period", _NOMINAL,
        lambda name: f"{name}: dollars of different years; not a real change.",
    ),
)  # fmt: skip


def is_unique() -> bool:
    """Whether no two lines give the same figure; afterwards the table is quick to join."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_KEY)
    except IntegrityError:
        return False
    return True


def prepare() -> str:
    """Where the lines of a series stand: the table itself, or one with what is stored beside."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE incoming")
    if not _rows(_HAS_HISTORY)[0][0]:
        return "incoming"
    with connection.cursor() as cursor:
        cursor.execute(_BESIDE)
    return "series"


def count(series: str, *, is_new: bool) -> tuple[int, int, int]:
    """Lines, those stored already, and those that restate another release.

    series: as `prepare` said. is_new: nothing of these releases was stored before.
    """
    if is_new and series == "incoming":
        return int(_rows("SELECT count(*) FROM incoming")[0][0]), 0, 0
    rows, known, restated = _rows(_COUNT)[0]
    return int(rows), int(known), int(restated)


def first_rows() -> list[dict[str, Any]]:
    """The first ten figures in words, with what each would do: new, known, restated."""
    return [dict(zip(FIRST, row, strict=True)) for row in _rows(_FIRST)]


def find(file: str, limit: int, series: str) -> list[Problem]:
    """Errors, then warnings, that show only between lines; at most `limit` of each kind.

    series: as `prepare` said.
    """
    problems = _parts(file, limit)
    for ask in _WARNINGS:
        problems += [
            Problem(ask.code, file, row or 1, ask.column, ask.sentence(*found), "W")
            for row, *found in _rows(ask.statement.format(series=series), limit)
        ]
    return problems


def _parts(file: str, limit: int) -> list[Problem]:
    """More than the whole is an error; less may be a part that was left out."""
    found = []
    for row, parts, total, is_more, category in _rows(_PARTS, limit):
        message = f"The parts ({category}) add to {parts} but the total is {total}."
        if is_more:
            found.append(Problem("OBS-PART", file, row, "value", message))
        else:
            message += " Is a part missing?"
            found.append(Problem("OBS-PART", file, row, "value", message, "W"))
    return found


def _rows(statement: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return list(cursor.fetchall())
