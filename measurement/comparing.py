"""Cities side by side: every difference tested, and said in words only as far as it holds.

Samples of two cities are independent, so no years are shared between them, whatever the window;
the change of one city over time has the overlap of its own two windows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chapters.models import Place
from measurement import charts, wording
from measurement.models import Indicator, ScorecardLine
from measurement.progress import CHANCE, Progress, classify, gap_widened
from measurement.queries import Point, overlap
from measurement.queries.scores import NOMINAL
from measurement.uncertainty import difference_test, moe_sum

# Place, then group, to figures.
Parts = Mapping[int, Mapping[str, Sequence[Point]]]

LEVEL = 90
MOST_SAID = 6
MOST_SMALL = 12
# What became of one city, and of several.
MOVES = {
    "improved": ("improved", "improved"),
    "worsened": ("worsened", "worsened"),
    "steady": ("shows no clear change", "show no clear change"),
}
NOBODY_LEADS = "Neither more nor less of it is progress, so no city is ahead of another."
NOT_CAUSED = (
    "Whether chapters caused a difference. The figures describe whole cities, and many things "
    "move them."
)


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


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    name: str
    is_own: bool
    value: str
    margin: str
    against: str
    rank: str
    look: str
    since: str
    gap_widened: bool = False


@dataclass(frozen=True)
class Comparison:
    """A page of comparison: heading, what holds, what does not, chart and table."""

    finding: str
    said: list[str]
    unsaid: list[str]
    dots: list[charts.Dots]
    rows: list[Row]
    has_ranks: bool
    has_since: bool
    moves: str
    multiples: list[tuple[Row, charts.Trend]]


def compare(
    indicator: Indicator,
    own: Place,
    series: Mapping[int, Sequence[Point]],
    places: Sequence[Place],
    period: str,
    line: ScorecardLine | None = None,
    targets: Mapping[int, float] | None = None,
    parts: Parts | None = None,
) -> Comparison:
    """Hold cities against one of them in a period; `line` says what the baseline is.

    targets: by id of the place. parts: by id of the place, the figures of each group in it, where
    it is the total that is compared.
    """
    unit = wording.unit_of(indicator)
    standings = _standings(indicator, own, series, places, period)
    chosen = next(one for one in standings if one.place.pk == own.pk)
    others = [one for one in standings if one.place.pk != own.pk]
    rows = [_row(one, own, unit, indicator) for one in standings]
    if line:
        aims, groups = targets or {}, parts or {}
        rows = [
            _with_since(
                row, line, series[key], one.point, aims.get(key), groups.get(key, {}).values()
            )
            for row, one in zip(rows, standings, strict=True)
            for key in [one.place.pk]
        ]
    charted = [
        charts.dots(_drawn(standings), unit, is_narrow, own.name) for is_narrow in (False, True)
    ]
    return Comparison(
        finding=_finding(chosen, others, indicator),
        said=_said(chosen, others, unit, indicator),
        unsaid=_unsaid(standings, others, indicator),
        dots=[chart for chart in charted if chart],
        rows=rows,
        has_ranks=any(one.ranks for one in standings),
        has_since=line is not None,
        moves=_moves(rows),
        multiples=_multiples(rows, standings, series) if line else [],
    )


# --- Tests --------------------------------------------------------------------------------------


def _standings(
    indicator: Indicator,
    own: Place,
    series: Mapping[int, Sequence[Point]],
    places: Sequence[Place],
    period: str,
) -> list[Standing]:
    mine = _at(series[own.pk], period)
    found = [
        Standing(place, point, _refusal(point, mine, series[place.pk], period))
        for place in places
        for point in [_at(series[place.pk], period)]
    ]
    found = [_tested(one, mine) if not one.refusal else one for one in found]
    found = _ranked(found, indicator.direction)
    return sorted(found, key=_order)


def _at(points: Sequence[Point], period: str) -> Point | None:
    return next((point for point in points if point.label == period), None)


def _refusal(point: Point | None, mine: Point | None, every: Sequence[Point], period: str) -> str:
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


# --- Words --------------------------------------------------------------------------------------


def _words(sign: int, direction: int) -> str:
    if direction > 0:
        return "ahead of" if sign > 0 else "behind"
    return "higher than" if sign > 0 else "lower than"


def _finding(chosen: Standing, others: Sequence[Standing], indicator: Indicator) -> str:
    name, tested = chosen.place.name, [one for one in others if one.sign is not None]
    if chosen.refusal:
        return f"There is nothing to hold against {name}"
    if not tested:
        return f"No city can be held against {name} here"
    parts = [
        f"{_words(sign, indicator.direction)} {_names(those)}"
        for sign in (1, -1)
        if (those := [one for one in tested if one.sign == sign])
    ]
    close = [one for one in tested if one.sign == 0]
    if not parts:
        who = _names(close) if len(close) < 3 else f"the other {len(close)} cities"
        return f"{name} and {who}: too close to call"
    first = f"{name} is {' and '.join(parts)}."
    if not close:
        return first
    return f"{first} {_names(close)} {'is' if len(close) == 1 else 'are'} too close to call."


def _names(standings: Sequence[Standing]) -> str:
    names = [one.place.name for one in standings]
    return f"{len(names)} cities" if len(names) > 2 else " and ".join(names)


def _said(
    chosen: Standing, others: Sequence[Standing], unit: wording.Unit, indicator: Indicator
) -> list[str]:
    tested = [one for one in others if one.sign is not None and one.gap is not None]
    tested.sort(key=lambda one: (one.sign == 0, -abs(one.gap or 0)))
    said = [_sentence(chosen, one, unit, indicator) for one in tested[:MOST_SAID]]
    more = len(tested) - MOST_SAID
    return [*said, f"{more} more are in the table."] if more > 0 else said


def _sentence(chosen: Standing, other: Standing, unit: wording.Unit, indicator: Indicator) -> str:
    mine, name = chosen.place.name, other.place.name
    size, margin = unit.change(other.gap or 0), unit.margin(other.margin)
    if not other.sign:
        return f"{mine} and {name} differ by {size}, within {margin}."
    way = _words(other.sign, indicator.direction)
    good = other.sign * indicator.direction
    judged = {1: ", which is better", -1: ", which is worse"}[good] if _is_lower(indicator) else ""
    return f"{mine} is {size} {way} {name}{judged} ({margin})."


def _is_lower(indicator: Indicator) -> bool:
    return indicator.direction == Indicator.Direction.LOWER


def _unsaid(
    standings: Sequence[Standing], others: Sequence[Standing], indicator: Indicator
) -> list[str]:
    tests = sum(one.sign is not None for one in others)
    found = [NOT_CAUSED]
    if tests:
        by_chance = 2 * CHANCE[LEVEL] * tests
        found.append(
            f"Which single difference is real beyond doubt. Of {tests} tested at {LEVEL} percent, "
            f"about {by_chance:.1f} would look real by chance alone."
        )
    if indicator.direction == 0:
        found.append(NOBODY_LEADS)
    if indicator.nominal_dollars:
        found.append(f"How it changed over time. {NOMINAL}")
    found += [f"{one.place.name}: {one.refusal}" for one in standings if one.refusal]
    untested = [one for one in others if not one.refusal and one.sign is None]
    found += [f"{one.place.name}: no test without both margins of error." for one in untested]
    return found


# --- Table and chart ----------------------------------------------------------------------------


def _row(one: Standing, own: Place, unit: wording.Unit, indicator: Indicator) -> Row:
    point, ranks = one.point, ""
    compared = point is not None and not one.refusal
    if one.ranks:
        low, high = one.ranks
        ranks = str(low) if low == high else f"{low} to {high}"
    return Row(
        name=one.place.name,
        is_own=one.place.pk == own.pk,
        value=unit.value(point.value) if point else "no data",
        margin=unit.margin(point.margin) if point else "",
        against="This city" if one.place.pk == own.pk and compared else _against(one),
        rank=ranks,
        look="unknown",
        since="",
    )


def _against(one: Standing) -> str:
    if one.refusal:
        return f"Not compared. {one.refusal}"
    if one.sign is None:
        return "Not tested"
    return {1: "Lower", -1: "Higher", 0: "No clear difference"}[one.sign]


def _with_since(
    row: Row,
    line: ScorecardLine,
    points: Sequence[Point],
    new: Point | None,
    target: float | None,
    parts: Iterable[Sequence[Point]],
) -> Row:
    """The row with the class of its change since the baseline, and what it hides."""
    old = _at(points, line.baseline.label)
    if old is not None and old is new:
        return replace(row, since="Baseline")
    total = _since(line, old, new, target)
    ends = [(_at(part, line.baseline.label), new and _at(part, new.label)) for part in parts]
    lost = gap_widened(total, [_since(line, *pair, None) for pair in ends])
    look, words = wording.VERDICTS[total.status]
    return replace(row, look=look, since=words, gap_widened=lost)


def _since(
    line: ScorecardLine, old: Point | None, new: Point | None, target: float | None
) -> Progress:
    indicator = line.indicator
    return classify(
        old.value if old else None,
        new.value if new else None,
        direction=indicator.direction,
        se_baseline=old.se if old else None,
        se_current=new.se if new else None,
        target=target,
        min_change=float(indicator.min_change),
        overlap=overlap(old, new) if old and new else 0.0,
        level=line.scorecard.level,
        comparable=_is_alike(indicator, old, new),
    )


def _moves(rows: Sequence[Row]) -> str:
    """What became of the cities since the baseline: “Denver and Atlanta improved; 3 cities …”."""
    parts = [
        f"{_listed(names)} {said[len(names) > 1]}"
        for look, said in MOVES.items()
        if (names := [row.name for row in rows if row.look == look])
    ]
    return "; ".join(parts) or "No change can be told"


def _listed(names: Sequence[str]) -> str:
    return f"{len(names)} cities" if len(names) > 2 else " and ".join(names)


def _multiples(
    rows: Sequence[Row], standings: Sequence[Standing], series: Mapping[int, Sequence[Point]]
) -> list[tuple[Row, charts.Trend]]:
    """A small chart for each city, in the order of the table."""
    drawn = charts.multiples(
        [(str(n), series[one.place.pk]) for n, one in enumerate(standings[:MOST_SMALL])]
    )
    return [(rows[int(n)], chart) for n, chart in drawn]


def _is_alike(indicator: Indicator, old: Point | None, new: Point | None) -> bool:
    if indicator.nominal_dollars:
        return False
    if old is None or new is None:
        return True
    same_kind = (old.programme, old.window_years) == (new.programme, new.window_years)
    return same_kind and new.status != "B"


def _drawn(standings: Sequence[Standing]) -> list[tuple[str, Point]]:
    """What the chart shows: nothing of a figure that is not compared."""
    return [
        (one.place.name, replace(one.point, value=None) if one.refusal else one.point)
        for one in standings
        if one.point
    ]
