"""Targets that a council sets, and trend and forecast on the page of an indicator."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from chapters.scope import in_chapter
from measurement.foretelling import describe_pace
from measurement.models import DemographicGroup, Indicator, Target
from measurement.target_forms import TargetForm
from measurement.trend import fit_trend
from tests.factories import make_seat, make_user

ADDRESS = "/san-francisco/targets/"
CODE = "employment_rate_25_54"


def typed(**fields: Any) -> dict[str, Any]:
    return {
        "indicator": Indicator.published.get(code=CODE).pk,
        "group": DemographicGroup.objects.get(key="").pk,
        "value": "90",
        "due": "2030",
        "reason": "Every woman who wants work finds it",
    } | fields


def test_a_council_sets_and_withdraws_a_target(
    figures: None, sf: Any, client_for: Any, client: Any
) -> None:
    chair = make_user()
    make_seat(sf, chair)
    assert client_for(chair).post(ADDRESS, typed()).status_code == 302
    with in_chapter(sf):
        target = Target.objects.get()
    assert (target.value, target.due) == (Decimal("0.9"), 2030)
    page = client.get(f"/san-francisco/dashboard/{CODE}/").content.decode()
    assert "90.0% by 2030: Every woman who wants work finds it" in page
    assert "Target 90.0%" in page
    assert "90.0% by 2030" in client_for(chair).get(ADDRESS).content.decode()
    assert client_for(chair).post(f"{ADDRESS}{target.pk}/withdraw/").status_code == 302
    with in_chapter(sf):
        assert Target.objects.get().withdrawn_at is not None


def test_a_target_in_the_past_is_refused_with_the_input_kept(
    figures: None, sf: Any, client_for: Any
) -> None:
    chair = make_user()
    make_seat(sf, chair)
    answer = client_for(chair).post(ADDRESS, typed(due="1999"))
    assert answer.status_code == 422
    assert "Enter a year from" in answer.content.decode()
    assert "Every woman who wants work" in answer.content.decode()


def test_others_have_no_page_of_targets(figures: None, sf: Any, client_for: Any) -> None:
    assert client_for(make_user()).get(ADDRESS).status_code == 404


def test_single_years_have_a_trend_and_a_forecast(figures: None, sf: Any, client: Any) -> None:
    page = client.get(f"/san-francisco/dashboard/{CODE}_single_year/").content.decode()
    assert "from 2014 to 2023, 9 figures" in page
    assert "with its 90% band dotted" in page


def test_windows_that_share_years_are_too_few_for_a_trend(
    figures: None, sf: Any, client: Any
) -> None:
    page = client.get(f"/san-francisco/dashboard/{CODE}/").content.decode()
    assert "with its 90% band dotted" not in page


def test_the_pace_says_when_a_target_is_reached() -> None:
    years = list(range(2014, 2024))
    rising = fit_trend(years, [0.5 + 0.01 * (year - 2014) for year in years], [0.001] * 10)
    assert rising is not None
    assert describe_pace(rising, 0.655, 2023, 1) == ["At this pace the target is reached in 2030."]
    assert describe_pace(rising, 0.3, 2023, -1) == ["The trend leads away from the target."]
    assert describe_pace(rising, 0.585, 2023, 1) == [
        "The trend has reached the target; the newest figure has not."
    ]
    assert describe_pace(rising, 5.0, 2023, 1) == [
        "At this pace the target is not reached within 50 years."
    ]
    flat = fit_trend(years, [0.5, 0.6] * 5, [0.001] * 10)
    assert flat is not None and describe_pace(flat, 0.7, 2023, 1) == []


def test_a_target_year_is_counted_by_the_chapters_clock(
    figures: None, sf: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On New Year's Eve in San Francisco it is the next year already by the server's clock.
    eve = dt.datetime(2030, 1, 1, 3, tzinfo=dt.UTC)
    monkeypatch.setattr(timezone, "now", lambda: eve)
    assert sf.today.year == 2029
    for year, is_good in (("2028", False), ("2029", True), ("2079", True), ("2080", False)):
        assert TargetForm(sf, typed(due=year)).is_valid() is is_good, year
