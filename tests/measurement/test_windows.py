"""Quarters, months, budget years: what they are called; no quarter passes for a year."""

from __future__ import annotations

import datetime as dt
import html
import io
import re
from decimal import Decimal
from importlib import import_module
from typing import Any, NamedTuple

import pytest
from django.db import connection

from chapters.scope import as_self, in_chapter
from chapters.unscoped import as_backbone
from measurement.actions.uploads import load_file
from measurement.api.parameters import days_of
from measurement.cards import group_names, picture
from measurement.models import Period
from measurement.packing import _WINDOW
from measurement.queries import find_standing, own_profile, profile
from measurement.queries.reads import find_named
from measurement.recipe import read_recipe
from measurement.windows import (
    label_of,
    length_of,
    months_of,
    share_of_both,
    year_of,
    years_of,
)
from tests.factories import make_indicator, make_observation, make_source


class Span(NamedTuple):
    start: dt.date
    end: dt.date


def span(first: str, last: str) -> Span:
    return Span(dt.date.fromisoformat(first), dt.date.fromisoformat(last))


@pytest.mark.parametrize(
    ("first", "last", "label", "years", "months", "year"),
    [
        ("2023-01-01", "2023-12-31", "2023", 1, 12, 2023),
        ("2019-01-01", "2023-12-31", "2019–2023", 5, 60, 2023),
        ("2023-01-01", "2023-03-31", "2023 Q1", 0, 3, 2022.25),
        ("2023-10-01", "2023-12-31", "2023 Q4", 0, 3, 2023),
        ("2024-02-01", "2024-02-29", "Feb 2024", 0, 1, 2023.1667),
        ("2024-02-01", "2024-02-28", "2/1/24–2/28/24", 0, 1, 2023.1667),
        ("2023-02-01", "2023-04-30", "Feb 2023–Apr 2023", 0, 3, 2022.3333),
        ("2022-07-01", "2023-06-30", "Jul 2022–Jun 2023", 1, 12, 2022.5),
        ("2021-07-01", "2023-06-30", "Jul 2021–Jun 2023", 2, 24, 2022.5),
        ("2022-12-24", "2023-01-03", "12/24/22–1/3/23", 0, 2, 2022.0833),
        ("2023-01-02", "2023-12-31", "1/2/23–12/31/23", 0, 12, 2023),
        ("2023-01-02", "2024-01-01", "1/2/23–1/1/24", 1, 13, 2023.0833),
    ],
)
def test_a_window_is_called_what_it_is(
    first: str, last: str, label: str, years: int, months: int, year: float
) -> None:
    window = span(first, last)
    assert (label_of(*window), years_of(*window)) == (label, years)
    assert (months_of(window), year_of(window)) == (months, year)
    assert len(label) <= 20


def test_windows_share_what_both_cover_of_the_longer() -> None:
    five = span("2019-01-01", "2023-12-31")
    assert share_of_both(span("2017-01-01", "2021-12-31"), five) == 3 / 5
    assert share_of_both(span("2014-01-01", "2018-12-31"), five) == 0
    assert share_of_both(five, five) == 1
    assert (
        share_of_both(span("2023-01-01", "2023-03-31"), span("2023-02-01", "2023-04-30")) == 2 / 3
    )


def test_windows_of_days_are_reckoned_in_days() -> None:
    first, last = span("2024-01-01", "2024-01-07"), span("2024-01-22", "2024-01-28")
    assert share_of_both(first, last) == 0
    assert share_of_both(first, span("2024-01-06", "2024-01-12")) == 2 / 7
    assert share_of_both(first, span("2024-01-01", "2024-01-31")) == 7 / 31
    assert length_of(first) == length_of(last) == ("D", 7)
    assert length_of(span("2024-02-01", "2024-02-29")) == ("M", 1)
    assert length_of(span("2024-01-02", "2024-01-31")) == ("D", 30)


# --- As figures ---------------------------------------------------------------------------------

HEAD = "indicator,ref_area,period_start,period_end,value,se,source,release"
CODE = "employment_rate_25_54_single_year"
ENDS = {1: "03-31", 2: "06-30", 3: "09-30", 4: "12-31"}


def load_quarters(last_year: int = 2024) -> None:
    lines = [
        f"{CODE},0667000,{year}-{3 * quarter - 2:02}-01,{year}-{ENDS[quarter]},0.{60 + quarter},0.01,Q,1"  # noqa: E501
        for year in (2023, last_year)
        for quarter in ENDS
    ]
    about = {"publisher": "State", "programme": "administrative", "licence": "Public domain"}
    content = "\n".join([HEAD, *lines]).encode()
    load_file(io.BytesIO(content), "q.csv", chapter=None, about=about, is_public=True)


