"""What each indicator adds to a score: bars under each other, beside the most that they could add.

Geometry for the page's own SVG; `vega.draw_portions` draws the same from the same rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

WIDTHS = {False: 760, True: 350}
ROW, TOP, BAR, MARGIN = 52, 8, 16, 2
ROOM = 120  # for the words behind a bar


@dataclass(frozen=True)
class Portion:
    """An indicator's or a part's share of a score.

    `most` is what it would add at its best, None where that is not known; `text` says both.
    """

    name: str
    value: float
    most: float | None
    text: str

    @property
    def told(self) -> dict[str, Any]:
        """As a row of a specification: `end` is where the words stand, `words` are read out."""
        most = self.most or 0
        numbers = {"value": self.value, "most": most, "end": max(self.value, most, 0)}
        words = {"name": self.name, "text": self.text, "words": f"{self.name}: {self.text}"}
        return words | {name: round(number, 6) for name, number in numbers.items()}


@dataclass(frozen=True)
class Row:
    """A bar from its left end, the light one behind it, and the words of both."""

    name: str
    text: str
    y: float
    left: float
    width: float
    most_left: float
    most_width: float
    end: float

    @property
    def below(self) -> float:
        """Where the bar begins, under its name."""
        return self.y + 8


@dataclass(frozen=True)
class Chart:
    """All bars on one scale."""

    width: int
    height: int
    is_narrow: bool
    rows: list[Row]


def extent(portions: Sequence[Portion]) -> tuple[float, float]:
    """From where to where the scale runs; 0 lies within."""
    every = [0.0, *(one.value for one in portions)]
    every += [one.most for one in portions if one.most is not None]
    return min(every), max(every)


def draw(portions: Sequence[Portion], *, is_narrow: bool) -> Chart | None:
    """The bars in the order given; None where nothing adds anything."""
    low, high = extent(portions)
    if low == high:
        return None
    width = WIDTHS[is_narrow]
    scale = (width - 2 * MARGIN - ROOM) / (high - low)
    rows = [_row(one, n, low, scale) for n, one in enumerate(portions)]
    return Chart(width, TOP + ROW * len(portions), is_narrow, rows)


def _row(one: Portion, n: int, low: float, scale: float) -> Row:
    def at(value: float) -> float:
        return round(MARGIN + (value - low) * scale, 1)

    (left, right), most = sorted((at(0), at(one.value))), at(one.most or 0)
    return Row(
        name=one.name,
        text=one.text,
        y=TOP + ROW * n + 12,
        left=left,
        width=round(right - left, 1),
        most_left=at(0),
        most_width=round(max(most - at(0), 0), 1),
        end=max(right, most),
    )
