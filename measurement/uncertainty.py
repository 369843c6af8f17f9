"""Standard errors, margins of error and tests of difference.

The arithmetic of the American Community Survey: US Census Bureau, Understanding and Using ACS
Data, chapters 7 and 8. Every function is pure, and takes numbers or numpy arrays (broadcast
against each other). Numbers give a float, arrays give an array. Nothing known gives nothing
known: None gives None and NaN gives NaN, never 0; a figure that is undefined, such as a ratio
over 0, is None for numbers and NaN inside arrays. So is what follows from an error below 0: no
error is, but the Census Bureau's codes for "no margin" are. One code is a margin: that of a figure
which was controlled to a known total, 0. Where a value would stand, each of its codes is no value.
Nothing is known of what is endless, or masked.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Figure: TypeAlias = Any  # a number, None, or an array or sequence of them
Array: TypeAlias = NDArray[np.float64]

# The Census Bureau's own rounded critical values, so that published figures are reproduced.
CRITICAL_VALUES = {90: 1.645, 95: 1.96, 99: 2.576}
NORMAL_FROM = 100  # counts from here on have a normal interval, smaller ones the exact one
VITAL_FROM = 10  # rates of fewer events are not published
GOOD_CV, CAUTION_CV = 16.5, 33.3
LEAST_SAMPLE, WIDE_POINTS, WIDE_SHARE = 30, 0.2, 1.2
CONTROLLED = -555_555_555  # "*****" beside an estimate: its margin is 0
# No margin, open-ended median, no estimate, not applicable, too few cases.
NO_FIGURE = (-222_222_222, -333_333_333, -666_666_666, -888_888_888, -999_999_999)
FLOAT_NOISE = 1e-12  # relative size of what is left where decimals cancel


class DifferenceTest(NamedTuple):
    """Z of a difference, and whether it is significant.

    For numbers `z` is a float and `significant` a bool, both None where no test was possible.
    For arrays `z` has NaN there and `significant` is a masked array, masked there.
    """

    z: Figure
    significant: Any


class Interval(NamedTuple):
    """Both ends of a confidence interval."""

    lower: Figure
    upper: Figure


def critical_value(level: int) -> float:
    """Z* of a two-sided test at 90, 95 or 99 percent. Raises ValueError for another level."""
    try:
        return CRITICAL_VALUES[level]
    except (KeyError, TypeError):
        raise ValueError(f"confidence level {level!r} is not one of 90, 95, 99") from None


def se_from_moe(moe: Figure, level: int = 90) -> Figure:
    """Standard error from a margin of error at `level` percent: MOE / 1.645 at 90."""
    z_star = critical_value(level)
    return _figure(lambda m: _error(m) / z_star, moe)


def moe_from_se(se: Figure, level: int = 90) -> Figure:
    """Margin of error at `level` percent from a standard error."""
    z_star = critical_value(level)
    return _figure(lambda s: _error(s) * z_star, se)


def se_from_interval(lower: Figure, upper: Figure, level: int = 95) -> Figure:
    """Standard error from the ends of an interval: (upper - lower) / 3.92 at 95 percent.

    The same where the ends are the wrong way round: no error is below 0.
    """
    width = 2 * critical_value(level)
    return _figure(lambda low, high: np.abs(_value(high) - _value(low)) / width, lower, upper)


def coefficient_of_variation(value: Figure, se: Figure) -> Figure:
    """100 * SE / |value|, in percent; undefined where the value is 0."""
    return _figure(lambda v, s: 100 * _error(s) / _or_nan(np.abs(_value(v))), value, se)


def moe_sum(moes: Figure, values: Figure = None) -> Figure:
    """Margin of a sum or difference: the root of the sum of squares, parts along the first axis.

    With the parts' `values`, several parts that are 0 count once, with the largest of their
    margins (Census Bureau, webinar on margins of error, 2016). A part without a margin, or
    without a value where values are given, leaves the sum without one; so does no part at all.
    Raises ValueError if values and margins differ in shape.
    """
    parts = [] if moes is None else list(_numbers(moes) if isinstance(moes, np.ndarray) else moes)
    if not parts:
        return None
    sizes = [] if values is None else list(values)
    margins = _error(_stack(parts))
    if values is not None:
        margins = _one_margin_for_zeros(margins, _value(_stack(sizes)))
    return _like_inputs(np.sqrt(np.sum(margins**2, axis=0)), parts + sizes)


def moe_proportion(x: Figure, moe_x: Figure, y: Figure, moe_y: Figure) -> Figure:
    """Margin of the proportion p = x / y, x being a part of y: sqrt(MOEx^2 - p^2 MOEy^2) / y.

    Where the figure under the root is negative the ratio's formula (a plus) is used instead.
    Undefined where y is 0. All margins at the same level; p is a fraction, not a percent.
    """
    return _figure(_proportion, x, moe_x, y, moe_y)


def moe_ratio(x: Figure, moe_x: Figure, y: Figure, moe_y: Figure) -> Figure:
    """Margin of the ratio R = x / y, x not a part of y: sqrt(MOEx^2 + R^2 MOEy^2) / y."""
    return _figure(_ratio, x, moe_x, y, moe_y)


def moe_product(a: Figure, moe_a: Figure, b: Figure, moe_b: Figure) -> Figure:
    """Margin of the product a * b: sqrt(a^2 MOEb^2 + b^2 MOEa^2)."""

    def product(one: Array, moe_one: Array, other: Array, moe_other: Array) -> Array:
        return np.hypot(_value(one) * _error(moe_other), _value(other) * _error(moe_one))

    return _figure(product, a, moe_a, b, moe_b)


def moe_percent_change(new: Figure, moe_new: Figure, old: Figure, moe_old: Figure) -> Figure:
    """Margin, in percent, of the change 100 * (new / old - 1); undefined where old is 0."""
    return _figure(lambda *figures: 100 * _ratio(*figures), new, moe_new, old, moe_old)


def difference_test(
    a: Figure, se_a: Figure, b: Figure, se_b: Figure, overlap: Figure = 0.0, level: int = 90
) -> DifferenceTest:
    """Z = (a - b) / (sqrt(1 - overlap) * sqrt(SEa^2 + SEb^2)), significant if |Z| > Z*, strictly.

    `overlap` is the share of years that two windows of the same area have in common (3 of 5 is
    0.6). Without any error on either side, equal figures give 0 and others infinity. Any null
    means that no test was made, never that there was no difference; so does an overlap of 1, as
    a window cannot be tested against itself. Raises ValueError for an overlap outside 0 to 1.
    """
    shared = np.asarray(overlap, dtype=float)
    if np.any((shared < 0) | (shared > 1)):
        raise ValueError(f"overlap {overlap!r} is not between 0 and 1")
    z = _figure(_z, a, se_a, b, se_b, overlap)
    return DifferenceTest(z, _exceeds(z, critical_value(level)))


def poisson_interval(count: Figure, level: int = 95) -> Interval:
    """Interval of a count of independent events, such as births or deaths.

    Below 100 it is the exact (Garwood) interval, 0 included; from 100 on the normal one,
    count -/+ Z* sqrt(count), as vital statistics are published. Whether a small count may be
    shown at all is not decided here: rates of fewer than 10 events are suppressed where they are
    displayed. Raises ValueError for a count that is negative, endless or not whole.
    """
    z_star = critical_value(level)
    counts = _value(_without_codes(unmasked(count)))
    known = counts[~np.isnan(counts)]
    if np.any((known < 0) | (known != np.floor(known)) | np.isinf(known)):
        raise ValueError("a count of events is a whole number, 0 or more")
    low, high = (np.asarray(counts + side * z_star * np.sqrt(counts)) for side in (-1, 1))
    for n in np.unique(known[known < NORMAL_FROM]):
        low[counts == n], high[counts == n] = _exact_interval(int(n), level)
    return Interval(_like_inputs(low, [count]), _like_inputs(high, [count]))


def vital_rate_interval(
    count: Figure, population: Figure, per: float = 100_000, level: int = 95
) -> Interval:
    """Interval of a rate of vital events, count / population * per, as it may be published.

    Nothing below 10 events; from 10 to 99 the exact interval, from 100 on rate -/+ Z* rate /
    sqrt(count). Raises ValueError as poisson_interval does.
    """
    ends = poisson_interval(count, level)

    def rate(end: Array, events: Array, people: Array) -> Array:
        return np.where(events < VITAL_FROM, np.nan, end / _or_nan(people) * per)

    return Interval(*(_figure(rate, end, count, population) for end in ends))


def reliability(value: Figure, se: Figure) -> Any:
    """`good` up to a coefficient of variation of 16.5 %, `caution` up to 33.3, else `unreliable`.

    The bands of Statistics Canada. None where the coefficient is undefined or not known.
    """
    cv = coefficient_of_variation(value, se)
    return _words(cv, lambda c: [("good", c <= GOOD_CV), ("caution", c <= CAUTION_CV)])


def proportion_reliability(p: Figure, lower95: Figure, upper95: Figure, n: Figure) -> Any:
    """`hidden` for a sample under 30; `flagged` if the 95 % interval is wide; else `good`.

    Wide is more than 20 points, or more than 1.2 times the proportion (guidance for the National
    Survey of Children's Health). `p` and its interval are fractions. None where not all is known.
    """
    given = [measured(figure) for figure in (p, lower95, upper95, n)]
    share, low, high, sample = np.broadcast_arrays(*given)
    width = np.asarray(high - low)
    wide = width > np.minimum(WIDE_POINTS, WIDE_SHARE * share) * (1 + FLOAT_NOISE)
    few = sample < LEAST_SAMPLE
    known = np.where(few, 0.0, share + width + sample)
    return _words(known, lambda _: [("hidden", few), ("good", ~wide)], other="flagged")


def preferred_moe(published: Figure, derived: Figure) -> tuple[Figure, Any]:
    """The published margin where there is one, else the derived; and which: the se_method.

    Derived margins ignore covariance: over 208 state-years they were 0.87 to 1.56 of the published.
    """

    def prefer(ours: Array, own: Array) -> Array:
        return np.where(np.isnan(_error(ours)), _error(own), _error(ours))

    moe = _figure(prefer, published, derived)
    first = np.isnan(_error(_numbers(published)))
    return moe, _words(moe, lambda _: [("published", ~first)], other="derived")


def _words(
    figure: Figure, rules: Callable[[Array], list[tuple[str, Any]]], other: str = "unreliable"
) -> Any:
    """The word of the first rule that holds, by figure; None where there is no figure."""
    figures = np.asarray(figure, dtype=float)
    cases = [(word, np.broadcast_to(holds, figures.shape)) for word, holds in rules(figures)]
    words = np.select([holds for _, holds in cases], [word for word, _ in cases], default=other)
    found = np.where(np.isnan(figures), None, words.astype(object))  # type: ignore[call-overload]
    return found if found.ndim else found.item()


def _figure(formula: Callable[..., Array], *inputs: Figure) -> Figure:
    """Apply a numpy formula to the inputs, and answer in their own kind."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        result = formula(*(_numbers(value) for value in inputs))
    return _like_inputs(np.asarray(result), inputs)


def _like_inputs(result: Array, inputs: Any) -> Figure:
    """An array as it is; a single number as float, or as None unless it is NaN because of a NaN."""
    if np.ndim(result):
        return result
    number = float(result)
    if not math.isnan(number):
        return number
    given_nan = any(value is not None and np.any(np.isnan(float(value))) for value in inputs)
    return number if given_nan and not any(value is None for value in inputs) else None


def measured(figure: Figure) -> Array:
    """Values as an array of floats, NaN for what nobody measured: masked, endless, or a code."""
    return _value(_numbers(figure))


def _numbers(figure: Figure) -> Array:
    """The same of values or errors: the code that is a margin is left, for `_error` to read."""
    numbers = _without_codes(unmasked(figure))
    return np.where(np.isfinite(numbers), numbers, np.nan)


def unmasked(figure: Figure) -> Array:
    """The figure as an array of floats, NaN for what is masked."""
    is_masked = isinstance(figure, np.ma.MaskedArray)
    given = np.ma.filled(np.ma.asarray(figure, dtype=float), np.nan) if is_masked else figure
    return np.asarray(given, dtype=float)


def _without_codes(numbers: Array) -> Array:
    return np.where(np.isin(numbers, NO_FIGURE), np.nan, numbers)


def _value(numbers: Array) -> Array:
    """What is no error: there the code for a margin of 0 is no number."""
    return np.where(numbers == CONTROLLED, np.nan, numbers)


def _error(figure: Array) -> Array:
    """An error or margin, 0 for a controlled figure's, NaN for what else is below 0 and so none."""
    return np.where(figure == CONTROLLED, 0.0, np.where(figure < 0, np.nan, figure))


def _or_nan(divisor: Array) -> Array:
    """The divisor, with NaN for 0: nothing can be divided by it."""
    return np.where(divisor == 0, np.nan, divisor)


def _stack(parts: list[Figure]) -> Array:
    """The parts as rows of one array."""
    return np.stack(np.broadcast_arrays(*(_numbers(part) for part in parts)))


def _one_margin_for_zeros(margins: Array, values: Array) -> Array:
    """The margins with all those of parts that are 0 replaced by their largest, once."""
    if margins.shape != values.shape:
        raise ValueError(f"{margins.shape} margins do not fit {values.shape} values")
    margins = np.where(np.isnan(values), np.nan, margins)
    zero = values == 0
    largest = np.max(np.where(zero, np.abs(margins), 0.0), axis=0, keepdims=True)
    return np.concatenate([np.where(zero, 0.0, margins), largest])


def _ratio(x: Array, moe_x: Array, y: Array, moe_y: Array) -> Array:
    divisor = _or_nan(np.abs(_value(y)))
    return np.hypot(_error(moe_x), _value(x) / divisor * _error(moe_y)) / divisor


def _proportion(x: Array, moe_x: Array, y: Array, moe_y: Array) -> Array:
    x, y = _value(x), _value(y)
    part, whole = (_error(moe_x) * y) ** 2, (x * _error(moe_y)) ** 2
    # What decimals leave behind where both are equal is neither a margin nor a negative.
    root = np.where(np.abs(part - whole) <= FLOAT_NOISE * (part + whole), 0.0, part - whole)
    root = np.where(root < 0, part + whole, root)
    return np.sqrt(root) / _or_nan(y**2)


def _z(a: Array, se_a: Array, b: Array, se_b: Array, overlap: Array) -> Array:
    a, b = _value(a), _value(b)
    own_years = np.where(overlap == 1, np.nan, 1 - overlap)
    gap, spread = a - b, np.sqrt(own_years) * np.hypot(_error(se_a), _error(se_b))
    # 0.1 + 0.2 and 0.3 are equal, whatever binary makes of them.
    is_same = np.abs(gap) <= FLOAT_NOISE * (np.abs(a) + np.abs(b))
    certain = np.where(is_same, 0.0, np.copysign(np.inf, gap))
    certain = np.where(np.isnan(gap), np.nan, certain)
    return np.where(spread == 0, certain, gap / spread)


def _exceeds(z: Figure, z_star: float) -> Any:
    """|z| > z*, strictly and not by rounding noise alone; nothing where there is no z."""
    if z is None or (np.ndim(z) == 0 and math.isnan(z)):
        return None
    beyond = np.abs(z) > z_star * (1 + FLOAT_NOISE)
    return np.ma.masked_array(beyond, mask=np.isnan(z)) if np.ndim(z) else bool(beyond)


@cache
def _exact_interval(count: int, level: int) -> tuple[float, float]:
    """Ends of the exact interval: the means under which the count is just not too surprising.

    The lower end leaves half of the error for counts this high or higher, the upper end for
    counts this low or lower; these are half the chi-square quantiles with 2n and 2n + 2 degrees
    of freedom.
    """
    tail = (100 - level) / 200
    lower = _mean_with_cumulative(count - 1, 1 - tail) if count else 0.0
    return lower, _mean_with_cumulative(count, tail)


def _mean_with_cumulative(count: int, probability: float) -> float:
    """The Poisson mean under which P(N <= count) is the probability, bisected to the last bit."""
    low, high = 0.0, 2.0 * count + 20.0
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        # The more is expected, the less likely are so few.
        if _poisson_cumulative(count, middle) > probability:
            low = middle
        else:
            high = middle


def _poisson_cumulative(count: int, mean: float) -> float:
    """P(N <= count) of a Poisson variable."""
    log_mean = math.log(mean)
    return math.fsum(math.exp(n * log_mean - mean - math.lgamma(n + 1)) for n in range(count + 1))
