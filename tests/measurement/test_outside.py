"""Cases made by readers of the method who know no line of the code: answers in exact fractions."""

from __future__ import annotations

import math
import random
from decimal import Decimal
from fractions import Fraction as F
from typing import Any

import numpy as np
import pytest
from scipy import stats

from measurement import uncertainty as u
from measurement.disclosure import DisclosureRefused, protect
from measurement.draws import simulate
from measurement.index import Data, compute
from measurement.progress import classify
from measurement.recipe import IndexRefused, read_recipe
from measurement.trend import fit_trend

INF, NAN = math.inf, math.nan
HIDDEN = np.ma.masked_array([3.0, 4.0], mask=[False, True])

# --- Uncertainty --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "found",
    [
        u.coefficient_of_variation(INF, 1),
        u.coefficient_of_variation(1, INF),
        u.moe_ratio(1, 1, INF, 1),
        u.moe_proportion(1, 1, INF, 1),
        u.moe_sum([INF, 1]),
        u.se_from_moe(INF),
        u.se_from_interval(0, INF),
        u.reliability(INF, 1),
        *u.difference_test(INF, 1, 0, 1),
        *u.difference_test(0, INF, 1, 1),
    ],
)
def test_an_endless_figure_is_no_figure(found: Any) -> None:
    assert found is None


def test_what_a_mask_covers_is_not_known() -> None:
    assert u.se_from_moe(HIDDEN)[0] == 3 / 1.645
    assert np.isnan(u.se_from_moe(HIDDEN)[1])
    assert math.isnan(u.moe_sum(HIDDEN))
    assert u.difference_test(HIDDEN, 1, 0, 1).significant.tolist() == [True, None]
    counted = np.ma.masked_array([3, 4], mask=[True, False])
    assert np.isnan(u.moe_sum([counted, [0, 3]])[0])
    assert u.moe_sum([counted, [0, 3]])[1] == 5.0


CODES = [-222222222, -333333333, -555555555, -666666666, -888888888, -999999999]


@pytest.mark.parametrize("code", CODES)
def test_a_code_where_a_value_would_stand_is_no_value(code: int) -> None:
    """-666666666 was taken for data before, by others; as a margin -555555555 is 0."""
    for found in (
        u.coefficient_of_variation(code, 5),
        u.moe_sum([3, 4], [5, code]),
        u.moe_proportion(code, 5, 100, 5),
        u.moe_proportion(5, 5, code, 5),
        u.moe_ratio(code, 5, 100, 5),
        u.moe_ratio(5, 5, code, 5),
        u.moe_product(code, 5, 100, 5),
        u.moe_product(100, 5, code, 5),
        u.moe_percent_change(100, 5, code, 5),
        u.se_from_interval(code, 5),
        u.se_from_interval(5, code),
        u.proportion_reliability(0.5, 0.4, 0.6, code),
        *u.difference_test(code, 1, 5, 1),
        *u.difference_test(5, 1, code, 1),
        *u.poisson_interval(code),
    ):
        assert found is None
    assert u.difference_test([code, 7], 0.6, 5, 0.8).significant.tolist() == [None, True]
    assert np.isnan(u.poisson_interval([code, 100]).lower).tolist() == [True, False]
    sure: dict[str, Any] = {"direction": 1, "se_baseline": 1.0, "se_current": 1.0}
    assert classify(code, 50, **sure).status == "insufficient_data"
    assert classify(50, code, **sure).status == "insufficient_data"
    assert classify(50, 60, target=code, **sure).percent_of_targeted_change is None


def test_a_published_margin_that_is_a_code_gives_way_to_the_derived() -> None:
    assert u.preferred_moe(-222222222, 5) == (5.0, "derived")
    assert u.preferred_moe(-555555555, 5) == (0.0, "published")
    assert u.preferred_moe(None, -333333333) == (None, None)


def test_what_a_mask_covers_is_no_count_and_no_change() -> None:
    assert np.isnan(u.poisson_interval(HIDDEN).lower).tolist() == [False, True]
    found = classify(HIDDEN, 50, direction=1, se_baseline=1, se_current=HIDDEN)
    assert found.status.tolist() == ["improved", "insufficient_data"]
    with pytest.raises(DisclosureRefused, match="SDC-TYPE: A masked"):
        protect(HIDDEN)