@pytest.fixture
def quarters(figures: None) -> None:
    with as_backbone():
        load_quarters()


def test_quarters_stand_beside_years_and_are_none(quarters: None, sf: Any, client: Any) -> None:
    with as_backbone():
        Period.objects.create(
            start=dt.date(1990, 1, 1), end=dt.date(1990, 3, 31), window_years=0, label="1990 Q1"
        )
        days = {"first": dt.date(1990, 1, 1), "last": dt.date(1990, 12, 31)}
        assert find_named(["period"], **days)["period"] is None
        Period.objects.filter(label="1990 Q1").delete()
    with as_self():
        labels = Period.objects.filter(window_years=0).values_list("label", flat=True)
        assert sorted(labels) == [f"{year} Q{n}" for year in (2023, 2024) for n in ENDS]
        days = {"first": dt.date(2023, 1, 1), "last": dt.date(2023, 12, 31)}
        named = find_named(["period"], **days)["period"]
    assert named is not None
    assert named.word == "2023"


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2023", "2023-01-01", "2023-12-31"),
        ("2019-2023", "2019-01-01", "2023-12-31"),
        ("2023 Q2", "2023-04-01", "2023-06-30"),
        ("2023 Q4", "2023-10-01", "2023-12-31"),
        ("Feb 2024", "2024-02-01", "2024-02-29"),
        ("Jul 2022–Jun 2023", "2022-07-01", "2023-06-30"),
    ],
)
def test_the_days_of_a_period_in_an_address(period: str, first: str, last: str) -> None:
    assert days_of(period) == span(first, last)


def test_a_program_gets_a_quarter_by_its_label_and_a_year_by_its_own(
    quarters: None, client: Any
) -> None:
    def ask(address: str, period: str) -> Any:
        return client.get(f"/api/v1/{address}{'&' if '?' in address else '?'}period={period}")

    for period, value in (("2023 Q2", 0.62), ("2023 Q4", 0.64)):
        across = ask(f"compare/?indicator={CODE}", period).json()
        assert (across["period"], [row["value"] for row in across["results"]]) == (period, [value])
        (spread,) = ask("overview/", period).json()["results"]
        assert (spread["indicator"], spread["mean"]) == (CODE, value)
        (row,) = ask(f"observations/?indicator={CODE}", period).json()["results"]
        assert (row["period"], row["value"]) == (period, value)
    across = ask(f"compare/?indicator={CODE}", "2023").json()
    assert (across["period"], len(across["results"])) == ("2023", 30)
    listed = ask(f"observations/?indicator={CODE}&group=", "2023").json()["results"]
    assert {row["period"] for row in listed} == {"2023"} and len(listed) == 30
    # Of 2024 there are quarters alone: no year, and none of them stands in for it.
    for address in (f"compare/?indicator={CODE}", "overview/"):
        assert ask(address, "2024").status_code == 404
        assert ask(address, "2025 Q1").status_code == 404
        assert ask(address, "2024 Q5").status_code == 400
        assert ask(address, "Mai 2024").status_code == 400
    assert ask("observations/", "2024").json()["results"] == []


def test_the_compare_page_holds_years_against_years(quarters: None, client: Any) -> None:
    def text_of(period: str) -> str:
        asked = f"with=0667000&places=0667000,0820000&indicator={CODE}&period={period}"
        return str(client.get(f"/compare/?{asked}").content.decode())

    page = text_of("")
    # Quarters are to choose from, and no row, chart or sentence of the year's has one.
    chosen, rest = page.partition("</form>")[::2]
    assert '<option value="2023" selected>' in chosen
    assert '<option value="2024 Q4">' in chosen
    (link,) = re.findall(r'href="(/api/v1/observations/[^"]*)"', rest)
    assert "period=2023&" in html.unescape(link)
    assert " Q" not in rest.partition('class="source"')[0] and ", from ." not in rest
    table = rest.partition("<tbody>")[2].partition("</tbody>")[0]
    assert table.count("<tr") == 2
    assert table.partition("San Francisco")[2].count("Improved") == 1
    assert "Not comparable" not in table
    rest = text_of("2023 Q2").partition("</form>")[2]
    (link,) = re.findall(r'href="(/api/v1/observations/[^"]*)"', rest)
    answer = client.get(html.unescape(link))
    assert answer.status_code == 200 and b"2023 Q2" in answer.content
    table = rest.partition("<tbody>")[2].partition("</tbody>")[0]
    assert "61.0%" not in table and "62.0%" in table
    assert "Improved" not in table and "Not comparable" in table


