"""Dashboard, indicator and library: findings in words, gaps as gaps, few queries."""

from __future__ import annotations

import re
from typing import Any

import pytest

from chapters.models import Place
from tests.factories import make_chapter, make_observation

DASHBOARD = "/san-francisco/dashboard/"


def page(client: Any, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def test_the_title_states_the_finding_with_its_contrast(
    figures: None, sf: Any, client: Any
) -> None:
    text = page(client, DASHBOARD)
    assert "<title>3 of 5 indicators improved" in text
    assert "4 figures moved the good way at all. Of 4 tested, about 0.2" in text
    for words in ("no clear difference", "no data", "not comparable"):
        assert words in text


def test_dollars_of_different_years_are_never_improved(figures: None, sf: Any, client: Any) -> None:
    text = page(client, f"{DASHBOARD}median_household_income/")
    assert "Dollars of different years: more dollars are not more income." in text
    assert 'data-v="improved"' not in text


def test_a_topic_filters_the_cards_and_not_the_score(figures: None, sf: Any, client: Any) -> None:
    text = page(client, f"{DASHBOARD}?topic=education")
    assert "<h1>3 of 5 indicators improved</h1>" in text
    assert text.count('<article class="ind"') == 2
    assert "No indicator here" in page(client, f"{DASHBOARD}?topic=nothing")


def test_a_year_without_a_figure_stays_a_gap(figures: None, sf: Any, client: Any) -> None:
    text = page(client, f"{DASHBOARD}employment_rate_25_54_single_year/")
    assert text.count('stroke-dasharray="2 5"') == 2  # once in each size of the chart
    assert ">2020<" not in text


def test_a_window_is_named_whole(figures: None, sf: Any, client: Any) -> None:
    assert ">2019–2023<" in page(client, f"{DASHBOARD}employment_rate_25_54/")


def test_a_chapter_without_figures_says_so(figures: None, client: Any) -> None:
    make_chapter("Nowhere")
    assert "<h1>No figures to compare yet</h1>" in page(client, "/nowhere/dashboard/")
    text = page(client, "/nowhere/dashboard/employment_rate_25_54/")
    assert "No source publishes this for Nowhere." in text


def test_an_installation_without_library_says_so(sf: Any, client: Any) -> None:
    assert "<h1>No indicators yet</h1>" in page(client, DASHBOARD)
    assert "No indicators yet" in page(client, "/indicators/")


def test_an_unknown_indicator_is_not_found(figures: None, sf: Any, client: Any) -> None:
    assert client.get(f"{DASHBOARD}nothing/").status_code == 404


def test_the_library_defines_every_indicator(figures: None, client: Any) -> None:
    text = page(client, "/indicators/")
    assert "<h1>7 indicators, counted the same way in every city</h1>" in text
    assert "Not comparable: dollars of different years" in text


@pytest.mark.parametrize("own", [1, 30])
@pytest.mark.parametrize(
    ("address", "queries"),
    [(DASHBOARD, 6), (f"{DASHBOARD}employment_rate_25_54/", 7), ("/indicators/", 2)],
)
def test_query_counts_do_not_grow(
    figures: None, sf: Any, client: Any, django_assert_num_queries: Any, own: int, address: str,
    queries: int,
) -> None:  # fmt: skip
    for place in Place.objects.exclude(pk=sf.place_id)[: own - 1]:
        make_chapter(place.name, place=place)
    make_observation(sf)
    # Six more: two savepoints, opened and closed, and the scope's settings, set and taken back.
    with django_assert_num_queries(queries + 4):
        page(client, address)


@pytest.mark.parametrize("name", ["Denver", "Minneapolis", "Anchorage"])
def test_every_city_and_indicator_can_be_drawn(figures: None, client: Any, name: str) -> None:
    place = Place.objects.filter(name__startswith=name).get()
    chapter = make_chapter(name, place=place)
    for code in re.findall(r'id="card-([a-z0-9_]+)"', page(client, f"/{chapter.slug}/dashboard/")):
        text = page(client, f"/{chapter.slug}/dashboard/{code}/")
        assert "NaN" not in text and "None" not in text
        assert 'class="plot plot-wide"' in text


def test_no_page_breaks_the_content_policy(figures: None, sf: Any, client: Any) -> None:
    for address in (DASHBOARD, f"{DASHBOARD}employment_rate_25_54/", "/indicators/", "/api/v1/"):
        text = page(client, address)
        assert " style=" not in text and "<style" not in text
        assert not re.search(r"<script(?![^>]* src=)|\son[a-z]+=", text)