def test_sums_that_binary_spoils_are_equal_all_the_same() -> None:
    assert u.difference_test(0.1 + 0.2, 0, 0.3, 0) == (0.0, False)
    assert u.difference_test(0.3, 0, 0.3 + 1e-9, 0) == (-INF, True)
    sure = {"se_baseline": 0, "se_current": 0}
    assert classify(0.3, 0.1 + 0.2, direction=1, **sure).status == "no_detectable_change"
    assert classify(0.5, 0.1 + 0.2, direction=-1, target=0.3).status == "target_met"
    assert classify(0.1 + 0.2, 0.2, direction=-1, target=0.3).status == "target_kept"


@pytest.mark.parametrize(
    ("count", "level"), [(n, level) for n in (1, 9, 10, 33, 99) for level in (90, 95, 99)]
)
def test_exact_intervals_are_quantiles_of_chi_square(count: int, level: int) -> None:
    tail = (100 - level) / 200
    found = u.poisson_interval(count, level=level)
    ends = stats.chi2.ppf(tail, 2 * count) / 2, stats.chi2.ppf(1 - tail, 2 * count + 2) / 2
    assert found == pytest.approx(ends, rel=1e-10)


@pytest.mark.parametrize(
    ("x", "moe_x", "y", "moe_y"),
    [(4634, 989, 31713, 601), (1, 2, 3, 4), (200, 5, 210, 90), (0, 12, 80, 9), (7, 0, 9, 3)],
)
def test_derived_margins_in_fifty_decimals(x: int, moe_x: int, y: int, moe_y: int) -> None:
    a, ma, b, mb = (Decimal(n) for n in (x, moe_x, y, moe_y))
    under = ma**2 - (a / b) ** 2 * mb**2
    plus = ma**2 + (a / b) ** 2 * mb**2
    share = float((under if under >= 0 else plus).sqrt() / b)
    assert u.moe_proportion(x, moe_x, y, moe_y) == pytest.approx(share, rel=1e-12)
    assert u.moe_ratio(x, moe_x, y, moe_y) == pytest.approx(float(plus.sqrt() / b), rel=1e-12)
    product = float((a**2 * mb**2 + b**2 * ma**2).sqrt())
    assert u.moe_product(x, moe_x, y, moe_y) == pytest.approx(product, rel=1e-12)


# --- Progress: the rules of the method, in fractions --------------------------------------------

Z_STAR = {90: F(1645, 1000), 95: F(196, 100), 99: F(2576, 1000)}
LADDER = [F(n, 100) for n in (-150, -100, -10, 0, 10, 20, 30, 45, 50, 55, 60, 90, 100, 165, 329)]
ERRORS = [None, F(0), F(1, 100), F(1, 10), F(1), F(3, 10), F(4, 10)]


def by_the_rules(case: dict[str, Any]) -> str:
    b, c, d, aim = case["b"], case["c"], case["d"], case["aim"]
    if d == 0:
        return "not_comparable"
    if b is None or c is None:
        return "insufficient_data"
    if aim is not None and d * (c - aim) >= 0:
        return "target_kept" if d * (b - aim) >= 0 else "target_met"
    gain, errors = d * (c - b), case["errors"]
    if None in errors or case["overlap"] == 1:
        share = F(1, 10)
        bettered = aim is not None and gain > 0 and gain >= max(case["least"], share * abs(aim - b))
        lost = gain < 0 and -gain >= share * abs(b)
    else:
        spread = (1 - case["overlap"]) * sum(error**2 for error in errors)
        passes = gain**2 > Z_STAR[case["level"]] ** 2 * spread
        bettered, lost = passes and gain > 0 and gain >= case["least"], passes and gain < 0
    return "improved" if bettered else "worsened" if lost else "no_detectable_change"


def number(figure: F | None) -> float | None:
    return None if figure is None else float(figure)


