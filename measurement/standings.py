"""Where cities stand beside a chosen one: every difference tested, every refusal with its reason.

Samples of two cities are independent, so no years are shared between them, whatever the window.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chapters.models import Place
from measurement.models import Indicator
from measurement.queries import Point
from measurement.uncertainty import difference_test, moe_sum

LEVEL = 90


@dataclass(frozen=True)
class Standing:
    """One city: its figure, or why it is not compared, and the test against the chosen city.

    `gap` is chosen city minus this one; `sign` is 1 where the chosen city is clearly higher, -1
    where it is clearly lower, 0 where nobody can tell, None where no test was made.
    """

    place: Place
    point: Point | None
    refusal: str
    gap: float | None = None
    margin: float | None = None
    sign: int | None = None
    ranks: tuple[int, int] | None = None


def hold_against(
    indicator: Indicator,
    own: Place,
    series: Mapping[int, Sequence[Point]],
    places: Sequence[Place],
    period: str,
) -> list[Standing]:
    """Every place held against `own`, the highest estimate first, what is refused last.

    series: by id of the place, oldest first. period: its label.
    """
    mine = at(series[own.pk], period)
    found = [
        Standing(place, point, refuse(point, mine, series[place.pk], period))
        for place in places
        for point in [at(series[place.pk], period)]
    ]
    found = [_tested(one, mine) if not one.refusal else one for one in found]
    found = _ranked(found, indicator.direction)
    return sorted(found, key=_order)


def at(points: Sequence[Point], period: str) -> Point | None:
    """The figure of a period."""
    return next((point for point in points if point.label == period), None)


def refuse(point: Point | None, mine: Point | None, every: Sequence[Point], period: str) -> str:
    """Why a city's figure can't be held against the chosen city's; empty where it can."""
    if point is None and every:
        return f"No figure for {period}; {every[-1].label} is another window."
    if point is None or point.value is None:
        return f"No figure for {period}."
    if point.status == "D":
        return "Its source defines it otherwise."
    if mine and point.programme != mine.programme:
        return f"Another survey: {point.programme}, not {mine.programme}."
    return ""


def _tested(one: Standing, mine: Point | None) -> Standing:
    point = one.point
    if not mine or mine.value is None or not point or point is mine or point.value is None:
        return one
    test = difference_test(mine.value, mine.se, point.value, point.se, level=LEVEL)
    sign = None if test.significant is None else int(np.sign(test.z)) * int(test.significant)
    margin = moe_sum([mine.margin, point.margin])
    return replace(one, gap=mine.value - point.value, margin=margin, sign=sign)


def _ranked(standings: list[Standing], direction: int) -> list[Standing]:
    """First and last rank that each city can have, given what is clearly better and worse."""
    compared = [one for one in standings if not one.refusal]
    if direction == 0 or len(compared) < 2:
        return standings
    values = _numbers([one.point.value if one.point else None for one in compared])
    errors = _numbers([one.point.se if one.point else None for one in compared])
    test = difference_test(
        values[:, None], errors[:, None], values[None, :], errors[None, :], level=LEVEL
    )
    clear = np.ma.filled(test.significant, fill_value=False)
    better = clear & (direction * (values[:, None] - values[None, :]) > 0)
    first, last = 1 + better.sum(axis=0), len(compared) - better.sum(axis=1)
    bands = {
        one.place.pk: (int(low), int(high))
        for one, low, high in zip(compared, first, last, strict=True)
    }
    return [replace(one, ranks=bands.get(one.place.pk)) for one in standings]


def _numbers(values: Sequence[float | None]) -> Any:
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def _order(one: Standing) -> tuple[bool, float, str]:
    """Highest estimate first, what is not compared last."""
    value = one.point.value if one.point and not one.refusal else None
    return value is None, -(value or 0.0), one.place.name
