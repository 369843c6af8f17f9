"""Trend, forecast and targets of an indicator in one place, in words and as a line to draw."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from chapters.models import Chapter
from measurement import wording
from measurement.charts import Fitted
from measurement.models import Indicator, Target
from measurement.queries import TOTAL, Change, Point
from measurement.trend import Trend, Turn, fit_trend, turn_of_curve
from measurement.windows import length_of, year_of

FAR = 50  # years that nobody should foretell from a straight line


@dataclass(frozen=True)
class Foretold:
    """What the history says: sentences, and the fitted line at its points."""

    sentences: tuple[str, ...]
    line: tuple[Fitted, ...]
    curve_turned: bool


@dataclass(frozen=True)
class TargetRow:
    """A target in words."""

    pk: int
    words: str
    reason: str
    name: str


def foretell(change: Change, points: Sequence[Point]) -> Foretold | None:
    """The trend of a total's figures; None for fewer than four that compare.

    points: of one length, as the line compares; of others only those like the newest are taken.
    Of windows that share years only those that do not are taken, the newest first: shared years
    are not counted twice.
    """
    if change.indicator.nominal_dollars:
        return None
    used = _apart(points)
    level = change.line.scorecard.level
    years = [year_of(point) for point in used]
    trend = fit_trend(
        years, [point.value for point in used], [point.se for point in used], level=level
    )
    if trend is None:
        return None
    turn = _turn(change, used, years, level)
    sentences = [_describe(trend, change.indicator, used, level)]
    if turn:
        sentences.append(_describe_turn(turn, change))
    if change.target is not None and change.status not in ("target_met", "target_kept"):
        direction = change.indicator.direction
        sentences += describe_pace(trend, change.target, years[-1], direction)
    line = tuple(_fitted(trend, year, level) for year in (years[0], years[-1]))
    if trend.scale:
        step = (years[-1] - years[0]) / 8
        line = tuple(_fitted(trend, years[0] + n * step, level) for n in range(9))
    return Foretold(tuple(sentences), line, bool(turn and turn.curve_turned))


def target_rows(chapter: Chapter, indicator: Indicator | None = None) -> list[TargetRow]:
    """The targets that stand in a chapter, of one indicator or all; one query."""
    rows = Target.published.filter(chapter=chapter, withdrawn_at__isnull=True)
    if indicator is not None:
        rows = rows.filter(indicator=indicator)
    return [_target_row(target) for target in rows.select_related("indicator", "group")]


def _target_row(target: Target) -> TargetRow:
    value = wording.unit_of(target.indicator).value(float(target.value))
    who = "" if target.group.key == TOTAL else f" for {wording.amid(target.group.name)}"
    words = f"{value}{who} by {target.due}"
    return TargetRow(target.pk, words, target.reason, target.indicator.name)


def _apart(points: Sequence[Point]) -> list[Point]:
    """Known points of the newest kind since the last break, none sharing years, oldest first."""
    known = [point for point in points if point.value is not None]
    chosen: list[Point] = []
    for point in reversed(known):
        newest = known[-1]
        kind = (point.programme, length_of(point))
        if kind != (newest.programme, length_of(newest)):
            continue
        if not chosen or point.end < chosen[-1].start:
            chosen.append(point)
        if point.status == "B":
            break
    return chosen[::-1]


def _turn(change: Change, used: Sequence[Point], years: Sequence[float], level: int) -> Turn | None:
    """Held against the forecast made of the years up to the baseline."""
    baseline, direction = year_of(change.line.baseline), change.indicator.direction
    if direction == 0 or years[-1] <= baseline:
        return None
    return turn_of_curve(
        years,
        [point.value for point in used],
        [point.se for point in used],
        baseline=baseline,
        current_time=years[-1],
        current=used[-1].value,
        se_current=used[-1].se,
        direction=direction,
        level=level,
    )


def _fitted(trend: Trend, year: float, level: int) -> Fitted:
    at = trend.at(year)
    return Fitted(year, at.value, trend.margin(at.se, level))


def describe_pace(trend: Trend, target: float, now: float, direction: int) -> list[str]:
    """When the line reaches a target, as a sentence; none where there is no trend to follow.

    now: the year of the newest figure, which falls short of the target. direction: 1 where more
    is better, else -1.
    """
    if trend.direction == "no_detectable_trend":
        return []
    if trend.slope * direction < 0:
        return ["The trend leads away from the target."]
    years = (target - trend.at(now).value) / trend.slope
    if years <= 0:
        return ["The trend has reached the target; the newest figure has not."]
    if years > FAR:
        return [f"At this pace the target is not reached within {FAR} years."]
    return [f"At this pace the target is reached in {math.ceil(now + years)}."]


def _describe(trend: Trend, indicator: Indicator, used: Sequence[Point], level: int) -> str:
    span = f"from {used[0].label} to {used[-1].label}, {trend.n} figures"
    if trend.direction == "no_detectable_trend":
        return f"No trend can be told from noise {span}."
    unit = wording.unit_of(indicator)
    way = "up" if trend.slope > 0 else "down"
    margin = unit.margin(trend.margin(trend.se_slope, level))
    return f"Trend: {way} {unit.change(trend.slope)} a year ({margin}) {span}."


def _describe_turn(turn: Turn, change: Change) -> str:
    unit = wording.unit_of(change.indicator)
    foretold = f"{unit.value(turn.forecast.value)}, foretold from the years up to the baseline"
    if turn.curve_turned:
        return f"The curve turned: the newest figure is better than {foretold}."
    return f"The curve has not turned: the newest figure is not clearly better than {foretold}."
