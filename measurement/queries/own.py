"""An indicator of a chapter's own in its place: the same reads as for the nation's, kept apart.

The nation and several chapters may give one code to indicators of their own. A code alone names
the nation's; with its owner it names one of that chapter.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from chapters.models import Chapter, Place
from measurement.models import Indicator, Period, Scorecard, ScorecardLine
from measurement.queries.rows import NATION, find_suppressed
from measurement.queries.scores import NO_PERIOD, Profile, find_targets, score_lines
from measurement.queries.series import TOTAL, Figures, Point, find_figures
from measurement.windows import length_of

EARLIER = "an earlier period"


def find_own(owner: str, code: str) -> Indicator | None:
    """The newest version of a chapter's own indicator that everybody may know of; one query.

    owner: the chapter as its address names it.
    """
    rows = Indicator._base_manager.filter(chapter__slug=owner, code=code, is_public=True)
    return rows.order_by("-version").first()


def own_profile(chapter: Chapter, code: str) -> Profile | None:
    """Change and series of a chapter's own indicator in its place; four queries.

    None where the chapter has published no figure of it. Nobody froze a baseline, so the first
    figure of the newest kind that has two stands in for one; it is on no scorecard and counted
    nowhere. Where it is published by group alone, the line runs over the figures of all groups.
    """
    indicator = find_own(chapter.slug, code)
    if indicator is None:
        return None
    place = chapter.place
    found = find_figures([place], [indicator.pk])
    hidden = find_suppressed(place, [indicator.pk]).get(indicator.pk, [])
    line = _line_of(place, indicator, found, hidden)
    if line is None:
        return None
    score = score_lines(place, [line], found, find_targets([place], [line]))
    series = {group: list(points.values()) for (_, _, group), points in found.items()}
    return Profile(score, {code: series}, {code: hidden})


def _line_of(
    place: Place, indicator: Indicator, found: Figures, hidden: Sequence[Point]
) -> ScorecardLine | None:
    """Of everybody's figures, shown or hidden; else of those of all groups."""
    total = _known(found.get((place.pk, indicator.pk, TOTAL), {}))
    parts = {key: one for points in found.values() for key, one in _known(points).items()}
    known = (
        total
        or _newest([point for point in hidden if point.group == TOTAL])
        or dict(sorted(parts.items(), key=lambda item: item[1].end))
        or _newest(hidden)
    )
    return _line(indicator, known) if known else None


def _known(points: Mapping[int, Point]) -> dict[int, Point]:
    return {key: point for key, point in points.items() if point.value is not None}


def _newest(hidden: Sequence[Point]) -> dict[int, Point]:
    return {NO_PERIOD: max(hidden, key=lambda one: one.end)} if hidden else {}


def _line(indicator: Indicator, known: Mapping[int, Point]) -> ScorecardLine:
    """From the first to the newest figure of the newest kind, as a line that is on no list."""
    (first_key, first), (newest_key, newest) = _ends(list(known.items()))
    alone = first_key == newest_key
    return ScorecardLine(
        scorecard=Scorecard(code=NATION, level=90),
        indicator=indicator,
        baseline=_period(NO_PERIOD if alone else first_key, first, EARLIER if alone else ""),
        current=_period(newest_key, newest),
        counted=False,
    )


def _ends(known: Sequence[tuple[int, Point]]) -> tuple[tuple[int, Point], tuple[int, Point]]:
    """First and newest figure of the newest kind of which there are two, else the newest alone.

    A kind is a survey, a length and a season: the first quarter is held against first quarters.
    """
    kinds: dict[Any, list[tuple[int, Point]]] = {}
    for key, one in reversed(known):
        kinds.setdefault((one.programme, length_of(one), _season(one)), []).append((key, one))
    alike = next((those for those in kinds.values() if len(those) > 1), [known[-1]])
    return alike[-1], alike[0]


def _season(window: Point) -> int:
    """The month in which it begins, of windows of whole months; days drift."""
    return window.start.month if length_of(window)[0] == "M" else 0


def _period(pk: int, point: Point, label: str = "") -> Period:
    return Period(
        pk=pk,
        start=point.start,
        end=point.end,
        window_years=point.window_years,
        label=label or point.label,
    )
