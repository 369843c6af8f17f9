"""A chapter's own indicator has a page like any other, and one code never mixes two owners."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import pytest

from chapters.models import Chapter, Place
from chapters.scope import in_chapter
from chapters.unscoped import as_backbone
from measurement.actions.promoting import define_indicator
from measurement.demo import SAMPLE
from measurement.models import DemographicGroup
from measurement.own_demo import load_own_figures
from tests.factories import (
    make_chapter,
    make_indicator,
    make_observation,
    make_seat,
    make_source,
    make_user,
)
from tests.measurement.test_uploads_review import Desk

CODE = "employment_rate_25_54"
PAGE = f"/san-francisco/dashboard/{CODE}/"
OBSERVATIONS = "/api/v1/observations/"
HEAD = "indicator,ref_area,period,group,value"


def make_own(chapter: Chapter, code: str, values: dict[int, str], **fields: Any) -> None:
    """Published figures of an indicator of the chapter's own, one a year."""
    own = make_indicator(chapter, code=code, is_public=True, **fields)
    source = make_source(chapter, is_public=True, title=f"Counted in {chapter.name}")
    for year, value in values.items():
        number = Decimal(value)
        make_observation(
            chapter, indicator=own, source=source, year=year, obs_value=number, se=Decimal("0.01")
        )


@pytest.fixture
def shared(figures: None, sf: Any) -> None:
    """One code of the nation's, of San Francisco's and of Denver's own."""
    denver = make_chapter("Denver", place=Place.objects.get(geoid="0820000"))
    make_own(sf, CODE, {2021: "0.111", 2022: "0.222", 2023: "0.333"}, name="Ours by the bay")
    make_own(denver, CODE, {2022: "0.444", 2023: "0.555"}, name="Ours in the mountains")


