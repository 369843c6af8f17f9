"""The seven classes of a change, and N of M."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurement.progress import (
    STATUSES,
    Progress,
    benjamini_hochberg,
    classify,
    control_false_discoveries,
    gap_widened,
    tally,
)
from measurement.uncertainty import moe_ratio, se_from_moe

DATA = Path(__file__).parent / "data"
NAN = float("nan")

Ratios = dict[tuple[str, str], tuple[float, float]]


def read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(newline="") as file:
        return list(csv.DictReader(file))


def earnings_ratios() -> Ratios:
    """(state, year) -> women's earnings per dollar of men's and its 90 % margin."""
    ends: dict[tuple[str, str, str], tuple[float, float]] = {
        (row["state_fips"], row["year"], row["sex"]): (float(row["estimate"]), float(row["moe"]))
        for row in read("state_median_earnings_full_time.csv")
    }
    ratios: Ratios = {}
    for state, year, _ in ends:
        women, men = ends[state, year, "female"], ends[state, year, "male"]
        ratios[state, year] = women[0] / men[0], moe_ratio(*women, *men)
    return ratios


def compare(ratios: Ratios, old: str, new: str) -> dict[str, Progress]:
    changes = {}
    for state in sorted({state for state, _ in ratios}):
        (before, moe_before), (after, moe_after) = ratios[state, old], ratios[state, new]
        errors: dict[str, Any] = {
            "se_baseline": se_from_moe(moe_before),
            "se_current": se_from_moe(moe_after),
        }
        changes[state] = classify(before, after, direction=1, **errors)
    return changes


# --- real changes -------------------------------------------------------------------------------


def test_earnings_ratio_of_states_2010_to_2018() -> None:
    ratios, expected = earnings_ratios(), read("expected_improved_earnings_ratio_2010_2018.csv")
    changes = compare(ratios, "2010", "2018")
    assert {state: change.status for state, change in changes.items()} == {
        row["state_fips"]: row["class"] for row in expected
    }
    for row in expected:
        for year in ("2010", "2018"):
            figures = float(row[f"ratio_{year}"]), float(row[f"moe90_{year}"])
            assert ratios[row["state_fips"], year] == pytest.approx(figures, abs=6e-7)


def test_tally_of_states_2010_to_2018() -> None:
    result = tally(compare(earnings_ratios(), "2010", "2018").values())
    assert (result.improved, result.no_detectable_change, result.worsened) == (25, 25, 2)
    assert (result.m, result.tested, result.naive_up) == (52, 52, 43)
    assert result.expected_by_chance == pytest.approx(2.6, abs=1e-12)


def test_tally_of_states_2017_to_2018_is_what_noise_alone_would_give() -> None:
    result = tally(compare(earnings_ratios(), "2017", "2018").values())
    assert (result.naive_up, result.improved, result.worsened) == (26, 6, 4)


def test_women_at_work_in_san_francisco_and_denver() -> None:
    san_francisco = classify(
        0.766437, 0.82475, direction=1, se_baseline=0.006862, se_current=0.005303
    )
    denver = classify(0.750796, 0.811553, direction=1, se_baseline=0.006011, se_current=0.005916)
    assert (san_francisco.status, round(san_francisco.z, 2)) == ("improved", 6.72)
    assert (denver.status, round(denver.z, 2)) == ("improved", 7.2)


def test_overlapping_windows_of_san_francisco() -> None:
    errors: dict[str, Any] = {"se_baseline": 0.005303, "se_current": 0.004911}
    change = classify(0.82475, 0.830362, direction=1, overlap=0.6, **errors)
    assert (change.status, round(change.z, 2)) == ("no_detectable_change", 1.23)


# --- the rules, in their order ------------------------------------------------------------------

SE: dict[str, Any] = {"se_baseline": 1.0, "se_current": 1.0}
ERRORLESS: dict[str, Any] = {"se_baseline": 0.0, "se_current": 0.0}

CASES: list[tuple[str, bool, tuple[Any, Any], dict[str, Any]]] = [
    # 1 before 2, 2 before 3
    ("not_comparable", False, (None, 60), {"direction": 1, "comparable": False}),
    ("not_comparable", False, (50, 60), {"direction": 1, "comparable": False, "target": 55, **SE}),
    ("insufficient_data", False, (None, 60), {"direction": 1, "target": 55, **SE}),
    ("insufficient_data", False, (50, NAN), {"direction": 1, "target": 40, **SE}),
    # 3 before 4
    ("target_met", True, (50, 55), {"direction": 1, "target": 55, **SE}),
    ("target_met", True, (54.9, 55), {"direction": 1, "target": 55, **SE}),
    ("target_kept", True, (55, 58), {"direction": 1, "target": 55, **SE}),
    ("target_kept", True, (70, 58), {"direction": 1, "target": 55, **SE}),
    ("target_met", True, (50, 45), {"direction": -1, "target": 45, **SE}),
    ("target_kept", True, (45, 40), {"direction": -1, "target": 45, **SE}),
    ("target_met", False, (50, 55), {"direction": 1, "target": 55}),
    ("worsened", True, (58, 50), {"direction": 1, "target": 55, **SE}),
    # 4: a null target is no target; Z passes strictly; the least change
    ("improved", True, (50, 55), {"direction": 1, "target": None, **SE}),
    ("improved", True, (50, 45), {"direction": -1, "target": NAN, **SE}),
    ("worsened", True, (50, 55), {"direction": -1, **SE}),
    ("no_detectable_change", True, (50, 51), {"direction": 1, **SE}),
    ("no_detectable_change", True, (0, 1.645), {"direction": 1, "se_baseline": 0, "se_current": 1}),
    (
        "no_detectable_change",
        True,
        (0, -1.645),
        {"direction": 1, "se_baseline": 0, "se_current": 1},
    ),
    ("improved", True, (0, 1.646), {"direction": 1, "se_baseline": 0, "se_current": 1}),
    (
        "no_detectable_change",
        True,
        (0, 1.9),
        {"direction": 1, "se_baseline": 0, "se_current": 1, "level": 95},
    ),
    ("no_detectable_change", True, (50, 55), {"direction": 1, "min_change": 6, **SE}),
    ("improved", True, (50, 55), {"direction": 1, "min_change": 5, **SE}),
    ("improved", True, (0.80, 0.82), {"direction": 1, "min_change": 0.02, **ERRORLESS}),
    ("worsened", True, (55, 50), {"direction": 1, "min_change": 6, **SE}),
    ("improved", True, (50, 51), {"direction": 1, **ERRORLESS}),
    ("worsened", True, (50, 49), {"direction": 1, **ERRORLESS}),
    ("no_detectable_change", True, (50, 50), {"direction": 1, **ERRORLESS}),
    # 5: not tested
    ("improved", False, (50, 51), {"direction": 1, "target": 60}),
    ("improved", False, (0.7, 0.71), {"direction": 1, "target": 0.8}),
    ("no_detectable_change", False, (50, 50.9), {"direction": 1, "target": 60}),
    ("no_detectable_change", False, (50, 51), {"direction": 1, "target": 60, "min_change": 2}),
    ("no_detectable_change", False, (50, 99), {"direction": 1}),
    ("improved", False, (50, 49), {"direction": -1, "target": 40}),
    ("worsened", False, (50, 45), {"direction": 1}),
    ("no_detectable_change", False, (50, 45.1), {"direction": 1, "target": 60}),
    ("worsened", False, (-50, -55), {"direction": 1}),
    ("worsened", False, (0, -0.1), {"direction": 1}),
    ("no_detectable_change", False, (0, 0), {"direction": 1}),
    # fell back from a target met: more than 100 % of the "targeted change", and no improvement
    ("no_detectable_change", False, (58, 54), {"direction": 1, "target": 55}),
    ("worsened", False, (62, 54), {"direction": 1, "target": 55}),
    # one standard error alone makes no test
    ("no_detectable_change", False, (50, 51), {"direction": 1, "se_current": 0.1}),
    ("worsened", False, (50, 45), {"direction": 1, "se_baseline": 99}),
    # no better or worse without a direction
    ("not_comparable", False, (50, 60), {"direction": 0, "target": 55, **SE}),
]


@pytest.mark.parametrize(("status", "tested", "ends", "given_figures"), CASES)
def test_class_of_a_change(
    status: str, tested: bool, ends: tuple[Any, Any], given_figures: dict[str, Any]
) -> None:
    change = classify(*ends, **given_figures)
    assert (change.status, change.tested) == (status, tested)
    assert (change.z is not None) is tested
    assert type(change.status) is str


def test_percent_of_targeted_change() -> None:
    def percent(*ends: Any, **figures: Any) -> Any:
        return classify(*ends, **figures).percent_of_targeted_change

    assert percent(50, 55, direction=1, target=60) == 50.0
    assert percent(50, 45, direction=-1, target=40, **SE) == 50.0
    assert percent(50, 45, direction=1, target=60) == -50.0
    assert percent(50, 65, direction=1, target=60) == 150.0
    assert percent(50, 55, direction=1, target=50) is None
    assert percent(50, 55, direction=1) is None
    assert percent(None, 55, direction=1, target=60) is None
    assert percent(50, 55, direction=1, target=60, comparable=False) is None


def test_change_without_error_is_infinitely_sure() -> None:
    assert classify(50, 51, direction=-1, **ERRORLESS).z == math.inf
    assert classify(50, 50, direction=-1, **ERRORLESS).z == 0.0


@pytest.mark.parametrize("direction", [2, 0.5, None, NAN])
def test_unknown_direction_is_refused(direction: Any) -> None:
    with pytest.raises(ValueError, match="direction"):
        classify(1, 2, direction=direction)


# --- N of M -------------------------------------------------------------------------------------


def test_tally_counts_the_list_and_not_what_has_data() -> None:
    progresses = [classify(*ends, **figures) for _, _, ends, figures in CASES]
    result = tally(iter(progresses))
    assert result.m == len(CASES) == sum(result.counts.values())
    assert list(result.counts) == list(STATUSES)
    for status in STATUSES:
        expected = sum(case[0] == status for case in CASES)
        assert result.counts[status] == getattr(result, status) == expected


def test_tally_counts_naively_what_moved_the_good_way() -> None:
    progresses = [
        classify(50, 50.1, direction=1, **SE),
        classify(50, 49.9, direction=-1),
        classify(50, 60, direction=1, comparable=False),
        classify(50, 50, direction=1, **SE),
        classify(50, 49, direction=1, **SE),
        classify(None, 60, direction=1),
        classify(50, 60, direction=0),
    ]
    assert tally(progresses).naive_up == 3


def test_tally_expects_improvements_by_chance_among_the_tested() -> None:
    tested = [classify(50, 51, direction=1, **SE)] * 53
    untested = [classify(50, 51, direction=1)] * 10
    assert f"{tally(tested + untested).expected_by_chance:.1f}" == "2.7"
    at_95 = [classify(50, 51, direction=1, level=95, **SE)] * 40
    assert tally(at_95).expected_by_chance == 1.0


def test_false_discoveries_are_controlled_step_up() -> None:
    """Worked by hand: with 5 tests the limits are 0.02, 0.04, 0.06, 0.08, 0.1."""
    p = [0.05, 0.001, NAN, 0.09, 0.055, 0.2]
    assert benjamini_hochberg(p).tolist() == [True, True, False, False, True, False]
    assert benjamini_hochberg(p, rate=0.01).tolist() == [False, True, *[False] * 4]
    assert benjamini_hochberg([]).tolist() == []


def test_findings_that_many_tests_explain_are_none() -> None:
    sure, weak = (classify(50, 50 + gain, direction=1, **SE) for gain in (6, 2.5))
    down = classify(50, 47.5, direction=1, **SE)
    met = classify(50, 52.5, direction=1, target=52, **SE)
    untested = classify(50, 51, direction=1, target=60)
    nothing = [classify(50, 50.1, direction=1, **SE)] * 20
    assert (weak.status, down.status) == ("improved", "worsened")
    found = control_false_discoveries([sure, weak, down, met, untested, *nothing])
    assert [change.status for change in found[:5]] == [
        "improved",
        "no_detectable_change",
        "no_detectable_change",
        "target_met",
        "improved",
    ]
    assert control_false_discoveries([weak])[0].status == "improved"
    assert control_false_discoveries([]) == []


def test_tally_of_nothing() -> None:
    result = tally([])
    assert (result.m, result.naive_up, result.expected_by_chance) == (0, 0, 0)


def test_gap_widens_when_the_total_improves_and_a_group_worsens() -> None:
    up, down = classify(50, 60, direction=1, **SE), classify(50, 40, direction=1, **SE)
    met = classify(50, 60, direction=1, target=60, **SE)
    assert gap_widened(up, [up, down])
    assert gap_widened(met, [down])
    assert not gap_widened(up, [up, met])
    assert not gap_widened(up, [])
    assert not gap_widened(down, [down])


# --- what holds for any figures -----------------------------------------------------------------

maybe = st.none() | st.floats(-100, 100)
some_se = st.none() | st.floats(0, 10)
inputs = st.fixed_dictionaries(
    {
        "baseline": maybe,
        "current": maybe,
        "direction": st.sampled_from([1, -1]),
        "se_baseline": some_se,
        "se_current": some_se,
        "target": maybe,
        "min_change": st.floats(0, 5),
        "overlap": st.sampled_from([0.0, 0.4, 0.6]),
        "comparable": st.booleans(),
    }
)


@given(st.lists(inputs, min_size=1, max_size=5))
def test_array_equals_scalars(rows: list[dict[str, Any]]) -> None:
    columns: dict[str, Any] = {key: np.array([row[key] for row in rows]) for key in rows[0]}
    together = classify(**columns)
    alone = [classify(**row) for row in rows]
    assert together.status.tolist() == [change.status for change in alone]
    assert together.tested.tolist() == [change.tested for change in alone]
    for name in ("z", "percent_of_targeted_change", "gain"):
        figures = [getattr(change, name) for change in alone]
        expected = np.array(figures, dtype=float)
        np.testing.assert_array_equal(getattr(together, name), expected)
    assert tally(together) == tally(alone)


@given(inputs)
def test_mirror_image_has_the_same_class(row: dict[str, Any]) -> None:
    """Turning every sign, and the direction, turns nothing else."""
    turned = dict(row)
    for key in ("baseline", "current", "direction", "target"):
        turned[key] = None if row[key] is None else -row[key]
    here, there = classify(**row), classify(**turned)
    assert (here.status, here.tested, here.gain) == (there.status, there.tested, there.gain)
    assert here.percent_of_targeted_change == there.percent_of_targeted_change


@given(inputs)
def test_not_known_is_never_a_finding(row: dict[str, Any]) -> None:
    row["comparable"] = True
    for key in ("baseline", "current"):
        change = classify(**{**row, key: None})
        assert change.status == "insufficient_data"
        assert (change.tested, change.z, change.gain) == (False, None, None)


@given(inputs, st.floats(1.01, 10))
def test_larger_errors_never_make_a_finding(row: dict[str, Any], factor: float) -> None:
    row |= {"target": None, "se_baseline": 1.0, "se_current": 1.0, "comparable": True}
    wide = {**row, "se_baseline": factor, "se_current": factor}
    sure, unsure = classify(**row).status, classify(**wide).status
    assert unsure in (sure, "no_detectable_change")
