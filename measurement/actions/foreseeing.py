"""What will become of figures that came in, and can't be seen in a line: told before it happens.

Reads the table `incoming` of this transaction (see `storing`); writes nothing.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import connection

from measurement.actions.hiding import COUNTED
from measurement.loading.problems import Problem

Periods = Mapping[tuple[dt.date, dt.date], int]

_AHEAD = """
    SELECT min(i."row"), p.label FROM incoming i JOIN measurement_period p ON p.id = i.period_id
    WHERE p.id = ANY(%s) GROUP BY p.id, p.label ORDER BY 1
"""
# Shares of which neither a count nor an error says of how many people they are: see `hiding`.
_UNCOUNTED = """
    SELECT count(*), min(i."row") FROM incoming i
    JOIN measurement_indicator n ON n.id = i.indicator_id AND n.value_type = 'proportion'
    JOIN measurement_source s ON s.id = i.source_id AND s.programme = ANY(%s)
    WHERE i.obs_value > 0 AND coalesce(i.numerator, i.denominator, i.sample_n) IS NULL
        AND (i.obs_value >= 1 OR coalesce(i.se, 0) <= 1e-9)
"""


def tell_margins(number: int, row: int | None, file: str) -> list[Problem]:
    """That an own survey's margins were given, and are not kept."""
    message = (
        f"{_counted(number, 'margin')} not kept: whoever answers a chapter’s own survey chose to,"
        " so its figures have no error that could be stated."
    )
    return [Problem("OBS-MARGIN", file, row or 1, "moe", message, "W")] if number else []


def find_ahead(periods: Periods, today: dt.date, file: str) -> list[Problem]:
    """Periods that have not begun: nobody can have counted anything in them."""
    ahead = [number for (first, _), number in periods.items() if first > today]
    return [
        Problem("OBS-FUTURE", file, row, "period", f"{label} has not begun.", "W")
        for row, label in (_rows(_AHEAD, ahead) if ahead else ())
    ]


def find_uncounted(file: str) -> list[Problem]:
    """Shares of a chapter's people that will be hidden, since nobody says of how many they are."""
    number, row = _rows(_UNCOUNTED, COUNTED)[0]
    message = (
        f"{_counted(number, 'share')} withheld when the file is published: nothing says of how"
        " many people."
    )
    return [Problem("SDC-PEOPLE", file, row, "value", message, "W")] if number else []


def _counted(number: int, what: str) -> str:
    verb = "will be" if what == "share" else ("is" if number == 1 else "are")
    return f"{number:,} {what}{'' if number == 1 else 's'} {verb}"


def _rows(statement: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
