"""What a report consists of; the web page and the PDF show the same parts in the same order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from chapters.prose import read_blocks
from measurement.charts import Dots, Trend
from measurement.queries import Point
from measurement.wording import Unit

Json = Mapping[str, Any]
IN_WORDS = "In words"


@dataclass(frozen=True)
class Block:
    """One piece: heading, words, own (written by the council), list, table or chart.

    figures: names of the frozen numbers that a sentence or a table rests on.
    """

    kind: str
    text: str = ""
    figures: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    numeric: frozenset[int] = frozenset()
    anchor: str = ""
    draw: Callable[[bool], Trend | Dots | None] | None = field(default=None, compare=False)
    drawing: Trend | Dots | None = None
    caption: str = ""

    @cached_property
    def narrow(self) -> Trend | Dots | None:
        """The drawing for a phone; paper never asks."""
        return self.draw(True) if self.draw else None

    @property
    def is_told(self) -> bool:
        """Whether a table's rows end in a sentence, which needs a whole line on a phone."""
        return self.head[-1:] == (IN_WORDS,)

    @property
    def is_trend(self) -> bool:
        """Whether the chart is a line over time."""
        return isinstance(self.drawing, Trend)

    @property
    def cells(self) -> list[list[tuple[str, bool]]]:
        """The rows with, for each cell, whether it is a number."""
        return [[(cell, n in self.numeric) for n, cell in enumerate(row)] for row in self.rows]

    @property
    def columns(self) -> list[tuple[str, bool]]:
        """The heads of the columns with whether numbers stand below."""
        return [(cell, n in self.numeric) for n, cell in enumerate(self.head)]


@dataclass(frozen=True)
class Part:
    """A section of a report. `slot` names the council's text in it, where it can write one."""

    key: str
    heading: str
    blocks: tuple[Block, ...]
    slot: str = ""


@dataclass(frozen=True)
class Document:
    """A whole report. `figures` gives the number of every frozen figure; `as_of` their day."""

    title: str
    subtitle: str
    issuer: str
    note: str
    digest: str
    as_of: date
    parts: tuple[Part, ...]
    figures: dict[str, int] = field(default_factory=dict)

    @property
    def charts(self) -> int:
        """How many drawings it has."""
        return sum(block.kind == "chart" for part in self.parts for block in part.blocks)

    def marks(self, block: Block) -> tuple[str, str]:
        """The numbers of a block's figures such as “1, 4–6”, and the first; empty for none."""
        numbers = sorted({self.figures[name] for name in block.figures})
        runs: list[list[int]] = []
        for number in numbers:
            if runs and number == runs[-1][-1] + 1:
                runs[-1].append(number)
            else:
                runs.append([number])
        words = [str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs]
        return ", ".join(words), str(numbers[0]) if numbers else ""


def heading(text: str, anchor: str = "") -> Block:
    """A heading below that of the section."""
    return Block("heading", text, anchor=anchor)


def words(said: Json) -> Block:
    """A paragraph that the figures say, with the names of those in it."""
    return Block("words", said["text"], figures=tuple(said["figures"]))


def plain(text: str) -> Block:
    """A paragraph without a number of its own."""
    return Block("words", text)


def listed(items: Sequence[str]) -> Block:
    """A list."""
    return Block("list", items=tuple(items))


def table(
    caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[int] = ()
) -> Block:
    """A table; numeric: the columns set to the right."""
    cells = tuple(tuple(row) for row in rows)
    return Block("table", head=tuple(head), rows=cells, numeric=frozenset(numeric), caption=caption)


def fill(caption: str, head: Sequence[str], rows: Sequence[Json]) -> Block:
    """A table of rows that name their figures; every column but the first holds numbers."""
    made = table(caption, head, [row["cells"] for row in rows], numeric=range(1, len(head)))
    return replace(made, figures=tuple(name for row in rows for name in row["figures"]))


def prose(text: str) -> list[Block]:
    """What people wrote, as paragraphs, headings and lists."""
    kinds = {"p": "own", "h": "heading", "ul": "own-list", "ol": "numbers"}
    return [
        Block(kinds[block.kind], block.text, items=tuple(block.items))
        for block in read_blocks(text)
    ]


def chart(
    draw: Callable[[bool], Trend | Dots | None], text: str, caption: str, anchor: str
) -> list[Block]:
    """A drawing with the words that stand for it; nothing for no figure.

    draw: told whether it is for a narrow screen.
    """
    drawing = draw(False)
    if drawing is None:
        return []
    made = Block("chart", text, draw=draw, drawing=drawing, caption=caption, anchor=anchor)
    return [made]


def point_of(kept: Json) -> Point:
    """A frozen point as the charts take it."""
    values: dict[str, Any] = dict(kept)
    for name in ("start", "end"):
        values[name] = date.fromisoformat(values[name])
    return Point(**values)


def unit_of(kept: Json) -> Unit:
    """A frozen unit."""
    return Unit(**kept)
