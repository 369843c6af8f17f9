"""Tables of counts and what their published margins give away: cells, and sums that tie them.

A table of any number of dimensions is widened by one place on every axis, the last, for its
margins. Tables that are linked share cells: the same categories of the same dimensions are the
same cell, wherever they are printed, and an earlier release differs from a later one by the
people who came in between. Pure numpy; no request, no database, no clock.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

Mask = NDArray[np.bool_]
Counts = NDArray[np.int64]
Cell = tuple[int, ...]
MOST_PEOPLE = 400  # cells of a crossing that is nobody's table but must be thought of
Key = tuple[int, frozenset[tuple[str, str]]]


class DisclosureRefused(ValueError):
    """A table or threshold that cannot be protected; the message begins with its code."""


@dataclass(frozen=True)
class Table:
    """Counts of people, and which of their margins are published.

    `counts` are the inner cells, or with `totals=True` the inner cells and their margins, as the
    last place of every axis. `margins` says what is published beside the inner cells: True all,
    False none, one flag an axis (whether sums over it are; sums over several axes are where all
    their flags are set), or the groups of axes summed over, such as `[(0,), (0, 1)]`, or a flag
    for each such group.

    Linked tables name their `axes` and the `labels` on them; `where` holds what is the same for
    the whole table, such as the city. Without names, axes with equal margins are taken to be the
    same dimension. `release` counts editions; a release that is out has its pattern in `settled`
    (a mask of what was hidden), which cannot be changed any more.
    """

    counts: Any
    margins: Any = True
    totals: bool = False
    axes: Sequence[str] | None = None
    labels: Sequence[Sequence[str]] | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    release: int = 0
    settled: Any = None

    def __post_init__(self) -> None:
        counts = _checked(self.counts)
        if self.totals and 0 in counts.shape:
            raise DisclosureRefused("SDC-TYPE: A table with totals has a place for them.")
        object.__setattr__(self, "counts", counts)
        if self.axes is not None and len(self.axes) != counts.ndim:
            raise DisclosureRefused(f"SDC-TYPE: {len(self.axes)} names for {counts.ndim} axes.")
        if self.totals and not np.array_equal(_widened(self.inner), counts):
            raise DisclosureRefused("SDC-SUM: The parts do not add to the totals.")

    @property
    def inner(self) -> Counts:
        """The counts without margins."""
        return self.counts[(slice(-1),) * self.counts.ndim] if self.totals else self.counts

    @property
    def wide(self) -> Counts:
        """The counts with all margins, published or not."""
        return self.counts if self.totals else _widened(self.counts)

    @property
    def published(self) -> Mask:
        """Which of the wide table's places are published."""
        shape = self.wide.shape
        result = np.ones(shape, dtype=bool)
        for cell in np.ndindex(shape):
            summed = frozenset(axis for axis, at in enumerate(cell) if at == shape[axis] - 1)
            result[cell] = not summed or self._is_published(summed)
        return result

    @property
    def names(self) -> list[tuple[str, list[str]]]:
        """Every axis with its labels. Raises DisclosureRefused if they do not fit."""
        axes = list(self.axes) if self.axes is not None else _nameless(self.inner)
        numbers = [[str(place) for place in range(size)] for size in self.inner.shape]
        labels = numbers if self.labels is None else [list(line) for line in self.labels]
        if [len(line) for line in labels] != list(self.inner.shape):
            raise DisclosureRefused("SDC-TYPE: The labels do not fit the table.")
        return list(zip(axes, labels, strict=True))

    def own(self, wide: Mask) -> Mask:
        """A mask of the wide table cut to the shape of the counts as they were given."""
        return wide if self.totals else wide[(slice(-1),) * self.counts.ndim]

    def widen(self, mask: Any) -> Mask:
        """A mask of the counts, or of the wide table, as one of the wide table."""
        given = np.asarray(mask, dtype=bool)
        if given.shape == self.wide.shape:
            return given
        if given.shape != self.inner.shape:
            raise DisclosureRefused(f"SDC-TYPE: A mask of {given.shape} does not fit the table.")
        return np.pad(given, [(0, 1)] * given.ndim)

    def _is_published(self, summed: frozenset[int]) -> bool:
        if isinstance(self.margins, (bool, np.bool_)):
            return bool(self.margins)
        if isinstance(self.margins, Mapping):
            return bool(self.margins.get(tuple(sorted(summed)), False))
        flags = list(self.margins)
        if flags and all(isinstance(flag, (bool, np.bool_)) for flag in flags):
            if len(flags) != self.counts.ndim:
                raise DisclosureRefused(
                    f"SDC-TYPE: {len(flags)} flags for {self.counts.ndim} axes."
                )
            return all(flags[axis] for axis in summed)
        return summed in {frozenset(group) for group in flags}


