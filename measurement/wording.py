"""Figures in words: units, margins, verdicts and findings, the same on every page."""

from collections.abc import Sequence
from dataclasses import dataclass

from measurement.models import Indicator, Source
from measurement.progress import Tally
from measurement.queries import SUPPRESSED, Change, Point, Score
from measurement.uncertainty import difference_test

MINUS = "\N{MINUS SIGN}"
# Class: the look of DESIGN.md and its words.
VERDICTS = {
    "improved": ("improved", "Improved"),
    "target_met": ("improved", "Target met"),
    "target_kept": ("improved", "Target kept"),
    "no_detectable_change": ("steady", "No clear difference"),
    "worsened": ("worsened", "Worsened"),
    "insufficient_data": ("unknown", "No data"),
    "not_comparable": ("unknown", "Not comparable"),
}


PEOPLES = {"Asian", "Black", "Hispanic", "Native", "Pacific", "White"}
OWN_SURVEY = Source.Programme.OWN_SURVEY.value
NOT_SHOWN = "Not shown"
NOTES = {
    "caution": "Use with caution",
    "unreliable": "Unreliable: put together from larger areas",
}


@dataclass(frozen=True)
class Unit:
    """How an indicator's numbers are shown: 0.8304 with scale 100 and one decimal is 83.0%."""

    scale: float
    decimals: int
    prefix: str
    suffix: str
    gap: str
    words: str

    def number(self, value: float) -> str:
        """The bare number, with a real minus."""
        shown = f"{abs(value) * self.scale:,.{self.decimals}f}"
        is_below = value < 0 and any(digit in "123456789" for digit in shown)
        return f"{MINUS if is_below else ''}{shown}"

    def value(self, value: float | None) -> str:
        """The number with its unit; “no data” where there is none."""
        if value is None:
            return "no data"
        return f"{self.prefix}{self.number(value)}{self.suffix}"

    def bare(self, value: float | None) -> str:
        """The number without what is written smaller behind it."""
        return "No data" if value is None else f"{self.prefix}{self.number(value)}"

    def change(self, value: float) -> str:
        """A difference of two values, without sign."""
        return f"{self.prefix}{self.number(abs(value))}{self.gap}"

    def margin(self, value: float | None) -> str:
        """A margin after ±; empty where there is none."""
        return "" if value is None else f"± {self.prefix}{self.number(value)}"


def unit_of(indicator: Indicator) -> Unit:
    """The unit an indicator is shown in."""
    if indicator.unit_measure == "difference of proportions":
        return Unit(100, indicator.decimals, "", " points", " points", "percentage points")
    if indicator.value_type == Indicator.ValueType.PROPORTION:
        return Unit(100, indicator.decimals, "", "%", " points", "percent")
    if "dollars" in indicator.unit_measure:
        return Unit(1, indicator.decimals, "$", "", "", indicator.unit_measure)
    return Unit(1, indicator.decimals, "", "", "", indicator.unit_measure)


def told(point: Point, unit: Unit) -> str:
    """A figure's value; “not shown” where it is suppressed, “no data” where there is none."""
    return NOT_SHOWN.lower() if point.status == SUPPRESSED else unit.value(point.value)


def bare(point: Point | None, unit: Unit) -> str:
    """The same without what is written smaller behind it, as a heading."""
    if point is not None and point.status == SUPPRESSED:
        return NOT_SHOWN
    return unit.bare(point.value if point else None)


def answered(point: Point | None) -> str:
    """“610 people, response rate 80%”: what a figure of volunteers is told with; else empty."""
    if point is None or point.programme != OWN_SURVEY or not point.sample_n:
        return ""
    people = "person" if point.sample_n == 1 else "people"
    return f"{point.sample_n:,} {people}, {point.annotation}".removesuffix(", ")


def note(point: Point) -> str:
    """What stands beside a figure in a table: whom it rests on, and how far to trust it."""
    return ". ".join(filter(None, (answered(point), NOTES.get(point.reliability, ""))))


def rests_on_volunteers(change: Change) -> bool:
    """Whether the newest figure is of a survey that people chose to answer, without a margin."""
    current = change.current
    return current is not None and current.programme == OWN_SURVEY and current.se is None


def with_margin(point: Point | None, unit: Unit) -> str:
    """“83.0% ± 0.8”, or why there is no number."""
    if point is None or point.value is None:
        return told(point, unit) if point else "no data"
    return f"{unit.value(point.value)} {unit.margin(point.margin)}".strip()


def verdict(change: Change) -> tuple[str, str]:
    """Look and words of a change's class."""
    if change.status == "not_comparable" and change.indicator.direction == 0:
        return "unknown", "Context"
    if change.is_hidden:
        return "unknown", NOT_SHOWN
    if change.is_first and change.current is not None and change.current.value is not None:
        return "unknown", "First figure"
    if change.status == "no_detectable_change" and rests_on_volunteers(change):
        return "unknown", "Not tested"
    return VERDICTS[change.status]


def describe_change(change: Change) -> str:
    """One sentence: how much, since when, give or take; or why that can't be said."""
    unit, since = unit_of(change.indicator), change.line.baseline.label
    if change.is_hidden:
        return "Not shown, to protect people."
    if change.difference is None:
        return f"No figure for {_missing(change)}."
    if change.status == "not_comparable":
        return change.reason
    way = "Up" if change.difference > 0 else "Down"
    moved = f"{way} {unit.change(change.difference)} since {since}"
    if not change.difference:
        moved = f"The same as in {since}"
    margin = unit.margin(change.margin)
    if not margin:
        return f"{moved}, not tested."
    if change.status == "no_detectable_change":
        return f"{moved}{_why_steady(change, change.difference, margin)}."
    return f"{moved} ({margin})."


