"""The composite index: published indices to the last digit, and what holds for any data."""

from __future__ import annotations

import copy
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurement.index import Data, compute, contributions, open_score, rank
from measurement.normalising import kurtosis, skewness
from measurement.recipe import read_recipe, with_weights
from measurement.sheets import read_data, read_weights
from tests.measurement.recipes import DATA, NAN, Definition, asem, hdi, rows_of, rule, small, table

VARIANTS: dict[str, tuple[str, Definition]] = {
    "v1_published_treated_minmax0-100_amean": ("treated", {}),
    "v2_imputed_minmax0-100_amean": ("imputed", {}),
    "v3_imputed_minmax1-100_gmean": (
        "imputed",
        {
            "normalise": {"method": "minmax", "to": [1, 100]},
            "aggregate": {"default": "geometric"},
        },
    ),
    "v4_imputed_zscore0-1_amean": ("imputed", {"normalise": {"method": "zscore"}}),
    "v5_gaps_minmax0-100_amean_skipna": (
        "denominated_with_gaps",
        {"min_available": {"default": 0}},
    ),
    "v6_gaps_minmax0-100_amean_datthresh0.9": (
        "denominated_with_gaps",
        {"min_available": {"default": 0.9}},
    ),
    "v7_imputed_minmax0-100_amean_customweights": ("imputed", {}),
}


def asem_file(name: str) -> str:
    return (DATA / "asem" / f"asem_{name}.csv").read_text()


def score(definition: Definition, rows: list[list[float]], node: str = "Top") -> list[float]:
    return compute(read_recipe(definition), table(rows)).scores[node].tolist()


# --- published indices ---------------------------------------------------------------------------


@pytest.mark.parametrize("variant", VARIANTS)
def test_asem_in_all_its_variants(variant: str) -> None:
    name, changes = VARIANTS[variant]
    recipe = read_recipe(asem(**changes))
    if variant.startswith("v7"):
        recipe = with_weights(recipe, read_weights(asem_file("weights_v7")))
    result = compute(recipe, read_data(asem_file(name), recipe))
    expected = [
        row for row in rows_of("asem/asem_expected_aggregates.csv") if row["variant"] == variant
    ]
    assert len(expected) == 51
    for row in expected:
        place = result.units.index(row["uCode"])
        for node in recipe.nodes:
            published = float(row[node.code] or "nan")
            assert result.scores[node.code][place] == pytest.approx(
                published, abs=1e-9, nan_ok=True
            )
        published = float(row["rank"] or "nan")
        assert result.ranks["Index"][place] == pytest.approx(published, abs=0, nan_ok=True)


def test_asem_treatment_of_outliers() -> None:
    recipe = read_recipe(asem(outliers={"skew": 2, "kurtosis": 3.5, "max_points": 5}))
    result = compute(recipe, read_data(asem_file("imputed"), recipe))
    treated = read_data(asem_file("treated"), recipe).values
    np.testing.assert_allclose(result.treated, treated, rtol=0, atol=1e-12)
    places = {leaf.code: place for place, leaf in enumerate(recipe.indicators)}
    for row in rows_of("asem/asem_expected_treatment.csv"):
        before, after = (t[:, places[row["iCode"]]] for t in (result.values, result.treated))
        figures = [skewness(before), kurtosis(before), skewness(after), kurtosis(after)]
        names = ("skew_before", "kurt_before", "skew_after", "kurt_after")
        assert figures == pytest.approx([float(row[name]) for name in names], abs=1e-9)
        assert int(np.sum(before != after)) == int(row["n_changed"])


def test_asem_normalised_values() -> None:
    recipe = read_recipe(asem())
    result = compute(recipe, read_data(asem_file("treated"), recipe))
    expected = read_data(asem_file("expected_normalised_v1"), recipe)
    assert expected.units == result.units
    np.testing.assert_allclose(result.normalised, expected.values, rtol=0, atol=1e-9)


def test_asem_scores_as_published() -> None:
    recipe = read_recipe(asem(outliers={}))
    result = compute(recipe, read_data(asem_file("imputed"), recipe))
    scores = dict(zip(result.units, np.round(result.scores["Index"], 2).tolist(), strict=True))
    published = {"CHE": 68.38, "NLD": 64.82, "DNK": 64.80, "NOR": 64.47, "BEL": 63.54}
    published |= {"SWE": 63.00, "IND": 39.79}
    assert {code: scores[code] for code in published} == published


