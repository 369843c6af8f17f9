"""Student's t against scipy, far into the tails."""

import pytest
from scipy.stats import t as student

from measurement.student import critical_t, two_tailed


@pytest.mark.parametrize("freedom", [1, 2, 3, 7, 30, 400])
@pytest.mark.parametrize("t", [0.0, 0.001, 0.3, 1.0, -1.645, 2.5, 12.0, 80.0, 1e-170, 1e170])
def test_two_tails_agree_with_scipy(t: float, freedom: int) -> None:
    expected = 2 * float(student.sf(abs(t), freedom))
    assert two_tailed(t, freedom) == pytest.approx(expected, rel=1e-10, abs=1e-300)


def test_an_infinite_value_is_impossible() -> None:
    assert two_tailed(float("inf"), 5) == 0.0


@pytest.mark.parametrize("freedom", [1, 2, 3, 7, 30, 400])
@pytest.mark.parametrize("level", [90, 95, 99])
def test_critical_values_agree_with_scipy(level: int, freedom: int) -> None:
    expected = float(student.ppf(0.5 + level / 200, freedom))
    assert critical_t(level, freedom) == pytest.approx(expected, rel=1e-9)
