"""From raw values to comparable ones: outliers, direction, normalisation.

Pure numpy. A table has units in its rows and indicators in its columns, NaN where nothing is
known; a stack of tables (draws first) is normalised in one go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measurement.recipe import IndexRefused, Leaf, Outliers
from measurement.uncertainty import FLOAT_NOISE

Array = NDArray[np.float64]

CONSTANT = "IDX-CONST: Every city has the same value; min–max impossible."
LOGARITHM = "IDX-LOG: A logarithm needs values above 0."


def skewness(values: Array) -> float:
    """Bias-corrected skewness G1 of the known values; NaN for fewer than 3 or equal ones."""
    known = values[~np.isnan(values)]
    n, apart = len(known), known - np.mean(known) if len(known) else known
    spread = float(np.mean(apart**2)) if n else 0.0
    if n < 3 or spread == 0:
        return float("nan")
    return float(np.mean(apart**3)) / spread**1.5 * (n * (n - 1)) ** 0.5 / (n - 2)


def kurtosis(values: Array) -> float:
    """Bias-corrected excess kurtosis G2; NaN for fewer than 4 known values or equal ones."""
    known = values[~np.isnan(values)]
    n, apart = len(known), known - np.mean(known) if len(known) else known
    spread = float(np.mean(apart**2)) if n else 0.0
    if n < 4 or spread == 0:
        return float("nan")
    excess = float(np.mean(apart**4)) / spread**2 - 3
    return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * excess + 6)


def is_outlying(values: Array, limits: Outliers) -> bool:
    """Both limits passed: skew alone, or heavy tails alone, is no reason to change data."""
    return abs(skewness(values)) >= limits.skew and kurtosis(values) >= limits.kurtosis


def winsorise(values: Array, limits: Outliers) -> Array:
    """The column with its most extreme points pulled to the next one, until it passes the limits.

    The long tail is treated, one point at a time and at most `max_points` of them; whatever was
    pulled before moves along, so that the order of the units stays (OECD/JRC Handbook 2008).
    """
    result = values.copy()
    side = np.sign(skewness(values))
    order = np.argsort(-side * values, kind="stable")  # NaN sorts last
    for moved in range(1, min(limits.max_points, int(np.sum(~np.isnan(values))) - 1) + 1):
        if not is_outlying(result, limits):
            break
        result[order[:moved]] = values[order[moved]]
    return result


@dataclass(frozen=True)
class Normaliser:
    """All columns' rules, grouped by method so that each method runs once over its columns."""

    leaves: tuple[Leaf, ...]
    groups: dict[str, NDArray[np.int64]]
    direction: Array

    @classmethod
    def of(cls, leaves: tuple[Leaf, ...]) -> Normaliser:
        """The normaliser of indicators that stand in this order."""
        methods = [leaf.rule.method for leaf in leaves]
        groups = {
            method: np.array([i for i, name in enumerate(methods) if name == method])
            for method in dict.fromkeys(methods)
        }
        return cls(leaves, groups, np.array([float(leaf.direction) for leaf in leaves]))

    def check(self, table: Array) -> None:
        """Raises IndexRefused where a column cannot be normalised; names indicator and node."""
        problems = []
        for leaf, column in zip(self.leaves, table.T, strict=True):
            known = column[~np.isnan(column)]
            where = f"Indicator {leaf.code}, node {leaf.parent}."
            relative = leaf.rule.method in ("minmax", "zscore", "percentile_rank")
            if relative and len(known) and np.ptp(known) <= FLOAT_NOISE * np.max(np.abs(known)):
                problems.append(f"{CONSTANT} {where}")
            if leaf.rule.transform == "log" and np.any(known <= 0):
                problems.append(f"{LOGARITHM} {where}")
        if problems:
            raise IndexRefused(*problems)

    def apply(self, values: Array) -> Array:
        """Normalised values of (..., units, indicators); direction first, as the rules say."""
        if len(self.groups) == 1:
            method = next(iter(self.groups))
            return self._method(method, values, self.groups[method])
        result = np.empty_like(values)
        for method, columns in self.groups.items():
            result[..., columns] = self._method(method, values[..., columns], columns)
        return result

    def _method(self, method: str, values: Array, columns: NDArray[np.int64]) -> Array:
        rules = [self.leaves[column].rule for column in columns]
        signs = self.direction[columns]
        if method == "goalposts":
            return _goalposts(values, signs, rules)
        directed = values if np.all(signs == 1) else values * signs
        if method == "none":
            return directed
        formula = {"minmax": _minmax, "zscore": _zscore, "percentile_rank": _percentile_rank}
        return formula[method](directed, rules)