def _why_steady(change: Change, difference: float, margin: str) -> str:
    if abs(difference) <= (change.margin or 0):
        return f", within {margin}"
    if abs(difference) < float(change.indicator.min_change):
        return f" ({margin}), less than what counts as a change"
    return f" ({margin}), not sure at {change.progress.level} percent"


def _missing(change: Change) -> str:
    baseline, current = change.baseline, change.current
    absent = []
    if baseline is None or baseline.value is None:
        absent.append(change.line.baseline.label)
    if current is None or current.value is None:
        absent.append(change.line.current.label)
    return " and ".join(absent)


def finding(change: Change, place: str) -> str:
    """The heading of an indicator's page: what became of it."""
    name = change.indicator.name
    if change.is_hidden:
        return f"{name}: not shown"
    if change.gap_widened:
        return f"{name}: better overall, worse for at least one group"
    if change.status == "no_detectable_change" and rests_on_volunteers(change):
        return f"{name}: what the figures say"
    return {
        "improved": f"{name}: better than in {change.line.baseline.label}",
        "target_met": f"{name}: the target is met",
        "target_kept": f"{name}: still at the target",
        "worsened": f"{name}: going the wrong way",
        "no_detectable_change": f"{name}: no clear difference",
        "insufficient_data": f"{name}: {'first figure' if change.is_first else 'not enough data'}",
        "not_comparable": f"{name}: what the figures say",
    }[change.status]


def describe_finding(change: Change, place: str) -> str:
    """Two or three sentences under that heading."""
    unit, new, old = unit_of(change.indicator), change.current, change.baseline
    if new is not None and new.status == SUPPRESSED:
        return f"The figure for {place} in {new.label} is not shown, to protect people."
    if new is None or new.value is None:
        return f"There is no figure for {place} in {change.line.current.label}."
    first = f"In {new.label} the figure for {place} was {unit.value(new.value)}"
    first += f", give or take {unit.number(new.margin)}." if new.margin is not None else "."
    if old is not None and old.status == SUPPRESSED:
        return f"{first} The one for {old.label} is not shown, to protect people."
    if old is None or old.value is None:
        return f"{first} There is none for {change.line.baseline.label} to compare it with."
    return f"{first} In {old.label} it was {unit.value(old.value)}. {describe_change(change)}"


def list_facts(change: Change) -> list[tuple[str, str]]:
    """Name and value of what stands beside an indicator's chart, from baseline to target."""
    unit, line = unit_of(change.indicator), change.line
    facts = [(f"Latest, {line.current.label}", with_margin(change.current, unit))]
    if not change.is_first:
        facts.insert(0, (f"Baseline, {line.baseline.label}", with_margin(change.baseline, unit)))
    who = answered(change.current)
    if who:
        facts.append((f"Answered, {line.current.label}", who))
    if change.difference is not None and change.status != "not_comparable":
        sign = "+" if change.difference > 0 else MINUS
        moved = f"{sign}{unit.change(change.difference)} {unit.margin(change.margin)}"
        facts.append(("Change", moved.strip() if change.difference else unit.change(0)))
    if change.target is not None:
        facts += [("Target", unit.value(change.target)), *_to_go(change, change.target, unit)]
    return facts


def _to_go(change: Change, target: float, unit: Unit) -> list[tuple[str, str]]:
    value = change.current.value if change.current else None
    left = None if value is None else change.indicator.direction * (target - value)
    if left is None or left <= 0:
        return []
    facts = [("Still to go", unit.change(left))]
    percent = change.progress.percent_of_targeted_change
    return facts if percent is None else [*facts, ("Of the way gone", f"{max(percent, 0):.0f}%")]


def headline(score: Score) -> str:
    """“3 of 5 indicators improved”, the title of a dashboard."""
    if not score.m:
        return "No indicators yet"
    if score.tally.insufficient_data + score.tally.not_comparable == score.m:
        return "No figures to compare yet"
    return f"{score.improved} of {score.m} indicators improved"


def describe_chance(moved: int, m: int, tested: int, expected: float) -> str:
    """What a count of improvements is held against, the same wherever one stands.

    moved: how many of the m went the better way at all; expected: improvements by noise alone.
    """
    return (
        f"{moved} of {m} merely moved the better way. "
        f"Of {tested} tested, about {expected:.1f} would seem improved by chance alone."
    )


def chance_of(tally: Tally) -> str:
    """The same of a score."""
    return describe_chance(tally.naive_up, tally.m, tally.tested, tally.expected_by_chance)


def amid(name: str) -> str:
    """A group's name within a sentence: “women”, but “Hispanic or Latino” and “Asian”."""
    words = name.split(" ")
    is_proper = words[0] in PEOPLES or any(word[:1].isupper() for word in words[1:])
    return name if is_proper else name[:1].lower() + name[1:]


def describe_groups(parts: Sequence[tuple[str, Point]], unit: Unit) -> str:
    """The heading of a chart of groups; a gap counts when it is larger than its margin.

    Without a margin on both sides nobody can test it.
    """
    known = [(name, point) for name, point in parts if point.value is not None]
    if len(known) < 2:
        return "By group"
    known.sort(key=lambda item: item[1].value or 0)
    (low_name, low), (high_name, high) = known[0], known[-1]
    if low.se is None or high.se is None:
        return f"{low_name} and {amid(high_name)}: not tested"
    test = difference_test(high.value, high.se, low.value, low.se)
    if not test.significant:
        return f"{low_name} and {amid(high_name)}: no clear difference"
    gap = unit.change((high.value or 0) - (low.value or 0))
    return f"{low_name} stand {gap} below {amid(high_name)}"
