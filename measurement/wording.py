"""Figures in words: units, margins, verdicts and findings, the same on every page."""

from collections.abc import Sequence
from dataclasses import dataclass

from measurement.models import Indicator
from measurement.queries import Change, Point, Score
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


def with_margin(point: Point | None, unit: Unit) -> str:
    """“83.0% ± 0.8”, or “no data”."""
    if point is None or point.value is None:
        return "no data"
    return f"{unit.value(point.value)} {unit.margin(point.margin)}".strip()


def verdict(change: Change) -> tuple[str, str]:
    """Look and words of a change's class."""
    if change.status == "not_comparable" and change.indicator.direction == 0:
        return "unknown", "Context"
    return VERDICTS[change.status]


def describe_change(change: Change) -> str:
    """One sentence: how much, since when, give or take; or why that can't be said."""
    unit, since = unit_of(change.indicator), change.line.baseline.label
    if change.difference is None:
        return f"No figure for {_missing(change)}."
    way = "Up" if change.difference > 0 else "Down"
    moved = f"{way} {unit.change(change.difference)} since {since}"
    if change.status == "not_comparable":
        return f"{change.reason}"
    margin = unit.margin(change.margin)
    if change.status == "no_detectable_change":
        return f"{moved}, within {margin}." if margin else f"{moved}, not tested."
    return f"{moved} ({margin})." if margin else f"{moved}, not tested."


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
    if change.gap_widened:
        return f"{name}: better overall, worse for one group"
    return {
        "improved": f"{name}: better than in {change.line.baseline.label}",
        "target_met": f"{name}: the target is met",
        "target_kept": f"{name}: still at the target",
        "worsened": f"{name}: going the wrong way",
        "no_detectable_change": f"{name}: no clear difference",
        "insufficient_data": f"{name}: not enough data",
        "not_comparable": f"{name}: what the figures say",
    }[change.status]


def describe_finding(change: Change, place: str) -> str:
    """Two or three sentences under that heading."""
    unit, new, old = unit_of(change.indicator), change.current, change.baseline
    if new is None or new.value is None:
        return f"There is no figure for {place} in {change.line.current.label}."
    first = f"In {new.label} the figure for {place} was {unit.value(new.value)}"
    first += f", give or take {unit.number(new.margin)}." if new.margin is not None else "."
    if old is None or old.value is None:
        return f"{first} There is none for {change.line.baseline.label} to compare it with."
    return f"{first} In {old.label} it was {unit.value(old.value)}. {describe_change(change)}"


def list_facts(change: Change) -> list[tuple[str, str]]:
    """Name and value of what stands beside an indicator's chart, from baseline to target."""
    unit, line = unit_of(change.indicator), change.line
    facts = [
        (f"Baseline, {line.baseline.label}", with_margin(change.baseline, unit)),
        (f"Latest, {line.current.label}", with_margin(change.current, unit)),
    ]
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


def by_chance(score: Score) -> str:
    """How many improvements noise alone would bring: “about 0.2”."""
    return f"{score.tally.expected_by_chance:.1f}"


def describe_groups(parts: Sequence[tuple[str, Point]], unit: Unit) -> str:
    """The heading of a chart of groups; a gap counts when it is larger than its margin."""
    known = [(name, point) for name, point in parts if point.value is not None]
    if len(known) < 2:
        return "By group"
    known.sort(key=lambda item: item[1].value or 0)
    (low_name, low), (high_name, high) = known[0], known[-1]
    test = difference_test(high.value, high.se, low.value, low.se)
    if not test.significant:
        return f"{low_name} and {high_name.lower()}: no clear difference"
    gap = unit.change((high.value or 0) - (low.value or 0))
    return f"{low_name} stand {gap} below {high_name.lower()}"
