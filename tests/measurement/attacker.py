"""An attacker of published tables who shares no code with the product: linear programs."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.optimize import linprog

from measurement.disclosure import Protected, Table


def published_sums(table: Table) -> list[tuple[np.ndarray[Any, Any], tuple[int, ...]]]:
    """Each published place of a table: which inner cells it adds up, and where it stands."""
    inner = table.inner
    found = []
    for place in itertools.product(*(range(size + 1) for size in inner.shape)):
        which = np.zeros(inner.shape)
        which[
            tuple(slice(None) if at == n else at for at, n in zip(place, inner.shape, strict=True))
        ] = 1
        if table.published[place]:
            found.append((which, place))
    return found


def attack(protected: Protected) -> list[tuple[Any, float, float, float]]:
    """(place, count, least, greatest) of every small published count, from all that is shown."""
    table = protected.table
    inner = table.inner.astype(float)
    shown, values, small = [], [], []
    for which, place in published_sums(table):
        count = float((which * inner).sum())
        if not protected.wide_hidden[place]:
            shown.append(which.ravel())
            values.append(count)
        if count > 0:
            small.append((place, which.ravel(), count))
    return bounds_of(small, shown, values, inner.size)


def bounds_of(
    small: Any, shown: Sequence[Any], values: Sequence[float], size: int
) -> list[tuple[Any, float, float, float]]:
    """Name, count, least and greatest of every small count; `small` has name, cells and count."""
    rows: dict[str, Any] = {"A_eq": np.array(shown), "b_eq": np.array(values)} if shown else {}
    found = []
    for place, which, count in small:
        ends = []
        for sign in (1, -1):
            solved = linprog(sign * which, **rows, bounds=(0, 1e5), method="highs")
            assert solved.status == 0
            ends.append(sign * float(solved.fun or 0))
        assert ends[0] - 1e-4 <= count <= ends[1] + 1e-4
        found.append((place, count, *ends))
    return found


def assert_safe(protected: Protected, threshold: int) -> None:
    assert protected.leaks == ()
    counts = protected.table.wide
    for place, count, least, greatest in attack(protected):
        assert counts[place] == count
        if count < threshold:
            assert greatest - least >= threshold - 1e-3, (place, least, greatest)