def text_of(client: Any, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return str(answer.content.decode())


def test_a_page_shows_one_owner_and_says_whose(shared: None, client: Any) -> None:
    for address in (PAGE, f"{PAGE}?owner=nation"):
        text = text_of(client, address)
        assert "85.2%" in text and "33.3%" not in text and "Ours" not in text
    text = text_of(client, f"{PAGE}?owner=san-francisco")
    assert "Ours by the bay: better than in 2021" in text and "San Francisco’s own" in text
    assert "33.3%" in text and "85.2%" not in text and "55.5%" not in text
    assert "Counted in San Francisco" in text and "Mobility from Poverty" not in text
    mountains = text_of(client, f"/denver/dashboard/{CODE}/?owner=denver")
    assert "Ours in the mountains" in mountains and "33.3%" not in mountains
    for owner in ("denver", "nobody"):
        assert client.get(f"{PAGE}?owner={owner}").status_code == 404


def test_charts_image_and_frame_are_of_the_same_owner(shared: None, client: Any) -> None:
    for part in ("trend.json", "image.svg", "embed/"):
        address = f"{PAGE}{part}"
        nations, own = text_of(client, address), text_of(client, f"{address}?owner=san-francisco")
        assert "85.2%" in nations and "33.3%" not in nations
        assert "33.3%" in own and "85.2%" not in own


def test_figures_by_code_are_of_one_owner(shared: None, client: Any) -> None:
    def owners(address: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for row in client.get(OBSERVATIONS + address).json()["results"]:
            if row["indicator"] == CODE:
                found.setdefault(row["owner"], set()).add(row["ref_area"])
        return found

    assert owners(f"?indicator={CODE}").keys() == {"nation"}
    assert owners(f"?indicator={CODE}&owner=san-francisco") == {"san-francisco": {"0667000"}}
    assert owners(f"?indicator={CODE}&owner=denver&place=0667000") == {}
    assert owners("?place=0820000").keys() == {"nation", "denver"}
    assert owners("?place=0820000&owner=denver").keys() == {"denver"}
    table = client.get(f"{OBSERVATIONS}?indicator={CODE}&owner=denver&format=csv").content.decode()
    rows = list(csv.DictReader(io.StringIO(table)))
    assert sorted((row["owner"], row["value"]) for row in rows) == [
        ("denver", "0.444"), ("denver", "0.555"),
    ]  # fmt: skip


def test_a_series_is_of_one_owner(shared: None, client: Any) -> None:
    address = f"/api/v1/series/0667000/{CODE}/"
    nations, own = client.get(address).json(), client.get(f"{address}?owner=san-francisco").json()
    assert (nations["owner"], own["owner"]) == ("nation", "san-francisco")
    assert own["name"] == "Ours by the bay"
    assert [p["value"] for p in own["groups"][0]["points"]] == [0.111, 0.222, 0.333]
    assert 0.333 not in [p["value"] for p in nations["groups"][0]["points"]]
    assert client.get(f"{address}?owner=nobody").status_code == 404
    table = text_of(client, f"{address}?owner=san-francisco&format=csv")
    assert {row["owner"] for row in csv.DictReader(io.StringIO(table))} == {"san-francisco"}


def test_the_tile_leads_to_the_page_and_the_page_to_its_figures(
    figures: None, sf: Any, client: Any
) -> None:
    make_own(sf, "cyclists", {2020: "0.1", 2021: "0.2", 2022: "0.3", 2023: "0.4"}, name="Cyclists")
    tile = "/san-francisco/dashboard/cyclists/?owner=san-francisco"
    assert f'href="{tile}"' in text_of(client, "/san-francisco/dashboard/")
    for address in (tile, "/san-francisco/dashboard/cyclists/"):
        text = text_of(client, address)
        assert "Cyclists: better than in 2020" in text
        assert "Trend: up 10.0 points a year" in text
        assert "on no scorecard" in text and "Compare with other cities" not in text
        for part in ("trend.json", "image.svg", "embed"):
            assert f"dashboard/cyclists/{part}" in text
    assert client.get("/denver/dashboard/cyclists/").status_code == 404


def test_one_figure_stands_without_a_baseline(figures: None, sf: Any, client: Any) -> None:
    make_own(sf, "cyclists", {2023: "0.4"}, name="Cyclists")
    text = text_of(client, "/san-francisco/dashboard/cyclists/")
    assert "First figure" in text and "40.0%" in text
    assert "There is none for an earlier period to compare it with." in text


def test_figures_that_are_not_published_have_no_page(figures: None, sf: Any, client: Any) -> None:
    own = make_indicator(sf, code="cyclists")
    make_observation(sf, indicator=own, visibility="C", is_current=False)
    assert client.get("/san-francisco/dashboard/cyclists/").status_code == 404
    assert client.get("/api/v1/series/0667000/cyclists/?owner=san-francisco").status_code == 404


def test_the_sample_of_the_demo_shows_a_trend_and_hides_a_year(
    figures: None, sf: Any, lou: Any, client: Any
) -> None:
    with in_chapter(sf):
        own = define_indicator(sf, lou, **SAMPLE)
        load_own_figures(sf, own, lou, make_user("ann"))
    text = text_of(client, "/san-francisco/dashboard/women_cycling_to_work/")
    assert "Trend: up" in text and "12.8%" in text and "Under 25" in text
    assert text.count('<td class="n">not shown</td>') == 6


def test_a_dashboard_of_a_group_opens_with_that_group(figures: None, sf: Any, client: Any) -> None:
    text = text_of(client, "/san-francisco/dashboard/?group=sex%3Dfemale")
    opened = text.partition('aria-labelledby="h-first"')[2]
    assert (
        '<span class="tag">Women</span>' in opened and "San Francisco (Women) was 83.0%" in opened
    )
    assert "4 more are not broken down by this group." in text
    address = "/san-francisco/dashboard/employment_rate_25_54/trend.json?group=sex%3Dfemale"
    assert f'data-chart="{address}"' in opened
    spec = client.get(address).json()
    assert spec["usermeta"]["shown"] == "sex=female"
    assert client.get(address.replace("sex%3D", "race%3D")).status_code == 404
    assert client.get("/san-francisco/dashboard/?group=nobody").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_suppressed_groups_are_marked_and_give_nothing_away(
    figures: None, sf: Any, lou: Any, client_for: Any, client: Any
) -> None:
    ann = make_user("ann")
    make_seat(sf, ann)
    desk = Desk(sf, client_for, {"lou": lou, "ann": ann})
    with as_backbone():
        DemographicGroup.objects.get_or_create(key="", defaults={"name": "All"})
    make_indicator(
        sf, code="people", name="People served", value_type="count", unit_measure="people",
        decimals=0, programme="administrative",
    )  # fmt: skip
    counts = {"": 100, "sex=female": 96, "sex=male": 4, "race=a": 50, "race=b": 50}
    lines = [
        f"people,0667000,{year},{group},{count}"
        for year in (2021, 2022)
        for group, count in counts.items()
    ]
    address = desk.send(*lines, head=HEAD, programme="administrative")
    if desk.upload().warnings:
        assert desk.press(address, "acknowledge") == 302
    assert desk.press(address, "load") == 302
    assert desk.press(address, "publish", "ann") == 302
    text = text_of(client, "/san-francisco/dashboard/people/?by=sex")
    assert "Not shown: fewer than 10 people stand behind the figure" in text
    table = text.partition("Data table")[2]
    assert table.count('<td class="n">not shown</td>') == 4
    changes = text.partition("Change by group</caption>")[2].partition("</table>")[0]
    assert changes.count("Not shown, to protect people.") == 2
    assert ">96<" not in text and ">4<" not in text and "96 " not in changes
    chart = client.get("/san-francisco/dashboard/people/groups.json?by=sex").json()
    assert {row["short"] for row in chart["datasets"]["empty"]} == {"not shown"}
    assert "96" not in str(chart["datasets"])