def test_human_development_index_of_1470_country_years() -> None:
    recipe, rows = read_recipe(hdi()), rows_of("undp_hdi.csv")
    values = np.array([[float(row[leaf.code]) for leaf in recipe.indicators] for row in rows])
    units = tuple(f"{row['iso3']}-{row['year']}" for row in rows)
    scores = compute(recipe, Data(units, values)).scores["HDI"]
    published = [float(row["hdi_published"]) for row in rows]
    assert len(published) == 1470
    assert np.round(scores, 3).tolist() == published


def test_womens_wellbeing_of_san_diego() -> None:
    """The template's overall score is the mean of five dimensions, as published: 57.1."""
    folder = Path(__file__).parents[2] / "measurement" / "data" / "indices"
    recipe = read_recipe(json.loads((folder / "womens_wellbeing.json").read_text()))
    published = json.loads((DATA / "wwbi_published_example.json").read_text())["san_diego"]
    # Our template calls three of the five dimensions by other names.
    others = {"safety": "personal_safety", "education_work": "employment_earnings",
              "power": "political_empowerment"}  # fmt: skip
    published |= {ours: published[theirs] for ours, theirs in others.items()}
    dimensions = [node for node in recipe.nodes if node is not recipe.top]
    assert [len(node.children) for node in dimensions] == [6] * 5
    values = []
    for leaf in recipe.indicators:
        share = published[leaf.parent] / 100
        low, high = leaf.rule.low, leaf.rule.high
        values.append(low + (share if leaf.direction > 0 else 1 - share) * (high - low))
    result = compute(recipe, Data(("San Diego",), np.array([values])))
    for node in dimensions:
        assert result.scores[node.code][0] == pytest.approx(published[node.code])
    assert result.scores[recipe.top.code][0] == pytest.approx(57.06)
    assert round(result.scores[recipe.top.code][0], 1) == published["overall_published"]


def test_levels_of_an_uneven_tree() -> None:
    recipe = read_recipe(hdi())
    assert {node.code: node.level for node in recipe.nodes} == {
        "Health": 2,
        "Education": 2,
        "HDI": 3,
    }
    assert [node.code for node in recipe.upward][-1] == recipe.top.code == "HDI"


def test_a_very_deep_tree_has_its_levels() -> None:
    definition = small()
    definition["indicators"] = definition["indicators"][:1]
    definition["nodes"] = [
        {"code": "Top", "parent": None},
        *({"code": f"n{i}", "parent": f"n{i - 1}" if i else "Top"} for i in range(2000)),
        {"code": "A", "parent": "n1999"},
    ]
    assert read_recipe(definition).top.level == 2002 + 1


def test_weighted_geometric_over_harmonic_over_arithmetic() -> None:
    """The families of EIGE and UNDP: every level its own mean, with weights."""
    definition = small(aggregate={"default": "geometric", "by_level": {"2": "harmonic"}})
    definition["nodes"][0] |= {"weight": 3}
    definition["nodes"][1] |= {"aggregate": "arithmetic"}
    definition["indicators"][0]["weight"] = 2
    expected_a = 3 / (2 / 40 + 1 / 80)
    assert score(definition, [[4, 8, 5]], "A") == pytest.approx([expected_a])
    assert score(definition, [[4, 8, 5]]) == pytest.approx([expected_a**0.75 * 50**0.25])


# --- rules ---------------------------------------------------------------------------------------


def normalised(definition: Definition, column: list[float]) -> list[float]:
    rows = [[x, 1 + i, 1 + i] for i, x in enumerate(column)]
    return compute(read_recipe(definition), table(rows)).normalised[:, 0].tolist()


def test_minmax_and_direction() -> None:
    assert normalised(rule("minmax"), [1, 2, 5, NAN]) == pytest.approx(
        [0, 25, 100, NAN], nan_ok=True
    )
    assert normalised(rule("minmax", -1, to=[1, 5]), [1, 2, 5]) == [5, 4, 1]


def test_goalposts_stay_in_the_indicators_own_units() -> None:
    assert normalised(rule("goalposts", low=0, high=50), [-5, 10, 60]) == [0, 20, 100]
    assert normalised(rule("goalposts", -1, low=0, high=50), [-5, 10, 60]) == [100, 80, 0]
    assert normalised(rule("goalposts", -1, low=50, high=0), [-5, 10, 60]) == [100, 80, 0]
    unclipped = rule("goalposts", low=0, high=50, to=[0, 1], clip=False)
    assert normalised(unclipped, [-5, 10, 60]) == [-0.1, 0.2, 1.2]
    logs = rule("goalposts", low=1, high=100, to=[0, 1], transform="log")
    assert normalised(logs, [1, 10, 1000]) == pytest.approx([0, 0.5, 1])