def _parameter(rules: list[Any], name: str) -> Array:
    return np.array([getattr(rule, name) for rule in rules], dtype=float)


def _ends(rules: list[Any]) -> tuple[Array, Array]:
    ends = np.array([rule.to for rule in rules])
    return ends[:, 0], ends[:, 1]


def _goalposts(values: Array, signs: Array, rules: list[Any]) -> Array:
    """(x - low) / (high - low) * (u - l) + l. The posts turn with the direction, as values do.

    So `low` and `high` are in the indicator's own units: with direction -1 the lower is the best.
    """
    posts = np.stack([_parameter(rules, "low"), _parameter(rules, "high")])
    logs = np.array([rule.transform == "log" for rule in rules])
    if logs.any():
        posts[:, logs] = np.log(posts[:, logs])
        values = values.copy()
        values[..., logs] = np.log(values[..., logs])
    worst = np.where(signs > 0, posts.min(axis=0), posts.max(axis=0))
    best = np.where(signs > 0, posts.max(axis=0), posts.min(axis=0))
    low, high = _ends(rules)
    result = (values - worst) / (best - worst)
    clipped = np.array([rule.clip for rule in rules])
    if clipped.all():
        np.clip(result, 0.0, 1.0, out=result)
    elif clipped.any():
        result[..., clipped] = np.clip(result[..., clipped], 0.0, 1.0)
    result *= high - low
    result += low
    return result


def _minmax(values: Array, rules: list[Any]) -> Array:
    """Gives l + (x - min) / (max - min) * (u - l) over the units at hand.

    Where a draw makes all alike, everyone stands in the middle; of data `check` refuses that.
    """
    low, high = _ends(rules)
    bottom, top = _extreme(np.fmin, values), _extreme(np.fmax, values)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (values - bottom) / (top - bottom)
    return low + np.where((top == bottom) & ~np.isnan(values), 0.5, share) * (high - low)


def _extreme(choose: Any, values: Array) -> Array:
    """Minimum or maximum over the units, passing over NaN and without a warning for none."""
    return np.asarray(choose.reduce(values, axis=-2, keepdims=True))


def _zscore(values: Array, rules: list[Any]) -> Array:
    """(x - mean) / sd over the units at hand, n - 1 in the sd, moved to the wanted mean and sd."""
    known = ~np.isnan(values)
    n = np.sum(known, axis=-2, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.sum(values, axis=-2, keepdims=True, where=known) / n
        apart = values - mean
        spread = np.sqrt(np.sum(apart**2, axis=-2, keepdims=True, where=known) / (n - 1))
        apart = np.where((spread == 0) & known, 0.0, apart / spread)
        return apart * _parameter(rules, "sd") + _parameter(rules, "mean")


def _percentile_rank(values: Array, rules: list[Any]) -> Array:
    """(rank - 1) / (n - 1) over the known units, equal values sharing the lowest rank."""
    stacked = values.reshape(-1, *values.shape[-2:])
    below = np.full(stacked.shape, np.nan)
    for table, ranks in zip(stacked, below, strict=True):
        for column in range(table.shape[1]):
            known = ~np.isnan(table[:, column])
            line = table[known, column]
            share = np.searchsorted(np.sort(line), line, side="left") / max(len(line) - 1, 1)
            ranks[known, column] = share
    low, high = _ends(rules)
    return low + below.reshape(values.shape) * (high - low)
