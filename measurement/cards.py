"""What a dashboard shows of each indicator: words and drawings, put together once."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from measurement import charts, foretelling, wording
from measurement.models import DemographicGroup, Indicator
from measurement.models.surveys import PUBLIC_FLOOR
from measurement.progress import Progress
from measurement.queries import TOTAL, Change, Point, Profile, Score
from measurement.windows import length_among, of_length

# Class, look, its words in a legend; the order of the bar.
LEGEND = (
    (("improved", "target_met", "target_kept"), "improved", "improved"),
    (("no_detectable_change",), "steady", "no clear difference"),
    (("worsened",), "worsened", "worsened"),
    (("insufficient_data",), "unknown", "no data"),
    (("not_comparable",), "unknown", "not comparable"),
)
MARKS = {
    "improved": "M10 0l10 11h-6.4v9H6.4v-9H0z",
    "steady": "M0 3h20v5H0zM0 12h20v5H0z",
    "worsened": "M10 20L0 9h6.4V0h7.2v9H20z",
    "unknown": "",
}
RESULTS = (
    ("improved", "Improved"),
    ("steady", "No clear difference"),
    ("worsened", "Worsened"),
    ("unknown", "No data, or not comparable"),
)


@dataclass(frozen=True)
class Segment:
    """A part of the score bar: left edge and width in percent."""

    verdict: str
    words: str
    mark: str
    count: int
    start: float
    width: float


@dataclass(frozen=True)
class Filters:
    """What a reader asked for, and pairs of value and words that can be asked for."""

    topic: str
    result: str
    group: str
    topics: list[tuple[str, str]]
    results: tuple[tuple[str, str], ...]
    groups: list[tuple[str, str]]


@dataclass(frozen=True)
class Card:
    """One indicator on a dashboard."""

    indicator: Indicator
    look: str
    verdict: str
    value: str
    suffix: str
    period: str
    margin: str
    sentence: str
    note: str
    gap_widened: bool
    spark: charts.Trend | None
    stale_since: dt.date | None = None


@dataclass(frozen=True)
class TableRow:
    """A line of the data table."""

    period: str
    group: str
    value: str
    margin: str
    note: str


@dataclass(frozen=True)
class GroupChange:
    """What became of one group."""

    name: str
    look: str
    verdict: str
    baseline: str
    current: str
    sentence: str


@dataclass(frozen=True)
class Picture:
    """One indicator in full: words, both sizes of each chart, tables.

    `drawn` is what the charts are made of; `breakdowns` names the dimensions that the figures can
    be broken down by, and `breakdown` the one that the chart of groups shows.
    """

    change: Change
    look: str
    verdict: str
    finding: str
    sentences: str
    baseline: str
    current: str
    measure: str
    trends: list[charts.Trend]
    has_gap: bool
    dots: list[charts.Dots]
    dots_finding: str
    dots_period: str
    rows: list[TableRow]
    groups: list[GroupChange]
    foretold: foretelling.Foretold | None
    facts: list[tuple[str, str]]
    drawn: "Drawn"
    breakdowns: list[tuple[str, str]]
    breakdown: str
    has_hidden: bool

    @property
    def least(self) -> int:
        """Numbers of fewer people than these are not shown."""
        return PUBLIC_FLOOR

    @property
    def has_caution(self) -> bool:
        """Whether a figure over time is to be used with caution."""
        return any(mark.has_caution for trend in self.trends[:1] for mark in trend.points)

    @property
    def has_margins(self) -> bool:
        """Whether a figure over time has a margin of error."""
        return any(point.margin for point in self.drawn.series.get(self.drawn.group, ()))


@dataclass(frozen=True)
class Drawn:
    """The figures behind the charts of an indicator: over time by group, and the latest ones."""

    series: dict[str, list[Point]]
    names: Mapping[str, str]
    unit: wording.Unit
    fitted: tuple[charts.Fitted, ...]
    aim: float | None
    ranges: list[charts.Range]
    group: str


def segments(counts: dict[str, int]) -> list[Segment]:
    """The score bar of a tally; what is empty stays in the legend with its 0."""
    total, start, found = sum(counts.values()) or 1, 0.0, []
    for statuses, look, words in LEGEND:
        count = sum(counts[status] for status in statuses)
        width = 100 * count / total
        found.append(Segment(look, words, MARKS[look], count, round(start, 3), round(width, 3)))
        start += width
    return found


def filters(asked: Mapping[str, str], score: Score, names: Mapping[str, str]) -> Filters:
    """The choices of a dashboard; names: group keys to names."""
    topics = sorted({change.indicator.topic for change in score.changes + score.beside})
    keys = {part.group for parts in score.groups.values() for part in parts} - {TOTAL}
    return Filters(
        asked.get("topic", ""),
        asked.get("result", ""),
        asked.get("group", TOTAL),
        [(topic, topic.capitalize()) for topic in topics],
        RESULTS,
        [(key, names[key]) for key in sorted(keys)],
    )


UNKNOWN = Progress("insufficient_data", False, None, None, None)
EVERYTHING = Filters("", "", TOTAL, [], RESULTS, [])


def cards(profile: Profile, asked: Filters = EVERYTHING) -> list[Card]:
    """The counted indicators, then those beside them, as far as they were asked for.

    Where a group is asked for, each card is about that group; indicators without it are left out.
    """
    found = []
    for total in profile.score.changes + profile.score.beside:
        code = total.indicator.code
        parts = {part.group: part for part in profile.score.groups[code]} | {TOTAL: total}
        change = parts.get(asked.group)
        if change is None or asked.topic not in ("", total.indicator.topic):
            continue
        change = _with_hidden(change, profile.hidden.get(code, ()))
        card = _card(change, profile.series.get(code, {}).get(asked.group, []))
        found += [card] if asked.result in ("", card.look) else []
    return found


def count_without(profile: Profile, asked: Filters) -> int:
    """How many indicators are left out because they are not broken down by the group asked for."""
    every = replace(asked, result="")
    return len(cards(profile, replace(every, group=TOTAL))) - len(cards(profile, every))


def picture(
    profile: Profile,
    code: str,
    names: dict[str, str],
    breakdown: str = "",
    hidden: Sequence[Point] = (),
    group: str = TOTAL,
) -> Picture | None:
    """Everything about one indicator; None where it is not on the scorecard.

    names: group keys to names. breakdown: a dimension such as "sex"; the first there is stands in
    for one that has no figures. hidden: figures that are suppressed, which are told without number.
    group: whose change and trend it is about; None where the indicator is not broken down by it.
    """
    change = _change_of(profile, code, group)
    if change is None:
        return None
    change = _with_hidden(change, hidden)
    place = profile.score.place.name + (f" ({names[group]})" if group else "")
    unit, every = wording.unit_of(change.indicator), profile.series.get(code, {})
    found = like_line(every, change, group)
    total, series = found.get(TOTAL, []), found.get(group, [])
    look, verdict = wording.verdict(change)
    foretold = foretelling.foretell(change, series)
    fitted = foretold.line if foretold else ()
    trends = [
        charts.trend(series, unit, frame, fitted, change.target)
        for frame in (charts.WIDE, charts.NARROW)
    ]
    keys = sorted({*found, *(point.group for point in hidden)} - {TOTAL})
    dimensions = list(dict.fromkeys(_dimension(key) for key in keys))
    chosen = breakdown if breakdown in dimensions else next(iter(dimensions), "")
    # Groups stand beside the total of the same period, never an older figure beside a newer one.
    newest = total[-1].label if total else ""
    parts = [
        (names[key], point)
        for key in keys
        if _dimension(key) == chosen
        for point in [*found.get(key, ()), *hidden]
        if (point.group, point.label) == (key, newest)
    ]
    latest = [*parts, (names[TOTAL], total[-1])] if parts and total else []
    ranges = [charts.range_of(name, point, unit) for name, point in latest]
    dots = [charts.ranges(ranges, unit, is_narrow) for is_narrow in (False, True)]
    return Picture(
        change=change,
        look=look,
        verdict=verdict,
        finding=wording.finding(change, place),
        sentences=wording.describe_finding(change, place),
        baseline=wording.with_margin(change.baseline, unit),
        current=wording.with_margin(change.current, unit),
        measure=unit.words,
        trends=[trend for trend in trends if trend],
        has_gap=bool(trends[0] and trends[0].bridges),
        dots=[chart for chart in dots if chart],
        dots_finding=wording.describe_groups(parts, unit),
        dots_period=latest[0][1].label if latest else "",
        rows=_rows(every, names, unit, hidden),
        groups=_groups(profile.score.groups.get(code, ()), names, unit, hidden),
        has_hidden=bool(hidden),
        foretold=foretold,
        facts=wording.list_facts(change),
        drawn=Drawn(found, names, unit, tuple(fitted), change.target, ranges, group),
        breakdowns=[(key, _dimension_name(key)) for key in dimensions],
        breakdown=chosen,
    )


def like_line(
    every: Mapping[str, list[Point]], change: Change, group: str = TOTAL
) -> dict[str, list[Point]]:
    """Series by group, of windows as long as those that the line compares: no chart mixes them."""
    length = length_among(every.get(group) or every.get(TOTAL, []), change.line.current)
    return {key: kept for key, points in every.items() if (kept := of_length(points, length))}


def _change_of(profile: Profile, code: str, group: str) -> Change | None:
    total = profile.score.change(code)
    if total is None or group == TOTAL:
        return total
    return next((part for part in profile.score.groups[code] if part.group == group), None)


def _dimension(key: str) -> str:
    """What a group's key divides people by: “sex” of “sex=female”."""
    return "-".join(part.partition("=")[0] for part in key.split(";"))