def test_classes_of_three_thousand_changes_in_exact_fractions() -> None:
    source = random.Random(2026)
    seen = set()
    for _ in range(3000):
        case: dict[str, Any] = {
            "b": source.choice([*LADDER, None]), "c": source.choice([*LADDER, None]),
            "d": source.choice([1, 1, -1, -1, 0]), "aim": source.choice([*LADDER, *[None] * 9]),
            "errors": [source.choice(ERRORS), source.choice(ERRORS)],
            "least": source.choice([F(0), F(1, 100), F(5, 100)]),
            "overlap": source.choice([F(0), F(0), F(3, 5), F(1)]),
            "level": source.choice([90, 95, 99]),
        }  # fmt: skip
        found = classify(
            number(case["b"]), number(case["c"]), direction=case["d"],
            se_baseline=number(case["errors"][0]), se_current=number(case["errors"][1]),
            target=number(case["aim"]), min_change=float(case["least"]),
            overlap=float(case["overlap"]), level=case["level"],
        )  # fmt: skip
        assert found.status == by_the_rules(case), case
        seen.add(found.status)
    assert len(seen) == 7


# --- Trend --------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("weighted", [True, False])
def test_a_trend_is_what_the_normal_equations_say(seed: int, weighted: bool) -> None:
    source = np.random.default_rng(seed)
    n = int(source.integers(4, 12))
    years = source.choice(np.arange(1, 25), n, replace=False).astype(float)
    values = source.normal(50, 4, n) + 0.4 * years
    errors = source.uniform(0.5, 6, n)
    weights = 1 / errors**2 if weighted else np.ones(n)
    design = np.column_stack([np.ones(n), years])
    inverse = np.linalg.inv((design.T * weights) @ design)
    line = inverse @ (design.T * weights) @ values
    scatter = float(np.sum(weights * (values - design @ line) ** 2) / (n - 2))
    scale = max(scatter, 1.0) if weighted else scatter
    found = fit_trend(years, values, errors if weighted else None)
    assert found is not None
    assert found.slope == pytest.approx(line[1], rel=1e-8)
    assert found.se_slope == pytest.approx(math.sqrt(scale * inverse[1, 1]), rel=1e-8)
    p = 2 * stats.t.sf(abs(found.slope / found.se_slope), n - 2)
    assert found.p == pytest.approx(p, abs=1e-10)
    at = np.array([1.0, 30.0])
    assert found.at(30).se == pytest.approx(math.sqrt(scale * at @ inverse @ at), rel=1e-7)


# --- Index --------------------------------------------------------------------------------------


def single(method: str) -> Any:
    leaf = {"code": "a", "parent": "T", "direction": 1, "normalise": {"method": method}}
    return read_recipe({"indicators": [leaf], "nodes": [{"code": "T", "parent": None}]})


@pytest.mark.parametrize("method", ["minmax", "zscore", "percentile_rank"])
def test_values_that_binary_alone_tells_apart_are_constant(method: str) -> None:
    with pytest.raises(IndexRefused, match="IDX-CONST"):
        compute(single(method), Data(("x", "y"), np.array([[0.1 + 0.2], [0.3]])))


@pytest.mark.parametrize(
    ("method", "middle"), [("minmax", 50.0), ("zscore", 0.0), ("percentile_rank", 0.0)]
)
def test_a_draw_that_makes_all_alike_is_a_draw(method: str, middle: float) -> None:
    """Both are clipped to 1 in every fifth draw or so: a tie, and no reason to say nothing."""
    data = Data(("x", "y"), np.array([[0.98], [0.99]]))
    errors = np.full((2, 1), 0.05)
    draws = simulate(single(method), data, errors, seed=1, draws=400, valid={"a": (0.0, 1.0)})
    scores, ranks = draws.scores["T"], draws.ranks["T"]
    tied = scores[:, 0] == scores[:, 1]
    assert 20 < tied.sum() < 200
    assert np.all(scores[tied] == middle)
    assert np.all(ranks[tied] == 1)
    bands = draws.bands("T")
    assert not np.isnan(np.stack(bands.score)).any()
    assert bands.finding(0) == "not distinguishable from 1 other"
    share = draws.probability_above("T", "x", "y")
    other = draws.probability_above("T", "y", "x")
    assert share is not None
    assert other is not None
    assert share + other == pytest.approx(1 - tied.mean())
