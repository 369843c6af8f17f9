"""Which counts follow from published sums, though nobody published them.

People are counted in cells: a group at a place in a window of time. Every cell is a sum of atoms,
the people of one option of each category, at one place that has no parts, in one stretch of time
that no window divides. A count follows from those that are told where its atoms are a combination
of theirs (Hundepool and others, Statistical Disclosure Control, 2012, chapter 4).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, product
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Options = Mapping[str, str]
Axis = dict[Any, Array]
# The options of those who are counted, their place, and first day and day after the last.
Where = tuple[frozenset[tuple[str, str]], Any, tuple[int, int]]
# What is known of whom, and the numbers of the told cells that it follows from.
Known = dict[Where, tuple[float, frozenset[int]]]

# What names no option, place or stretch of time of its own: those that nothing told names.
REST = "\0rest"
NOISE = 1e-7
# Larger systems are left to the rules: they take too long to be solved again and again.
MOST_TOLD = 800
MOST_NUMBERS = 5_000_000


@dataclass(frozen=True)
class Cell:
    """A count of people, known to whoever publishes; `start` and `after` are days, as numbers."""

    place: Any
    start: int
    after: int
    options: Options
    value: float | None

    @property
    def kind(self) -> frozenset[str]:
        """The categories that its people are of one option of."""
        return frozenset(self.options)

    @property
    def where(self) -> Where:
        """Which people it counts."""
        return frozenset(self.options.items()), self.place, (self.start, self.after)


@dataclass(frozen=True)
class Given:
    """A count that is given away: whose it is, and the told cells that it follows from."""

    where: Where
    value: float
    by: frozenset[int]


class Family:
    """Cells that may be set against each other, ready to be asked what follows from some of them.

    `parents` names the place around each place. Where the parts leave `enough` people of a whole,
    there are others beside them; fewer are taken for errors, so that a total less its parts still
    tells the part that is hidden. Categories that are crossed are solved together, and what they
    tell of their totals is known to the others.
    """

    def __init__(
        self, cells: Sequence[Cell], parents: Mapping[int, int | None], enough: int
    ) -> None:
        self.cells = cells
        kinds = _greatest({cell.kind for cell in cells})
        self.systems = [
            _System([cell for cell in cells if cell.kind <= kind], sorted(kind), parents, enough)
            for kind in kinds
        ]

    def find_given(self, told: Iterable[int]) -> Iterator[Given]:
        """Counts that follow from the cells of these numbers, whatever they are.

        Yields nothing from a system that is too large to be solved.
        """
        known: Known = {}
        for number in told:
            value = self.cells[number].value
            if value is not None:
                known[self.cells[number].where] = value, frozenset([number])
        size = -1
        while size != len(known):
            size = len(known)
            for system in self.systems:
                for given in system.find_given(known):
                    yield given
                    if len(self.systems) > 1:
                        known[given.where] = given.value, given.by


def _greatest(kinds: set[frozenset[str]]) -> list[frozenset[str]]:
    return [kind for kind in sorted(kinds, key=sorted) if not any(kind < one for one in kinds)]


class _System:
    """Every cell of some categories, told or not, as a row of atoms."""

    def __init__(
        self,
        cells: Sequence[Cell],
        names: Sequence[str],
        parents: Mapping[int, int | None],
        enough: int,
    ) -> None:
        self.is_solved = False
        self.numbers: dict[Where, int] = {}
        if _least_numbers(cells, names, parents) >= MOST_NUMBERS:
            return
        axes = [*(_category(cells, name, enough) for name in names),
                _places(cells, parents, enough), _spans(cells)]  # fmt: skip
        if prod(len(axis) * _length(axis) for axis in axes) >= MOST_NUMBERS:
            return
        self.is_solved = True
        points = list(_lattice(axes, names, cells))
        self.wheres = [_where(names, point) for point in points]
        self.numbers = {where: number for number, where in enumerate(self.wheres)}
        self.rows = np.array([_row(axes, point) for point in points])

    def find_given(self, known: Known) -> Iterator[Given]:
        """What follows from the known cells that are among its own."""
        told = [where for where in known if where in self.numbers]
        if not self.is_solved or not 0 < len(told) <= MOST_TOLD:
            return
        at = [self.numbers[where] for where in told]
        values = np.array([known[where][0] for where in told])
        # What is told to be nobody is nobody in all its atoms.
        alive = ~np.any(self.rows[at][np.abs(values) < NOISE] > 0, axis=0)
        rows = self.rows[:, alive]
        met = rows[at] @ rows.T
        weights = np.linalg.pinv(met[:, at], rcond=1e-10, hermitian=True) @ met
        sizes = np.sum(rows**2, axis=1)
        rests = sizes - np.sum(met * weights, axis=0)
        follows = (sizes > 0) & (rests <= NOISE * sizes)
        follows[at] = False
        for number in np.flatnonzero(follows):
            used = np.flatnonzero(np.abs(weights[:, number]) > NOISE)
            by = frozenset(chain.from_iterable(known[told[one]][1] for one in used))
            yield Given(self.wheres[number], float(values @ weights[:, number]), by)


def _least_numbers(
    cells: Sequence[Cell], names: Sequence[str], parents: Mapping[int, int | None]
) -> int:
    """How many numbers its rows have at least, all points times all atoms: nothing is built."""
    options = [len({cell.options.get(name) for cell in cells} - {None}) for name in names]
    places = {cell.place for cell in cells}
    windows = {(cell.start, cell.after) for cell in cells}
    leaves = places - {parents.get(place) for place in places}
    stretches = len(set(chain.from_iterable(windows))) - 1
    points = prod(size + 1 for size in options) * len(places) * len(windows)
    return points * prod(options) * len(leaves) * stretches


# --- Axes: under each name the atoms that it stands for -------------------------------------------


def _axis(atoms: Sequence[Any], parts: Mapping[Any, set[Any]]) -> Axis:
    return {name: np.array([float(atom in own) for atom in atoms]) for name, own in parts.items()}


def _length(axis: Axis) -> int:
    return len(next(iter(axis.values())))


def _category(cells: Sequence[Cell], name: str, enough: int) -> Axis:
    seen = sorted({cell.options[name] for cell in cells if name in cell.options})
    wholes: dict[Any, dict[str, float | None]] = defaultdict(dict)
    for cell in cells:
        wholes[_without(cell, name)][cell.options.get(name, "")] = cell.value
    atoms = [*seen, REST] if _leaves(wholes.values(), "", seen, enough) else seen
    parts = {"": set(atoms)} | {option: {option} for option in atoms}
    return _axis(atoms, parts)


def _without(cell: Cell, category: str) -> tuple[Any, ...]:
    others = frozenset(item for item in cell.options.items() if item[0] != category)
    return cell.place, cell.start, cell.after, others


def _places(cells: Sequence[Cell], parents: Mapping[int, int | None], enough: int) -> Axis:
    seen = sorted({cell.place for cell in cells})
    children: dict[Any, list[int]] = defaultdict(list)
    for place in seen:
        children[parents.get(place)].append(place)
    by_place: dict[Any, dict[Any, Any]] = defaultdict(dict)
    for cell in cells:
        by_place[cell.start, cell.after, frozenset(cell.options.items())][cell.place] = cell.value
    parts: dict[Any, set[Any]] = {}

    def gather(place: int) -> set[Any]:
        inner = children.get(place, [])
        own = set(chain.from_iterable(gather(one) for one in inner)) or {place}
        if inner and _leaves(by_place.values(), place, inner, enough):
            parts[REST, place] = {(REST, place)}
            own.add((REST, place))
        parts[place] = own
        return own

    for place in seen:
        if parents.get(place) not in seen:
            gather(place)
    atoms = list(dict.fromkeys(chain.from_iterable(parts.values())))
    return _axis(atoms, parts)


def _spans(cells: Sequence[Cell]) -> Axis:
    windows = {(cell.start, cell.after) for cell in cells}
    cuts = sorted(set(chain.from_iterable(windows)))
    atoms = list(zip(cuts, cuts[1:], strict=False))
    parts = {
        (start, after): {atom for atom in atoms if start <= atom[0] and atom[1] <= after}
        for start, after in windows | set(atoms)
    }
    return _axis(atoms, parts)


def _leaves(
    sets: Iterable[Mapping[Any, float | None]], whole: Any, parts: Sequence[Any], enough: int
) -> bool:
    """Whether all parts of a whole somewhere leave many of it."""
    for one in sets:
        values = [one.get(name) for name in (whole, *parts)]
        if None not in values and values[0] - sum(values[1:]) >= enough:  # type: ignore[operator,arg-type]
            return True
    return False


# --- Cells of the axes ----------------------------------------------------------------------------


def _where(names: Sequence[str], point: tuple[Any, ...]) -> Where:
    options = frozenset(item for item in zip(names, point, strict=False) if item[1])
    return options, point[-2], point[-1]


def _row(axes: Sequence[Axis], point: tuple[Any, ...]) -> Array:
    row: Array = np.ones(1)
    for axis, name in zip(axes, point, strict=True):
        row = np.multiply.outer(row, axis[name]).ravel()
    return row


def _lattice(
    axes: Sequence[Axis], names: Sequence[str], cells: Sequence[Cell]
) -> Iterator[tuple[Any, ...]]:
    """Every cell of the kinds that are counted, told or not, with the rests of each."""
    kinds = {cell.kind for cell in cells}
    kinds |= {frozenset(some) for kind in kinds for size in range(len(kind))
              for some in combinations(sorted(kind), size)}  # fmt: skip
    for kind in sorted(kinds, key=sorted):
        choices: list[Iterable[Any]] = [
            [option for option in axis if option] if name in kind else [""]
            for name, axis in zip(names, axes, strict=False)
        ]
        yield from product(*choices, *axes[len(names) :])
