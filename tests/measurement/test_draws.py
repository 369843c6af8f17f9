"""Draws of an index: bands, who is above whom, and what one indicator decides."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measurement.draws import Band, Bands, Draws, leave_one_out, simulate
from measurement.index import Data, aggregate, compute, rank
from measurement.normalising import Normaliser
from measurement.recipe import IndexRefused, Recipe, read_recipe, with_weights
from measurement.sheets import read_data
from tests.measurement.recipes import DATA, asem, hdi, small

NAN = float("nan")


def table(rows: list[list[float]]) -> Data:
    return Data(tuple(f"u{i}" for i in range(len(rows))), np.array(rows, dtype=float))


def random_table(units: int, indicators: int = 3, seed: int = 5) -> Data:
    values = np.random.default_rng(seed).uniform(1, 9, (units, indicators))
    return Data(tuple(f"u{i}" for i in range(units)), values)


def plain_draws(recipe: Recipe, data: Data, errors: Any, seed: int, number: int) -> dict[str, Any]:
    """The same draws by the plainest way: one whole index after the other."""
    source = np.random.default_rng(seed)
    factors = source.uniform(0.75, 1.25, (number, len(recipe.weights)))
    source.integers(1, size=number)
    spread = np.nan_to_num(errors)
    moved = np.flatnonzero(np.any(spread > 0, axis=0))
    scores: dict[str, list[Any]] = {node.code: [] for node in recipe.nodes}
    for row in factors:
        names = zip(recipe.weights, row.tolist(), strict=True)
        one = with_weights(recipe, {code: recipe.weights[code] * f for code, f in names})
        values = data.values.copy()
        values[:, moved] += source.standard_normal((len(values), len(moved))) * spread[:, moved]
        normalised = Normaliser.of(recipe.indicators).apply(values)
        for code, score in aggregate(one, data.units, normalised)[0].items():
            scores[code].append(score)
    return {code: np.array(score) for code, score in scores.items()}


@pytest.mark.parametrize("mean", ["arithmetic", "geometric", "harmonic"])
@pytest.mark.parametrize("holes", [False, True])
@pytest.mark.parametrize("columns", [[], [1], [0, 1, 2]])
def test_draws_equal_whole_indices_one_after_the_other(
    mean: str, holes: bool, columns: list[int]
) -> None:
    recipe, data = read_recipe(small(aggregate={"default": mean})), random_table(7)
    if holes:
        data.values[0, 0] = data.values[3, 2] = NAN
    errors = np.full(data.values.shape, NAN)
    errors[:, columns] = 0.05
    found = simulate(recipe, data, errors, seed=3, draws=40)
    plain = plain_draws(recipe, data, errors, 3, 40)
    for code, scores in plain.items():
        np.testing.assert_allclose(found.scores[code], scores, rtol=1e-12)
        np.testing.assert_array_equal(found.ranks[code], [rank(score) for score in scores])


def test_draws_of_asem_are_the_same_with_the_same_seed() -> None:
    recipe = read_recipe(asem())
    data = read_data((DATA / "asem" / "asem_imputed.csv").read_text(), recipe)
    first, second = (simulate(recipe, data, seed=11, draws=100) for _ in range(2))
    np.testing.assert_array_equal(first.scores["Index"], second.scores["Index"])
    other = simulate(recipe, data, seed=12, draws=100)
    assert not np.array_equal(first.scores["Index"], other.scores["Index"])
    base = compute(recipe, data).scores["Index"]
    bands = first.bands("Index")
    assert np.mean((bands.score.low <= base) & (base <= bands.score.high)) == 1
    assert first.note == "No value has a standard error: only the weights were moved."


def test_band_is_that_of_a_normal_value() -> None:
    definition = small()
    definition["indicators"], definition["nodes"] = (
        definition["indicators"][:1],
        [{"code": "A", "parent": None}],
    )
    recipe, data = read_recipe(definition), table([[5.0], [NAN]])
    found = simulate(recipe, data, np.array([[0.2], [NAN]]), seed=1, draws=20_000)
    band = found.bands("A").score
    assert (band.median[0], band.low[0], band.high[0]) == pytest.approx(
        (50, 50 - 3.29, 50 + 3.29), abs=0.1
    )
    assert np.isnan(band.median[1])
    assert found.note == "Values were moved by their standard errors, and the weights too."


def test_drawn_values_stay_in_the_valid_range() -> None:
    definition = small()
    for leaf in definition["indicators"]:
        leaf["normalise"] = {"method": "none"}
    data, errors = random_table(4), np.full((4, 3), 30.0)
    valid = dict.fromkeys(("a1", "a2", "b1"), (0.0, 10.0))
    found = simulate(read_recipe(definition), data, errors, seed=1, draws=200, valid=valid)
    assert (found.scores["B"].min(), found.scores["B"].max()) == (0, 10)


def test_a_drawn_logarithm_stays_defined() -> None:
    recipe = read_recipe(hdi())
    data = Data(("x", "y"), np.array([[60, 10, 8, 200.0], [70, 12, 9, 9000]]))
    errors = np.array([[1, 1, 1, 5000.0], [1, 1, 1, 5000]])
    found = simulate(recipe, data, errors, seed=1, draws=200)
    assert np.isfinite(found.scores["HDI"]).all()
    assert found.scores["HDI"].min() == 0


def test_alternatives_are_drawn_as_well() -> None:
    recipe, data = read_recipe(small()), random_table(5)
    geometric = read_recipe(small(aggregate={"default": "geometric"}))
    found = simulate(recipe, data, seed=2, draws=200, alternatives=[geometric])
    only = simulate(recipe, data, seed=2, draws=200)
    same = np.isclose(found.scores["Top"], only.scores["Top"]).all(axis=1)
    assert 60 < same.sum() < 140
    stranger = read_recipe(small(nodes=[*small()["nodes"][1:], {"code": "A", "parent": "B"}]))
    with pytest.raises(IndexRefused, match="Alternatives"):
        simulate(recipe, data, seed=2, alternatives=[stranger])


def test_findings_give_no_ordinal_to_overlapping_bands() -> None:
    data = table([[9, 9, 9], [5, 5.1, 5], [5, 5, 5.1], [1, 1, 1], [NAN, NAN, NAN]])
    errors = np.full(data.values.shape, 0.1)
    found = simulate(read_recipe(small()), data, errors, seed=4, draws=400)
    bands = found.bands("Top")
    assert [bands.finding(row) for row in range(5)] == [
        "rank 1",
        "not distinguishable from 1 other",
        "not distinguishable from 1 other",
        "rank 4",
        "",
    ]
    assert found.probability_above("Top", "u0", "u1") == 1.0
    assert 0.2 < (found.probability_above("Top", "u1", "u2") or 0) < 0.8
    assert found.probability_above("Top", "u0", "u4") is None


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 4)), min_size=1, max_size=8))
def test_peers_are_the_overlapping_bands(ends: list[tuple[int, int]]) -> None:
    low = np.array([float(start) for start, _ in ends])
    high = np.array([float(start + width) for start, width in ends])
    band = Bands(Band(low, low, high), Band(low, low, high))
    counted = [int(np.sum((low <= h) & (high >= b))) - 1 for b, h in zip(low, high, strict=True)]
    assert band.peers.tolist() == counted


def test_leaving_one_out_shifts_ranks() -> None:
    recipe = read_recipe(small())
    data = table([[9, 1, 5], [1, 8, 5], [5, 5, 5]])
    shifts = leave_one_out(recipe, data)
    fewer = small()
    fewer["indicators"], fewer["nodes"] = fewer["indicators"][:2], [
        fewer["nodes"][0], fewer["nodes"][2]
    ]  # fmt: skip
    rest = compute(read_recipe(fewer), Data(data.units, data.values[:, :2])).ranks["Top"]
    whole = compute(recipe, data).ranks["Top"]
    assert shifts["b1"] == np.mean(np.abs(rest - whole))
    assert list(shifts) == ["a1", "a2", "b1"]
    alone = small()
    alone["indicators"], alone["nodes"] = alone["indicators"][:1], [{"code": "A", "parent": None}]
    assert leave_one_out(read_recipe(alone), table([[1.0], [2.0]])) == {"a1": None}


def test_no_draw_at_all_is_refused() -> None:
    with pytest.raises(IndexRefused, match="draws"):
        simulate(read_recipe(small()), random_table(2), seed=1, draws=0)


@settings(max_examples=20)
@given(st.integers(0, 2**32), st.integers(1, 30))
def test_ranks_of_a_draw_are_those_of_its_scores(seed: int, units: int) -> None:
    found: Draws = simulate(
        read_recipe(small()), random_table(units, seed=seed), seed=seed, draws=5
    )
    for code, scores in found.scores.items():
        assert found.ranks[code].tolist() == [rank(score).tolist() for score in scores]
