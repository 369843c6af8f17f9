"""Scores: what became of each indicator on the frozen list, in one chapter or in all."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from chapters.models import Chapter, Place
from measurement.models import Indicator, Period, Scorecard, ScorecardLine, Target
from measurement.progress import Progress, Tally, classify, gap_widened, tally
from measurement.queries.rows import SUPPRESSED, find_suppressed
from measurement.queries.series import TOTAL, Figures, Point, breaks_between, find_figures
from measurement.uncertainty import moe_sum
from measurement.windows import length_of, share_of_both

NOMINAL = "Dollars of different years: more dollars are not more income."
CONTEXT = "Context only: neither more nor less of it is progress."
BROKEN = "The series breaks between the two figures, or one of them is defined otherwise."
NO_PERIOD = 0  # the key of a baseline that there is not
UNLIKE = "The two figures come from different surveys or windows."


@dataclass(frozen=True)
class Change:
    """One indicator from its baseline to its current period, for one group, with its class."""

    line: ScorecardLine
    group: str
    baseline: Point | None
    current: Point | None
    progress: Progress
    gap_widened: bool = False
    target: float | None = None

    @property
    def indicator(self) -> Indicator:
        """What was measured."""
        return self.line.indicator

    @property
    def status(self) -> str:
        """One of measurement.progress.STATUSES."""
        return self.progress.status

    @property
    def difference(self) -> float | None:
        """Current minus baseline, in the unit of the value."""
        if self.baseline is None or self.current is None:
            return None
        if self.baseline.value is None or self.current.value is None:
            return None
        return self.current.value - self.baseline.value

    @property
    def margin(self) -> float | None:
        """90 percent margin of the difference; years that both windows share count once."""
        if self.baseline is None or self.current is None:
            return None
        margin = moe_sum([self.baseline.margin, self.current.margin])
        shared = overlap(self.line.baseline, self.line.current)
        return None if margin is None else margin * math.sqrt(1 - shared)

    @property
    def is_hidden(self) -> bool:
        """Whether a figure of it is suppressed."""
        ends = (self.baseline, self.current)
        return any(end is not None and end.status == SUPPRESSED for end in ends)

    @property
    def is_first(self) -> bool:
        """Whether there is no earlier figure that this one could be held against."""
        return self.line.baseline_id == NO_PERIOD

    @property
    def reason(self) -> str:
        """Why the figures do not compare; empty where they do."""
        if self.status != "not_comparable":
            return ""
        if self.indicator.nominal_dollars:
            return NOMINAL
        if self.indicator.direction == 0:
            return CONTEXT
        ends = [(one.programme, length_of(one)) for one in (self.baseline, self.current) if one]
        return BROKEN if len(ends) == 2 and ends[0] == ends[1] else UNLIKE


class Pair(NamedTuple):
    """What is compared: both ends of a line for one group, and where it should lead."""

    line: ScorecardLine
    group: str
    baseline: Point | None
    current: Point | None
    target: float | None
    is_broken: bool


@dataclass(frozen=True)
class Score:
    """N of M for one place: the frozen list with a class for each of its indicators.

    `changes` are the counted lines, `beside` those that are shown but not counted, both for the
    total population; `groups` has the changes of every group by indicator code. `m` is 0 where
    no scorecard was frozen yet.
    """

    place: Place
    scorecard: Scorecard | None
    changes: tuple[Change, ...]
    beside: tuple[Change, ...]
    groups: dict[str, tuple[Change, ...]]

    @cached_property
    def tally(self) -> Tally:
        """How many are in each class."""
        return tally(change.progress for change in self.changes)

    @property
    def m(self) -> int:
        """The number of indicators on the frozen list."""
        return len(self.changes)

    @property
    def improved(self) -> int:
        """N: improved, or at the target."""
        return self.tally.improved + self.tally.target_met + self.tally.target_kept

    @property
    def gaps_widened(self) -> tuple[Change, ...]:
        """Where the total improved while a group in it lost ground."""
        return tuple(change for change in self.changes if change.gap_widened)

    def change(self, code: str) -> Change | None:
        """The total's change of one indicator, counted or not."""
        both = self.changes + self.beside
        return next((item for item in both if item.indicator.code == code), None)