class Sum(NamedTuple):
    """One published relation: a total and the places of its parts."""

    total: int
    parts: NDArray[np.int64]


@dataclass(frozen=True)
class System:
    """Every cell of linked tables once, and all sums between them.

    `counts`, `published` (in some table), `settled` (out already, cannot be hidden), `crossed`
    (in no table, but there must be some such people) and `depth` (axes summed over) by cell;
    `places` finds a wide table's places among the cells.
    """

    counts: NDArray[np.float64]
    published: Mask
    settled: Mask
    crossed: Mask
    depth: Counts
    sums: tuple[Sum, ...]
    places: tuple[NDArray[np.int64], ...]

    @cached_property
    def matrix(self) -> NDArray[np.float64]:
        """Sums by cells: parts 1, total -1; times the counts it is 0."""
        result = np.zeros((len(self.sums), len(self.counts)))
        for row, (total, parts) in enumerate(self.sums):
            np.add.at(result[row], parts, 1)
            result[row, total] -= 1
        return result


def link(tables: Sequence[Table]) -> System:
    """The cells and sums of tables that belong together. Raises DisclosureRefused."""
    cells: dict[Key, int] = {}
    places: list[NDArray[np.int64]] = []
    for table in tables:
        keys = list(_keys(table))
        places.append(np.array([cells.setdefault(key, len(cells)) for key in keys], dtype=np.int64))
    counts = np.full(len(cells), -1.0)
    published, settled, crossed = np.zeros((3, len(cells)), dtype=bool)
    depth = np.zeros(len(cells), dtype=np.int64)
    for table, at in zip(tables, places, strict=True):
        flat = table.wide.ravel()
        if np.any((counts[at] >= 0) & (counts[at] != flat)):
            raise DisclosureRefused("SDC-SUM: Linked tables give two counts for the same people.")
        counts[at] = flat
        published[at] |= table.published.ravel()
        depth[at] = np.maximum(depth[at], _depth(table.wide.shape))
        if table.settled is not None:
            settled[at] |= table.published.ravel()
    shaped = [at.reshape(table.wide.shape) for table, at in zip(tables, places, strict=True)]
    sums = [line for at in shaped for line in _lines(at)]
    system = System(counts, published, settled, crossed, depth, tuple(sums), tuple(shaped))
    return _with_people(_with_growth(system, cells), tables, cells)


def _with_growth(system: System, cells: dict[Key, int]) -> System:
    """The system with what came between two releases of a cell as a cell of its own."""
    by_people: dict[frozenset[tuple[str, str]], list[tuple[int, int]]] = {}
    for (release, people), cell in cells.items():
        by_people.setdefault(people, []).append((release, cell))
    pairs = [
        (before, after)
        for editions in by_people.values()
        for (_, before), (_, after) in itertools.pairwise(sorted(editions))
        if system.counts[before] != system.counts[after]
    ]
    counts = system.counts.tolist()
    sums = list(system.sums)
    for before, after in pairs:
        less, more = sorted((before, after), key=lambda cell: counts[cell])
        sums.append(Sum(more, np.array([less, len(counts)])))
        counts.append(counts[more] - counts[less])
    return _grown(system, counts[len(system.counts) :], sums[len(system.sums) :], crossed=False)


def _with_people(system: System, tables: Sequence[Table], cells: Mapping[Key, int]) -> System:
    """The system with the full crossing that three or more tables of the same people imply.

    Each table may be safe beside each other one, and not beside all. Nobody published the crossing,
    so any that fits the tables will do for its counts; it is left out where it would be too large.
    """
    groups: dict[tuple[int, frozenset[tuple[str, str]]], list[Table]] = {}
    for table in tables:
        groups.setdefault((table.release, frozenset(table.where.items())), []).append(table)
    for (release, common), some in groups.items():
        spans: dict[str, dict[str, None]] = {}
        for table in some:
            for axis, line in table.names:
                spans.setdefault(axis, {}).update(dict.fromkeys(line))
        size = math.prod(len(line) for line in spans.values())
        full = any(table.inner.ndim == len(spans) for table in some)
        if len(some) < 3 or full or not 0 < size <= MOST_PEOPLE:
            continue
        entries = [[(axis, label) for label in line] for axis, line in spans.items()]
        people = [frozenset(who) for who in itertools.product(*entries)]
        parts: dict[int, list[int]] = {}
        for axes in {frozenset(axis for axis, _ in table.names) for table in some}:
            for number, who in enumerate(people):
                shown = frozenset(entry for entry in who if entry[0] in axes)
                place = parts.setdefault(cells[release, common | shown], [])
                place.append(len(system.counts) + number)
        sums = [Sum(total, np.array(below)) for total, below in parts.items()]
        system = _grown(system, _some_counts(system, sums, size), sums, crossed=True)
    return system


