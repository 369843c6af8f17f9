"""What a dashboard shows of each indicator: words and drawings, put together once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from measurement import charts, foretelling, wording
from measurement.models import DemographicGroup, Indicator
from measurement.queries import TOTAL, Change, Point, Profile, Score

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

    `beside` is JSON for the drawing in the browser: the fitted line and the target.
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
    beside: str


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
        card = _card(change, profile.series.get(code, {}).get(asked.group, []))
        found += [card] if asked.result in ("", card.look) else []
    return found


def picture(profile: Profile, code: str, names: dict[str, str]) -> Picture | None:
    """Everything about one indicator; None where it is not on the scorecard.

    names: group keys to names.
    """
    change = profile.score.change(code)
    if change is None:
        return None
    unit, found = wording.unit_of(change.indicator), profile.series.get(code, {})
    total = found.get(TOTAL, [])
    look, verdict = wording.verdict(change)
    foretold = foretelling.foretell(change, total)
    fitted = foretold.line if foretold else ()
    trends = [
        charts.trend(total, unit, frame, fitted, change.target)
        for frame in (charts.WIDE, charts.NARROW)
    ]
    parts = [(names[key], points[-1]) for key, points in found.items() if key != TOTAL]
    latest = [*parts, (names[TOTAL], total[-1])] if parts and total else []
    drawn = [charts.dots(latest, unit, is_narrow) for is_narrow in (False, True)]
    return Picture(
        change=change,
        look=look,
        verdict=verdict,
        finding=wording.finding(change, profile.score.place.name),
        sentences=wording.describe_finding(change, profile.score.place.name),
        baseline=wording.with_margin(change.baseline, unit),
        current=wording.with_margin(change.current, unit),
        measure=unit.words,
        trends=[trend for trend in trends if trend],
        has_gap=bool(trends[0] and trends[0].bridges),
        dots=[chart for chart in drawn if chart],
        dots_finding=wording.describe_groups(parts, unit),
        dots_period=latest[0][1].label if latest else "",
        rows=_rows(found, names, unit),
        groups=_groups(profile.score.groups.get(code, ()), names, unit),
        foretold=foretold,
        facts=wording.list_facts(change),
        beside=json.dumps({"fitted": [asdict(end) for end in fitted], "target": change.target}),
    )


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
        value=unit.bare(current.value if current else None),
        suffix=unit.suffix if has_value else "",
        period=change.line.current.label,
        margin=unit.margin(current.margin) if current else "",
        sentence=wording.describe_change(change),
        note="" if change.line.counted else change.line.note,
        gap_widened=change.gap_widened,
        spark=charts.spark(points, change.target),
    )


def _rows(
    found: dict[str, list[Point]], names: dict[str, str], unit: wording.Unit
) -> list[TableRow]:
    every = [(point, key) for key, points in found.items() for point in points]
    ordered = sorted(every, key=lambda item: (-item[0].end.toordinal(), item[1]))
    return [
        TableRow(
            point.label,
            names[key],
            unit.value(point.value),
            unit.margin(point.margin),
            wording.NOTES.get(point.reliability, ""),
        )
        for point, key in ordered
    ]


def _groups(
    changes: Sequence[Change], names: dict[str, str], unit: wording.Unit
) -> list[GroupChange]:
    if len(changes) < 2:
        return []
    return [
        GroupChange(
            names[change.group],
            *wording.verdict(change),
            wording.with_margin(change.baseline, unit),
            wording.with_margin(change.current, unit),
            wording.describe_change(change),
        )
        for change in changes
    ]
