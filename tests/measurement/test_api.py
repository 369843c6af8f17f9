"""The API: published rows alone, the same figures as CSV and page, nothing unknown ignored."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from measurement import shapes
from measurement.exchange import write_csv
from measurement.queries import FIELDS
from tests.factories import canary, make_chapter, make_indicator, make_observation

BASE = "/api/v1/"
WOMEN = (
    "observations/?place=0667000&indicator=employment_rate_25_54&period=2019-2023&group=sex=female"
)
LISTS = ("chapters/", "areas/", "indicators/", "observations/")


def table(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(response.content.decode())))


def test_women_at_work_in_san_francisco(figures: None, client: Any) -> None:
    (row,) = client.get(BASE + WOMEN).json()["results"]
    assert (row["value"], row["se"], row["margin_90"]) == (0.830362, 0.00491148, 0.008079)
    assert (row["ref_area"], row["period"], row["group"]) == ("0667000", "2019–2023", "sex=female")


def test_csv_says_what_json_and_page_say(figures: None, client: Any, sf: Any) -> None:
    (plain,) = table(client.get(f"{BASE}{WOMEN}&format=csv"))
    (row,) = client.get(BASE + WOMEN).json()["results"]
    assert {k: "" if v is None else str(v) for k, v in row.items()} == plain
    page = client.get("/san-francisco/dashboard/employment_rate_25_54/").content.decode()
    assert f"{float(plain['value']) * 100:.1f}%" in page
    assert f"± {float(plain['margin_90']) * 100:.1f}" in page
    series = client.get(BASE + "series/0667000/employment_rate_25_54/").json()
    women = next(group for group in series["groups"] if group["key"] == "sex=female")
    assert women["points"][-1]["value"] == row["value"]
    assert women["points"][-1]["margin_90"] == row["margin_90"]


@pytest.mark.parametrize("address", [*LISTS, "indicators/hs_degree_19_20/"])
def test_an_unknown_parameter_is_refused_with_the_known_ones(
    figures: None, client: Any, address: str
) -> None:
    response = client.get(BASE + address, {"plaec": "0667000"})
    assert response.status_code == 400
    assert response.json()["detail"].startswith("Unknown: plaec. Allowed: ")
    assert "format" in response.json()["detail"]


@pytest.mark.parametrize(
    "query",
    ["period=20x3", "cursor=-1", "cursor=abc", "format=xml", "place=1&place=2", "period=²⁰²³",
     "place=%00"],
)  # fmt: skip
def test_a_parameter_without_sense_is_refused(figures: None, client: Any, query: str) -> None:
    response = client.get(f"{BASE}observations/?{query}")
    assert response.status_code == 400
    assert response.json()["detail"]


def test_pages_follow_each_other_without_loss(figures: None, client: Any) -> None:
    seen: list[tuple[str, ...]] = []
    address = BASE + "observations/"
    sizes = []
    while address:
        page = client.get(address).json()
        sizes.append(len(page["results"]))
        seen += [(r["indicator"], r["ref_area"], r["period"], r["group"]) for r in page["results"]]
        address = page["next"]
    assert sizes == [1000, 1000, 70]
    assert len(set(seen)) == 2070


@pytest.mark.parametrize("chapters", [1, 30])
@pytest.mark.parametrize(("address", "queries"), [("chapters/", 1), ("scores/one/", 6)])
def test_query_counts_do_not_grow(
    figures: None, client: Any, django_assert_num_queries: Any, chapters: int, address: str,
    queries: int,
) -> None:  # fmt: skip
    make_chapter("One", slug="one")
    for _ in range(chapters):
        make_chapter()
    # Six more: two savepoints, opened and closed, and the scope's settings, set and taken back.
    with django_assert_num_queries(queries + 4):
        assert client.get(BASE + address).status_code == 200


def test_answers_have_the_fields_of_the_schema(figures: None, client: Any, sf: Any) -> None:
    for address, shape in {
        "chapters/": shapes.ChapterShape,
        "areas/": shapes.PlaceShape,
        "indicators/": shapes.IndicatorShape,
        "observations/": shapes.ObservationShape,
    }.items():
        row = client.get(BASE + address).json()["results"][0]
        assert list(row) == list(shape().fields), address
    assert tuple(shapes.ObservationShape().fields) == FIELDS
    score = client.get(BASE + "scores/san-francisco/").json()
    assert list(score) == list(shapes.ScoreShape().fields)
    assert list(score["indicators"][0]) == list(shapes.ChangeShape().fields)
    series = client.get(BASE + "series/0667000/employment_gap_25_54/").json()
    assert list(series) == list(shapes.SeriesShape().fields)


def test_the_score_agrees_with_the_dashboard(figures: None, client: Any, sf: Any) -> None:
    score = client.get(BASE + "scores/san-francisco/").json()
    assert (score["improved"], score["m"], score["naive_up"]) == (3, 5, 4)
    page = client.get("/san-francisco/dashboard/").content.decode()
    assert "<h1>3 of 5 indicators improved</h1>" in page


def test_a_chapters_own_figures_are_not_published(
    figures: None, client: Any, client_for: Any, sf: Any, lou: Any, otto: Any
) -> None:
    mark = canary("own")
    row = make_observation(sf, indicator=make_indicator(sf, mark=mark), mark=mark)
    period = row.period.label.replace("–", "-")
    wide = (
        f"compare/?indicator={row.indicator.code}&period={period}",
        f"trend/?indicator={row.indicator.code}",
        f"overview/?period={period}",
        "sources/",
    )
    for person in (None, lou, otto):
        reader = client_for(person)
        for address in (*LISTS, "scores/san-francisco/", "profiles/0667000/", *wide):
            body = reader.get(BASE + address, {"format": "csv"}).content.decode()
            assert mark not in body
        for address in ("/san-francisco/dashboard/", "/indicators/", BASE):
            assert mark not in reader.get(address).content.decode()


def test_an_answer_is_kept_ready_with_its_tag(figures: None, client: Any) -> None:
    first = client.get(BASE + "indicators/")
    again = client.get(BASE + "indicators/", headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    assert first["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_text_that_looks_like_a_formula_gets_a_quote(text: str) -> None:
    written = write_csv(["name", "value"], [{"name": text, "value": -0.5}])
    (row,) = csv.DictReader(io.StringIO(written, newline=""))
    assert row == {"name": f"'{text}", "value": "-0.5"}


def test_the_page_for_people_names_every_address(figures: None, client: Any) -> None:
    page = client.get(BASE).content.decode()
    for address in (*LISTS, "series/{geoid}/{code}/", "scores/{chapter}/"):
        assert f"GET {BASE}{address}" in page
    assert "margin_90" in page


def test_the_schema_is_openapi_3_1_and_names_the_parameters(figures: None, client: Any) -> None:
    schema = client.get(BASE + "schema/?format=json").json()
    assert schema["openapi"] == "3.1.0"
    parameters = schema["paths"]["/api/v1/observations/"]["get"]["parameters"]
    assert {p["name"] for p in parameters} == {
        "place", "indicator", "owner", "period", "group", "limit", "cursor", "format"
    }  # fmt: skip
