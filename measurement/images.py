"""An indicator's chart as a file of its own, to be placed where the stylesheet does not reach."""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from measurement.cards import Picture
from measurement.charts import Trend
from measurement.models import Source

LINE, SMALL_LINE = 62, 104  # letters that the width holds, of the heading and of the source
# The light colors of the stylesheet: paper is white wherever the file ends up.
COLORS = {
    "surface": "#ffffff",
    "c-text": "#4a5a54",
    "c-main": "#0d5c4f",
    "c-self": "#bf4526",
    "c-band": "#d3e6df",
    "c-muted": "#5f6d68",
    "c-grid": "#e4e0d4",
    "c-target": "#9a5b00",
}


@dataclass(frozen=True)
class Sheet:
    """What the file shows, each line of text with its height on the paper."""

    trend: Trend
    heading: list[tuple[int, str]]
    measure: tuple[int, str]
    chart: int
    source: list[tuple[int, str]]
    height: int


def lay_out(picture: Picture, name: str, address: str, sources: Sequence[Source]) -> Sheet | None:
    """The wide chart with its heading, source and address; None where there is no figure.

    name: of the chapter.
    """
    if not picture.trends:
        return None
    trend = picture.trends[0]
    heading = [(42 + 28 * n, line) for n, line in enumerate(textwrap.wrap(picture.finding, LINE))]
    measure = heading[-1][0] + 26
    chart = measure + 18
    said = "; ".join(f"{one.publisher}, {one.title}" for one in sources)
    lines = [*textwrap.wrap(f"Source: {said}. Band: 90% margin of error.", SMALL_LINE), address]
    foot = chart + trend.frame.height + 24
    source = [(foot + 20 * n, line) for n, line in enumerate(lines)]
    words = f"{picture.change.indicator.name}, {name}, {picture.measure}"
    return Sheet(trend, heading, (measure, words), chart, source, source[-1][0] + 22)


def paint(drawing: str) -> str:
    """A drawing in the stylesheet's properties, with their colors instead."""
    return re.sub(r"var\(--([a-z0-9-]+)\)", lambda found: COLORS[found[1]], drawing)