def test_zscore_and_percentile_rank() -> None:
    assert normalised(rule("zscore"), [1, 2, 3, NAN])[:3] == [-1, 0, 1]
    assert normalised(rule("zscore", -1, mean=100, sd=10), [1, 2, 3]) == [110, 100, 90]
    assert normalised(rule("percentile_rank", to=[0, 1]), [7, 3, 7, 9, NAN])[:4] == pytest.approx(
        [1 / 3, 0, 1 / 3, 1]
    )
    assert normalised(rule("percentile_rank", -1), [1, 2, 2]) == [100, 0, 0]


def test_none_keeps_values_and_turns_them() -> None:
    assert normalised(rule("none"), [3, 4]) == [3, 4]
    assert normalised(rule("none", -1), [3, 4]) == [-3, -4]


def test_missing_children_drop_out_down_to_two_thirds() -> None:
    definition = small(min_available={"default": 0.6667})
    definition["indicators"][2]["parent"] = "A"
    definition["nodes"] = [{"code": "A", "parent": None}]
    scores = score(definition, [[2, 4, NAN], [2, NAN, NAN], [2, 4, 9]], "A")
    assert scores == pytest.approx([30, NAN, 50], nan_ok=True)


def test_too_little_at_a_node_is_missing_above_it() -> None:
    definition = small(min_available={"default": 0.5, "by_level": {"2": 1}})
    result = compute(read_recipe(definition), table([[2, NAN, 8], [2, 4, NAN], [NAN, NAN, NAN]]))
    assert result.scores["A"].tolist() == pytest.approx([NAN, 30, NAN], nan_ok=True)
    assert result.scores["Top"].tolist() == pytest.approx([80, 30, NAN], nan_ok=True)
    assert result.available["Top"].tolist() == [0.5, 0.5, 0]
    assert result.ranks["Top"].tolist() == pytest.approx([1, 2, NAN], nan_ok=True)


def test_nothing_known_has_no_score_even_where_nothing_is_required() -> None:
    definition = small(min_available={"default": 0})
    assert score(definition, [[NAN, NAN, NAN]]) == pytest.approx([NAN], nan_ok=True)


def test_a_column_without_any_value_drops_out() -> None:
    definition = rule("minmax")
    result = compute(read_recipe(definition), table([[1, 1, NAN], [2, 2, NAN]]))
    assert np.isnan(result.scores["B"]).all()


def test_one_unit_alone_has_a_score_against_goalposts() -> None:
    assert score(small(), [[2, 4, 7]]) == [50]


def test_a_weight_of_zero_takes_no_part() -> None:
    definition = small(aggregate={"default": "geometric"})
    definition["indicators"][0]["weight"] = 0
    assert score(definition, [[-3, 4, 4]]) == pytest.approx([40])


def test_ranks_share_places_after_nine_decimals() -> None:
    ranks = rank(np.array([1.0, 3.0, NAN, 3.0 + 1e-11, 2.0]))
    assert ranks.tolist() == pytest.approx([4, 1, NAN, 1, 3], nan_ok=True)


def test_outliers_are_pulled_to_the_next_point() -> None:
    definition = small(outliers={"skew": 2, "kurtosis": 3.5, "max_points": 1})
    column = [1.0, 2, 3, 4, 5, 6, 7, 8, 9, 100]
    rows = [[x, 5, 5] for x in column]
    result = compute(read_recipe(definition), table(rows))
    assert result.treated[:, 0].tolist() == [*column[:9], 9]
    mirrored = compute(read_recipe(definition), table([[-x, 5, 5] for x in column]))
    assert mirrored.treated[:, 0].tolist() == [*(-x for x in column[:9]), -9]


# --- scores open into their parts ----------------------------------------------------------------


def test_arithmetic_contributions_sum_to_the_score() -> None:
    recipe = read_recipe(asem(min_available={"default": 0}))
    result = compute(recipe, read_data(asem_file("denominated_with_gaps"), recipe))
    for place, unit in enumerate(result.units):
        total = result.scores["Index"][place]
        assert math.fsum(contributions(result, unit).values()) == pytest.approx(total, abs=1e-9)
        parts = open_score(result, "Physical", unit)
        assert math.fsum(part.weight for part in parts) == pytest.approx(1)


