"""The chart of the open books as geometry: two bars a month, in the units of its view box."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

# Width, height, margins: left, top, bottom; months that fit.
WIDE = (760, 300, 70, 16, 44, 12)
NARROW = (350, 260, 62, 16, 40, 6)
STEPS = (1, 2, 5, 10)


class Month(Protocol):
    """What is drawn of a month, in cents."""

    @property
    def month(self) -> datetime.date: ...
    @property
    def income(self) -> int: ...
    @property
    def spending(self) -> int: ...


@dataclass(frozen=True)
class Bar:
    """One bar from the zero line."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Column:
    """A month's two bars and the middle under which its name stands."""

    month: datetime.date
    middle: float
    income: Bar
    spending: Bar
    income_cents: int
    spending_cents: int


@dataclass(frozen=True)
class Tick:
    """A line across with its sum in cents."""

    y: float
    cents: int


@dataclass(frozen=True)
class Columns:
    """The whole drawing; `zero` is the height of the zero line, `floor` where the field ends."""

    width: int
    height: int
    left: int
    zero: float
    floor: int
    columns: list[Column]
    ticks: list[Tick]
    is_narrow: bool


def columns(months: Sequence[Month], frame: tuple[int, ...] = WIDE) -> Columns | None:
    """The last months that fit, oldest first; None without any."""
    width, height, left, top, bottom, most = frame
    shown = months[-most:]
    if not shown:
        return None
    sums = [sum_ for one in shown for sum_ in (one.income, one.spending)]
    # Refunds can outweigh what came in: then the longest bar hangs below zero.
    step = _step(max(1, *map(abs, sums)))
    low, high = min(0, *sums) // step * step, -(-max(1, *sums) // step) * step
    scale = (height - top - bottom) / (high - low)
    zero = top + high * scale
    room = (width - left - 8) / max(len(shown), 4)
    drawn = [_column(one, left + 8 + room * i, room, zero, scale) for i, one in enumerate(shown)]
    ticks = [Tick(round(zero - cents * scale, 1), cents) for cents in range(low, high + 1, step)]
    return Columns(
        width, height, left, round(zero, 1), height - bottom, drawn, ticks, frame is NARROW
    )


def _step(highest: int) -> int:
    """A round distance between lines, so that there are two to five of them."""
    size = 100
    while True:
        for step in STEPS:
            if highest <= step * size * 4:
                return step * size
        size *= 10


def _column(month: Month, x: float, room: float, zero: float, scale: float) -> Column:
    bar = min(room * 0.36, 34)
    middle = x + room / 2
    return Column(
        month.month,
        round(middle, 1),
        _bar(middle - bar - 1, bar, month.income, zero, scale),
        _bar(middle + 1, bar, month.spending, zero, scale),
        month.income,
        month.spending,
    )


def _bar(x: float, width: float, cents: int, zero: float, scale: float) -> Bar:
    size = abs(cents) * scale
    top = zero - size if cents > 0 else zero
    return Bar(round(x, 1), round(top, 1), round(width, 1), round(size, 1))