@dataclass(frozen=True)
class NetworkScore:
    """The scores of all active chapters, and what they add up to."""

    chapters: tuple[tuple[Chapter, Score], ...]

    @cached_property
    def tally(self) -> Tally:
        """Counts over all chapters and indicators; `m` is their product."""
        return tally(change.progress for _, score in self.chapters for change in score.changes)

    @property
    def improved(self) -> int:
        """N of all chapters together."""
        return sum(score.improved for _, score in self.chapters)

    @property
    def gaps_widened(self) -> int:
        """In how many improvements a group lost ground."""
        return sum(len(score.gaps_widened) for _, score in self.chapters)

    @property
    def by_indicator(self) -> list[tuple[Indicator, Tally]]:
        """For each counted indicator: in how many chapters it is in each class."""
        columns: dict[int, list[Change]] = defaultdict(list)
        for _, score in self.chapters:
            for change in score.changes:
                columns[change.indicator.pk].append(change)
        return [
            (changes[0].indicator, tally(change.progress for change in changes))
            for changes in columns.values()
        ]


# Place, indicator and group key to the value aimed at.
Targets = dict[tuple[int, int, str], float]


def chapter_score(chapter: Chapter) -> Score:
    """A chapter's place on the national scorecard; three queries."""
    place, lines = chapter.place, current_lines()
    return score_lines(
        place,
        lines,
        find_figures([place], *_needed(lines), breaks=True),
        find_targets([place], lines),
    )


def scorecard_score(place: Place, scorecard: Scorecard, targets: Targets) -> Score:
    """A place on one version of a scorecard, against the targets given; two queries."""
    found = ScorecardLine.published.filter(scorecard=scorecard)
    lines = list(found.select_related("scorecard", "indicator", "baseline", "current"))
    return score_lines(place, lines, find_figures([place], *_needed(lines), breaks=True), targets)


def find_targets(places: Iterable[Place], lines: Iterable[ScorecardLine]) -> Targets:
    """The targets that stand in these places for the indicators of these lines; one query."""
    rows = Target.published.filter(
        chapter__place__in=places,
        indicator__in=[line.indicator_id for line in lines],
        withdrawn_at__isnull=True,
    )
    keys = ("chapter__place_id", "indicator_id", "group__key", "value")
    return {(place, code, group): float(v) for place, code, group, v in rows.values_list(*keys)}


def network_score() -> NetworkScore:
    """Every active chapter on the national scorecard; four queries, however many there are."""
    lines = current_lines()
    active = Chapter.objects.filter(status=Chapter.Status.ACTIVE).select_related("place")
    chapters = list(active)
    places = [chapter.place for chapter in chapters]
    found, targets = find_figures(places, *_needed(lines), breaks=True), find_targets(places, lines)
    return NetworkScore(
        tuple((chapter, score_lines(chapter.place, lines, found, targets)) for chapter in chapters)
    )


@dataclass(frozen=True)
class Profile:
    """A place's score together with the series behind it, by indicator code and group.

    hidden: figures that are suppressed, which are told without number, by indicator code.
    """

    score: Score
    series: dict[str, dict[str, list[Point]]]
    hidden: dict[str, list[Point]] = field(default_factory=dict)


def profile(place: Place, code: str | None = None) -> Profile:
    """Score and series of a place, or of the one indicator `code` there; four queries."""
    lines = [line for line in current_lines() if code in (None, line.indicator.code)]
    found = find_figures([place], [line.indicator_id for line in lines])
    codes = {line.indicator_id: line.indicator.code for line in lines}
    all_series: dict[str, dict[str, list[Point]]] = defaultdict(dict)
    for (_, indicator_id, group), points in found.items():
        all_series[codes[indicator_id]][group] = list(points.values())
    hidden = {codes[one]: points for one, points in find_suppressed(place, list(codes)).items()}
    score = score_lines(place, lines, found, find_targets([place], lines))
    return Profile(score, dict(all_series), hidden)


# --- How it is put together ---------------------------------------------------------------------


