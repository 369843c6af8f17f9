"""City to city: differences tested, bands of ranks, unlike figures refused, a fixed cost."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from chapters.models import Place
from measurement.comparing import NOBODY_LEADS, Comparison, compare
from measurement.models import Indicator, Period, Scorecard, ScorecardLine
from measurement.queries import Point
from tests.factories import make_chapter

PERIOD = "2023"


def point(value: float | None, se: float | None = 0.01, **fields: Any) -> Point:
    year = fields.pop("year", 2023)
    given: dict[str, Any] = {
        "label": str(year), "start": dt.date(year, 1, 1), "end": dt.date(year, 12, 31),
        "window_years": 1, "group": "", "value": value, "se": se, "status": "A",
        "reliability": "good", "programme": "ACS1",
    } | fields  # fmt: skip
    return Point(**given)


def held(cities: dict[str, list[Point]], direction: int = 1, **fields: Any) -> Comparison:
    places = [Place(pk=n, name=name, geoid=str(n)) for n, name in enumerate(cities, 1)]
    series = dict(enumerate(cities.values(), 1))
    indicator = Indicator(
        code="x", name="X", value_type="proportion", direction=direction, decimals=1, **fields
    )
    return compare(indicator, places[0], series, places, PERIOD)


def test_a_gap_counts_when_it_is_larger_than_its_margin() -> None:
    found = held({"Ash": [point(0.50)], "Birch": [point(0.47)], "Cedar": [point(0.49)]})
    assert found.finding == "Ash is ahead of Birch. Cedar is too close to call."
    assert found.said == [
        "Ash is 3.0 points ahead of Birch (± 2.3).",
        "Ash and Cedar differ by 1.0 points, within ± 2.3.",
    ]
    assert [(row.name, row.against) for row in found.rows] == [
        ("Ash", "This city"),
        ("Cedar", "No clear difference"),
        ("Birch", "Lower"),
    ]


def test_ranks_are_bands() -> None:
    found = held({"Ash": [point(0.50)], "Birch": [point(0.47)], "Cedar": [point(0.49)]})
    assert {row.name: row.rank for row in found.rows} == {
        "Ash": "1 to 2", "Cedar": "1 to 3", "Birch": "2 to 3"
    }  # fmt: skip
    clear = held({"Ash": [point(0.9)], "Birch": [point(0.5)], "Cedar": [point(0.1)]}, direction=-1)
    assert {row.name: row.rank for row in clear.rows} == {"Ash": "3", "Birch": "2", "Cedar": "1"}
    assert clear.said[0] == "Ash is 80.0 points higher than Cedar, which is worse (± 2.3)."


def test_context_has_no_ranks_and_no_leader() -> None:
    found = held({"Ash": [point(0.9)], "Birch": [point(0.5)]}, direction=0)
    assert not found.has_ranks
    assert found.finding == "Ash is higher than Birch."
    assert NOBODY_LEADS in found.unsaid


def test_unlike_figures_are_refused_with_the_reason() -> None:
    window = point(0.1, label="2018–2022", year=2022, window_years=5)
    found = held(
        {
            "Ash": [point(0.5)],
            "Birch": [point(0.1, programme="own_survey")],
            "Cedar": [window],
            "Dogwood": [point(0.1, status="D")],
            "Elm": [],
            "Fir": [point(None)],
        }
    )
    assert found.finding == "No city can be held against Ash here"
    assert found.said == []
    assert [row.against for row in found.rows] == [
        "This city",
        "Not compared. Another survey: own_survey, not ACS1.",
        "Not compared. No figure for 2023; 2018–2022 is another window.",
        "Not compared. Its source defines it otherwise.",
        "Not compared. No figure for 2023.",
        "Not compared. No figure for 2023.",
    ]
    assert not found.has_ranks
    assert "Birch: Another survey: own_survey, not ACS1." in found.unsaid


def test_without_an_error_there_is_no_test() -> None:
    found = held({"Ash": [point(0.5)], "Birch": [point(0.1, se=None)]})
    assert [row.against for row in found.rows] == ["This city", "Not tested"]
    assert found.finding == "No city can be held against Ash here"
    assert [row.rank for row in found.rows] == ["1 to 2", "1 to 2"]


def test_chance_is_said_beside_the_differences() -> None:
    found = held({f"City {n}": [point(0.5 + n / 100)] for n in range(11)})
    assert any("Of 10 tested at 90 percent, about 1.0 would" in text for text in found.unsaid)


def test_a_better_total_says_that_a_group_lost_ground() -> None:
    line = ScorecardLine(
        scorecard=Scorecard(level=90),
        indicator=Indicator(code="x", name="X", value_type="proportion", direction=1, decimals=1),
        baseline=Period(label="2018", start=dt.date(2018, 1, 1), end=dt.date(2018, 12, 31)),
        current=Period(label=PERIOD, start=dt.date(2023, 1, 1), end=dt.date(2023, 12, 31)),
    )
    cities = [Place(pk=n, name=name, geoid=str(n)) for n, name in enumerate(("Ash", "Birch"), 1)]
    quarter = point(0.1, label="2023 Q4", start=dt.date(2023, 10, 1), window_years=0)
    series = {n: [point(0.5, year=2018), point(0.6), quarter] for n in (1, 2)}
    women = {1: [0.5, 0.4], 2: [0.5, 0.49]}
    parts = {
        n: {"sex=female": [point(then, year=2018), point(now)]} for n, (then, now) in women.items()
    }
    found = compare(line.indicator, cities[0], series, cities, PERIOD, line, None, parts)
    assert [(row.name, row.since, row.gap_widened) for row in found.rows] == [
        ("Ash", "Improved", True),
        ("Birch", "Improved", False),
    ]
    assert found.moves == "Ash and Birch improved"
    assert [row.name for row, _ in found.multiples] == ["Ash", "Birch"]
    assert [len(chart.points) for _, chart in found.multiples] == [2, 2]


# --- The page -----------------------------------------------------------------------------------


def text_of(client: Any, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.mark.parametrize("cities", [2, 30])
def test_the_page_costs_the_same_for_2_and_30_places(
    figures: None, client: Any, django_assert_num_queries: Any, cities: int
) -> None:
    places = list(Place.objects.all()[:cities])
    for place in places:
        make_chapter(place.name, place=place)
    codes = ",".join(place.geoid for place in places)
    with django_assert_num_queries(14):
        text = text_of(client, f"/compare/?indicator=employment_rate_25_54&places={codes}")
    assert text.count('<th scope="row">') == cities


def test_two_real_cities_are_told_apart(figures: None, sf: Any, client: Any) -> None:
    address = "/compare/?indicator=employment_rate_25_54&group=sex%3Dfemale&with=0667000"
    text = text_of(client, f"{address}&places=0667000,0820000&period=2019-2023")
    assert "What we cannot say" in text and "Whether chapters caused a difference" in text
    assert text.count("<svg") >= 2
    assert "&amp;group=sex%3Dfemale&amp;period=2019-2023&amp;format=csv" in text
    assert " style=" not in text


@pytest.mark.parametrize(
    "query", ["indicator=nothing", "group=nobody", "period=1066", "places=%00,x", "with=%00"]
)
def test_what_does_not_exist_is_replaced_and_said(
    figures: None, sf: Any, client: Any, query: str
) -> None:
    text = text_of(client, f"/compare/?{query}")
    named = query.split("=")[0] in ("indicator", "group", "period")
    assert ("There are no figures for the" in text) is named


def test_an_empty_library_has_nothing_to_compare(db: None, client: Any) -> None:
    assert "No indicators yet" in text_of(client, "/compare/")


def test_small_charts_share_a_scale_and_say_what_became_of_each_city(
    figures: None, sf: Any, client: Any
) -> None:
    address = "/compare/?indicator=employment_rate_25_54&with=0667000&places=0667000,0820000"
    text = " ".join(text_of(client, address).split())
    assert "Denver and San Francisco improved</h2>" in text
    assert text.count('aria-labelledby="small-') == 2
