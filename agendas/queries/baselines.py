"""What a baseline report says of a city, frozen: findings, groups, cities beside, what is missing.

Words, verdicts and tests are those of the dashboard and of the comparison page, read by the same
queries, so that the report can't say anything else than they do.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from agendas.queries.report_figures import Figures, Json, keep_point, open_figures
from chapters.models import Chapter, Place
from chapters.sentences import finish
from measurement import cards, claiming, comparing, foretelling, wording
from measurement.models import Indicator
from measurement.queries import (
    TOTAL,
    Change,
    Point,
    Profile,
    find_places,
    find_standings,
    library,
    profile,
)
from measurement.uncertainty import moe_sum

Teller = Callable[[int, int, str], None]
MOST_PEERS = 12
# What a report on women and girls is asked about, by topic of the library.
TOPICS = {
    "work": "work", "income": "income", "education": "education", "health": "health",
    "safety": "safety", "care": "care", "power": "who decides",
}  # fmt: skip
SAID = 6


@dataclass(frozen=True)
class Around:
    """What every part of a report is read with."""

    place: Place
    peers: Sequence[Place]
    names: dict[str, str]
    figures: Figures


def find_peers(chapter: Chapter, asked: Sequence[str]) -> list[Place]:
    """The cities to stand beside, the chapter's own first; none asked: those with a chapter."""
    _, found = find_places(asked)
    others = [place for place in found if place.pk != chapter.place_id]
    return [chapter.place, *others[: MOST_PEERS - 1]]


def freeze_baseline(chapter: Chapter, asked: Sequence[str], tell: Teller) -> Json:
    """The inputs of a baseline report as JSON; `tell` hears how far it is."""
    found, peers = profile(chapter.place), find_peers(chapter, asked)
    changes = [*found.score.changes, *found.score.beside]
    figures = open_figures(peers, [change.line.indicator_id for change in changes])
    around = Around(chapter.place, peers, cards.group_names(), figures)
    indicators = []
    for number, change in enumerate(changes, start=1):
        tell(number, len(changes), f"Reading {change.indicator.name}"[:80])
        indicators.append(_indicator(found, change, around))
    return {
        "schema": 1,
        "kind": "baseline",
        "chapter": {"name": chapter.name, "slug": chapter.slug},
        "place": {"name": chapter.place.name, "state": chapter.place.state,
                  "geoid": chapter.place.geoid},
        "as_of": chapter.today.isoformat(),
        "score": _score(found, figures),
        "indicators": indicators,
        "needs": [need for one in indicators for need in one.pop("needs")],
        "missing": _missing(found, around, indicators),
        "figures": figures.rows,
        "sources": figures.sources,
    }  # fmt: skip


def _score(found: Profile, figures: Figures) -> Json:
    score = found.score
    level = score.scorecard.level if score.scorecard else 90
    tally = score.tally
    named = [
        figures.derived("Indicators on the scorecard", str(score.m)),
        figures.derived("Indicators that improved", str(score.improved)),
        figures.derived("Indicators that merely moved the better way", str(tally.naive_up)),
        figures.derived("Indicators tested", str(tally.tested)),
        figures.derived("Improvements by chance alone", f"{tally.expected_by_chance:.1f}"),
    ]
    return {
        "headline": f"{wording.headline(score)} in {score.place.name}",
        "chance": wording.chance_of(tally),
        "counts": tally.counts,
        "level": level,
        "rule": claiming.rule(level),
        "figures": named,
    }


def _indicator(found: Profile, change: Change, around: Around) -> Json:
    indicator, unit = change.indicator, wording.unit_of(change.indicator)
    points = cards.like_line(found.series.get(indicator.code, {}), change)
    total = points.get(TOTAL, [])
    foretold = foretelling.foretell(change, total)
    look, verdict = wording.verdict(change)
    said = _finding(change, around, unit)
    groups = _groups(found, change, points, around)
    beside = _peers(change, around, unit)
    return {
        "code": indicator.code,
        "version": indicator.version,
        "name": indicator.name,
        "topic": indicator.topic,
        "definition": indicator.definition,
        "universe": indicator.universe,
        "custodian": indicator.custodian,
        "unit": asdict(unit),
        "look": look,
        "verdict": verdict,
        "counted": change.line.counted,
        "gap_widened": change.gap_widened,
        "finding": wording.finding(change, around.place.name),
        "said": [said],
        "trend": [keep_point(point) for point in total],
        "fitted": [asdict(end) for end in foretold.line] if foretold else [],
        "target": change.target,
        "ends": _ends(total, indicator, around, unit, change.target),
        "groups": groups,
        "peers": beside,
        "needs": _needs(change, said, groups, beside),
    }