def _dimension_name(dimension: str) -> str:
    return " and ".join(dimension.split("-")).replace("_", " ").capitalize()


def with_stale(found: Sequence[Card], stale: Mapping[int, dt.date]) -> list[Card]:
    """The cards, each with the day since when newer figures are overdue."""
    return [replace(card, stale_since=stale.get(card.indicator.pk)) for card in found]


def group_names() -> dict[str, str]:
    """Names of all demographic groups by key; one query."""
    return dict(DemographicGroup.objects.values_list("key", "name"))


def _card(change: Change, points: Sequence[Point]) -> Card:
    look, verdict = wording.verdict(change)
    unit, current = wording.unit_of(change.indicator), change.current
    has_value = current is not None and current.value is not None
    return Card(
        indicator=change.indicator,
        look=look,
        verdict=verdict,
        value=wording.bare(current, unit),
        suffix=unit.suffix if has_value else "",
        period=change.line.current.label,
        margin=unit.margin(current.margin) if current else "",
        sentence=wording.describe_change(change),
        note="" if change.line.counted else change.line.note,
        gap_widened=change.gap_widened,
        spark=charts.spark(
            of_length(points, length_among(points, change.line.current)), change.target
        ),
    )


def _rows(
    found: dict[str, list[Point]],
    names: dict[str, str],
    unit: wording.Unit,
    hidden: Sequence[Point],
) -> list[TableRow]:
    every = [(point, key) for key, points in found.items() for point in points]
    every += [(point, point.group) for point in hidden]
    ordered = sorted(every, key=lambda item: (-item[0].end.toordinal(), item[1]))
    return [
        TableRow(
            point.label,
            names[key],
            wording.told(point, unit),
            unit.margin(point.margin),
            wording.note(point),
        )
        for point, key in ordered
    ]


def _groups(
    changes: Sequence[Change],
    names: dict[str, str],
    unit: wording.Unit,
    hidden: Sequence[Point],
) -> list[GroupChange]:
    """Every group with a figure or a suppressed one at either end of the line."""
    if not changes:
        return []
    line, about = changes[0].line, {change.group: change for change in changes}
    ends = (line.baseline.label, line.current.label)
    for key in sorted({point.group for point in hidden if point.label in ends}):
        about.setdefault(key, Change(line, key, None, None, UNKNOWN))
    return [
        GroupChange(
            names[change.group],
            *wording.verdict(change),
            wording.with_margin(change.baseline, unit),
            wording.with_margin(change.current, unit),
            wording.describe_change(change),
        )
        for change in (_with_hidden(each, hidden) for each in about.values())
        if len(about) > 1
    ]


def _with_hidden(change: Change, hidden: Sequence[Point]) -> Change:
    """The change with its suppressed ends in place, which have no number."""
    mine = {point.label: point for point in hidden if point.group == change.group}
    line = change.line
    return replace(
        change,
        baseline=change.baseline or mine.get(line.baseline.label),
        current=change.current or mine.get(line.current.label),
    )
