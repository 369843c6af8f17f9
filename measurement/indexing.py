"""A composite index over cities, in words: every score with its band and opened into its parts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from chapters.models import Place
from measurement import charts, queries, wording
from measurement.draws import Bands, Draws, leave_one_out, simulate
from measurement.index import Data, Part, Result, compute, open_score
from measurement.models import Indicator
from measurement.queries import TOTAL, Figures, Point
from measurement.recipe import Node, Recipe

SHOWN = Path(__file__).parent / "data" / "indices_shown.json"
DRAWS, SEED = 1000, 1
METHODS = {
    "goalposts": "{0} is {2:g}, {1} is {3:g}; fixed for all years",
    "minmax": "Lowest and highest of these cities; a new city moves all",
    "zscore": "Standard deviations from the mean of these cities",
    "percentile_rank": "Rank among these cities",
    "none": "As it is",
}
POINTS = wording.Unit(1, 1, "", "", " points", "points")


@dataclass(frozen=True)
class Shown:
    """An index that the site shows, with names of its parts where the code says too little."""

    code: str
    name: str
    about: str
    names: Mapping[str, str]
    recipe: Recipe


@dataclass(frozen=True)
class Table:
    """Figures of cities as the index takes them, with what is needed to speak of them."""

    places: tuple[Place, ...]
    data: Data
    errors: Any
    valid: dict[str, tuple[float, float]]
    units: dict[str, wording.Unit]
    names: dict[str, str]


@dataclass(frozen=True)
class Row:
    """A city in the table; `above` is how often it scored above the chosen city."""

    name: str
    is_own: bool
    score: str
    band: str
    ranks: str
    finding: str
    above: str
    parts: list[str]


@dataclass(frozen=True)
class PartRow:
    """What one child adds to a score."""

    name: str
    value: str
    score: str
    weight: str
    contribution: str


@dataclass(frozen=True)
class Opened:
    """A score of the chosen city, opened; `unit` says what the contributions add up to."""

    name: str
    score: str
    unit: str
    total: str
    parts: list[PartRow]


@dataclass(frozen=True)
class Weight:
    """A weight that a visitor can move, and how far ranks shift without the indicator."""

    code: str
    name: str
    value: str
    shift: str


@dataclass(frozen=True)
class Scored:
    """An index over cities, seen from one of them."""

    finding: str
    rows: list[Row]
    columns: list[str]
    opened: list[Opened]
    missing: list[str]
    weights: list[tuple[str, list[Weight]]]
    dots: list[charts.Dots]
    note: str


@cache
def indices() -> dict[str, Shown]:
    """The indices that the site shows, by code, in their order."""
    entries = json.loads(SHOWN.read_text(encoding="utf-8"))
    recipes = queries.recipes()
    return {entry["code"]: Shown(**entry, recipe=recipes[entry["code"]]) for entry in entries}


def gather(
    shown: Shown,
    library: Mapping[str, Indicator],
    places: Sequence[Place],
    found: Figures,
    period: int,
) -> Table:
    """The wide table of an index: cities with any figure in rows, NaN where there is none.

    library: indicators by code. period: its id.
    """
    codes = [leaf.code for leaf in shown.recipe.indicators]
    known = {code: library[code] for code in codes if code in library}
    points = {
        place: [
            found.get((place.pk, known[code].pk, TOTAL), {}).get(period) if code in known else None
            for code in codes
        ]
        for place in places
    }
    points = {place: row for place, row in points.items() if any(_has_value(p) for p in row)}
    return Table(
        tuple(points),
        Data(tuple(place.geoid for place in points), _column(points, "value", len(codes))),
        _column(points, "se", len(codes)),
        {code: limits for code, one in known.items() if (limits := _limits(one))},
        {code: wording.unit_of(one) for code, one in known.items()},
        {item.code: _name(shown, item.code, known.get(item.code)) for item in shown.recipe.items},
    )


def score(recipe: Recipe, table: Table, own: Place) -> Scored:
    """The index over all cities of the table, seen from `own`, which is one of them.

    recipe: with the weights to use. Raises IndexRefused.
    """
    result = compute(recipe, table.data)
    draws = simulate(recipe, table.data, table.errors, seed=SEED, draws=DRAWS, valid=table.valid)
    bands = draws.bands(recipe.top.code)
    rows = _rows(result, draws, bands, table, own)
    row = table.places.index(own)
    return Scored(
        finding=_finding(result, bands, row, own),
        rows=rows,
        columns=[table.names[code] for code in _dimensions(recipe)],
        opened=[
            opened
            for node in sorted(recipe.nodes, key=lambda node: node.parent is not None)
            if (opened := _open(result, node, table, own))
        ],
        missing=[
            table.names[leaf.code]
            for leaf, value in zip(recipe.indicators, table.data.values[row], strict=True)
            if np.isnan(value)
        ],
        weights=_weights(recipe, table),
        dots=_dots(result, bands, table, own),
        note=f"{DRAWS:,} draws, seed {SEED}. {draws.note}",
    )


def describe(recipe: Recipe, table: Table) -> list[tuple[str, str, str]]:
    """For each indicator its name, which way is better, and how it becomes 0 to 100."""
    found = []
    for leaf in recipe.indicators:
        rule, unit = leaf.rule, table.units.get(leaf.code, POINTS)
        ends = [unit.value(end) for end in (rule.low, rule.high)]
        how = METHODS[rule.method]
        if rule.method == "goalposts":
            how = how.format(*ends[:: leaf.direction], *rule.to)
        better = "Higher" if leaf.direction > 0 else "Lower"
        found.append((table.names[leaf.code], better, how))
    return found


# --- Figures ------------------------------------------------------------------------------------


def _name(shown: Shown, code: str, indicator: Indicator | None) -> str:
    known = shown.names.get(code) or (indicator.name if indicator else "")
    return known or code.replace("_", " ").capitalize()


def _has_value(point: Point | None) -> bool:
    return point is not None and point.value is not None


def _column(points: Mapping[Place, Sequence[Point | None]], field: str, width: int) -> Any:
    rows = [
        [np.nan if (cell := getattr(point, field, None)) is None else cell for point in row]
        for row in points.values()
    ]
    return np.array(rows, dtype=float).reshape(len(rows), width)


def _limits(indicator: Indicator) -> tuple[float, float] | None:
    low, high = indicator.valid_min, indicator.valid_max
    if low is None and high is None:
        return None
    return -np.inf if low is None else float(low), np.inf if high is None else float(high)


# --- Words --------------------------------------------------------------------------------------


def _finding(result: Result, bands: Bands, row: int, own: Place) -> str:
    whole = result.scores[result.recipe.top.code][row]
    if np.isnan(whole):
        return f"{own.name} has no score yet"
    found = bands.finding(row)
    return f"{own.name} scores {whole:.1f}: {found}"


def _dimensions(recipe: Recipe) -> list[str]:
    nodes = {node.code for node in recipe.nodes}
    return [code for code in recipe.top.children if code in nodes]


def _rows(result: Result, draws: Draws, bands: Bands, table: Table, own: Place) -> list[Row]:
    top = result.recipe.top.code
    whole = result.scores[top]
    order = sorted(
        range(len(table.places)),
        key=lambda n: (np.isnan(whole[n]), -np.nan_to_num(whole[n]), table.places[n].name),
    )
    found = []
    for n in order:
        place = table.places[n]
        share = draws.probability_above(top, place.geoid, own.geoid)
        is_own = place.pk == own.pk
        found.append(
            Row(
                name=place.name,
                is_own=is_own,
                score=_number(whole[n], "no score"),
                band=_span(bands.score.low[n], bands.score.high[n], 1),
                ranks=_span(bands.rank.low[n], bands.rank.high[n], 0),
                finding=bands.finding(n).capitalize(),
                above="" if share is None or is_own else f"{100 * share:.0f}%",
                parts=[_number(result.scores[code][n], "–") for code in _dimensions(result.recipe)],
            )
        )
    return found


def _number(value: float, nothing: str) -> str:
    return nothing if np.isnan(value) else f"{value:.1f}"


def _span(low: float, high: float, decimals: int) -> str:
    if np.isnan(low):
        return ""
    ends = f"{low:.{decimals}f}", f"{high:.{decimals}f}"
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def _open(result: Result, node: Node, table: Table, own: Place) -> Opened | None:
    parts = open_score(result, node.code, own.geoid)
    if not parts:
        return None
    adds_points = node.aggregate == "arithmetic"
    whole = sum(part.contribution for part in parts)
    return Opened(
        name=table.names[node.code],
        score=f"{result.scores[node.code][table.places.index(own)]:.1f}",
        unit="Points" if adds_points else "Share of the score",
        total=_contribution(whole, adds_points),
        parts=[_part(part, table, adds_points) for part in parts],
    )


def _part(part: Part, table: Table, adds_points: bool) -> PartRow:
    unit = table.units.get(part.code)
    has_value = part.value is not None and unit is not None
    return PartRow(
        name=table.names[part.code],
        value=unit.value(part.value) if has_value and unit else "",
        score=f"{part.score:.1f}",
        weight=f"{100 * part.weight:.0f}%",
        contribution=_contribution(part.contribution, adds_points),
    )


def _contribution(value: float, adds_points: bool) -> str:
    return f"{value:.1f}" if adds_points else f"{100 * value:.0f}%"


def _weights(recipe: Recipe, table: Table) -> list[tuple[str, list[Weight]]]:
    """Every node's children with their raw weights, the top's first."""
    shifts = leave_one_out(recipe, table.data)
    return [
        (
            table.names[node.code],
            [
                Weight(
                    code,
                    table.names[code],
                    f"{recipe.weights[code]:g}",
                    "" if (shift := shifts.get(code)) is None else f"{shift:.1f}",
                )
                for code in node.children
            ],
        )
        for node in sorted(recipe.nodes, key=lambda node: node.parent is not None)
    ]


def _dots(result: Result, bands: Bands, table: Table, own: Place) -> list[charts.Dots]:
    """Cities with a chapter, and the chosen one, from the highest score to the lowest."""
    whole = result.scores[result.recipe.top.code]
    ranges = [
        charts.Range(
            place.name, whole[n], bands.score.low[n], bands.score.high[n], f"{whole[n]:.1f}"
        )
        for n, place in enumerate(table.places)
        if not np.isnan(whole[n]) and (place.pk == own.pk or getattr(place, "has_chapter", False))
    ]
    ranges.sort(key=lambda one: -(one.value or 0))
    drawn = [charts.ranges(ranges, POINTS, is_narrow, own.name) for is_narrow in (False, True)]
    return [chart for chart in drawn if chart]
