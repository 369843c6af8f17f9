"""A composite index over cities, in words: every score with its band and opened into its parts."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from chapters.models import Place
from measurement import charts, wording
from measurement.draws import Bands, Draws, leave_one_out, simulate
from measurement.gathering import Table
from measurement.index import Part, Result, compute, open_score
from measurement.portions import Chart, Portion, draw
from measurement.recipe import Node, Recipe

DRAWS, SEED = 1000, 1
METHODS = {
    "goalposts": "{0} is {2:g}, {1} is {3:g}; fixed for all years",
    "minmax": "Lowest and highest of these cities; a new city moves all",
    "zscore": "Standard deviations from the mean of these cities",
    "percentile_rank": "Rank among these cities",
    "none": "As it is",
}
BOUNDED = ("goalposts", "minmax", "percentile_rank")  # what nobody can be better than
POINTS = wording.Unit(1, 1, "", "", " points", "points")


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

    @property
    def has_figures(self) -> bool:
        """Whether its parts are indicators; parts that are scores themselves have no figure."""
        return any(part.value for part in self.parts)


@dataclass(frozen=True)
class Weight:
    """A weight that a visitor can move, and how far ranks shift without the indicator."""

    code: str
    name: str
    value: str
    shift: str


@dataclass(frozen=True)
class Gap:
    """A part of the index in which the chosen city has too few figures for a score."""

    name: str
    there: int
    of: int
    needed: int


@dataclass(frozen=True)
class Scored:
    """An index over cities, seen from one of them.

    `gaps` are the parts for which it has no score; `figures` shows all cities' figures instead
    where no city has a whole score.
    """

    finding: str
    rows: list[Row]
    columns: list[str]
    opened: list[Opened]
    missing: list[str]
    gaps: list[Gap]
    figures: tuple[list[str], list[tuple[str, bool, list[str]]]] | None
    weights: list[tuple[str, list[Weight]]]
    dots: list[charts.Dots]
    ranges: list[charts.Range]
    note: str
    portions: list[Portion]
    portion_charts: list[Chart]


def score(recipe: Recipe, table: Table, own: Place) -> Scored:
    """The index over all cities of the table, seen from `own`, which is one of them.

    recipe: with the weights to use. Raises IndexRefused.
    """
    result = compute(recipe, table.data)
    draws = simulate(recipe, table.data, table.errors, seed=SEED, draws=DRAWS, valid=table.valid)
    bands = draws.bands(recipe.top.code)
    rows = _rows(result, draws, bands, table, own)
    row = table.places.index(own)
    ranges = _ranges(result, bands, table, own)
    drawn = [charts.ranges(ranges, POINTS, is_narrow, own.name) for is_narrow in (False, True)]
    adding = _portions(result, table, own)
    bars = [draw(adding, is_narrow=is_narrow) for is_narrow in (False, True)]
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
        gaps=_gaps(result, table, row),
        figures=None if _any_score(result) else _figures(recipe, table, own),
        weights=_weights(recipe, table),
        dots=[chart for chart in drawn if chart],
        ranges=ranges,
        note=f"{DRAWS:,} draws, seed {SEED}. {draws.note}",
        portions=adding,
        portion_charts=[chart for chart in bars if chart],
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


def _portions(result: Result, table: Table, own: Place) -> list[Portion]:
    """Points of every indicator where means add up to the top, else shares of the top's parts."""
    nodes, top = {node.code: node for node in result.recipe.nodes}, result.recipe.top.code
    if all(node.aggregate == "arithmetic" for node in nodes.values()):
        return list(_points_below(result, table, own, top, 1.0))
    return [
        Portion(table.names[part.code], part.contribution, None, f"{100 * part.contribution:.0f}%")
        for part in open_score(result, top, own.geoid)
    ]


def _points_below(
    result: Result, table: Table, own: Place, node: str, share: float
) -> Iterator[Portion]:
    """The indicators below a node, whose weight in the whole is `share`, in their order."""
    rules = {leaf.code: leaf.rule for leaf in result.recipe.indicators}
    for part in open_score(result, node, own.geoid):
        if part.code not in rules:
            yield from _points_below(result, table, own, part.code, share * part.weight)
            continue
        points, rule = share * part.contribution, rules[part.code]
        most = share * part.weight * rule.to[1] if rule.method in BOUNDED else None
        text = f"{points:.1f}" if most is None else f"{points:.1f} of {most:.1f}"
        yield Portion(table.names[part.code], points, most, text)


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


def _any_score(result: Result) -> bool:
    return not np.isnan(result.scores[result.recipe.top.code]).all()


def _gaps(result: Result, table: Table, row: int) -> list[Gap]:
    """Parts without a score, the lowest ones first."""
    return [
        Gap(
            name=table.names[node.code],
            there=round(float(result.available[node.code][row]) * len(node.children)),
            of=len(node.children),
            needed=max(1, int(np.ceil(node.min_available * len(node.children) - 0.01))),
        )
        for node in result.recipe.upward
        if np.isnan(result.scores[node.code][row])
    ]


def _figures(
    recipe: Recipe, table: Table, own: Place
) -> tuple[list[str], list[tuple[str, bool, list[str]]]]:
    """Names of the indicators that any city has, and every city's figures in their units."""
    codes = [leaf.code for leaf in recipe.indicators]
    there = [n for n, column in enumerate(table.data.values.T) if not np.isnan(column).all()]
    rows = [
        (
            place.name,
            place.pk == own.pk,
            [
                "–" if np.isnan(values[n]) else table.units.get(codes[n], POINTS).value(values[n])
                for n in there
            ],
        )
        for place, values in zip(table.places, table.data.values, strict=True)
    ]
    return [table.names[codes[n]] for n in there], sorted(rows)


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


def _ranges(result: Result, bands: Bands, table: Table, own: Place) -> list[charts.Range]:
    """Cities with a chapter, and the chosen one, from the highest score to the lowest."""
    whole = result.scores[result.recipe.top.code]
    ranges = [
        charts.Range(
            place.name,
            float(whole[n]),
            float(bands.score.low[n]),
            float(bands.score.high[n]),
            f"{whole[n]:.1f}",
        )
        for n, place in enumerate(table.places)
        if not np.isnan(whole[n]) and (place.pk == own.pk or getattr(place, "has_chapter", False))
    ]
    return sorted(ranges, key=lambda one: -(one.value or 0))
