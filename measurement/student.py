"""Student's t distribution by itself, so that no page has to load a library for one number."""

import math
from functools import cache

_STEPS = 300
_HALVINGS = 60
_TINY = 1e-300
_PRECISION = 1e-15


def two_tailed(t: float, freedom: float) -> float:
    """Probability of a value at least as far from 0 as `t`: I(x; n/2, 1/2), x = n / (n + t^2)."""
    if math.isinf(t):
        return 0.0
    rest = t * t / (freedom + t * t)
    if rest == 0:
        # Zero, or so close to it that its square is none.
        return 1.0
    return _incomplete_beta(freedom / (freedom + t * t), rest, freedom / 2)


@cache
def critical_t(level: int, freedom: int) -> float:
    """T* of a two-sided test at `level` percent on so many degrees of freedom, by bisection."""
    chance = (100 - level) / 100
    low, high = 0.0, 1.0
    while two_tailed(high, freedom) > chance:
        low, high = high, 2 * high
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if two_tailed(middle, freedom) > chance else (low, middle)
    return high


def _incomplete_beta(x: float, rest: float, a: float) -> float:
    """I(x; a, 1/2), by its continued fraction; `rest` is 1 - x, given so that none is lost."""
    b = 0.5
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(log_front + a * math.log(x) + b * math.log(rest)) if x > 0 else 0.0
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(rest, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of the incomplete beta function, evaluated from the front (Lentz)."""
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    value = d
    for n in range(1, _STEPS):
        even = n * (b - n) * x / ((a + 2 * n - 1) * (a + 2 * n))
        odd = -(a + n) * (a + b + n) * x / ((a + 2 * n) * (a + 2 * n + 1))
        for term in (even, odd):
            c, d = _away(1 + term / c), 1 / _away(1 + term * d)
            value *= c * d
        if abs(c * d - 1) < _PRECISION:
            break
    return value


def _away(number: float) -> float:
    """The number, or next to nothing in the place of 0."""
    return number if abs(number) > _TINY else _TINY
