"""Figures into the database by the million: COPY into a temporary table, then one INSERT.

COPY is refused under row-level security, so the rows pass through a table of this transaction
alone. What readers read (which release counts, the rollups) is right when it commits.
"""

import io
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import polars as pl
from django.db import IntegrityError, connection, transaction

COLUMNS = (
    "row", "place_id", "group_id", "indicator_id", "period_id", "source_id", "obs_value",
    "numerator", "denominator", "sample_n", "se", "moe", "conf_level", "ci_lower", "ci_upper",
    "se_method", "obs_status", "annotation_raw", "reliability",
)  # fmt: skip


@dataclass(frozen=True)
class Stored:
    """What a load did: rows that are new, rows that were there already, word for word.

    restated: new rows that say something else than the release that counted before.
    """

    added: int
    known: int
    restated: int = 0


@dataclass(frozen=True)
class Clash:
    """A line that claims the key of another line, or of a stored figure (no `other_row`)."""

    row: int
    other_row: int | None = None


class Twins(Exception):
    """Two lines of the file give the same figure; `find_twins` says which."""


# Sorted in memory, a million rows take half of what they take on disk.
_INCOMING = """
    SET LOCAL work_mem = '96MB';
    DROP TABLE IF EXISTS incoming;
    CREATE TEMPORARY TABLE incoming (
        "row" integer, place_id bigint, group_id bigint, indicator_id bigint, period_id bigint,
        source_id bigint, obs_value numeric(20,6), numerator numeric(20,4),
        denominator numeric(20,4), sample_n integer, se numeric(20,8), moe numeric(20,6),
        conf_level smallint, ci_lower numeric(20,6), ci_upper numeric(20,6),
        se_method varchar(10), obs_status varchar(1), annotation_raw varchar(40),
        reliability varchar(10)
    ) ON COMMIT DROP
"""

_COPY = """
    COPY incoming ("row", place_id, group_id, indicator_id, period_id, source_id, obs_value,
        numerator, denominator, sample_n, se, moe, conf_level, ci_lower, ci_upper, se_method,
        obs_status, annotation_raw, reliability)
    FROM STDIN WITH (FORMAT csv, NULL '\\N')
"""

_TWINS = """
    SELECT "row", first FROM (
        SELECT "row", min("row") OVER (PARTITION BY place_id, group_id, indicator_id, period_id,
            source_id) AS first
        FROM incoming) twins
    WHERE "row" > first ORDER BY "row" LIMIT %s
"""

_CHANGES = """
    SELECT i."row" FROM incoming i JOIN measurement_observation o
        USING (place_id, group_id, indicator_id, period_id, source_id)
    WHERE (i.obs_value, i.se, i.moe, i.numerator, i.denominator, i.sample_n, i.ci_lower,
            i.ci_upper, i.conf_level, i.obs_status) IS DISTINCT FROM
        (o.obs_value, o.se, o.moe, o.numerator, o.denominator, o.sample_n, o.ci_lower,
            o.ci_upper, o.conf_level, o.obs_status)
    ORDER BY 1 LIMIT %s
"""

_INSERT = """
    INSERT INTO measurement_observation (place_id, group_id, indicator_id, period_id, source_id,
        obs_value, numerator, denominator, sample_n, se, moe, conf_level, ci_lower, ci_upper,
        se_method, obs_status, annotation_raw, reliability, batch_id, chapter_id, visibility,
        is_current, conf_status)
    SELECT place_id, group_id, indicator_id, period_id, source_id, obs_value, numerator,
        denominator, sample_n, se, moe, conf_level, ci_lower, ci_upper, se_method, obs_status,
        annotation_raw, reliability, %s::uuid, %s, %s, %s, 'F'
    FROM incoming ORDER BY place_id, group_id, indicator_id, period_id, source_id
"""
_UNLESS_THERE = " ON CONFLICT DO NOTHING"

# --- What readers read --------------------------------------------------------------------------

_IS_KNOWN = """
    SELECT EXISTS (
        SELECT FROM (SELECT DISTINCT indicator_id, group_id, period_id FROM incoming) touched
        WHERE EXISTS (SELECT FROM measurement_observation o
            WHERE (o.indicator_id, o.group_id, o.period_id)
                = (touched.indicator_id, touched.group_id, touched.period_id) AND o.is_current))
"""

# In the order of their numbers, so that nobody waits for somebody who waits for them.
_TAKE_TURNS = """
    SELECT pg_advisory_xact_lock(hashtext('measurement_observation'), indicator_id::int)
    FROM (SELECT DISTINCT indicator_id FROM incoming ORDER BY 1 OFFSET 0) touched
"""

