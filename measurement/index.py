"""The composite index: a table of values and a recipe in, scores and ranks of every node out.

Order of the OECD/JRC Handbook on Constructing Composite Indicators (2008): outliers, direction and
normalisation, weights, aggregation. Every score opens into the parts it is made of. Pure: no
request, no database, no clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurement.normalising import Normaliser, winsorise
from measurement.recipe import IndexRefused, Node, Recipe

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

DECIMALS = 9  # scores equal to here share a rank
# A share written 0.6667 means two thirds: 2 of 3 is enough.
ROUNDED_SHARE = 5e-5
POSITIVE = {
    "geometric": "IDX-GEOM: Geometric mean needs values above 0; use scale 1–100.",
    "harmonic": "IDX-GEOM: Harmonic mean needs values above 0; use scale 1–100.",
}


@dataclass(frozen=True)
class Data:
    """Values of units (rows) by indicators (columns, in the recipe's order), NaN where missing."""

    units: tuple[str, ...]
    values: Array


@dataclass(frozen=True)
class Result:
    """Scores, shares of children available and ranks, by node code, each with an entry a unit.

    `values` are raw, `treated` after outliers, `normalised` as they enter the tree. Ranks are NaN
    where there is no score.
    """

    recipe: Recipe
    units: tuple[str, ...]
    values: Array
    treated: Array
    normalised: Array
    scores: dict[str, Array]
    available: dict[str, Array]
    ranks: dict[str, Array]


@dataclass(frozen=True)
class Part:
    """One child of an opened score.

    `value` is the raw value (of an indicator), `score` the normalised value or the child's score,
    `weight` its share among the children that are there. `contribution` adds up over the children:
    to the score (arithmetic), to 1 as shares of its logarithm (geometric; the logarithms
    themselves where the score is 1), or to 1 as shares of its reciprocal (harmonic).
    """

    code: str
    value: float | None
    score: float
    weight: float
    contribution: float


def compute(recipe: Recipe, data: Data) -> Result:
    """Scores of every node for every unit. Raises IndexRefused, naming node and indicator."""
    if not data.units:
        raise IndexRefused("IDX-EMPTY: There is no unit in the data.")
    treated = treat(recipe, data.values)
    normaliser = Normaliser.of(recipe.indicators)
    normaliser.check(treated)
    normalised = normaliser.apply(treated)
    scores, available = aggregate(recipe, data.units, normalised)
    ranks = {code: rank(score) for code, score in scores.items()}
    return Result(recipe, data.units, data.values, treated, normalised, scores, available, ranks)


def treat(recipe: Recipe, values: Array) -> Array:
    """The values with outliers pulled in, where the recipe asks for it."""
    if recipe.outliers is None:
        return values
    return np.column_stack([winsorise(column, recipe.outliers) for column in values.T])


def aggregate(
    recipe: Recipe, units: Sequence[str], normalised: Array
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Scores and shares of children available, by node. Raises IndexRefused."""
    scores = {leaf.code: normalised[:, i] for i, leaf in enumerate(recipe.indicators)}
    available: dict[str, Array] = {}
    weights = recipe.weights
    for node in recipe.upward:
        children = np.column_stack([scores[code] for code in node.children])
        own = np.array([weights[code] for code in node.children])
        _refuse_not_positive(node, units, children, own)
        available[node.code] = np.mean(~np.isnan(children), axis=1)
        score = weighted_mean(children, own, node.aggregate)
        enough = is_enough(available[node.code], node)
        scores[node.code] = np.where(enough, score, np.nan)
    return {node.code: scores[node.code] for node in recipe.nodes}, available


def is_enough(share: Array, node: Node) -> Mask:
    """Whether enough of a node's children are there, one of them at least."""
    return (share >= node.min_available - ROUNDED_SHARE) & (share > 0)


def weighted_mean(children: Array, weights: Array, aggregate: str) -> Array:
    """Mean over the last axis; what is missing drops out and the other weights make up for it."""
    there = ~np.isnan(children)
    shares = np.where(there, weights, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = shares / np.sum(shares, axis=-1, keepdims=True)
        filled = np.where(shares > 0, children, 1.0)  # a weight of 0 takes no part
        if aggregate == "geometric":
            return np.exp(np.sum(shares * np.log(filled), axis=-1))
        if aggregate == "harmonic":
            return 1 / np.sum(shares / filled, axis=-1)
        return np.sum(shares * filled, axis=-1)


def rank(scores: Array) -> Array:
    """Highest 1, rounded to nine decimals first, equal scores sharing the better rank; NaN none."""
    rounded = np.round(scores, DECIMALS)
    known = ~np.isnan(rounded)
    result = np.full(scores.shape, np.nan)
    ascending = np.sort(-rounded[known])
    result[known] = np.searchsorted(ascending, -rounded[known], side="left") + 1
    return result


def open_score(result: Result, node: str, unit: str) -> list[Part]:
    """The children of a unit's score at a node, missing ones left out; none without a score."""
    row = result.units.index(unit)
    opened = next(item for item in result.recipe.nodes if item.code == node)
    leaves = {leaf.code: i for i, leaf in enumerate(result.recipe.indicators)}
    raw = {code: float(result.values[row, i]) for code, i in leaves.items()}
    scores = {code: float(result.normalised[row, i]) for code, i in leaves.items()}
    scores |= {code: float(score[row]) for code, score in result.scores.items()}
    there = [code for code in opened.children if not np.isnan(scores[code])]
    total = sum(result.recipe.weights[code] for code in there)
    whole = scores[node]
    if np.isnan(whole):
        return []
    parts = []
    for code in there:
        weight, score = result.recipe.weights[code] / total, scores[code]
        contribution = _contribution(opened, whole, weight, score)
        parts.append(Part(code, raw.get(code), score, weight, contribution))
    return parts


def contributions(result: Result, unit: str) -> dict[str, float]:
    """What each indicator adds to the top score, where every level is arithmetic; else ValueError.

    They sum to the score; nothing where the unit has none.
    """
    if any(node.aggregate != "arithmetic" for node in result.recipe.nodes):
        raise ValueError("only arithmetic means add up from the indicators to the top")
    found: dict[str, float] = {}
    branches = [(result.recipe.top.code, 1.0)]
    while branches:
        code, share = branches.pop()
        for part in open_score(result, code, unit):
            if part.value is None:
                branches.append((part.code, share * part.weight))
            else:
                found[part.code] = share * part.contribution
    return found


def _contribution(node: Node, whole: float, weight: float, score: float) -> float:
    if weight == 0:
        return 0.0
    if node.aggregate == "geometric":
        logs = weight * float(np.log(score))
        return logs / float(np.log(whole)) if whole != 1 else logs
    if node.aggregate == "harmonic":
        return weight / score * whole
    return weight * score


def _refuse_not_positive(node: Node, units: Sequence[str], children: Array, own: Array) -> None:
    if node.aggregate not in POSITIVE:
        return
    wrong = (children <= 0) & (own > 0)
    if wrong.any():
        raise IndexRefused(
            *(
                f"{POSITIVE[node.aggregate]} Node {node.code}, indicator {node.children[place]}"
                f" (unit {units[int(np.argmax(wrong[:, place]))]})."
                for place in np.flatnonzero(wrong.any(axis=0))
            )
        )
