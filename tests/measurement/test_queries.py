"""Scores and series with known answers, the same number of queries for few and many."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from chapters.models import Place
from chapters.scope import as_self, in_chapter
from measurement.models import DemographicGroup, Period
from measurement.queries import chapter_score, find_indicator, network_score, profile, series
from tests.factories import make_chapter, make_indicator, make_observation


def test_women_at_work_improved_in_san_francisco(figures: None, sf: Any) -> None:
    with as_self():
        score = chapter_score(sf)
    _, women, _ = score.groups["employment_rate_25_54"]
    assert women.group == "sex=female"
    assert women.baseline and women.current
    assert (women.baseline.value, women.current.value) == (0.766437, 0.830362)
    assert (women.status, women.progress.tested) == ("improved", True)
    assert round(women.progress.z or 0, 2) == 7.58


def test_nominal_dollars_are_never_classed(figures: None, sf: Any) -> None:
    with as_self():
        score = chapter_score(sf)
    for change in score.groups["median_household_income"]:
        assert change.status == "not_comparable"
        assert change.reason.startswith("Dollars of different years")
    assert score.tally.not_comparable == 1


def test_the_frozen_list_is_counted_whole_without_any_figure(figures: None) -> None:
    nowhere = make_chapter("Nowhere")
    with as_self():
        score = chapter_score(nowhere)
    assert (score.m, score.improved) == (5, 0)
    assert score.tally.counts["insufficient_data"] == 4
    assert score.tally.counts["not_comparable"] == 1


def test_an_empty_library_gives_an_empty_score(sf: Any) -> None:
    with as_self():
        assert (chapter_score(sf).m, chapter_score(sf).scorecard) == (0, None)
        assert (network_score().tally.m, network_score().improved) == (0, 0)


def test_san_francisco_scores_as_computed_by_hand(figures: None, sf: Any) -> None:
    with as_self():
        score = chapter_score(sf)
    statuses = {change.indicator.code: change.status for change in score.changes}
    assert statuses == {
        "employment_rate_25_54": "improved",
        "employment_gap_25_54": "improved",
        "hs_degree_19_20": "improved",
        "median_household_income": "not_comparable",
        "household_income_ratio": "no_detectable_change",
    }
    assert (score.improved, score.m, score.tally.naive_up) == (3, 5, 4)
    assert [change.indicator.code for change in score.beside] == [
        "employment_rate_25_54_single_year",
        "hs_degree_gap_19_20",
    ]


@pytest.mark.parametrize("chapters", [1, 30])
def test_the_network_takes_four_queries(
    figures: None, django_assert_num_queries: Any, chapters: int
) -> None:
    for place in Place.objects.all()[:chapters]:
        make_chapter(place.name, place=place)
    with as_self(), django_assert_num_queries(4):
        score = network_score()
        assert len(score.chapters) == chapters
        assert score.tally.m == 5 * chapters
        assert sum(counts.improved for _, counts in score.by_indicator) == score.tally.improved


def test_a_chapters_score_takes_three_queries_and_its_profile_four(
    figures: None, django_assert_num_queries: Any, sf: Any
) -> None:
    with as_self():
        with django_assert_num_queries(3):
            chapter_score(sf)
        with django_assert_num_queries(4):
            assert len(profile(sf.place).series) == 7


def test_a_series_keeps_the_year_without_figures_as_a_gap(figures: None, sf: Any) -> None:
    with as_self():
        indicator = find_indicator("employment_rate_25_54_single_year")
        assert indicator
        points = series(sf.place, indicator)[""]
    assert [point.label for point in points] == [
        "2014", "2015", "2016", "2017", "2018", "2019", "2021", "2022", "2023"
    ]  # fmt: skip


def test_groups_and_windows_stand_in_their_order_however_rows_are_found(sf: Any) -> None:
    indicator = make_indicator(sf)
    five = Period.objects.create(
        start=datetime.date(2019, 1, 1),
        end=datetime.date(2023, 12, 31),
        window_years=5,
        label="2019–2023",
    )
    for key in ("sex=male", "sex=female", ""):
        group, _ = DemographicGroup.objects.get_or_create(key=key, defaults={"name": key})
        make_observation(sf, indicator=indicator, group=group, period=five)
        make_observation(sf, indicator=indicator, group=group)
    with in_chapter(sf):
        found = series(sf.place, indicator)
    assert list(found) == ["", "sex=female", "sex=male"]
    assert [[p.label for p in points] for points in found.values()] == [["2023", "2019–2023"]] * 3


def test_unpublished_figures_count_nowhere(figures: None, sf: Any) -> None:
    with in_chapter(sf):
        indicator = find_indicator("employment_rate_25_54_single_year")
        assert indicator
        before = series(sf.place, indicator)
        make_observation(sf, indicator=indicator, year=2020, visibility="C")
        assert series(sf.place, indicator) == before