_SUPERSEDE = """
    UPDATE measurement_observation o SET is_current = false FROM incoming i
    WHERE o.place_id = i.place_id AND o.group_id = i.group_id
        AND o.indicator_id = i.indicator_id AND o.period_id = i.period_id
        AND o.source_id <> i.source_id AND o.is_current
"""

_SUPERSEDE_BY = """
    UPDATE measurement_observation o SET is_current = false
    FROM incoming i JOIN measurement_observation mine
        USING (place_id, group_id, indicator_id, period_id, source_id)
    WHERE mine.batch_id = %s AND (mine.is_current OR mine.conf_status <> 'F') AND o.is_current
        AND o.place_id = i.place_id AND o.group_id = i.group_id
        AND o.indicator_id = i.indicator_id AND o.period_id = i.period_id
        AND o.source_id <> i.source_id
"""

_FORGET = """
    DELETE FROM measurement_rollup r
    USING (SELECT DISTINCT indicator_id, group_id, period_id FROM incoming) touched
    WHERE r.indicator_id = touched.indicator_id AND r.group_id = touched.group_id
        AND r.period_id = touched.period_id
"""

# Of cities alone: a state, the nation or a place within a city would count their people again.
# (As NOT EXISTS this is taken to leave one city, and the figures are looked at once for each cell.)
_ROLL_UP = """
    INSERT INTO measurement_rollup (indicator_id, group_id, period_id, places, mean, minimum,
        maximum, quartile_1, median, quartile_3)
    SELECT indicator_id, group_id, period_id, places, mean, minimum, maximum, q[1], q[2], q[3]
    FROM (SELECT indicator_id, group_id, period_id, count(*) AS places, avg(value) AS mean,
            min(value) AS minimum, max(value) AS maximum,
            percentile_cont(array[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY value) AS q
        FROM (SELECT o.indicator_id, o.group_id, o.period_id, o.obs_value::float8 AS value
            FROM measurement_observation o
            JOIN chapters_place a ON a.id = o.place_id AND a.level = 'city'
            LEFT JOIN chapters_place up ON up.id = a.parent_id
            JOIN (SELECT DISTINCT indicator_id, group_id, period_id FROM incoming) touched
                USING (indicator_id, group_id, period_id)
            WHERE o.is_current AND o.visibility = 'P' AND o.conf_status = 'F'
                AND o.obs_value IS NOT NULL AND coalesce(up.level, '') <> 'city') figures
        GROUP BY indicator_id, group_id, period_id) rolled
"""

# The same where nothing else stands in these rollups: the big table is not read.
_ROLL_UP_NEW = """
    INSERT INTO measurement_rollup (indicator_id, group_id, period_id, places, mean, minimum,
        maximum, quartile_1, median, quartile_3)
    SELECT indicator_id, group_id, period_id, places, mean, minimum, maximum, q[1], q[2], q[3]
    FROM (SELECT indicator_id, group_id, period_id, count(*) AS places, avg(value) AS mean,
            min(value) AS minimum, max(value) AS maximum,
            percentile_cont(array[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY value) AS q
        FROM (SELECT i.indicator_id, i.group_id, i.period_id, i.obs_value::float8 AS value
            FROM incoming i
            JOIN chapters_place a ON a.id = i.place_id AND a.level = 'city'
            LEFT JOIN chapters_place up ON up.id = a.parent_id
            WHERE i.obs_value IS NOT NULL AND coalesce(up.level, '') <> 'city') figures
        GROUP BY indicator_id, group_id, period_id) rolled
"""


_NAME = """
    INSERT INTO incoming (indicator_id, group_id, period_id)
    SELECT DISTINCT indicator_id, group_id, period_id FROM measurement_observation
    WHERE source_id = ANY(%s)
"""

_UNMARK = """
    DELETE FROM measurement_suppressed s WHERE EXISTS (
        SELECT FROM incoming i WHERE (i.place_id, i.group_id, i.indicator_id, i.period_id)
            = (s.place_id, s.group_id, s.indicator_id, s.period_id))
"""

# Complete counts of events have the error of such counts, where the file gives none.
_HAS_COUNTS = """
    SELECT EXISTS (SELECT FROM measurement_source WHERE programme IN ('vital', 'administrative')
        AND id IN (SELECT source_id FROM incoming))
"""
_POISSON = """
    UPDATE incoming i SET se_method = 'poisson', se = CASE n.value_type
        WHEN 'count' THEN sqrt(i.obs_value) ELSE i.obs_value / sqrt(i.numerator) END
    FROM measurement_indicator n, measurement_source s
    WHERE n.id = i.indicator_id AND s.id = i.source_id
        AND s.programme IN ('vital', 'administrative')
        AND i.se IS NULL AND i.obs_value > 0
        AND (n.value_type = 'count' OR n.value_type = 'rate' AND i.numerator > 0)
"""