def test_no_citys_quarter_takes_an_index_over(quarters: None) -> None:
    part = {
        "code": CODE, "parent": "top", "weight": 1, "direction": 1,
        "normalise": {"method": "goalposts", "low": 0, "high": 1, "to": [0, 100]},
    }  # fmt: skip
    recipe = {"code": "one", "version": "1", "indicators": [part],
              "nodes": [{"code": "top", "parent": None}]}  # fmt: skip
    with as_self():
        found = find_standing(read_recipe(recipe))
    assert found is not None
    scores = dict(zip(found.units, found.scores["top"].tolist(), strict=True))
    assert len(scores) == 30
    assert scores["0667000"] not in (61.0, 62.0, 63.0, 64.0)


def test_a_quarter_is_not_compared_with_a_year(quarters: None, sf: Any, client: Any) -> None:
    with as_self():
        found = profile(sf.place, CODE)
        change = found.score.change(CODE)
        points = found.series[CODE][""]
        drawn = picture(found, CODE, group_names())
    assert change is not None and change.current is not None and drawn is not None
    assert change.current.label == change.line.current.label == "2023"
    assert change.status == "improved"
    assert points[-1].label == "2024 Q4"
    # The line is of years: a quarter is in the data table, and in no chart and no trend.
    years = [point.label for point in points if point.window_years == 1]
    assert [point.label for point in drawn.drawn.series[""]] == years
    assert [mark.note.split()[-1] for mark in drawn.trends[0].points] == years
    assert {row.period for row in drawn.rows} >= {"2024 Q4", "2023"}
    assert drawn.foretold is None or drawn.foretold.line[-1].year == 2023
    page = client.get(f"/san-francisco/dashboard/{CODE}/").content.decode()
    assert "2024 Q4</" in page.partition("Data table")[2]
    assert "2024 Q4" not in page.partition("Data table")[0]
    chart = client.get(f"/san-francisco/dashboard/{CODE}/trend.json").content.decode()
    assert "2023" in chart and " Q" not in chart


def test_an_own_quarter_is_held_against_the_same_quarter(figures: None, sf: Any) -> None:
    spans = {"0.30": (2022, 3, 31), "0.10": (2023, 3, 31), "0.50": (2023, 12, 31)}
    with in_chapter(sf):
        own = make_indicator(sf, code="riders", is_public=True)
        source = make_source(sf, is_public=True)
        for value, (year, month, day) in spans.items():
            start, end = dt.date(year, month - 2, 1), dt.date(year, month, day)
            period = Period.objects.create(
                start=start, end=end, window_years=0, label=label_of(start, end)
            )
            make_observation(
                sf, indicator=own, source=source, period=period, obs_value=Decimal(value)
            )
        found = own_profile(sf, "riders")
    assert found is not None
    line = found.score.changes[0].line if found.score.changes else found.score.beside[0].line
    assert (line.baseline.label, line.current.label) == ("2022 Q1", "2023 Q1")


def test_the_package_gives_a_quarter_its_length(quarters: None, client: Any) -> None:
    with as_backbone(), connection.cursor() as cursor:
        cursor.execute(f"SELECT p.label, {_WINDOW} FROM measurement_period p")
        found = dict(cursor.fetchall())
    assert found["2023 Q1"] == "2023-01-01/P3M"
    assert found["2019–2023"] == "2019-01-01/P5Y"
    assert found["2023"] == "2023"


def test_old_windows_are_called_by_the_same_rule_as_new_ones(db: None) -> None:
    """By a migration: every window was called by its years once."""
    days = [dt.date(2019, 1, 1) + dt.timedelta(days=number) for number in range(1500)]
    begins = [day for day in days if day.day in (1, 2, 15, 31)]
    spans = [
        (start, end)
        for start in begins[::5]
        for end in days
        if end > start and (end.day in (1, 16) or (end + dt.timedelta(days=1)).day == 1)
    ]
    renaming = import_module("measurement.migrations.0019_periods_by_their_length")
    with as_backbone(), connection.cursor() as cursor:
        Period.objects.bulk_create(
            Period(start=start, end=end, window_years=1, label="x") for start, end in spans
        )
        cursor.execute(renaming.BY_YEARS)
        first = Period.objects.get(start=dt.date(2019, 1, 1), end=dt.date(2019, 3, 31))
        assert (first.label, first.window_years) == ("2019", 1)
        cursor.execute(renaming.RENAME)
        kept = {(one.start, one.end): (one.label, one.window_years) for one in Period.objects.all()}
    assert len(kept) == len(spans) > 2000
    assert kept == {span: (label_of(*span), years_of(*span)) for span in spans}
