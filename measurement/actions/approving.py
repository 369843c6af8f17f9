"""A batch of stored figures begins to count, or no longer does, with all that readers read.

Of a chapter's figure and the nation's about the same thing the nation's counts; of two of one
owner the one published last.
"""

from typing import Any
from uuid import UUID

from django.db import connection

from chapters.models import Chapter
from chapters.ready import forget
from measurement.actions import storing

# Programmes whose figures count people that somebody may know.
OWN = ["own_survey", "administrative"]
SMALL = 10

_FILL = """
    INSERT INTO incoming ("row", place_id, group_id, indicator_id, period_id, source_id, obs_value)
    SELECT 0, place_id, group_id, indicator_id, period_id, source_id, obs_value
    FROM measurement_observation WHERE batch_id = %s AND visibility = %s
"""
_OPEN = """
    UPDATE measurement_observation SET visibility = 'P', is_current = true
    WHERE batch_id = %s AND visibility = 'C'
"""
_YIELD = """
    UPDATE measurement_observation o SET is_current = false
    FROM incoming i JOIN measurement_observation n
        USING (place_id, group_id, indicator_id, period_id)
    WHERE o.batch_id = %s AND o.place_id = i.place_id AND o.group_id = i.group_id
        AND o.indicator_id = i.indicator_id AND o.period_id = i.period_id
        AND o.source_id = i.source_id AND n.source_id <> i.source_id
        AND n.chapter_id IS NULL AND o.chapter_id IS NOT NULL AND n.is_current
"""
_NAME_SOURCES = """
    UPDATE measurement_source SET is_public = true
    WHERE chapter_id IS NOT NULL AND id IN (SELECT source_id FROM incoming)
"""
# One small count hides its whole set of parts, so that no sum gives it away.
_HIDE = """
    WITH counts AS (
        SELECT o.place_id, o.group_id, o.indicator_id, o.period_id, o.source_id,
            (SELECT coalesce(string_agg(split_part(part, '=', 1), ';'), '')
                FROM unnest(string_to_array(g.key, ';')) part) AS kind,
            (n.value_type = 'count' AND o.obs_value > 0 AND o.obs_value < %(least)s)
                OR o.sample_n BETWEEN 1 AND %(least)s - 1
                OR (o.numerator > 0 AND o.numerator < %(least)s)
                OR (o.denominator > 0 AND o.denominator < %(least)s) AS is_small
        FROM measurement_observation o
        JOIN measurement_demographicgroup g ON g.id = o.group_id
        JOIN measurement_indicator n ON n.id = o.indicator_id
        JOIN measurement_source s ON s.id = o.source_id AND s.programme = ANY(%(own)s)
        WHERE o.batch_id = %(batch)s),
    sets AS (
        SELECT place_id, indicator_id, period_id, source_id, kind FROM counts
        GROUP BY 1, 2, 3, 4, 5 HAVING bool_or(is_small))
    UPDATE measurement_observation o
    SET conf_status = CASE WHEN c.is_small THEN 'A' ELSE 'D' END, is_current = false
    FROM counts c JOIN sets USING (place_id, indicator_id, period_id, source_id, kind)
    WHERE (o.place_id, o.group_id, o.indicator_id, o.period_id, o.source_id)
        = (c.place_id, c.group_id, c.indicator_id, c.period_id, c.source_id)
"""
_CLOSE = """
    UPDATE measurement_observation SET visibility = 'C', is_current = false
    WHERE batch_id = %s AND visibility = 'P'
"""
# Where nothing counts any more, what did before does again.
_RESTORE = """
    UPDATE measurement_observation o SET is_current = true
    FROM (SELECT DISTINCT ON (place_id, group_id, indicator_id, period_id)
            p.place_id, p.group_id, p.indicator_id, p.period_id, p.source_id, p.is_current
        FROM measurement_observation p
        JOIN incoming USING (place_id, group_id, indicator_id, period_id)
        WHERE p.visibility = 'P' AND p.conf_status = 'F'
        ORDER BY place_id, group_id, indicator_id, period_id, p.is_current DESC,
            p.chapter_id IS NULL DESC, p.source_id DESC) best
    WHERE NOT best.is_current
        AND (o.place_id, o.group_id, o.indicator_id, o.period_id, o.source_id)
        = (best.place_id, best.group_id, best.indicator_id, best.period_id, best.source_id)
"""


def publish_batch(batch: UUID) -> int:
    """Open a chapter's loaded figures to all readers; gives how many."""
    storing.open_table()
    _run(_FILL, batch, "C")
    opened = _run(_OPEN, batch)
    _run(_NAME_SOURCES)
    _run(_YIELD, batch)
    with connection.cursor() as cursor:
        cursor.execute(_HIDE, {"least": SMALL, "own": OWN, "batch": batch})
    storing.supersede(batch)
    storing.recount()
    _tell_readers()
    return opened


def withdraw_batch(batch: UUID) -> int:
    """Take published figures back, as the backbone; what they replaced counts again."""
    storing.open_table()
    _run(_FILL, batch, "P")
    closed = _run(_CLOSE, batch)
    _run(_RESTORE)
    storing.recount()
    _tell_readers()
    return closed


def discard_batch(batch: UUID) -> int:
    """Delete loaded figures that were never published."""
    return _run("DELETE FROM measurement_observation WHERE batch_id = %s", batch)


def _tell_readers() -> None:
    for one in Chapter.objects.all():
        forget(one)


def _run(statement: str, *values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return int(cursor.rowcount)