def _name(point: Point, around: Around) -> str:
    return "" if point.group == TOTAL else around.names[point.group]


def _finding(change: Change, around: Around, unit: wording.Unit) -> Json:
    """The sentences under an indicator's heading, with the names of the figures in them."""
    indicator, figures = change.indicator, around.figures
    ends = [
        figures.point(indicator.name, around.place, "", end, unit, change.line.indicator_id)
        for end in (change.baseline, change.current)
    ]
    named = [name for name in ends if name]
    periods = f"{change.line.baseline.label}, {change.line.current.label}"
    if change.difference is None:
        named.append(_absent(indicator.name, periods, figures))
    else:
        shown, margin = unit.change(change.difference), unit.margin(change.margin)
        what = f"{indicator.name}, change"
        named.append(figures.derived(what, shown, margin, *ends, period=periods))
    return {"text": wording.describe_finding(change, around.place.name), "figures": named}


def _ends(
    total: Sequence[Point],
    indicator: Indicator,
    around: Around,
    unit: wording.Unit,
    target: float | None,
) -> list[str]:
    """The figures that a chart writes out."""  # fmt: skip
    known = [point for point in total if point.value is not None]
    named = [
        around.figures.point(indicator.name, around.place, "", point, unit, indicator.pk)
        for point in known
    ]
    if target is not None:
        named.append(around.figures.derived(f"{indicator.name}, target", unit.value(target)))
    return named


def _groups(found: Profile, change: Change, points: dict[str, list[Point]], around: Around) -> Json:
    """The newest figure of every group, the gap between the outermost, and what became of each."""
    indicator, unit, figures = change.indicator, wording.unit_of(change.indicator), around.figures
    parts = [(around.names[key], rows[-1]) for key, rows in points.items() if key != TOTAL]
    if not parts:
        return {"finding": "", "figures": [], "dots": [], "rows": []}
    total = points.get(TOTAL)
    shown = [*parts, *([(around.names[TOTAL], total[-1])] if total else [])]
    named = [
        figures.point(indicator.name, around.place, name, point, unit, indicator.pk)
        for name, point in shown
    ]
    known = sorted((p for _, p in parts if p.value is not None), key=lambda p: p.value or 0)
    if len(known) > 1:
        low, high = known[0], known[-1]
        gap = unit.change((high.value or 0) - (low.value or 0))
        margin = unit.margin(moe_sum([low.margin, high.margin]))
        named.append(figures.derived(f"{indicator.name}, gap of groups", gap, margin, *named))
    return {
        "finding": wording.describe_groups(parts, unit),
        "period": shown[0][1].label,
        "figures": [name for name in named if name],
        "dots": [[name, keep_point(point)] for name, point in shown],
        "rows": _group_rows(found, change, around, unit),
    }


def _group_rows(found: Profile, change: Change, around: Around, unit: wording.Unit) -> list[Json]:
    every = found.score.groups.get(change.indicator.code, ())
    if len(every) < 2:
        return []
    rows = []
    for part in every:
        ends = [
            around.figures.point(
                change.indicator.name, around.place, around.names[part.group] if part.group else "",
                end, unit, change.line.indicator_id,
            )
            for end in (part.baseline, part.current)
        ]  # fmt: skip
        if part.difference is not None:
            what = f"{change.indicator.name}, change, {around.names[part.group]}"
            ends.append(
                around.figures.derived(
                    what, unit.change(part.difference), unit.margin(part.margin), *ends
                )
            )
        rows.append(
            {
                "cells": [
                    around.names[part.group],
                    wording.verdict(part)[1],
                    wording.with_margin(part.baseline, unit),
                    wording.with_margin(part.current, unit),
                    wording.describe_change(part),
                ],
                "figures": [name for name in ends if name],
            }
        )
    return rows


