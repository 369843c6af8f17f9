"""The sandbox's time: the machine's, moved ahead by a control, or the moment of what is due.

Everything that Stripe would date reads it; deliveries and signatures keep the machine's time.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

DAY = 86400
_ahead = 0.0
_MOMENT: ContextVar[float | None] = ContextVar("_MOMENT", default=None)


def now() -> float:
    """Unix seconds."""
    moment = _MOMENT.get()
    return time.time() + _ahead if moment is None else moment


def set_ahead(seconds: float) -> None:
    """How far the sandbox is ahead of the machine."""
    global _ahead
    _ahead = seconds


@contextmanager
def at(moment: float) -> Iterator[None]:
    """Do something as if it were that moment, as what was due then is."""
    token = _MOMENT.set(moment)
    try:
        yield
    finally:
        _MOMENT.reset(token)


def add_months(start: float, months: int) -> int:
    """The same day and time some months on; a day that the month lacks becomes its last."""
    moment = datetime.fromtimestamp(start, UTC)
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    for day in range(moment.day, 0, -1):
        try:
            return int(moment.replace(year=year, month=month + 1, day=day).timestamp())
        except ValueError:
            continue
    raise ValueError(start)
