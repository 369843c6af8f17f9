"""Dashboard, indicator and library: findings in words, gaps as gaps, few queries."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest

from chapters.models import Place
from tests.factories import make_chapter, make_observation, make_seat, make_user

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
    assert "4 of 5 merely moved the better way. Of 4 tested, about 0.2 would" in text
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


def test_results_and_groups_filter_the_cards_too(figures: None, sf: Any, client: Any) -> None:
    improved = page(client, f"{DASHBOARD}?result=improved")
    assert improved.count('<article class="ind"') == 4  # three that count, one beside
    assert improved.count('<span class="status" data-v="improved">') == 4 + 1
    women = page(client, f"{DASHBOARD}?group=sex%3Dfemale")
    assert '<option value="sex=female" selected>Women</option>' in women
    assert "<h1>3 of 5 indicators improved</h1>" in women
    assert women.count('<article class="ind"') == 3  # ratios and gaps have no women of their own
    both = page(client, f"{DASHBOARD}?group=sex%3Dfemale&result=worsened&topic=work")
    assert "No indicator matches these filters." in both


def test_only_the_council_is_led_to_its_files(
    figures: None, sf: Any, client: Any, client_for: Any
) -> None:
    chair = make_user()
    make_seat(sf, chair)
    assert "/san-francisco/data/" not in page(client, DASHBOARD)
    assert 'href="/san-francisco/data/">load figures</a>' in page(client_for(chair), DASHBOARD)


def test_an_image_says_what_it_shows_and_stands_alone(figures: None, sf: Any, client: Any) -> None:
    response = client.get(f"{DASHBOARD}employment_rate_25_54/image.svg")
    assert response.headers["Content-Type"] == "image/svg+xml"
    text = response.content.decode()
    ElementTree.fromstring(text)
    assert "People in work, ages 25 to 54: better than in 2010–2014" in text
    assert "Source: Urban Institute" in text and "var(" not in text
    assert "/san-francisco/dashboard/employment_rate_25_54/</text>" in text
    assert client.get(f"{DASHBOARD}nothing/image.svg").status_code == 404


def test_any_site_may_frame_the_embedded_chart_and_no_other_page(
    figures: None, sf: Any, client: Any
) -> None:
    address = f"{DASHBOARD}employment_rate_25_54/"
    framed, plain = client.get(f"{address}embed/"), client.get(address)
    assert "frame-ancestors *" in framed.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in framed.headers
    assert "frame-ancestors 'none'" in plain.headers["Content-Security-Policy"]
    assert plain.headers["X-Frame-Options"] == "DENY"
    assert f"{address}embed/" in plain.content.decode()
    assert "<script" not in framed.content.decode()


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
    assert "<h1>37 indicators, counted the same way in every city</h1>" in text
    assert "Not comparable: dollars of different years" in text


@pytest.mark.parametrize("own", [1, 30])
@pytest.mark.parametrize(
    ("address", "queries"),
    [
        (DASHBOARD, 9),
        (f"{DASHBOARD}?group=sex%3Dfemale", 9),
        (f"{DASHBOARD}employment_rate_25_54/", 10),
        (f"{DASHBOARD}employment_rate_25_54/embed/", 9),
        ("/indicators/", 3),
    ],
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
    one = f"{DASHBOARD}employment_rate_25_54/"
    for address in (DASHBOARD, one, f"{one}embed/", "/indicators/", "/api/v1/"):
        text = page(client, address)
        assert " style=" not in text and "<style" not in text
        assert not re.search(r"<script(?![^>]* src=)|\son[a-z]+=", text)
