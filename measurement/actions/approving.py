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
from measurement.actions.hiding import hide_small

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
_NAME_INDICATORS = """
    UPDATE measurement_indicator SET is_public = true
    WHERE chapter_id IS NOT NULL AND NOT is_public
        AND id IN (SELECT indicator_id FROM incoming)
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
# That a figure is hidden is said beside the figures; the figure itself stays behind its walls.
_MARK = """
    INSERT INTO measurement_suppressed
        (place_id, group_id, indicator_id, period_id, chapter_id, source_id)
    SELECT place_id, group_id, indicator_id, period_id,
        (array_agg(o.chapter_id ORDER BY o.source_id DESC)
            FILTER (WHERE o.conf_status IN ('A', 'D')))[1],
        max(o.source_id) FILTER (WHERE o.conf_status IN ('A', 'D'))
    FROM measurement_observation o
        JOIN incoming USING (place_id, group_id, indicator_id, period_id)
    WHERE o.visibility = 'P'
    GROUP BY place_id, group_id, indicator_id, period_id
    HAVING bool_or(o.conf_status IN ('A', 'D'))
        AND NOT bool_or(o.is_current AND o.conf_status = 'F')
"""


def publish_batch(batch: UUID, chapter_id: int) -> int:
    """Open a chapter's loaded figures to all readers; gives how many."""
    storing.open_table()
    _run(_FILL, batch, "C")
    storing.take_turns()
    opened = _run(_OPEN, batch)
    _run(_NAME_SOURCES)
    _run(_NAME_INDICATORS)
    _run(_YIELD, batch)
    hide_small(batch, chapter_id)
    storing.supersede(batch)
    _mark()
    storing.recount()
    _tell_readers()
    return opened


def withdraw_batch(batch: UUID) -> int:
    """Take published figures back, as the backbone; what they replaced counts again."""
    storing.open_table()
    _run(_FILL, batch, "P")
    storing.take_turns()
    closed = _run(_CLOSE, batch)
    _run(_RESTORE)
    _mark()
    storing.recount()
    _tell_readers()
    return closed


def discard_batch(batch: UUID) -> int:
    """Delete loaded figures that were never published."""
    return _run("DELETE FROM measurement_observation WHERE batch_id = %s", batch)


def _mark() -> None:
    """Say of the figures that the table names which are hidden now."""
    storing.unmark()
    _run(_MARK)


def _tell_readers() -> None:
    for one in Chapter.objects.all():
        forget(one)


def _run(statement: str, *values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return int(cursor.rowcount)