def _some_counts(system: System, sums: Sequence[Sum], size: int) -> list[float]:
    """Counts of people that add up to the tables; they need not be whole."""
    matrix = np.zeros((len(sums), size))
    for row, (_, parts) in enumerate(sums):
        matrix[row, parts - len(system.counts)] = 1
    wanted = [system.counts[total] for total, _ in sums]
    found = linprog(np.zeros(size), A_eq=matrix, b_eq=wanted, method="highs")
    if found.x is None:
        raise DisclosureRefused("SDC-SUM: No people could be counted as these tables count them.")
    return list(found.x)


def _grown(
    system: System, counts: Sequence[float], sums: Sequence[Sum], *, crossed: bool
) -> System:
    """The system with more cells, which no table prints, and more sums."""
    more = (0, len(counts))
    return replace(
        system,
        counts=np.append(system.counts, counts),
        published=np.pad(system.published, more),
        settled=np.pad(system.settled, more),
        crossed=np.pad(system.crossed, more, constant_values=crossed),
        depth=np.pad(system.depth, more),
        sums=(*system.sums, *sums),
    )


def _keys(table: Table) -> Iterator[Key]:
    """Who is counted at each place of the wide table, in C order; a margin names no category."""
    entries = [[*((axis, label) for label in line), None] for axis, line in table.names]
    common = set(table.where.items())
    for place in itertools.product(*entries):
        yield table.release, frozenset(common | {entry for entry in place if entry is not None})


def _nameless(inner: Counts) -> list[str]:
    """Names of axes from their margins: in linked tables, equal margins are the same dimension."""
    margins: list[str] = []
    for axis in range(inner.ndim):
        others = tuple(other for other in range(inner.ndim) if other != axis)
        margins.append(f"margin {inner.sum(axis=others).tolist()}")
    return [f"{name} #{margins[:place].count(name)}" for place, name in enumerate(margins)]


def _lines(at: NDArray[np.int64]) -> Iterator[Sum]:
    """Every sum of a wide table, along every axis."""
    for axis in range(at.ndim):
        for line in np.moveaxis(at, axis, -1).reshape(-1, at.shape[axis]):
            yield Sum(int(line[-1]), line[:-1])


def _depth(shape: tuple[int, ...]) -> Counts:
    """Axes summed over at each place of a wide table, in C order."""
    result = np.zeros(shape, dtype=np.int64)
    for axis in range(len(shape)):
        np.moveaxis(result, axis, 0)[-1] += 1
    return result.ravel()


def _widened(inner: Counts) -> Counts:
    wide = inner
    for axis in range(inner.ndim):
        wide = np.concatenate([wide, wide.sum(axis=axis, keepdims=True)], axis=axis)
    return wide


def _checked(given: Any) -> Counts:
    """The counts as whole numbers. Raises DisclosureRefused for what is no count of people."""
    try:
        counts = np.asarray(given)
        figures = counts.astype(float) if counts.dtype.kind in "iufO" else None
    except (TypeError, ValueError):
        figures = None
    if figures is None:
        raise DisclosureRefused("SDC-TYPE: A table holds counts of people and nothing else.")
    if np.ma.is_masked(given):
        raise DisclosureRefused("SDC-TYPE: A masked count is not known, so nothing can protect it.")
    if np.any(~np.isfinite(figures) | (figures < 0) | (figures != np.floor(figures))):
        raise DisclosureRefused("SDC-TYPE: A count is a whole number, 0 or more.")
    return figures.astype(np.int64)


def flatten(masks: Iterable[Mask], system: System) -> Mask:
    """Masks of wide tables as one mask of the system's cells: hidden in one is hidden in all."""
    result = np.zeros(len(system.counts), dtype=bool)
    for at, mask in zip(system.places, masks, strict=True):
        result[at[mask]] = True
    return result
