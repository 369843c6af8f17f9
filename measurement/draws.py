"""How sure an index is: many draws of its values, weights and recipe, and what they agree on.

After Saisana, Saltelli and Tarantola (2005) and the OECD/JRC Handbook, step 7. A draw moves every
value by its standard error, every weight by up to a quarter, and picks one of the recipes offered.
Pure: the seed decides everything, and is kept with the result.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from measurement.index import DECIMALS, Data, compute, is_enough
from measurement.normalising import Normaliser
from measurement.recipe import IndexRefused, Recipe

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

WEIGHT_FACTORS = (0.75, 1.25)
BAND = (0.5, 0.05, 0.95)
FIGURES_AT_ONCE = 250_000  # so that a stack of tables stays in the processor's cache


class Band(NamedTuple):
    """Median and 5-95 % band (type 7 quantiles) of every unit."""

    median: Array
    low: Array
    high: Array


@dataclass(frozen=True)
class Bands:
    """Bands of a node's scores and ranks; NaN where the unit has no score."""

    score: Band
    rank: Band

    @property
    def peers(self) -> NDArray[np.int64]:
        """Number of other units whose rank band overlaps the unit's own."""
        low, high = (np.sort(end[~np.isnan(end)]) for end in self.rank[1:])
        begun = np.searchsorted(low, self.rank.high, side="right")
        ended = np.searchsorted(high, self.rank.low, side="left")
        return np.where(np.isnan(self.rank.low), 0, begun - ended - 1)

    def finding(self, row: int) -> str:
        """What may be said of a unit's place: an ordinal only where no other band overlaps."""
        if np.isnan(self.rank.median[row]):
            return ""
        number = int(self.peers[row])
        if number:
            return f"not distinguishable from {number} other{'s' if number > 1 else ''}"
        return f"rank {self.rank.median[row]:.0f}"


@dataclass(frozen=True)
class Draws:
    """Scores and ranks by node, draws in rows and units in columns; `note` says what was moved."""

    units: tuple[str, ...]
    seed: int
    scores: dict[str, Array]
    ranks: dict[str, Array]
    note: str

    def bands(self, node: str) -> Bands:
        """Median and 5-95 % of score and rank."""
        return Bands(_band(self.scores[node]), _band(self.ranks[node]))

    def probability_above(self, node: str, first: str, second: str) -> float | None:
        """Share of draws in which the first unit's score is above the second's; None unscored."""
        a, b = (self.scores[node][:, self.units.index(unit)] for unit in (first, second))
        return None if np.isnan(a[0] + b[0]) else float(np.mean(a > b))


def simulate(
    recipe: Recipe,
    data: Data,
    errors: Array | None = None,
    *,
    seed: int,
    draws: int = 1000,
    valid: Mapping[str, tuple[float, float]] | None = None,
    alternatives: Sequence[Recipe] = (),
    nodes: Sequence[str] | None = None,
) -> Draws:
    """Scores and ranks of the `nodes` (all by default) in every draw.

    `errors` are standard errors in the shape of the data, NaN for none; `valid` the range that an
    indicator's drawn values are clipped to. Outliers are treated once, before the draws.
    Raises IndexRefused as `compute` does, also for the alternatives.
    """
    if draws < 1:
        raise IndexRefused("IDX-RULE: draws is a whole number above 0.")
    if seed < 0:
        raise IndexRefused("IDX-RULE: seed is a whole number, 0 or more.")
    recipes = [recipe, *alternatives]
    _refuse_other_trees(recipes)
    wanted = list(nodes or (node.code for node in recipe.nodes))
    source = np.random.default_rng(seed)
    factors = source.uniform(*WEIGHT_FACTORS, (draws, len(recipe.weights)))
    chosen = source.integers(len(recipes), size=draws)
    scores = {code: np.empty((draws, len(data.units))) for code in wanted}
    for place, one in enumerate(recipes):
        rows = np.flatnonzero(chosen == place)
        run = _Run.of(one, data, errors, valid or {}, wanted)
        for part, found in run.scores(source, factors[rows]):
            for code in wanted:
                scores[code][rows[part]] = found[code]
    ranks = {code: _ranks(score) for code, score in scores.items()}
    return Draws(data.units, seed, scores, ranks, _note(data, errors))


def leave_one_out(recipe: Recipe, data: Data) -> dict[str, float | None]:
    """Mean shift of rank at the top when an indicator is left out, by its code; None if all go."""
    whole = compute(recipe, data).ranks[recipe.top.code]
    shifts: dict[str, float | None] = {}
    for place, leaf in enumerate(recipe.indicators):
        rest = _without(recipe, leaf.code)
        if rest is None:
            shifts[leaf.code] = None
            continue
        fewer = Data(data.units, np.delete(data.values, place, axis=1))
        shift = np.abs(compute(rest, fewer).ranks[rest.top.code] - whole)
        shifts[leaf.code] = None if np.isnan(shift).all() else float(np.nanmean(shift))
    return shifts


