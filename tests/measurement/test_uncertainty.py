"""The arithmetic of margins: examples, real tables, and what holds for any figures."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from measurement import uncertainty as u

DATA = Path(__file__).parent / "data"
NAN = float("nan")
EXAMPLES = {
    case["id"]: case for case in json.loads((DATA / "acs_moe_worked_examples.json").read_text())
}

sizes = st.floats(1e-3, 1e6)
figures = st.floats(-1e6, 1e6)


def columns(name: str) -> dict[str, np.ndarray[Any, Any]]:
    with (DATA / name).open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {key: np.array([float(row[key] or "nan") for row in rows]) for key in rows[0]}


def same(first: Any, second: Any) -> bool:
    """Equal to twelve digits, or nothing known on both sides."""
    if first is None or second is None:
        return first is None and second is None
    return bool(np.isclose(first, second, rtol=1e-12, atol=0, equal_nan=True))


# --- published examples -------------------------------------------------------------------------


def test_moe_sum_of_the_handbook() -> None:
    case = EXAMPLES["H20-Ex1-sum"]
    moes = [part["moe"] for part in case["components"]]
    moe = u.moe_sum(moes)
    assert round(moe) == case["expected"]["moe"]
    assert round(u.se_from_moe(moe)) == case["expected"]["se"]
    assert [round(u.se_from_moe(m)) for m in moes] == case["expected"]["component_se"]
    cv = u.coefficient_of_variation(case["expected"]["est"], u.se_from_moe(moe))
    assert round(cv, 1) == case["expected"]["cv_pct"]


def test_moe_proportion_of_the_handbook() -> None:
    case = EXAMPLES["H20-Ex3-proportion"]
    whole = sum(part["est"] for part in case["den_components"])
    moe_whole = u.moe_sum([part["moe"] for part in case["den_components"]])
    moe = u.moe_proportion(case["num"]["est"], case["num"]["moe"], whole, moe_whole)
    assert (whole, round(moe_whole)) == (case["expected"]["den"], case["expected"]["den_moe"])
    assert round(moe, 3) == case["expected"]["moe"]
    assert round(100 * u.se_from_moe(moe), 2) == 0.49


def test_standard_error_of_the_handbook() -> None:
    case = EXAMPLES["H18-Table7.1"]
    se = u.se_from_moe(case["moe"])
    assert round(se) == case["expected"]["se"]
    assert round(u.coefficient_of_variation(case["est"], se), 1) == case["expected"]["cv_pct"]
    low, high = case["expected"]["ci90"]
    assert same(u.se_from_interval(low, high, level=90), se)


def test_difference_of_the_handbook() -> None:
    a, b = EXAMPLES["H18-Z-FL-AZ"]["a"], EXAMPLES["H18-Z-FL-AZ"]["b"]
    test = u.difference_test(a["est"], u.se_from_moe(a["moe"]), b["est"], u.se_from_moe(b["moe"]))
    assert round(test.z, 3) == 9.581
    assert test.significant is True


def test_moe_sum_counts_zero_cells_once() -> None:
    parts = EXAMPLES["zero-cells"]["components"]
    moes, values = [part["moe"] for part in parts], [part["est"] for part in parts]
    assert round(u.moe_sum(moes, values)) == 63
    assert round(u.moe_sum(moes)) == 74


def test_moe_proportion_with_a_negative_under_the_root_is_that_of_a_ratio() -> None:
    moe = u.moe_proportion(900, 100, 1000, 300)
    assert round(moe, 6) == 0.287924
    assert same(moe, u.moe_ratio(900, 100, 1000, 300))


@pytest.mark.parametrize(
    "case",
    json.loads((DATA / "expected_city_significance.json").read_text()),
    ids=lambda c: c["test"],
)
def test_difference_between_cities_and_years(case: dict[str, Any]) -> None:
    ends = (case["b"], case["se_b"], case["a"], case["se_a"])
    at_90 = u.difference_test(*ends, overlap=case["C"])
    at_95 = u.difference_test(*ends, overlap=case["C"], level=95)
    assert round(at_90.z, 2) == case["z"]
    assert at_90.significant is case["significant_90"]
    assert at_95.significant is case["significant_95"]


def test_difference_over_many_cities() -> None:
    data = columns("city_women_employment_2014_2021.csv")
    se = u.se_from_interval(data["lower95"], data["upper95"])
    old, new = data["year"] == 2014, data["year"] == 2021
    value = data["value"]
    test = u.difference_test(value[new], se[new], value[old], se[old])
    assert int(np.sum(~np.isnan(test.z))) == 485
    assert int(np.sum(test.z > 0)) == 438
    assert int(np.sum(test.significant & (test.z > 0))) == 263
    assert int(np.sum(test.significant & (test.z < 0))) == 0
    assert int(test.significant.mask.sum()) == 1


def test_derived_margins_beside_published_ones() -> None:
    data = columns("state_women_degrees_2015_2018.csv")
    degrees = data["female_bachelors"] + data["female_graduate"]
    moe_degrees = u.moe_sum([data["female_bachelors_moe"], data["female_graduate_moe"]])
    moe = u.moe_proportion(degrees, moe_degrees, data["female_25plus"], data["female_25plus_moe"])
    ratio = 100 * moe / data["published_female_bachelors_or_higher_pct_moe"]
    assert ratio.shape == (208,)
    figures = [round(float(f(ratio)), 2) for f in (np.min, np.median, np.max)]
    assert figures == [0.87, 1.11, 1.56]


# --- rules at their edges -----------------------------------------------------------------------


@pytest.mark.parametrize(("level", "z_star"), [(90, 1.645), (95, 1.96)])
def test_significance_is_strict(level: int, z_star: float) -> None:
    assert u.difference_test(z_star, 1, 0, 0, level=level).significant is False
    assert u.difference_test(10 * z_star, 6, 0, 8, level=level).significant is False
    assert u.difference_test(100 + z_star, 1, 100, 0, level=level).significant is False
    assert u.difference_test(z_star + 1e-9, 1, 0, 0, level=level).significant is True
    assert u.difference_test(0, 0, z_star + 1e-9, 1, level=level).significant is True


def test_difference_without_any_error() -> None:
    assert u.difference_test(5, 0, 5, 0) == (0.0, False)
    assert u.difference_test(6, 0, 5, 0) == (math.inf, True)
    assert u.difference_test(4, 0, 5, 0) == (-math.inf, True)
    assert u.difference_test(None, 0, 5, 0) == (None, None)


def test_difference_of_overlapping_windows() -> None:
    apart = u.difference_test(0.83, 0.005, 0.82, 0.005)
    shared = u.difference_test(0.83, 0.005, 0.82, 0.005, overlap=0.6)
    assert same(shared.z, apart.z / math.sqrt(0.4))
    assert u.difference_test(0.83, 0.005, 0.83, 0.005, overlap=1) == (None, None)
    for overlap in (-0.1, 1.1):
        with pytest.raises(ValueError, match="overlap"):
            u.difference_test(1, 1, 1, 1, overlap=overlap)


def test_difference_of_arrays_masks_what_was_not_tested() -> None:
    test = u.difference_test(np.array([9.0, NAN, 1.0, 2.0]), 1.0, 1.0, [1.0, 1.0, None, 0.0])
    assert test.significant.tolist() == [True, None, None, False]
    assert np.isnan(test.z).tolist() == [False, True, True, False]


def test_undefined_figures_are_nothing() -> None:
    assert u.coefficient_of_variation(0, 5) is None
    assert u.moe_proportion(0, 5, 0, 5) is None
    assert u.moe_ratio(3, 1, 0, 5) is None
    assert u.moe_percent_change(3, 1, 0, 5) is None
    assert np.isnan(u.coefficient_of_variation(np.array([0.0]), 5)).all()
    assert u.moe_sum([]) is None


def test_coefficient_of_variation_has_no_sign() -> None:
    assert u.coefficient_of_variation(-50, 5) == 10.0


def test_moe_proportion_of_a_whole_is_zero() -> None:
    assert u.moe_proportion(1000, 50, 1000, 50) == 0.0
    assert u.moe_proportion(0.1 * 3, 0.1, 0.3, 0.1) == pytest.approx(0.0, abs=1e-6)


def test_moe_percent_change_is_that_of_the_ratio_in_percent() -> None:
    assert same(u.moe_percent_change(120, 10, 100, 8), 100 * u.moe_ratio(120, 10, 100, 8))


def test_moe_sum_rules_for_zero_cells() -> None:
    assert u.moe_sum([3, 4], [0, 7]) == 5.0
    assert u.moe_sum([12, 5], [0, 0]) == 12.0
    assert u.moe_sum([3, None], [0, 7]) is None
    assert u.moe_sum([3, 4], [0, None]) is None
    assert math.isnan(u.moe_sum([3, NAN]))
    by_city = u.moe_sum([np.array([3.0, 12.0]), np.array([4.0, 5.0])], [[0, 0], [7, 0]])
    assert by_city.tolist() == [5.0, 12.0]
    with pytest.raises(ValueError, match="margins"):
        u.moe_sum([3, 4], [1])


@pytest.mark.parametrize("level", [0, 80, 0.9, None, "90"])
def test_unknown_level_is_refused(level: Any) -> None:
    with pytest.raises(ValueError, match="confidence level"):
        u.se_from_moe(1, level=level)


# --- counts -------------------------------------------------------------------------------------

# Exact 95 % limits as tabulated for vital statistics (Garwood 1936).
GARWOOD = {0: (0, 3.6889), 1: (0.0253, 5.5716), 5: (1.6235, 11.6683), 10: (4.7954, 18.3904)}
GARWOOD |= {20: (12.2165, 30.8884), 50: (37.1110, 65.9188), 99: (80.4623, 120.5289)}


@pytest.mark.parametrize("count", GARWOOD)
def test_poisson_interval_of_tables(count: int) -> None:
    assert u.poisson_interval(count) == pytest.approx(GARWOOD[count], abs=5e-5)


def test_poisson_interval_of_no_events_is_closed_form() -> None:
    assert u.poisson_interval(0).lower == 0.0
    assert u.poisson_interval(0, 95).upper == pytest.approx(-math.log(0.025), abs=1e-12)
    assert u.poisson_interval(0, 90).upper == pytest.approx(-math.log(0.05), abs=1e-12)
    assert u.poisson_interval(1, 90).lower == pytest.approx(-math.log(0.95), abs=1e-12)


@given(count=st.integers(1, 99), level=st.sampled_from([90, 95, 99]))
def test_poisson_interval_leaves_half_the_error_at_each_end(count: int, level: int) -> None:
    def cumulative(n: int, mean: float) -> float:
        term, total = math.exp(-mean), 0.0
        for k in range(n + 1):
            total, term = total + term, term * mean / (k + 1)
        return total

    low, high = u.poisson_interval(count, level)
    tail = (100 - level) / 200
    assert cumulative(count, high) == pytest.approx(tail, abs=1e-11)
    assert 1 - cumulative(count - 1, low) == pytest.approx(tail, abs=1e-11)


def test_poisson_interval_is_normal_from_a_hundred() -> None:
    assert u.poisson_interval(100) == pytest.approx((80.4, 119.6), abs=1e-12)
    assert u.poisson_interval(400, 90) == pytest.approx((367.1, 432.9), abs=1e-12)


def test_poisson_interval_of_arrays_and_nothing() -> None:
    low, high = u.poisson_interval(np.array([[0.0, NAN], [20.0, 100.0]]))
    assert high[0, 0] == u.poisson_interval(0).upper
    assert np.isnan(low[0, 1])
    assert np.isnan(high[0, 1])
    assert (low[1, 0], high[1, 1]) == (u.poisson_interval(20).lower, 119.6)
    assert u.poisson_interval(None) == (None, None)


@pytest.mark.parametrize("count", [-1, 2.5, math.inf])
def test_poisson_interval_refuses_what_is_no_count(count: float) -> None:
    with pytest.raises(ValueError, match="whole number"):
        u.poisson_interval(count)


def test_vital_rates_of_few_events_are_not_published() -> None:
    assert u.vital_rate_interval(9, 100_000) == (None, None)
    assert u.vital_rate_interval(10, 100_000) == u.poisson_interval(10)
    rate = 400 / 50_000 * 1000
    ends = (rate - 1.96 * rate / 20, rate + 1.96 * rate / 20)
    assert u.vital_rate_interval(400, 50_000, per=1000) == pytest.approx(ends)
    assert u.vital_rate_interval(None, 100) == (None, None)
    assert u.vital_rate_interval(20, 0) == (None, None)
    low, high = u.vital_rate_interval(np.array([9, 20]), 100_000)
    assert np.isnan(low).tolist() == np.isnan(high).tolist() == [True, False]


# --- what may be relied on ------------------------------------------------------------------------


def test_reliability_bands_include_their_ends() -> None:
    assert u.reliability(100, 16.5) == "good"
    assert u.reliability(-100, 33.3) == "caution"
    assert u.reliability(100, 33.4) == "unreliable"
    assert u.reliability(0, 5) is None
    assert u.reliability(None, 5) is None
    assert u.reliability([100, 0, 100], [20, 1, 50]).tolist() == ["caution", None, "unreliable"]


def test_reliability_of_proportions() -> None:
    assert u.proportion_reliability(0.5, 0.4, 0.6, 30) == "good"
    assert u.proportion_reliability(0.5, 0.4, 0.61, 300) == "flagged"
    assert u.proportion_reliability(0.05, 0.015, 0.085, 300) == "flagged"
    assert u.proportion_reliability(0.5, 0.4, 0.6, 29) == "hidden"
    assert u.proportion_reliability(None, None, None, 29) == "hidden"
    assert u.proportion_reliability(0.5, None, 0.6, 30) is None
    assert u.proportion_reliability(0.5, 0.4, [0.6, 0.7], 30).tolist() == ["good", "flagged"]


def test_a_published_margin_is_preferred() -> None:
    assert u.preferred_moe(3, 5) == (3, "published")
    assert u.preferred_moe(None, 5) == (5, "derived")
    assert u.preferred_moe(None, None) == (None, None)
    moe, method = u.preferred_moe([3, None], [5, 6])
    assert (moe.tolist(), method.tolist()) == ([3, 6], ["published", "derived"])


def test_an_error_below_zero_is_a_code_and_no_error() -> None:
    code = -222222222
    assert u.se_from_moe(code) is None
    assert u.moe_from_se(-1) is None
    assert u.moe_sum([3, code]) is None
    assert u.moe_sum([3, code], [1, 0]) is None
    for formula in (u.moe_ratio, u.moe_proportion, u.moe_product, u.moe_percent_change):
        assert formula(5, code, 10, 1) is None
        assert formula(5, 1, 10, code) is None
    assert u.difference_test(5, code, 4, 1) == (None, None)


# --- what holds for any figures -----------------------------------------------------------------

FORMULAS: dict[str, tuple[Callable[..., Any], int]] = {
    "se_from_moe": (u.se_from_moe, 1),
    "moe_from_se": (u.moe_from_se, 1),
    "se_from_interval": (u.se_from_interval, 2),
    "coefficient_of_variation": (u.coefficient_of_variation, 2),
    "moe_proportion": (u.moe_proportion, 4),
    "moe_ratio": (u.moe_ratio, 4),
    "moe_product": (u.moe_product, 4),
    "moe_percent_change": (u.moe_percent_change, 4),
    "difference_z": (lambda *ends: u.difference_test(*ends).z, 4),
    "moe_sum": (lambda *moes: u.moe_sum(moes), 3),
}


@pytest.mark.parametrize("name", FORMULAS)
@given(data=st.data())
def test_array_equals_scalars(name: str, data: st.DataObject) -> None:
    formula, arity = FORMULAS[name]
    rows = data.draw(st.lists(st.tuples(*[sizes] * arity), min_size=1, max_size=4))
    together = formula(*np.array(rows).T)
    assert together.shape == (len(rows),)
    assert all(same(together[i], formula(*row)) for i, row in enumerate(rows))
    assert all(isinstance(formula(*row), float) for row in rows)


@pytest.mark.parametrize("name", FORMULAS)
@given(data=st.data())
def test_nothing_known_gives_nothing_known(name: str, data: st.DataObject) -> None:
    formula, arity = FORMULAS[name]
    row: list[Any] = list(data.draw(st.tuples(*[sizes] * arity)))
    place = data.draw(st.integers(0, arity - 1))
    row[place] = None
    assert formula(*row) is None
    row[place] = NAN
    assert math.isnan(formula(*row))
    row[place] = np.array([NAN, 1.0])
    assert np.isnan(formula(*row)).tolist() == [True, False]


@given(a=figures, b=figures, se_a=sizes, se_b=sizes)
def test_difference_is_antisymmetric(a: float, b: float, se_a: float, se_b: float) -> None:
    there, back = u.difference_test(a, se_a, b, se_b), u.difference_test(b, se_b, a, se_a)
    assert there.z == -back.z
    assert there.significant == back.significant


@given(a=figures, b=figures, se_a=sizes, se_b=sizes, unit=st.sampled_from([0.25, 2.0, 1024.0]))
def test_difference_does_not_depend_on_the_unit(
    a: float, b: float, se_a: float, se_b: float, unit: float
) -> None:
    assume(a == b or abs(a - b) > 1e-200)
    scaled = u.difference_test(a * unit, se_a * unit, b * unit, se_b * unit)
    assert same(scaled.z, u.difference_test(a, se_a, b, se_b).z)


@given(figures=st.tuples(sizes, sizes, sizes, sizes), unit=st.floats(0.01, 100))
def test_margins_scale_with_the_unit(figures: tuple[float, ...], unit: float) -> None:
    x, moe_x, y, moe_y = figures
    assert same(u.moe_ratio(*(unit * figure for figure in figures)), u.moe_ratio(*figures))
    assert same(u.moe_sum([unit * x, unit * y]), unit * u.moe_sum([x, y]))
    assert same(u.moe_product(unit * x, unit * moe_x, y, moe_y), unit * u.moe_product(*figures))
    assert same(u.moe_from_se(u.se_from_moe(moe_x)), moe_x)


@given(moes=st.lists(sizes, min_size=1, max_size=6), data=st.data())
def test_moe_sum_does_not_depend_on_the_order(moes: list[float], data: st.DataObject) -> None:
    values = data.draw(st.lists(st.sampled_from([0, 5]), min_size=len(moes), max_size=len(moes)))
    order = data.draw(st.permutations(range(len(moes))))
    shuffled = u.moe_sum([moes[i] for i in order], [values[i] for i in order])
    assert same(shuffled, u.moe_sum(moes, values))
    assert u.moe_sum(moes, values) <= u.moe_sum(moes) * (1 + 1e-12)
