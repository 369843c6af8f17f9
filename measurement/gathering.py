"""Figures of cities put together as an index takes them, in a table with its names and units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chapters.models import Place
from measurement import queries, wording
from measurement.cards import group_names
from measurement.index import Data
from measurement.models import IndexTemplate, Indicator, ScorecardLine
from measurement.queries import TOTAL, Figures, Point
from measurement.recipe import Leaf, Recipe, read_recipe


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


def indices() -> dict[str, Shown]:
    """The indices that the site shows, by code, in their order; one query."""
    return {code: shown(row) for code, row in queries.templates().items()}


def shown(row: IndexTemplate) -> Shown:
    """An index as its template has it."""
    return Shown(row.code, row.name, row.about, row.names, read_recipe(row.definition))


def newest_table(index: Shown) -> tuple[str, Table] | None:
    """The figures of now, with their period's label; five queries; None without a scorecard.

    The period is the current one of most lines of the national scorecard.
    """
    lines = queries.current_lines()
    if not lines:
        return None
    line = _current(lines)
    figures = [leaf.figure for leaf in index.recipe.indicators]
    library = {indicator.code: indicator for indicator in queries.library()}
    wanted = [library[code].pk for code, _ in figures if code in library]
    offered, _ = queries.find_places(())
    groups = {group for _, group in figures}
    found = queries.find_figures(offered, wanted, periods=[line.current_id], groups=groups)
    names = group_names() if groups != {TOTAL} else {}
    return line.current.label, gather(index, library, offered, found, line.current_id, names)


def _current(lines: Sequence[ScorecardLine]) -> ScorecardLine:
    periods = [line.current_id for line in lines]
    return max(lines, key=lambda line: periods.count(line.current_id))


def gather(
    index: Shown,
    library: Mapping[str, Indicator],
    places: Sequence[Place],
    found: Figures,
    period: int,
    groups: Mapping[str, str] | None = None,
) -> Table:
    """The wide table of an index: cities with any figure in rows, NaN where there is none.

    library: indicators by code. period: its id. groups: names by key, where the index takes some.
    """
    leaves = index.recipe.indicators
    known = {leaf.code: library[leaf.figure[0]] for leaf in leaves if leaf.figure[0] in library}

    def point(place: Place, leaf: Leaf) -> Point | None:
        if leaf.code not in known:
            return None
        return found.get((place.pk, known[leaf.code].pk, leaf.figure[1]), {}).get(period)

    points = {place: [point(place, leaf) for leaf in leaves] for place in places}
    points = {place: row for place, row in points.items() if any(_has_value(p) for p in row)}
    names = {node.code: _name(index, node.code) for node in index.recipe.nodes}
    for leaf in leaves:
        names[leaf.code] = _leaf_name(index, leaf, known.get(leaf.code), groups or {})
    return Table(
        tuple(points),
        Data(tuple(place.geoid for place in points), _column(points, "value", len(leaves))),
        _column(points, "se", len(leaves)),
        {code: limits for code, one in known.items() if (limits := _limits(one))},
        {code: wording.unit_of(one) for code, one in known.items()},
        names,
    )


def _name(index: Shown, code: str) -> str:
    return index.names.get(code) or code.replace("_", " ").capitalize()


def _leaf_name(
    index: Shown, leaf: Leaf, indicator: Indicator | None, groups: Mapping[str, str]
) -> str:
    code, group = leaf.figure
    name = index.names.get(leaf.code) or (indicator.name if indicator else _name(index, code))
    return f"{name}: {wording.amid(groups.get(group, group))}" if group else name


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
