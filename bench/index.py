"""How sure an index is: 1,000 draws of 1,000 units by 60 indicators, beside plain numpy."""

import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from bench.figure import Figure
from measurement.draws import simulate
from measurement.index import Data
from measurement.recipe import Recipe, read_recipe

FIGURES = ("index_draws_vs_numpy",)
UNITS, DIMENSIONS, PER_DIMENSION, DRAWS, SEED = 1_000, 10, 6, 1_000, 20_261
ROUNDS = 3


def measure(wanted: set[str]) -> Iterator[Figure]:
    """Median of the ratios of rounds that run side by side, with and without standard errors."""
    recipe = read_recipe(_definition())
    source = np.random.default_rng(SEED)
    values = source.uniform(5, 95, (UNITS, DIMENSIONS * PER_DIMENSION))
    data = Data(tuple(f"u{row}" for row in range(UNITS)), values)
    errors = source.uniform(0.5, 3, values.shape)
    with_errors = [_round(recipe, data, errors) for _ in range(ROUNDS)]
    weights_only = [_round(recipe, data, None) for _ in range(ROUNDS)]
    ours, plain = (float(np.median(times)) for times in zip(*with_errors, strict=True))
    ours_weights, plain_weights = (
        float(np.median(times)) for times in zip(*weights_only, strict=True)
    )
    detail = {
        "ours_s": round(ours, 2),
        "numpy_s": round(plain, 2),
        "weights_only_s": round(ours_weights, 3),
        "weights_only_numpy_s": round(plain_weights, 3),
        "weights_only_ratio": round(ours_weights / plain_weights, 2),
        "units": UNITS,
        "indicators": values.shape[1],
        "draws": DRAWS,
    }
    yield Figure("index_draws_vs_numpy", round(ours / plain, 2), "ratio", detail)


def _round(recipe: Recipe, data: Data, errors: Any) -> tuple[float, float]:
    began = time.perf_counter()
    draws = simulate(recipe, data, errors, seed=SEED, draws=DRAWS, nodes=[recipe.top.code])
    draws.bands(recipe.top.code)
    middle = time.perf_counter()
    _plain(data.values, errors)
    return middle - began, time.perf_counter() - middle


def _plain(values: Any, errors: Any) -> Any:
    """What a short script would do for this very index, and for no other."""
    source = np.random.default_rng(SEED)
    indicators = source.uniform(0.75, 1.25, (DRAWS, DIMENSIONS, PER_DIMENSION))
    dimensions = source.uniform(0.75, 1.25, (DRAWS, DIMENSIONS))
    indicators /= indicators.sum(axis=2, keepdims=True)
    dimensions /= dimensions.sum(axis=1, keepdims=True)
    weights = (indicators * dimensions[:, :, None]).reshape(DRAWS, -1)
    if errors is None:
        scores = weights @ np.clip(values / 100 * 100, 0, 100).T
    else:
        scores = np.empty((DRAWS, len(values)))
        for draw, row in enumerate(weights):
            drawn = values + source.standard_normal(values.shape) * errors
            scores[draw] = np.clip((drawn - 0) / (100 - 0), 0, 1) * 100 @ row
    ranks = (-scores).argsort(axis=1).argsort(axis=1) + 1
    return [np.quantile(figures, (0.05, 0.5, 0.95), axis=0) for figures in (scores, ranks)]


def _definition() -> dict[str, Any]:
    posts = {"method": "goalposts", "low": 0, "high": 100}
    places = [(d, i) for d in range(DIMENSIONS) for i in range(PER_DIMENSION)]
    return {
        "code": "bench",
        "version": "1",
        "indicators": [
            {"code": f"i{d}_{i}", "parent": f"d{d}", "direction": 1, "normalise": posts}
            for d, i in places
        ],
        "nodes": [
            *({"code": f"d{d}", "parent": "top"} for d in range(DIMENSIONS)),
            {"code": "top", "parent": None},
        ],
    }