def _peers(change: Change, around: Around, unit: wording.Unit) -> Json:
    """The city beside others in the newest period: tested sentences, chart and table."""
    indicator, own, figures = change.indicator, around.place, around.figures
    period = change.line.current.label
    series = find_standings(around.peers, indicator, TOTAL)
    compared = comparing.compare(indicator, own, series, around.peers, period)
    newest = {
        place.pk: next((point for point in series[place.pk] if point.label == period), None)
        for place in around.peers
    }
    drawn = [(place, point) for place in around.peers if (point := newest[place.pk])]
    ids = {
        place.name: figures.point(indicator.name, place, "", point, unit, indicator.pk)
        for place, point in drawn
    }
    gaps = [_gap(indicator, own, place, newest, ids, figures, unit) for place, _ in drawn]
    named = [name for name in [*ids.values(), *gaps] if name]
    said = compared.said[:SAID]
    return {
        "period": period,
        "finding": compared.finding,
        "said": [{"text": " ".join(said), "figures": named}] if said else [],
        "unsaid": compared.unsaid,
        "dots": [[place.name, keep_point(point)] for place, point in drawn],
        "rows": [[row.name, row.value, row.margin, row.against] for row in compared.rows],
        "figures": named,
    }


def _gap(
    indicator: Indicator,
    own: Place,
    other: Place,
    newest: dict[int, Point | None],
    ids: dict[str, str],
    figures: Figures,
    unit: wording.Unit,
) -> str:
    mine, theirs = newest[own.pk], newest[other.pk]
    if other.pk == own.pk or mine is None or theirs is None:
        return ""
    if mine.value is None or theirs.value is None:
        return ""
    shown = unit.change(mine.value - theirs.value)
    margin = unit.margin(moe_sum([mine.margin, theirs.margin]))
    parts = ids.get(own.name, ""), ids.get(other.name, "")
    what = f"{indicator.name}, {own.name} less {other.name}"
    return figures.derived(what, shown, margin, *parts)  # fmt: skip


def _needs(change: Change, said: Json, groups: Json, beside: Json) -> list[Json]:
    """What the figures call pressing; the council adds, scores and ranks."""
    name, found = change.indicator.name, []
    if change.status == "worsened":
        title = f"{name}: it went the wrong way"
        found.append({"title": title, "reason": said["text"], "figures": said["figures"]})
    if change.gap_widened:
        title = f"{name}: a group lost ground"
        found.append({"title": title, "reason": groups["finding"], "figures": groups["figures"]})
    elif "stand" in groups["finding"]:
        title = f"{name}: a gap between groups"
        reason = f"{groups['finding']}, {groups['period']}."
        found.append({"title": title, "reason": reason, "figures": groups["figures"]})
    return [
        {"title": need["title"][:160], "reason": need["reason"][:400], "figures": need["figures"]}
        for need in found
    ]


def _missing(found: Profile, around: Around, indicators: Sequence[Json]) -> list[Json]:
    """What a reader might look for and not find, each with its reason."""
    rows: list[Json] = []
    for change in [*found.score.changes, *found.score.beside]:
        name = change.indicator.name
        if change.status == "insufficient_data":
            rows.append(_line(f"{name}: {wording.describe_change(change)}", around, change))
        elif change.reason:
            rows.append(_line(f"{name}: no verdict. {change.reason}", around, change))
        elif change.indicator.code not in _with_groups(found):
            rows.append(_line(f"{name}: no figures by group, so no gap is shown.", around, change))
    on_card = {one["code"] for one in indicators}
    known = library()
    others = "; ".join(one.name for one in known if one.code not in on_card)
    if others:
        named = around.figures.derived(others, "not on the scorecard", how="The library")
        text = finish(f"In the library, and not on the scorecard: {others}")
        rows.append({"text": text, "figures": [named]})
    topics = {indicator.topic for indicator in known}
    absent = [words for topic, words in TOPICS.items() if topic not in topics]
    if absent:
        text = f"No indicator in the library is about {', '.join(absent)} yet. Nothing here says "
        rows.append({"text": f"{text}that all is well there.", "figures": []})
    return rows


def _with_groups(found: Profile) -> set[str]:
    return {code for code, groups in found.series.items() if any(groups.keys() - {TOTAL})}


def _line(text: str, around: Around, change: Change) -> Json:
    periods = f"{change.line.baseline.label}, {change.line.current.label}"
    named = _absent(change.indicator.name, periods, around.figures)
    return {"text": text, "figures": [named]}


def _absent(name: str, periods: str, figures: Figures) -> str:
    what = f"{name}: periods"
    return figures.derived(what, "no figure", period=periods, how="Not published")
