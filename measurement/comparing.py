"""Cities side by side, in words, a table and a chart, and said only as far as it holds.

The change of one city over time has the overlap of its own two windows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from chapters.models import Place
from measurement import charts, wording
from measurement.models import Indicator, ScorecardLine
from measurement.progress import CHANCE, Progress, classify, gap_widened
from measurement.queries import Point, breaks_between, overlap
from measurement.queries.scores import NOMINAL
from measurement.standings import LEVEL, Standing, at, hold_against, refuse
from measurement.windows import length_of, of_length

# Place, then group, to figures.
Parts = Mapping[int, Mapping[str, Sequence[Point]]]

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
    ranges: list[charts.Range]
    reference: charts.Reference | None
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
    nation: Place | None = None,
) -> Comparison:
    """Hold cities against one of them in a period; `line` says what the baseline is.

    targets: by id of the place. parts: by id of the place, the figures of each group in it, where
    it is the total that is compared. nation: shown for reference where it has a like figure; its
    figures stand in `series` too.
    """
    unit = wording.unit_of(indicator)
    standings = hold_against(indicator, own, series, places, period)
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
    reference = _reference(nation, series, chosen.point, period, unit) if nation else None
    ranges = [charts.range_of(name, point, unit) for name, point in _drawn(standings)]
    charted = [
        charts.ranges(ranges, unit, is_narrow, own.name, reference) for is_narrow in (False, True)
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
        ranges=ranges,
        reference=reference,
        multiples=_multiples(rows, standings, series, line) if line else [],
    )


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
    old = at(points, line.baseline.label)
    if old is not None and old is new:
        return replace(row, since="Baseline")
    total = _since(line, points, old, new, target)
    ends = [(part, at(part, line.baseline.label), new and at(part, new.label)) for part in parts]
    lost = gap_widened(total, [_since(line, *three, None) for three in ends])
    look, words = wording.VERDICTS[total.status]
    return replace(row, look=look, since=words, gap_widened=lost)


def _since(
    line: ScorecardLine,
    points: Sequence[Point],
    old: Point | None,
    new: Point | None,
    target: float | None,
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
        comparable=_is_alike(indicator, points, old, new),
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
    rows: Sequence[Row],
    standings: Sequence[Standing],
    series: Mapping[int, Sequence[Point]],
    line: ScorecardLine,
) -> list[tuple[Row, charts.Trend]]:
    """A small chart for each city, in the order of the table, of windows as long as the line's."""
    length = length_of(line.current)
    drawn = charts.multiples(
        [
            (str(n), of_length(series[one.place.pk], length))
            for n, one in enumerate(standings[:MOST_SMALL])
        ]
    )
    return [(rows[int(n)], chart) for n, chart in drawn]


def _is_alike(
    indicator: Indicator, points: Sequence[Point], old: Point | None, new: Point | None
) -> bool:
    if indicator.nominal_dollars:
        return False
    if old is None or new is None:
        return True
    same_kind = (old.programme, length_of(old)) == (new.programme, length_of(new))
    return same_kind and not breaks_between(points, old, new)


def _reference(
    nation: Place,
    series: Mapping[int, Sequence[Point]],
    mine: Point | None,
    period: str,
    unit: wording.Unit,
) -> charts.Reference | None:
    """The nation's figure of the same kind. It holds the cities too, so nothing is tested."""
    every = series.get(nation.pk, ())
    point = at(every, period)
    if point is None or point.value is None or refuse(point, mine, every, period):
        return None
    return charts.Reference(
        nation.name, point.value, unit.value(point.value), unit.margin(point.margin)
    )


def _drawn(standings: Sequence[Standing]) -> list[tuple[str, Point]]:
    """What the chart shows: nothing of a figure that is not compared."""
    return [
        (one.place.name, replace(one.point, value=None) if one.refusal else one.point)
        for one in standings
        if one.point
    ]
