"""Changes in words: never more than the test says, and never another period's figure."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from chapters.models import Place
from measurement import cards, charts, wording
from measurement.models import Indicator, Period, Scorecard, ScorecardLine
from measurement.progress import classify
from measurement.queries import Change, Point, Profile, Score, overlap


def period(first: int, last: int) -> Period:
    return Period(
        start=dt.date(first, 1, 1), end=dt.date(last, 12, 31), window_years=last - first + 1,
        label=f"{first}–{last}",
    )  # fmt: skip


def point(value: float | None, se: float | None, when: Period, group: str = "") -> Point:
    return Point(
        when.label, when.start, when.end, when.window_years, group, value, se, "A", "", "ACS5"
    )


def change(
    old: float, new: float, se: float | None, *, least: str = "0", level: int = 90,
    windows: tuple[Period, Period] | None = None,
) -> Change:  # fmt: skip
    baseline, current = windows or (period(2010, 2014), period(2019, 2023))
    indicator = Indicator(
        code="rate", name="Rate", value_type="proportion", unit_measure="proportion", direction=1,
        min_change=least, decimals=1,
    )  # fmt: skip
    line = ScorecardLine(
        scorecard=Scorecard(level=level), indicator=indicator, baseline=baseline, current=current
    )
    progress = classify(
        old, new, direction=1, se_baseline=se, se_current=se, min_change=float(least),
        overlap=overlap(baseline, current), level=level,
    )  # fmt: skip
    return Change(line, "", point(old, se, baseline), point(new, se, current), progress)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (change(0.5, 0.6, 0.01), "Up 10.0 points since 2010–2014 (± 2.3)."),
        (change(0.5, 0.51, 0.01), "Up 1.0 points since 2010–2014, within ± 2.3."),
        (change(0.5, 0.5, 0.01), "The same as in 2010–2014, within ± 2.3."),
        (change(0.5, 0.5, None), "The same as in 2010–2014, not tested."),
        (change(0.5, 0.51, None), "Up 1.0 points since 2010–2014, not tested."),
        (
            change(0.5, 0.51, 0.001, least="0.02"),
            "Up 1.0 points since 2010–2014 (± 0.2), less than what counts as a change.",
        ),
        (
            change(0.5, 0.525, 0.01, level=95),
            "Up 2.5 points since 2010–2014 (± 2.3), not sure at 95 percent.",
        ),
    ],
)
def test_a_change_is_said_as_it_was_tested(given: Change, said: str) -> None:
    assert wording.describe_change(given) == said


def test_the_margin_of_a_change_knows_the_years_that_are_shared() -> None:
    """Three of five years are in both windows, so two fifths of the variance are left."""
    windows = period(2015, 2019), period(2017, 2021)
    found = change(0.5, 0.52, 0.01, windows=windows)
    assert found.status == "improved"
    assert found.margin == pytest.approx(1.645 * 0.01 * 2**0.5 * 0.4**0.5)
    assert wording.describe_change(found) == "Up 2.0 points since 2015–2019 (± 1.5)."


def test_groups_stand_beside_the_total_of_their_own_period() -> None:
    """A group whose newest figure is an older one has none beside the newest total."""
    total = change(0.5, 0.6, 0.01)
    ends = total.line.baseline, total.line.current
    series: dict[str, Any] = {
        "": [total.baseline, total.current],
        "sex=female": [point(0.5, 0.01, end, "sex=female") for end in ends],
        "sex=male": [point(0.4, 0.01, ends[0], "sex=male")],
    }
    place = Place(name="Springfield")
    score = Score(place, total.line.scorecard, (total,), (), {"rate": (total,)})
    names = {"": "All", "sex=female": "Women", "sex=male": "Men"}
    drawn = cards.picture(Profile(score, {"rate": series}), "rate", names)
    assert drawn is not None and drawn.dots_period == "2019–2023"
    assert [one.name for one in drawn.drawn.ranges] == ["Women", "All"]
    assert drawn.dots_finding == "By group"


@pytest.mark.parametrize(
    ("se", "said"),
    [
        (0.001, "Men stand 10.0 points below women"),
        (0.2, "Men and women: no clear difference"),
        (None, "Men and women: not tested"),
    ],
)
def test_groups_without_margins_are_called_not_tested(se: float | None, said: str) -> None:
    """“No clear difference” is what a test found, and no test is made without margins."""
    when = period(2019, 2023)
    parts = [("Women", point(0.6, se, when, "sex=female")), ("Men", point(0.5, se, when, "x"))]
    unit = wording.unit_of(change(0.5, 0.6, se).indicator)
    assert wording.describe_groups(parts, unit) == said
    rows = [charts.range_of(name, one, unit) for name, one in parts]
    drawn = charts.ranges(rows, unit, False)
    assert drawn is not None and drawn.has_margins is (se is not None)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Women", "women"), ("Under 25", "under 25"), ("25 to 34", "25 to 34"),
        ("Hispanic or Latina/o", "Hispanic or Latina/o"), ("Asian", "Asian"),
        ("Women, Black or African American", "Women, Black or African American"),
    ],
)  # fmt: skip
def test_names_of_peoples_keep_their_capitals(name: str, said: str) -> None:
    assert wording.amid(name) == said
