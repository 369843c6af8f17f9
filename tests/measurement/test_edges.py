"""Figures at the edge of what the method says: codes, breaks, endless numbers, complete counts."""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
import pytest

from chapters.scope import as_self
from chapters.unscoped import as_backbone
from measurement import uncertainty
from measurement.actions.uploads import load_file
from measurement.models import Indicator, Observation
from measurement.progress import classify, tally
from measurement.queries import chapter_score

INF, NAN = math.inf, math.nan

# --- Pure ---------------------------------------------------------------------------------------


def test_a_controlled_figure_has_a_margin_of_0_and_other_codes_have_none() -> None:
    assert uncertainty.se_from_moe(-555_555_555) == 0.0
    assert uncertainty.moe_sum([3, -555_555_555, 4]) == 5.0
    assert uncertainty.moe_proportion(1, -555_555_555, 2, -555_555_555) == 0.0
    for code in (-222_222_222, -333_333_333, -666_666_666, -888_888_888, -999_999_999, -1):
        assert uncertainty.se_from_moe(code) is None
        assert uncertainty.moe_sum([3, code]) is None
        assert uncertainty.difference_test(1, code, 2, 1) == (None, None)
    assert uncertainty.se_from_moe([1.645, -555_555_555, None]).tolist()[:2] == [1.0, 0.0]


def test_an_interval_with_its_ends_swapped_is_the_same_interval() -> None:
    assert uncertainty.se_from_interval(5, 3) == uncertainty.se_from_interval(3, 5) > 0
    assert uncertainty.se_from_interval(3, 3) == 0.0


@pytest.mark.parametrize("odd", [INF, -INF, NAN, None])
def test_what_is_no_finite_number_is_no_data(odd: float | None) -> None:
    ends: Any
    for ends in ((odd, 0.5), (0.5, odd), (odd, odd)):
        found = classify(*ends, direction=1, se_baseline=0.01, se_current=0.01, target=0.4)
        assert (found.status, found.tested, found.z) == ("insufficient_data", False, None)
    for errors in ((odd, 0.01), (0.01, odd)):
        found = classify(0.5, 0.6, direction=1, se_baseline=errors[0], se_current=errors[1])
        assert (found.status, found.tested) == ("no_detectable_change", False)
    assert classify(0.5, 0.6, direction=1, target=odd).percent_of_targeted_change is None


def test_an_empty_list_expects_nothing_by_chance() -> None:
    found = tally([])
    assert (found.m, found.expected_by_chance) == (0, 0.0)
    assert isinstance(found.expected_by_chance, float)


def test_arrays_say_what_single_figures_say() -> None:
    source = np.random.default_rng(11)
    odd = np.array([INF, NAN, 0.0, -1.0, 1e12, 0.5])
    old, new = source.choice(odd, 300), source.choice(odd, 300)
    ses = np.abs(source.choice(odd, (2, 300)))
    target, direction = source.choice(odd, 300), source.choice([-1, 0, 1], 300)
    found = classify(
        old, new, direction=direction, se_baseline=ses[0], se_current=ses[1], target=target
    )
    for n in range(300):
        one = classify(
            old[n], new[n], direction=direction[n], se_baseline=ses[0][n], se_current=ses[1][n],
            target=target[n],
        )  # fmt: skip
        assert (one.status, one.tested) == (found.status[n], found.tested[n])
        assert one.z is None if np.isnan(found.z[n]) else one.z == found.z[n]


# --- Stored figures -----------------------------------------------------------------------------

RATE = "employment_rate_25_54_single_year"
WINDOWS = "employment_rate_25_54"


def status_of(chapter: Any, code: str) -> tuple[str, str]:
    with as_self(None):
        change = chapter_score(chapter).change(code)
    assert change is not None
    return change.status, change.reason


def mark(chapter: Any, code: str, period: str, status: str) -> None:
    with as_backbone():
        rows = Observation.objects.filter(
            place=chapter.place, indicator__code=code, period__label=period, group__key=""
        )
        assert rows.update(obs_status=status) == 1


@pytest.mark.parametrize("period", ["2012–2016", "2014–2018", "2017–2021", "2019–2023"])
def test_a_break_anywhere_after_the_baseline_breaks_the_comparison(
    figures: None, sf: Any, client: Any, period: str
) -> None:
    before = status_of(sf, WINDOWS)
    assert before == ("improved", "")
    mark(sf, WINDOWS, period, "B")
    status, reason = status_of(sf, WINDOWS)
    assert status == "not_comparable"
    assert reason.startswith("The series breaks between the two figures")
    page = client.get(f"/compare/?with=0667000&indicator={WINDOWS}").content.decode()
    row = page.partition('<th scope="row">San Francisco')[2].partition("</tr>")[0]
    assert "Not comparable" in row or "not comparable" in row


def test_a_break_at_the_baseline_or_in_another_series_breaks_nothing(
    figures: None, sf: Any
) -> None:
    mark(sf, WINDOWS, "2010–2014", "B")
    mark(sf, RATE, "2019", "B")
    assert status_of(sf, WINDOWS) == ("improved", "")


def test_figures_defined_otherwise_are_compared_with_their_like_alone(
    figures: None, sf: Any
) -> None:
    mark(sf, WINDOWS, "2019–2023", "D")
    assert status_of(sf, WINDOWS)[0] == "not_comparable"
    mark(sf, WINDOWS, "2010–2014", "D")
    assert status_of(sf, WINDOWS) == ("improved", "")


HEAD = "indicator,ref_area,period,value,numerator,source,release"


@pytest.mark.parametrize("programme", ["administrative", "vital", "ACS5"])
def test_complete_counts_have_the_error_of_a_count(figures: None, programme: str) -> None:
    shared = {"definition": "-", "topic": "work", "direction": 1, "universe": "-",
              "aggregation_type": "sum", "custodian": "-", "unit_measure": "events"}  # fmt: skip
    with as_backbone():
        Indicator.objects.create(code="births", name="Births", value_type="count", **shared)
        Indicator.objects.create(code="rate", name="Rate", value_type="rate", **shared)
        Indicator.objects.create(code="mean", name="Mean", value_type="mean", **shared)
        lines = ["births,0667000,1999,144,", "births,0667000,1998,0,", "rate,0667000,1999,12.5,25",
                 "rate,0667000,1998,12.5,", "mean,0667000,1999,3,"]  # fmt: skip
        content = "\n".join([HEAD, *(f"{line},S,r1" for line in lines)]).encode()
        about = {"publisher": "Health", "programme": programme, "licence": "Public domain"}
        for _ in range(2):
            load_file(io.BytesIO(content), "f.csv", chapter=None, about=about, is_public=True)
        rows = Observation.objects.filter(source__table_id="S").values_list(
            "indicator__code", "period__label", "se", "se_method"
        )
        found = {(code, label): (se and float(se), method) for code, label, se, method in rows}
    nothing = (None, "none")
    is_count = programme != "ACS5"
    assert found == {
        ("births", "1999"): (12.0, "poisson") if is_count else nothing,
        ("births", "1998"): nothing,
        ("rate", "1999"): (2.5, "poisson") if is_count else nothing,
        ("rate", "1998"): nothing,
        ("mean", "1999"): nothing,
    }
