"""Trends through gaps, and curves that turn."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from measurement.trend import Trend, fit_trend, turn_of_curve

NAN = float("nan")
YEARS = [2014.0, 2015, 2016, 2017, 2018, 2019]
RISE = [60.0, 61.2, 61.9, 63.1, 64.0, 64.8]


def fitted(*args: Any, **kwargs: Any) -> Trend:
    trend = fit_trend(*args, **kwargs)
    assert trend is not None
    return trend


def test_trend_without_errors_is_the_ordinary_regression() -> None:
    trend, known = fitted(YEARS, RISE), stats.linregress(YEARS, RISE)
    assert trend.slope == pytest.approx(known.slope, rel=1e-10)
    assert trend.se_slope == pytest.approx(known.stderr, rel=1e-9)
    assert trend.p == pytest.approx(known.pvalue, rel=1e-6)
    assert (trend.direction, trend.significant, trend.weighted, trend.n) == (
        "rising",
        True,
        False,
        6,
    )
    assert trend.at(2014).value == pytest.approx(known.intercept + 2014 * known.slope)


def test_trend_is_weighted_by_the_errors() -> None:
    """Worked by hand: three sure points on a line and a wild one that hardly counts."""
    trend = fitted([0, 1, 2, 3], [0.0, 1, 2, 30], [1e-3, 1e-3, 1e-3, 1e3])
    assert trend.slope == pytest.approx(1, abs=1e-6)
    weights = 1 / np.array([1.0, 2, 1, 3, 2, 1]) ** 2
    slope, intercept = np.polyfit(YEARS, RISE, 1, w=np.sqrt(weights))
    again = fitted(YEARS, RISE, [1, 2, 1, 3, 2, 1])
    assert (again.slope, again.at(0).value) == pytest.approx((slope, intercept), rel=1e-6)
    spread = np.sum(weights * (np.array(YEARS) - np.average(YEARS, weights=weights)) ** 2)
    assert again.scale == 1.0
    assert again.se_slope == pytest.approx(1 / math.sqrt(spread))


def test_scatter_beyond_the_errors_scales_them_up() -> None:
    values = [60.0, 65, 58, 66, 59, 67]
    trend = fitted(YEARS, values, [0.1] * 6)
    assert trend.scale > 1
    assert trend.se_slope == pytest.approx(stats.linregress(YEARS, values).stderr)
    assert trend.direction == "no_detectable_trend"


def test_missing_years_stay_gaps() -> None:
    years = [2017.0, 2018, 2019, 2020, 2021, 2022]
    holed = [1.0, 2.0, 3.0, None, 5.0, NAN]
    trend = fitted(years, holed)
    assert (trend.n, trend.t) == (4, math.inf)
    assert trend.slope == pytest.approx(1)
    assert fit_trend(years, [1.0, 2, 3, None, None, None]) is None


def test_points_of_another_definition_do_not_count() -> None:
    alike = [False, True, True, True, True, False]
    values = [900.0, 1, 2, 3, 4, -900]
    assert fitted(YEARS, values, comparable=alike).slope == pytest.approx(1)
    assert fit_trend(YEARS, values, comparable=[False, *alike[1:-2], False, False]) is None


def test_a_flat_line_has_no_trend() -> None:
    trend = fitted(YEARS, [0.1 + 0.2] * 6)
    assert (trend.t, trend.p, trend.direction) == (0.0, 1.0, "no_detectable_trend")
    assert fit_trend([], []) is None


def test_odd_series_are_refused() -> None:
    for times, values, ses in (
        ([1, 2], [1], None),
        ([1, 1, 2, 3], [1, 2, 3, 4], None),
        ([1, 2, 3, 4], [1, 2, 3, 4], [1, 1, 1, -1]),
    ):
        with pytest.raises(ValueError, match=r"length|twice|below 0"):
            fit_trend(times, values, ses)
    with pytest.raises(ValueError, match="confidence level"):
        fit_trend(YEARS, RISE, level=80)


CURVE: dict[str, Any] = {"baseline": 2018.0, "current_time": 2023.0, "direction": 1}


def turn(current: Any, se: Any = 0.5, **changes: Any) -> Any:
    figures = {**CURVE, **changes}
    ses = [0.2] * 6
    return turn_of_curve(YEARS, RISE, ses, current=current, se_current=se, **figures)


@pytest.mark.parametrize("level", [90, 95, 99])
def test_a_slope_counts_exactly_when_it_is_larger_than_its_margin(level: int) -> None:
    verdicts = set()
    for step in range(1, 60):
        values = [0.05 * step * n + (-1) ** n for n in range(6)]
        trend = fitted(YEARS, values, [0.5] * 6, level=level)
        assert trend.significant == (abs(trend.slope) > trend.margin(trend.se_slope, level))
        verdicts.add(trend.significant)
    assert verdicts == {True, False}


def test_a_curve_is_turned_when_the_forecast_is_beaten() -> None:
    history = fitted(YEARS[:5], RISE[:5], [0.2] * 5)
    forecast = history.at(2023)
    edge = forecast.value + 1.645 * math.hypot(forecast.se, 0.5)
    assert turn(edge + 1e-6).curve_turned
    assert not turn(edge - 1e-6).curve_turned
    assert turn(edge + 1).forecast == forecast
    assert not turn(forecast.value - 9).curve_turned
    assert turn(forecast.value - 9, direction=-1).curve_turned


def test_no_turn_without_history_or_figure() -> None:
    assert turn(None) is None
    assert turn(70, None) is None
    assert turn(70, baseline=2016.0) is None
    for changes in ({"direction": 0}, {"current_time": 2018.0}):
        with pytest.raises(ValueError, match=r"direction|baseline"):
            turn(70, **changes)


points = st.lists(st.tuples(st.floats(-50, 50), st.floats(0.1, 5)), min_size=4, max_size=9)


@given(points, st.floats(-1000, 1000), st.sampled_from([0.5, 2.0, 100.0]))
def test_trend_does_not_depend_on_where_time_or_figure_begin(
    rows: Any, shift: float, unit: float
) -> None:
    values, ses = (np.array(column) for column in zip(*rows, strict=True))
    years = np.arange(len(rows), dtype=float)
    here = fitted(years, values, ses)
    there = fitted(years + round(shift), unit * (values + shift), unit * ses)
    assert there.slope == pytest.approx(unit * here.slope, abs=1e-6 * unit)
    assert there.t == pytest.approx(here.t, abs=1e-6)
    assert here.scale >= 1


@given(points)
def test_a_mirrored_trend_is_the_opposite(rows: Any) -> None:
    values, ses = (np.array(column) for column in zip(*rows, strict=True))
    years = np.arange(len(rows), dtype=float)
    here, there = fitted(years, values, ses), fitted(years, -values, ses)
    assert there.slope == -here.slope
    assert there.significant == here.significant
    order = np.random.default_rng(1).permutation(len(rows))
    assert fitted(years[order], values[order], ses[order]).slope == here.slope
