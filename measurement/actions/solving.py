"""What the rules of hiding left to be worked out from several figures at once is hidden too.

The rules look at one sum at a time. A family is what one indicator counts at a place and its parts
in windows that overlap; where something of it is hidden, windows cross, or figures are missing
where windows, places and groups meet, all that is told is solved together.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import prod
from typing import Any

from django.db import connection

from measurement.remainders import Cell, Family, Given

_CELLS = """
    SELECT c.indicator_id, c.place_id, c.parent_id, c.period_id, p.start, p."end", c.kind, c.key,
        c.events::float8, c.base::float8, (c.base - c.share)::float8, c.asked::float8,
        c.is_new AND NOT c.is_out, NOT c.is_out AND (c.is_gone OR (c.is_new AND (c.place_id,
            c.indicator_id, c.period_id, c.kind) IN (SELECT * FROM small_sets)))
    FROM cells c JOIN measurement_period p ON p.id = c.period_id
"""
_HIDE = "INSERT INTO small_sets VALUES (%s, %s, %s, %s)"

# What counts people: events, all people, those without the event, and those who were asked.
MEASURES = ("events", "base", "rest", "asked")
Set = tuple[int, int, int, str]


@dataclass(frozen=True)
class Figure:
    """A cell of `hiding`: who is counted, and what counts people in it (empty: unknown)."""

    indicator: int
    place: int
    parent: int | None
    period: int
    first: dt.date
    last: dt.date
    kind: str
    key: str
    events: float | None
    base: float | None
    rest: float | None
    asked: float | None
    is_free: bool
    is_hidden: bool

    @property
    def set(self) -> Set:
        """What is hidden together."""
        return self.place, self.indicator, self.period, self.kind

    def counted(self, measure: str) -> Cell:
        """One of its counts, as a sum of people."""
        return Cell(
            place=self.place,
            start=self.first.toordinal(),
            after=self.last.toordinal() + 1,
            options=_options(self.key),
            value=getattr(self, measure),
        )


def hide_given(least: int) -> int:
    """Add to `small_sets` what gives a count below `least` away; gives how many sets."""
    with connection.cursor() as cursor:
        cursor.execute(_CELLS)
        figures = [Figure(*row) for row in cursor.fetchall()]
        sets = [one for family in _families(figures) for one in _unsafe(family, least)]
        if sets:
            cursor.executemany(_HIDE, sets)
    return len(sets)


def _unsafe(figures: Sequence[Figure], least: int) -> Iterator[Set]:
    """Sets to hide, until nothing small follows from what is told."""
    parents = {figure.place: figure.parent for figure in figures}
    families = [
        Family([figure.counted(measure) for figure in figures], parents, least)
        for measure in MEASURES
        if any(getattr(figure, measure) is not None for figure in figures)
    ]
    told = {number for number, figure in enumerate(figures) if not figure.is_hidden}
    while (worst := _worst(figures, families, told, least)) is not None:
        yield worst.set
        told -= {at for at in told if figures[at].is_free and figures[at].set == worst.set}


def _worst(
    figures: Sequence[Figure], families: Sequence[Family], told: set[int], least: int
) -> Figure | None:
    """The figure to hide first: of the finest group, the shortest time, the fewest people."""
    for family in families:
        for given in family.find_given(told):
            free = [figures[at] for at in given.by if figures[at].is_free]
            if free and _is_small(given, least):
                return max(free, key=_fineness)
    return None


def _is_small(given: Given, least: int) -> bool:
    return 0 < round(given.value) < least


def _fineness(figure: Figure) -> tuple[Any, ...]:
    size = figure.base if figure.base is not None else figure.events or 0
    days = (figure.last - figure.first).days
    return (
        len(figure.kind.split(";")) if figure.kind else 0,
        -days,
        figure.parent is not None,
        -size,
    )


# --- Families -------------------------------------------------------------------------------------


def _families(figures: Iterable[Figure]) -> Iterator[list[Figure]]:
    """Figures that may be set against each other, where no single sum says what they tell."""
    trees = defaultdict(list)
    known = list(figures)
    parents = {figure.place: figure.parent for figure in known}
    for figure in known:
        trees[figure.indicator, _root(figure.place, parents)].append(figure)
    for tree in trees.values():
        for family in _overlapping(tree):
            is_open = any(one.is_hidden for one in family)
            is_open = is_open or _has_crossing(family) or _has_gap(family)
            if is_open and any(one.is_free for one in family):
                yield family


def _root(place: int, parents: dict[int, int | None]) -> int:
    above = parents.get(place)
    return place if above is None or above not in parents else _root(above, parents)


def _overlapping(figures: Iterable[Figure]) -> Iterator[list[Figure]]:
    """Runs of figures whose windows overlap, each with one before."""
    run: list[Figure] = []
    until = dt.date.min
    for figure in sorted(figures, key=lambda one: one.first):
        if run and figure.first > until:
            yield run
            run = []
        run.append(figure)
        until = max(until, figure.last)
    if run:
        yield run


def _has_crossing(family: Iterable[Figure]) -> bool:
    """Whether two windows overlap and neither lies in the other: no rule adds such windows up."""
    windows = sorted({(one.first, one.last) for one in family})
    return any(
        first < start <= last < end
        for at, (first, last) in enumerate(windows)
        for start, end in windows[at + 1 :]
    )


def _has_gap(family: Sequence[Figure]) -> bool:
    """Whether figures are missing where several axes meet: two sums may tell what neither does."""
    windows = {(one.first, one.last) for one in family}
    places, keys = {one.place for one in family}, {one.key for one in family}
    depth = max(len(key.split(";")) if key else 0 for key in keys)
    if (len(windows) > 1) + (len(places) > 1) + depth < 2:
        return False
    told = {(one.first, one.last, one.place, one.key) for one in family}
    return len(told) < len(windows) * len(places) * len(keys) or _lacks_groups(keys)


def _lacks_groups(keys: set[str]) -> bool:
    """Whether some group is missing of the options that are crossed anywhere, or of fewer of them.

    Names of groups are free text: what a few of them cross may be more than any machine holds. So
    none is built where they are too many to be there.
    """
    options: dict[frozenset[str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for key in keys:
        own = _options(key)
        for category, option in own.items():
            options[frozenset(own)][category].add(option)
    if any(prod(len(one) + 1 for one in kind.values()) > len(keys) for kind in options.values()):
        return True
    return any(group not in keys for kind in options.values() for group in _groups(kind))


def _groups(options: dict[str, set[str]]) -> Iterator[str]:
    """Every group of these options, and of fewer of their categories."""
    for size in range(len(options) + 1):
        for some in combinations(sorted(options), size):
            choices = [[f"{name}={at}" for at in options[name]] for name in some]
            yield from map(";".join, product(*choices))


def _options(key: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in key.split(";") if part)