_HAS_ANSWERS = """
    SELECT EXISTS (SELECT FROM measurement_source WHERE programme = 'own_survey'
        AND id IN (SELECT source_id FROM incoming))
"""
_MARGINS = """
    SELECT count(*), min(i."row") FROM incoming i
    JOIN measurement_source s ON s.id = i.source_id AND s.programme = 'own_survey'
    WHERE coalesce(i.se, i.moe, i.ci_lower, i.ci_upper) IS NOT NULL
"""
# Whoever answers a chapter's survey chose to: no random sample, so there is no error to state.
_UNMARGIN = """
    UPDATE incoming i SET se = NULL, moe = NULL, ci_lower = NULL, ci_upper = NULL,
        conf_level = NULL, se_method = 'none'
    FROM measurement_source s
    WHERE s.id = i.source_id AND s.programme = 'own_survey'
        AND (i.se_method <> 'none' OR i.conf_level IS NOT NULL
            OR coalesce(i.se, i.moe, i.ci_lower, i.ci_upper) IS NOT NULL)
"""


def open_table() -> None:
    """Make the temporary table of this transaction."""
    _run(_INCOMING)


def copy_in(figures: pl.DataFrame) -> None:
    """Append figures, a frame with COLUMNS."""
    text = figures.select(COLUMNS).write_csv(include_header=False, null_value="\\N")
    with connection.cursor() as cursor:
        cursor.copy_expert(_COPY, io.StringIO(text))


def complete() -> tuple[int, int | None]:
    """Give the table's complete counts, and rates of them, the error of a count of events.

    Own surveys keep no margin, whatever their file says: gives how many it takes, and the first
    line.
    """
    if _rows(_HAS_COUNTS)[0][0]:
        _run(_POISSON)
    if not _rows(_HAS_ANSWERS)[0][0]:
        return 0, None
    number, row = _rows(_MARGINS)[0]
    _run(_UNMARGIN)
    return number, row


def find_twins(limit: int = 1000) -> list[Clash]:
    """Lines that give the same figure as an earlier line of the same file."""
    return [Clash(row, first) for row, first in _rows(_TWINS, limit)]


def find_changes(limit: int = 1000) -> list[Clash]:
    """Lines that say something else than the stored figure of the same release."""
    return [Clash(row) for (row,) in _rows(_CHANGES, limit)]


def insert(batch: UUID | None, chapter_id: int | None, *, is_public: bool, is_new: bool) -> Stored:
    """Move the table's rows into the figures; those that are there already are passed over.

    is_new: nothing of these releases was stored before, which spares the look.

    Raises:
        Twins: the table keeps its rows.
    """
    total = _rows("SELECT count(*) FROM incoming")[0][0]
    statement = _INSERT if is_new else _INSERT + _UNLESS_THERE
    values = (batch, chapter_id, "P" if is_public else "C", is_public)
    try:
        with transaction.atomic():
            added = _run(statement, *values)
    except IntegrityError as error:
        raise Twins from error
    return Stored(added, total - added)


def take_turns() -> None:
    """Wait for others who publish figures of the same indicators, until their commit.

    Without it neither of two that publish at once sees the other's figures, and both count.
    """
    _rows(_TAKE_TURNS)


def has_rivals() -> bool:
    """Whether figures count already for what the table names; ask before `insert`."""
    return bool(_rows(_IS_KNOWN)[0][0])


def publish(*, has_rivals: bool) -> None:
    """Let what came in count: earlier releases step back, rollups are computed anew.

    has_rivals: as `has_rivals` said; without any the big table need not be read.
    """
    unmark()
    if not has_rivals:
        _run(_ROLL_UP_NEW)
        return
    _run(_SUPERSEDE)
    _run(_FORGET)
    _run(_ROLL_UP)


def supersede(batch: UUID) -> int:
    """Let a batch's figures, also the hidden ones, take the place of the same owner's earlier."""
    return _run(_SUPERSEDE_BY, batch)


def unmark() -> None:
    """Say of nothing that the table names any more that it is hidden."""
    if _rows("SELECT EXISTS (SELECT FROM measurement_suppressed)")[0][0]:
        _run(_UNMARK)


def recount_sources(sources: Collection[int]) -> None:
    """Compute the rollups that any figure of these sources stands in; leaves no table behind."""
    open_table()
    _run(_NAME, list(sources))
    recount()
    _run("DROP TABLE incoming")


def recount() -> None:
    """Compute the rollups of what the table names, from the figures."""
    _run(_FORGET)
    _run(_ROLL_UP)


def _run(statement: str, *values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return int(cursor.rowcount)


def _rows(statement: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return list(cursor.fetchall())
