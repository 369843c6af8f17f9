"""The line through a figure's history, and whether it did better than that line foretold.

Least squares weighted by 1 / SE^2, slope tested with Student's t on n - 2 degrees of freedom; the
forecast is that of Results-Based Accountability ("turning the curve"): history up to the baseline,
carried on. Missing years are left out, never filled in. Pure: no request, no database, no clock.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measurement.student import critical_t, two_tailed
from measurement.uncertainty import FLOAT_NOISE, critical_value

Array = NDArray[np.float64]

LEAST_POINTS = 4


@dataclass(frozen=True)
class Trend:
    """A fitted line. `slope` is per unit of time, `se_slope` its standard error.

    `scale` is by what factor the scatter around the line exceeds what the standard errors explain,
    never below 1; without standard errors it is the residual variance itself. `direction` is
    `rising`, `falling` or `no_detectable_trend`.
    """

    n: int
    slope: float
    intercept: float
    se_slope: float
    t: float
    p: float
    significant: bool
    direction: str
    scale: float
    weighted: bool
    center: float
    covariance: Array

    def at(self, time: float) -> Forecast:
        """The line's value at a time, and the standard error of the line there."""
        offset = np.array([1.0, time - self.center])
        value = self.intercept + self.slope * (time - self.center)
        return Forecast(value, math.sqrt(max(float(offset @ self.covariance @ offset), 0.0)))

    def margin(self, se: float, level: int = 90) -> float:
        """Half the width of an interval around the line or its slope: t* of its own test."""
        return critical_t(level, self.n - 2) * se


@dataclass(frozen=True)
class Forecast:
    """A value foretold and its standard error."""

    value: float
    se: float


@dataclass(frozen=True)
class Turn:
    """Whether the curve was turned; `z` is of current minus forecast, in the good direction."""

    curve_turned: bool
    z: float
    forecast: Forecast


def fit_trend(
    times: Any, values: Any, ses: Any = None, *, comparable: Any = True, level: int = 90
) -> Trend | None:
    """The line through a series, or None for fewer than 4 comparable points that are known.

    `times` may have gaps and need no order; `values` and `ses` have None or NaN where nothing is
    known; `comparable` is False for points of another definition. Where a known value lacks a
    standard error (or has 0), all count alike and the scatter alone is the error. Raises ValueError
    if lengths differ, a time stands twice, or a standard error is below 0.
    """
    critical_value(level)  # refuses a level that is none
    time, value, se = _series(times, values, ses, comparable)
    if len(time) < LEAST_POINTS:
        return None
    weighted = bool(np.all(se > 0))
    weights = 1 / se**2 if weighted else np.ones(len(time))
    center = float(np.average(time, weights=weights))
    design = np.column_stack([np.ones(len(time)), time - center])
    information = design.T @ (design * weights[:, None])
    inverse = np.linalg.inv(information)
    intercept, slope = inverse @ (design.T @ (weights * value))
    residuals = value - design @ (intercept, slope)
    residuals[np.abs(residuals) <= FLOAT_NOISE * np.max(np.abs(value))] = 0.0
    scatter = float(np.sum(weights * residuals**2)) / (len(time) - 2)
    scale = max(scatter, 1.0) if weighted else scatter
    covariance: Array = np.asarray(scale * inverse, dtype=np.float64)
    se_slope = math.sqrt(covariance[1, 1])
    t = _ratio(float(slope), se_slope, float(np.ptp(value)))
    p = two_tailed(t, len(time) - 2)
    significant = p < (100 - level) / 100
    moved = "rising" if slope > 0 else "falling"
    return Trend(
        n=len(time),
        slope=float(slope),
        intercept=float(intercept),
        se_slope=se_slope,
        t=t,
        p=p,
        significant=significant,
        direction=moved if significant else "no_detectable_trend",
        scale=scale,
        weighted=weighted,
        center=center,
        covariance=covariance,
    )


def turn_of_curve(
    times: Sequence[float],
    values: Any,
    ses: Any,
    *,
    baseline: float,
    current_time: float,
    current: float | None,
    se_current: float | None,
    direction: int,
    comparable: Any = True,
    level: int = 90,
) -> Turn | None:
    """Whether the current value beats the forecast made of the points up to the baseline.

    `curve_turned` if direction * (current - forecast) > z* sqrt(SE_forecast^2 + SE_current^2),
    strictly. None where no forecast can be made or the current value or its error is not known.
    Raises ValueError for a direction other than 1 or -1, a current time that is not after the
    baseline, and as fit_trend does.
    """
    if direction not in (1, -1):
        raise ValueError(f"direction {direction!r} is not 1 or -1")
    if not current_time > baseline:
        raise ValueError("the current time must lie after the baseline")
    known = np.asarray(times, dtype=float) <= baseline
    trend = fit_trend(times, values, ses, comparable=known & np.asarray(comparable), level=level)
    figures = np.array([current, se_current], dtype=float)
    if trend is None or np.isnan(figures).any():
        return None
    forecast = trend.at(current_time)
    gain = direction * (figures[0] - forecast.value)
    z = _ratio(float(gain), math.hypot(forecast.se, figures[1]), abs(forecast.value))
    return Turn(z > critical_value(level) * (1 + FLOAT_NOISE), z, forecast)


def _series(times: Any, values: Any, ses: Any, comparable: Any) -> tuple[Array, Array, Array]:
    """Times, values and standard errors of the points to fit, in order of time."""
    time, value = np.asarray(times, dtype=float), np.asarray(values, dtype=float)
    se = np.full(value.shape, np.nan) if ses is None else np.asarray(ses, dtype=float)
    if not time.shape == value.shape == se.shape or time.ndim != 1:
        raise ValueError("times, values and standard errors are lists of one length")
    if np.any(se < 0):
        raise ValueError("a standard error cannot be below 0")
    alike = np.broadcast_to(np.asarray(comparable, dtype=bool), time.shape)
    used = alike & np.isfinite(time) & np.isfinite(value)
    time, value, se = time[used], value[used], se[used]
    if len(np.unique(time)) < len(time):
        raise ValueError("a time stands twice in the series")
    order = np.argsort(time)
    return time[order], value[order], se[order]


def _ratio(change: float, error: float, size: float) -> float:
    """Change over its error; without any error a change is infinitely sure, and none is 0."""
    if error > 0:
        return change / error
    return 0.0 if abs(change) <= FLOAT_NOISE * size else math.copysign(math.inf, change)