def current_lines() -> list[ScorecardLine]:
    """The newest version of the national scorecard, in its order."""
    lines = ScorecardLine.published.filter(scorecard__code="national").select_related(
        "scorecard", "indicator", "baseline", "current"
    )
    ordered = sorted(lines, key=lambda line: (line.scorecard.version, -line.position))
    newest = ordered[-1].scorecard_id if ordered else None
    return [line for line in reversed(ordered) if line.scorecard_id == newest]


def _needed(lines: Iterable[ScorecardLine]) -> tuple[list[int], set[int]]:
    ends = [(line.indicator_id, line.baseline_id, line.current_id) for line in lines]
    return [end[0] for end in ends], {period for end in ends for period in end[1:]}


def score_lines(
    place: Place, lines: Sequence[ScorecardLine], found: Figures, targets: Targets
) -> Score:
    """A place's changes along these lines, of one scorecard, from figures already read."""
    scorecard = lines[0].scorecard if lines else None
    pairs = [
        Pair(
            line,
            group,
            points.get(line.baseline_id),
            points.get(line.current_id),
            targets.get((place.pk, line.indicator_id, group)),
            breaks_between(
                points.values(), points.get(line.baseline_id), points.get(line.current_id)
            ),
        )
        for line in lines
        for group, points in _groups_of(place, line.indicator_id, found).items()
    ]
    groups: dict[str, list[Change]] = defaultdict(list)
    for change in _changes(pairs, scorecard.level if scorecard else 90):
        groups[change.indicator.code].append(change)
    totals = [_total(changes) for changes in groups.values()]
    return Score(
        place,
        scorecard,
        tuple(change for change in totals if change.line.counted),
        tuple(change for change in totals if not change.line.counted),
        {code: tuple(changes) for code, changes in groups.items()},
    )


def _groups_of(place: Place, indicator: int, found: Figures) -> dict[str, dict[int, Point]]:
    """The total first, there even without any figure: M does not shrink with what is missing."""
    mine = {
        group: points
        for (a_place, an_indicator, group), points in found.items()
        if (a_place, an_indicator) == (place.pk, indicator)
    }
    return {TOTAL: mine.pop(TOTAL, {}), **dict(sorted(mine.items()))}


def _total(changes: Sequence[Change]) -> Change:
    total, *parts = changes
    widened = gap_widened(total.progress, [part.progress for part in parts])
    return replace(total, gap_widened=widened)


def _changes(pairs: Sequence[Pair], level: int) -> list[Change]:
    """All comparisons classed in one go, as arrays."""
    if not pairs:
        return []
    lines = [pair.line for pair in pairs]
    progress = classify(
        _column(pairs, "baseline", "value"),
        _column(pairs, "current", "value"),
        direction=np.array([line.indicator.direction for line in lines]),
        se_baseline=_column(pairs, "baseline", "se"),
        se_current=_column(pairs, "current", "se"),
        target=_numbers([pair.target for pair in pairs]),
        min_change=np.array([float(line.indicator.min_change) for line in lines]),
        overlap=np.array([overlap(line.baseline, line.current) for line in lines]),
        level=level,
        comparable=np.array([_is_alike(pair) for pair in pairs]),
    )
    return [
        Change(p.line, p.group, p.baseline, p.current, _nth(progress, n), target=p.target)
        for n, p in enumerate(pairs)
    ]


def _column(pairs: Sequence[Pair], end: str, field: str) -> Any:
    return _numbers([getattr(getattr(pair, end), field, None) for pair in pairs])


def _numbers(values: Sequence[float | None]) -> Any:
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def _nth(progress: Progress, n: int) -> Progress:
    numbers = [progress.z[n], progress.percent_of_targeted_change[n], progress.gain[n]]
    z, percent, gain = (None if np.isnan(number) else float(number) for number in numbers)
    return Progress(
        str(progress.status[n]), bool(progress.tested[n]), z, percent, gain, progress.level
    )


def overlap(a: Period | Point, b: Period | Point) -> float:
    """Share of two windows of the same length that both have (0 to 1)."""
    return share_of_both(a, b)


def _is_alike(pair: Pair) -> bool:
    line, old, new = pair.line, pair.baseline, pair.current
    if line.indicator.nominal_dollars:
        return False
    if length_of(line.baseline) != length_of(line.current):
        return False
    if old is None or new is None:
        return True
    return old.programme == new.programme and not pair.is_broken
