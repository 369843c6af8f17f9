"""Tables of an index as files: wide values in, long scores out.

Text in and text out; who opens the file is not decided here. The first column of a wide table is
the unit's code, every other column an indicator; empty, NA and NaN mean that nothing is known.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurement.draws import Bands
from measurement.index import Data, Result
from measurement.recipe import IndexRefused, Recipe

MISSING = {"", "na", "nan"}
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
HEADER = ["unit", "node", "level", "score", "rank", "available"]
BANDS = ["score_median", "score_p5", "score_p95", "rank_median", "rank_p5", "rank_p95", "finding"]


@dataclass(frozen=True)
class Sheet:
    """A wide table as written: column names after the first, and cells by unit."""

    name: str
    columns: tuple[str, ...]
    rows: dict[str, list[str]]
    lines: dict[str, int]


def read_data(text: str, recipe: Recipe) -> Data:
    """The recipe's indicators from a wide table; other columns are left alone. IndexRefused."""
    sheet = read_sheet(text, "DATA")
    missing = [leaf for leaf in recipe.indicators if leaf.code not in sheet.columns]
    if missing:
        text = "IDX-COLUMN: The data have no column {}; node {}."
        raise IndexRefused(*(text.format(leaf.code, leaf.parent) for leaf in missing))
    codes = [leaf.code for leaf in recipe.indicators]
    return Data(tuple(sheet.rows), _numbers(sheet, codes))


def read_errors(text: str, recipe: Recipe, data: Data) -> NDArray[np.float64]:
    """Standard errors in the shape of the data, NaN where none is given. Raises IndexRefused."""
    sheet = read_sheet(text, "SE")
    codes = [leaf.code for leaf in recipe.indicators]
    unknown = [name for name in sheet.columns if name not in codes]
    places = {unit: row for row, unit in enumerate(data.units)}
    strangers = [unit for unit in sheet.rows if unit not in places]
    if unknown or strangers:
        names = [f"IDX-UNKNOWN: SE: no indicator {name} in the definition." for name in unknown]
        raise IndexRefused(
            *names, *(f"IDX-UNKNOWN: SE: no unit {u} in the data." for u in strangers)
        )
    errors = np.full(data.values.shape, np.nan)
    columns = [codes.index(name) for name in sheet.columns]
    rows = [places[unit] for unit in sheet.rows]
    errors[np.ix_(rows, columns)] = _numbers(sheet, list(sheet.columns))
    if np.any(errors < 0):
        raise IndexRefused("IDX-TYPE: SE: a standard error cannot be below 0.")
    return errors


def read_weights(text: str) -> dict[str, float]:
    """Weights by code: the first column, and the column named weight (else the second)."""
    sheet = read_sheet(text, "WEIGHTS")
    named = [name for name in sheet.columns if name.lower() == "weight"]
    if not sheet.columns or len(named) > 1:
        raise IndexRefused("IDX-COLUMN: The weights need a column of codes and a column Weight.")
    numbers = _numbers(sheet, [named[0] if named else sheet.columns[0]])[:, 0]
    if np.isnan(numbers).any():
        raise IndexRefused("IDX-TYPE: WEIGHTS: a weight is missing.")
    return dict(zip(sheet.rows, numbers.tolist(), strict=True))


def read_sheet(text: str, name: str) -> Sheet:
    """A wide table, checked for its shape: names once each, codes once each, full rows."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    numbered = [(reader.line_num, row) for row in reader if any(row)]
    rows = [row for _, row in numbered]
    if len(rows) < 2:
        raise IndexRefused(f"IDX-EMPTY: {name} has no rows below its header.")
    columns = tuple(cell.strip() for cell in rows[0][1:])
    problems = [f"IDX-DUP: {name}: the column {c} is there twice." for c in _twins(columns)]
    codes = [row[0].strip() for row in rows[1:]]
    problems += [f"IDX-DUP: {name}: the unit {code} is there twice." for code in _twins(codes)]
    for line, row in numbered[1:]:
        if len(row) != len(rows[0]):
            problems.append(f"IDX-TYPE: {name}, row {line}: {len(row)} cells, not {len(rows[0])}.")
        if not row[0].strip():
            problems.append(f"IDX-KEY: {name}, row {line}: the unit has no code.")
    if problems:
        raise IndexRefused(*problems)
    cells = {code: row[1:] for code, row in zip(codes, rows[1:], strict=True)}
    lines = [line for line, _ in numbered[1:]]
    return Sheet(name, columns, cells, dict(zip(codes, lines, strict=True)))


def write_scores(result: Result, bands: dict[str, Bands] | None = None) -> str:
    """The long table: a row for every unit and node, with bands where draws were made."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*HEADER, *(BANDS if bands else [])])
    for row, unit in enumerate(result.units):
        for node in result.recipe.nodes:
            cells = [_cell(result.scores[node.code][row]), _whole(result.ranks[node.code][row])]
            cells.append(_cell(result.available[node.code][row]))
            more = _band_cells(bands[node.code], row) if bands else []
            writer.writerow([unit, node.code, node.level, *cells, *more])
    return out.getvalue()


def _band_cells(bands: Bands, row: int) -> list[str]:
    cells = [_cell(figure[row]) for figure in (*bands.score, *bands.rank)]
    return [*cells, bands.finding(row)]


def _numbers(sheet: Sheet, names: Sequence[str]) -> NDArray[np.float64]:
    """The named columns as numbers. Raises IndexRefused with every cell that is none."""
    places = [sheet.columns.index(name) for name in names]
    problems: list[str] = []

    def cells() -> Iterator[float]:
        for unit, row in sheet.rows.items():
            for name, place in zip(names, places, strict=True):
                figure = _number(row[place].strip())
                if figure is None:
                    where = f"{sheet.name}, row {sheet.lines[unit]}, {name}"
                    problems.append(f"IDX-TYPE: {where}: {row[place]!r} is not a number.")
                yield math.nan if figure is None else figure

    table = np.fromiter(cells(), dtype=float).reshape(len(sheet.rows), len(names))
    if problems:
        raise IndexRefused(*problems)
    return table


def _number(cell: str) -> float | None:
    """A number, NaN for what is missing, None for what is neither."""
    if cell.lower() in MISSING:
        return math.nan
    number = float(cell) if NUMBER.fullmatch(cell) else math.inf
    return number if math.isfinite(number) else None


def _cell(figure: float) -> str:
    return "" if np.isnan(figure) else repr(float(figure))


def _whole(figure: float) -> str:
    return "" if np.isnan(figure) else str(int(figure))


def _twins(names: Sequence[str]) -> list[str]:
    seen: set[str] = set()
    return sorted({name for name in names if name in seen or seen.add(name)})  # type: ignore[func-returns-value]
