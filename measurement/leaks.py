"""What an attacker computes from published counts: exact values by elimination, bounds by LP.

The attacker knows every visible cell and every sum, and that no count is negative (Hundepool and
others, Statistical Disclosure Control, 2012, chapter 4).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

from measurement.tables import Mask, System

Array = NDArray[np.float64]

NOISE = 1e-9
SOLVER_NOISE = 1e-5
BLOCKS_AT_ONCE = 128
ROOM = 10  # how far beyond the true total an unbounded count is looked for


class Bounds(NamedTuple):
    """Least and greatest count that a cell may have, and a whole table that shows each.

    Tables are over all cells of the system, visible ones with their true counts.
    """

    lower: int
    upper: int
    tables: Array

    @property
    def width(self) -> int:
        return self.upper - self.lower


def spread(lowest: Array, highest: Array) -> Array:
    """How many whole counts lie between, passing over the solver's noise."""
    return np.floor(highest + SOLVER_NOISE) - np.ceil(lowest - SOLVER_NOISE)


def recoverable(system: System, unknown: Mask) -> Mask:
    """Unknown cells whose count follows from the sums alone: unit vectors in their row space."""
    result = np.zeros(len(system.counts), dtype=bool)
    columns = np.flatnonzero(unknown)
    reduced = _reduced(system.matrix[:, columns])
    alone = reduced[np.count_nonzero(np.abs(reduced) > NOISE, axis=1) == 1]
    if len(alone):
        result[columns[np.argmax(np.abs(alone), axis=1)]] = True
    return result


def bounds(system: System, unknown: Mask, cells: Iterable[int]) -> Iterator[tuple[int, Bounds]]:
    """Bounds of each of the unknown cells, by linear programs solved many at once.

    Where nothing limits a count it is said to reach far beyond the table's total.
    """
    columns = np.flatnonzero(unknown)
    matrix = sparse.csr_array(system.matrix)
    known = np.where(unknown, 0.0, system.counts)
    tied = sparse.csr_array(matrix[:, columns])
    wanted = -(matrix @ known)
    used = np.flatnonzero(np.diff(tied.indptr))
    tied, wanted = tied[used], wanted[used]
    waiting = list(cells)
    size = BLOCKS_AT_ONCE // 2
    for start in range(0, len(waiting), size):
        some = waiting[start : start + size]
        places = np.searchsorted(columns, some)
        solved = _solve(tied, wanted, places, _ceiling(system))
        for cell, place, (low, high) in zip(some, places, solved, strict=True):
            tables = np.tile(system.counts, (2, 1))
            tables[:, columns] = low, high
            lower = int(np.ceil(low[place] - SOLVER_NOISE))
            upper = int(np.floor(high[place] + SOLVER_NOISE))
            yield cell, Bounds(lower, upper, tables)


def _ceiling(system: System) -> float:
    return ROOM * (float(system.counts.max(initial=0)) + 1000)


def _solve(
    tied: sparse.csr_array, wanted: Array, places: NDArray[np.int64], ceiling: float
) -> Array:
    """For each place the tables with its least and its greatest count: (places, 2, cells)."""
    size, number = tied.shape[1], 2 * len(places)
    aim = np.zeros((len(places), 2, size))
    aim[np.arange(len(places)), 0, places] = 1
    aim[np.arange(len(places)), 1, places] = -1
    rows = {}
    if tied.shape[0]:
        rows = {"A_eq": sparse.block_diag([tied] * number, "csr"), "b_eq": np.tile(wanted, number)}
    found = linprog(aim.ravel(), **rows, bounds=(0, ceiling), method="highs")
    if found.status != 0:
        raise ArithmeticError(f"no bounds: {found.message}")
    return np.asarray(found.x).reshape(aim.shape)


def _reduced(matrix: Array) -> Array:
    """Reduced row echelon form, without the rows that became 0 (Gauss and Jordan)."""
    rows = matrix[np.any(matrix != 0, axis=1)].copy()
    done = 0
    for column in range(rows.shape[1]):
        if done == len(rows):
            break
        pivot = done + int(np.argmax(np.abs(rows[done:, column])))
        if abs(rows[pivot, column]) < NOISE:
            continue
        rows[[done, pivot]] = rows[[pivot, done]]
        rows[done] /= rows[done, column]
        others = np.flatnonzero(np.abs(rows[:, column]) > NOISE)
        others = others[others != done]
        rows[others] -= np.outer(rows[others, column], rows[done])
        done += 1
    return rows[:done]