@dataclass(frozen=True)
class _Run:
    """One recipe made ready: what does not change from draw to draw is computed once."""

    recipe: Recipe
    values: Array
    errors: Array
    moved: NDArray[np.int64]
    limits: tuple[Array, Array]
    normaliser: Normaliser
    known: dict[str, Mask]
    wanted: list[str]

    @classmethod
    def of(
        cls,
        recipe: Recipe,
        data: Data,
        errors: Array | None,
        valid: Mapping[str, tuple[float, float]],
        wanted: list[str],
    ) -> _Run:
        base = compute(recipe, data)
        spread = np.zeros(data.values.shape) if errors is None else np.nan_to_num(errors)
        known = {node.code: is_enough(base.available[node.code], node) for node in recipe.nodes}
        known |= {
            leaf.code: ~np.isnan(data.values[:, i]) for i, leaf in enumerate(recipe.indicators)
        }
        moved = np.flatnonzero(np.any(spread > 0, axis=0))
        limits = _limits(recipe, base.treated, valid)
        normaliser = Normaliser.of(recipe.indicators)
        return cls(recipe, base.treated, spread, moved, limits, normaliser, known, wanted)

    def scores(
        self, source: np.random.Generator, factors: Array
    ) -> Iterator[tuple[slice, dict[str, Array]]]:
        """Draws in stacks that fit the cache: which of them, and their scores by node."""
        weights = self._weights(factors)
        folded = self._folded(weights) if self._is_linear else None
        size = max(1, FIGURES_AT_ONCE // self.values.size) if len(self.moved) else len(factors)
        fixed = None if len(self.moved) else self.normaliser.apply(self.values)
        for start in range(0, len(factors), size):
            part = slice(start, start + size)
            normalised = fixed
            if normalised is None:
                values = self._values(source, len(factors[part]))
                normalised = self.normaliser.apply(values)
            if folded is not None:
                yield part, self._product(normalised, folded[part])
            else:
                yield (
                    part,
                    self._level_by_level(normalised, {c: w[part] for c, w in weights.items()}),
                )

    def _values(self, source: np.random.Generator, number: int) -> Array:
        """Tables of values ~ N(x, SE^2), clipped to the valid range."""
        stack = (number, len(self.values))
        every = len(self.moved) == self.values.shape[1]
        columns = slice(None) if every else self.moved
        noise = source.standard_normal((*stack, len(self.moved)))
        noise *= self.errors[:, columns]
        noise += self.values[:, columns]
        low, high = (limit[columns] for limit in self.limits)
        if np.isfinite(low).any() or np.isfinite(high).any():
            np.clip(noise, low, high, out=noise)
        if every:
            return noise
        values = np.broadcast_to(self.values, (*stack, self.values.shape[1])).copy()
        values[..., self.moved] = noise
        return values

    def _weights(self, factors: Array) -> dict[str, Array]:
        """Raw weights in every draw, by code."""
        raw = self.recipe.weights.items()
        return {code: weight * factors[:, place] for place, (code, weight) in enumerate(raw)}

    @property
    def _is_linear(self) -> bool:
        """Every score is one weighted sum of the indicators, the same for every unit."""
        linear = all(node.aggregate == "arithmetic" for node in self.recipe.nodes)
        return linear and all(mask.all() for mask in self.known.values())

    def _folded(self, weights: dict[str, Array]) -> Array:
        """The tree's weights folded to the indicators': (draws, wanted nodes, indicators)."""
        size = len(self.recipe.indicators)
        unit = np.eye(size)[:, None, :]
        folded = {leaf.code: unit[place] for place, leaf in enumerate(self.recipe.indicators)}
        for node in self.recipe.upward:
            total = sum(weights[code] for code in node.children)
            shares = ((weights[code] / total)[:, None] * folded[code] for code in node.children)
            folded[node.code] = np.sum(list(shares), axis=0)
        return np.stack([folded[code] for code in self.wanted], axis=1)

    def _product(self, normalised: Array, folded: Array) -> dict[str, Array]:
        """Scores by node as one product of normalised values and folded weights."""
        if normalised.ndim == 2:
            size = normalised.shape[1]
            scores = (folded.reshape(-1, size) @ normalised.T).reshape(*folded.shape[:2], -1)
        else:
            scores = np.matmul(normalised, folded.swapaxes(1, 2)).swapaxes(1, 2)
        return {code: scores[:, place] for place, code in enumerate(self.wanted)}

    def _level_by_level(self, normalised: Array, weights: dict[str, Array]) -> dict[str, Array]:
        """One node after the other; what is missing drops out, as it does without draws."""
        scores = {leaf.code: normalised[..., i] for i, leaf in enumerate(self.recipe.indicators)}
        for node in self.recipe.upward:
            total, weight = np.zeros((2, 1, len(self.values)))
            for code in node.children:
                known = self.known[code]
                share = weights[code][:, None] * known
                child = np.where(known, scores[code], 1.0)
                total = total + share * _bend(child, node.aggregate)
                weight = weight + share
            with np.errstate(invalid="ignore", divide="ignore"):
                score = _unbend(total / weight, node.aggregate)
            self.known[node.code] &= np.asarray(weight[0] > 0)
            scores[node.code] = np.where(self.known[node.code], score, np.nan)
        return {code: scores[code] for code in self.wanted}


def _bend(child: Array, aggregate: str) -> Array:
    """What an aggregate takes the mean of. A draw may reach 0, which pulls such a mean to 0."""
    if aggregate == "arithmetic":
        return child
    with np.errstate(divide="ignore"):
        positive = np.maximum(child, 0.0)
        return np.log(positive) if aggregate == "geometric" else 1 / positive


def _unbend(mean: Array, aggregate: str) -> Array:
    if aggregate == "geometric":
        return np.exp(mean)
    return 1 / mean if aggregate == "harmonic" else mean


def _limits(
    recipe: Recipe, values: Array, valid: Mapping[str, tuple[float, float]]
) -> tuple[Array, Array]:
    """Lowest and highest value that may be drawn, by column.

    Where a logarithm follows, nothing is drawn below the lower goalpost or the lowest value known.
    """
    ends = [valid.get(leaf.code, (-np.inf, np.inf)) for leaf in recipe.indicators]
    low, high = np.array(ends, dtype=float).T
    for place, leaf in enumerate(recipe.indicators):
        if leaf.rule.transform == "log":
            floor = min(
                leaf.rule.low, leaf.rule.high, np.fmin.reduce(values[:, place], initial=np.inf)
            )
            low[place] = max(low[place], floor)
    return low, high


def _ranks(scores: Array) -> Array:
    """`index.rank` of every row; a unit is scored in all of the draws or in none."""
    known = ~np.isnan(scores[0])
    rounded = -np.round(scores[:, known], DECIMALS)
    order = np.argsort(rounded, axis=1)
    ordered = np.take_along_axis(rounded, order, axis=1)
    places = np.tile(np.arange(ordered.shape[1]), (len(scores), 1))
    places[:, 1:][ordered[:, 1:] == ordered[:, :-1]] = 0  # an equal score keeps the place before
    np.maximum.accumulate(places, axis=1, out=places)
    ranks = np.empty(rounded.shape)
    np.put_along_axis(ranks, order, places + 1.0, axis=1)
    result = np.full(scores.shape, np.nan)
    result[:, known] = ranks
    return result


def _band(figures: Array) -> Band:
    return Band(*np.quantile(figures, BAND, axis=0, method="linear"))


def _note(data: Data, errors: Array | None) -> str:
    known = ~np.isnan(data.values)
    given = known & (np.nan_to_num(errors) > 0) if errors is not None else np.zeros_like(known)
    if not given.any():
        return "No value has a standard error: only the weights were moved."
    if (given | ~known).all():
        return "Values were moved by their standard errors, and the weights too."
    return f"{given.sum()} of {known.sum()} values have a standard error; the others stood still."


def _refuse_other_trees(recipes: Sequence[Recipe]) -> None:
    trees = {tuple((item.code, item.parent) for item in one.items) for one in recipes}
    if len(trees) > 1:
        raise IndexRefused("IDX-RULE: Alternatives must have the same indicators and nodes.")


def _without(recipe: Recipe, gone: str) -> Recipe | None:
    """The recipe without an indicator, and without what then has nothing left below it."""
    leaves = tuple(leaf for leaf in recipe.indicators if leaf.code != gone)
    left = {leaf.code for leaf in leaves if leaf.weight > 0}
    for node in recipe.upward:
        if left & set(node.children):
            left |= {node.code} if node.weight > 0 or node.parent is None else set()
    left |= {leaf.code for leaf in leaves}
    nodes = {
        node.code: replace(node, children=tuple(code for code in node.children if code in left))
        for node in recipe.upward
        if node.code in left
    }
    if recipe.top.code not in nodes:
        return None
    kept = tuple(nodes[node.code] for node in recipe.nodes if node.code in nodes)
    return replace(recipe, indicators=leaves, nodes=kept, upward=tuple(nodes.values()))