def test_geometric_and_harmonic_contributions_are_shares() -> None:
    for mean in ("geometric", "harmonic"):
        result = compute(
            read_recipe(small(aggregate={"default": mean})), table([[2, 4, 8], [1, 2, 3]])
        )
        parts = open_score(result, "A", "u0")
        assert [part.code for part in parts] == ["a1", "a2"]
        assert [(part.value, part.score, part.weight) for part in parts] == [
            (2, 20, 0.5),
            (4, 40, 0.5),
        ]
        assert sum(part.contribution for part in parts) == pytest.approx(1)
        with pytest.raises(ValueError, match="arithmetic"):
            contributions(result, "u0")


def test_a_score_that_is_not_there_opens_into_nothing() -> None:
    result = compute(read_recipe(small()), table([[NAN, NAN, 5]]))
    assert open_score(result, "A", "u0") == []
    assert contributions(result, "u0") == {}


# --- what holds for any data ---------------------------------------------------------------------

cells = st.floats(0.5, 9.5)
tables = st.lists(
    st.tuples(cells, cells, cells), min_size=2, max_size=8, unique_by=lambda row: row[0]
)
means = st.sampled_from(["arithmetic", "geometric", "harmonic"])


@given(tables, means, st.data())
def test_order_of_units_and_indicators_does_not_matter(rows: Any, mean: str, data: Any) -> None:
    definition = small(aggregate={"default": mean})
    order = data.draw(st.permutations(range(len(rows))))
    before = compute(read_recipe(definition), table(rows))
    after = compute(read_recipe(definition), table([rows[i] for i in order]))
    np.testing.assert_allclose(after.scores["Top"], before.scores["Top"][list(order)], rtol=1e-12)
    assert after.ranks["Top"].tolist() == before.ranks["Top"][list(order)].tolist()
    swapped = copy.deepcopy(definition)
    swapped["indicators"].reverse()
    mirrored = compute(read_recipe(swapped), table([row[::-1] for row in rows]))
    np.testing.assert_allclose(mirrored.scores["Top"], before.scores["Top"], rtol=1e-12)


@given(tables, means, st.floats(0.01, 100))
def test_only_relative_weights_count(rows: Any, mean: str, factor: float) -> None:
    recipe = read_recipe(small(aggregate={"default": mean}))
    scaled = with_weights(recipe, {"a1": factor, "a2": factor, "b1": 7.0, "A": 3.0, "B": 3.0})
    np.testing.assert_allclose(
        compute(scaled, table(rows)).scores["Top"],
        compute(recipe, table(rows)).scores["Top"],
        rtol=1e-12,
    )


@given(tables, means, st.integers(0, 2), st.floats(0.01, 0.5))
def test_a_better_value_never_lowers_the_score(
    rows: Any, mean: str, place: int, more: float
) -> None:
    recipe = read_recipe(small(aggregate={"default": mean}))
    better = [list(row) for row in rows]
    better[0][place] += more
    before, after = (compute(recipe, table(r)) for r in (rows, better))
    assert after.scores["Top"][0] > before.scores["Top"][0]
    assert after.scores["Top"][1:].tolist() == before.scores["Top"][1:].tolist()
    assert after.ranks["Top"][0] <= before.ranks["Top"][0]


@given(tables, means)
def test_a_mean_lies_between_its_parts(rows: Any, mean: str) -> None:
    result = compute(read_recipe(small(aggregate={"default": mean})), table(rows))
    low, high = result.normalised.min(axis=1), result.normalised.max(axis=1)
    assert np.all(result.scores["Top"] >= low - 1e-9)
    assert np.all(result.scores["Top"] <= high + 1e-9)


@given(tables, st.lists(st.booleans(), min_size=3, max_size=3), means)
def test_a_missing_value_is_as_if_the_indicator_were_not_there(
    rows: Any, gone: list[bool], mean: str
) -> None:
    recipe = read_recipe(small(aggregate={"default": mean}, min_available={"default": 0}))
    holes = [[NAN if hole else cell for cell, hole in zip(row, gone, strict=True)] for row in rows]
    whole = compute(recipe, table([*rows, *holes])).scores["Top"][len(rows) :]
    left = [code for code, hole in zip(("a1", "a2", "b1"), gone, strict=True) if not hole]
    if not left:
        assert np.isnan(whole).all()
        return
    definition = small(aggregate={"default": mean})
    definition["indicators"] = [i for i in definition["indicators"] if i["code"] in left]
    parents = {leaf["parent"] for leaf in definition["indicators"]} | {"Top"}
    definition["nodes"] = [node for node in definition["nodes"] if node["code"] in parents]
    fewer = [[cell for cell, hole in zip(row, gone, strict=True) if not hole] for row in rows]
    np.testing.assert_allclose(compute(read_recipe(definition), table(fewer)).scores["Top"], whole)
