"""When figures are due: the calendar, its reminders, and what the public sees."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from chapters.models import AuditEntry, Mail
from chapters.scope import in_chapter
from chapters.unscoped import as_backbone
from measurement import duties, tasks
from measurement.actions.claims import make_claim
from measurement.actions.duties import plan_calendar, tend_duties
from measurement.models import Duty, Indicator, Period
from measurement.queries import find_stale
from tests.factories import make_duty, make_indicator, make_observation, make_seat, make_user

CODE = "employment_rate_25_54"
CALENDAR = "/san-francisco/data/calendar/"


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`later(days=31)` puts the clock forward, for everything that asks Django for the time."""
    began = timezone.now()

    def put(**delta: int) -> None:
        monkeypatch.setattr(timezone, "now", lambda: began + dt.timedelta(**delta))

    return put


@pytest.fixture
def people(sf: Any) -> tuple[Any, Any]:
    """The chair and a member of the council."""
    chair, member = make_user("ann"), make_user("ben")
    make_seat(sf, chair, role="chair", shown_as="Ann C.")
    make_seat(sf, member, shown_as="Ben M.")
    return chair, member


def due(sf: Any, people: Any, days: int = 0, **fields: Any) -> Duty:
    owner, deputy = people
    indicator = Indicator.published.get(code=CODE)
    day = sf.today + dt.timedelta(days=days)
    ends = dt.date(2023, 12, 31)
    return make_duty(sf, indicator=indicator, due_on=day, owner=owner, deputy=deputy,
                     known_until=ends, **fields)  # fmt: skip


def letters() -> list[tuple[str, str]]:
    with as_backbone():
        rows = Mail.objects.filter(kind="data-due").order_by("created_at", "to")
        return [(mail.to.partition("@")[0], mail.subject) for mail in rows]


def tend(sf: Any) -> None:
    with in_chapter(sf):
        tend_duties(sf)


def test_calendar_fills_itself_once(figures: None, sf: Any, people: Any) -> None:
    own = make_indicator(sf, programme="own_survey")
    with in_chapter(sf):
        assert plan_calendar(sf) == 8
        assert plan_calendar(sf) == 0
        rows = {row.indicator_id: row for row in Duty.objects.select_related("indicator")}
    five = rows[Indicator.published.get(code=CODE).pk]
    one = rows[Indicator.published.get(code=f"{CODE}_single_year").pk]
    assert (five.due_on.month, five.due_on.day, five.known_until) == (1, 31, dt.date(2023, 12, 31))
    assert (one.due_on.month, one.due_on.day) == (10, 15)
    assert rows[own.pk].known_until is None
    assert all(row.due_on > sf.today for row in rows.values())
    assert {(row.owner, row.deputy) for row in rows.values()} == {people}


def test_reminders_go_out_once_and_climb(figures: None, sf: Any, people: Any, later: Any) -> None:
    due(sf, people, days=20)
    tend(sf)
    assert letters() == []
    for days, count in ((6, 1), (7, 1), (20, 2), (33, 2), (34, 4), (109, 4)):
        later(days=days)
        tend(sf)
        tend(sf)
        assert len(letters()) == count, days
    assert [who for who, _ in letters()] == ["ann", "ann", "ann", "ben"]
    assert letters()[3][1].startswith("Late: People in work, ages 25 to 54")


def test_after_ninety_days_the_public_sees_it_and_the_deputy_owns_it(
    figures: None, sf: Any, people: Any, later: Any, client: Any
) -> None:
    chair, deputy = people
    turn = due(sf, people)
    with in_chapter(sf):
        claim = make_claim(sf)
    since = f"Stale since {turn.due_on:%B} {turn.due_on.day}, {turn.due_on.year}"
    pages = ["/san-francisco/dashboard/", f"/san-francisco/dashboard/{CODE}/",
             f"/claims/{claim.token}/"]  # fmt: skip
    before = {page: client.get(page).content.decode() for page in pages}
    assert all(since.lower() not in text.lower() for text in before.values())
    later(days=90)
    tasks.tend_calendars()
    tasks.tend_calendars()
    with in_chapter(sf):
        turn = Duty.objects.get(pk=turn.pk)
        assert (turn.owner, turn.deputy, turn.told) == (deputy, None, Duty.Told.HANDED)
        assert AuditEntry.objects.filter(action="duty.handed-over").count() == 1
    for page in pages:
        assert since.lower() in client.get(f"{page}?fresh=1").content.decode().lower(), page
    day = str(turn.due_on)
    series = client.get(f"/api/v1/series/0667000/{CODE}/?fresh=1").json()
    assert (
        series.get("stale_since") == day
        or client.get(f"/api/v1/series/0667000/{CODE}/").json()["stale_since"] == day
    )
    lines = client.get("/api/v1/scores/san-francisco/").json()["indicators"]
    assert {line["indicator"]: line["stale_since"] for line in lines if line["stale_since"]} == {
        CODE: day
    }
    assert sorted(who for who, _ in letters()) == ["ann", "ben"]


def test_newer_figures_end_the_turn_at_once(
    figures: None, sf: Any, people: Any, later: Any, client: Any
) -> None:
    turn = due(sf, people, days=-40)
    assert find_stale(sf.place_id) == {turn.indicator_id: turn.due_on}
    ends = dt.date(2024, 12, 31)
    period = Period.objects.create(
        start=dt.date(2020, 1, 1), end=ends, window_years=5, label="2020–2024"
    )
    make_observation(sf, indicator=turn.indicator, period=period, obs_value=Decimal("0.8"))
    assert find_stale(sf.place_id) == {}
    tend(sf)
    with in_chapter(sf):
        turn = Duty.objects.get(pk=turn.pk)
    assert (turn.known_until, turn.told, turn.done_on) == (ends, 0, sf.today)
    assert turn.due_on > sf.today and letters() == []


def test_without_people_on_the_council_the_chair_is_told(
    figures: None, sf: Any, people: Any
) -> None:
    gone = make_user("gone")
    due(sf, (gone, None), days=-1)
    tend(sf)
    assert [who for who, _ in letters()] == ["ann"]


def test_council_changes_a_turn(figures: None, sf: Any, people: Any, client_for: Any) -> None:
    chair, member = people
    turn = due(sf, people, days=-5, told=2)
    browser = client_for(chair)
    text = browser.get(CALENDAR).content.decode()
    assert "1 indicator is late" in text and "5 days late" in text and "Ben M." in text
    assert "7 indicators" not in text and "6 indicators of this chapter" in text
    assert browser.post(f"{CALENDAR}fill/").status_code == 302
    assert "not in the calendar yet" not in browser.get(CALENDAR).content.decode()
    address = f"{CALENDAR}{turn.pk}/"
    day = sf.today + dt.timedelta(days=10)
    typed = {"due_on": str(day), "every_months": "24", "owner": member.pk, "deputy": chair.pk}
    wrong = browser.post(address, typed | {"deputy": member.pk, "due_on": "1999-01-01"})
    assert wrong.status_code == 422
    assert "Choose somebody else" in wrong.content.decode()
    assert "Enter a day from today on" in wrong.content.decode()
    assert browser.post(address, typed).status_code == 302
    with in_chapter(sf):
        turn = Duty.objects.get(pk=turn.pk)
    assert (turn.due_on, turn.every_months, turn.told) == (day, 24, 0)
    assert (turn.owner, turn.deputy) == (member, chair)
    assert "Due in 10 days" in browser.get(CALENDAR).content.decode()


def test_others_see_no_calendar_but_its_days(
    figures: None, sf: Any, people: Any, client_for: Any, client: Any
) -> None:
    turn = due(sf, people, days=5)
    stranger = client_for(make_user())
    assert stranger.get(CALENDAR).status_code == 404
    assert stranger.get(f"{CALENDAR}{turn.pk}/").status_code == 404
    file = client.get(f"{CALENDAR}due.ics").content.decode()
    assert f"DTSTART;VALUE=DATE:{turn.due_on:%Y%m%d}" in file
    assert "People in work\\, ages 25 to 54" in file and "Ann" not in file


@pytest.mark.parametrize(
    ("day", "months", "wanted"),
    [
        (dt.date(2026, 1, 31), 1, dt.date(2026, 2, 28)),
        (dt.date(2024, 2, 29), 12, dt.date(2025, 2, 28)),
        (dt.date(2026, 11, 30), 3, dt.date(2027, 2, 28)),
        (dt.date(2026, 12, 31), 60, dt.date(2031, 12, 31)),
    ],
)
def test_months_later_is_a_day_that_exists(day: Any, months: int, wanted: Any) -> None:
    assert duties.add_months(day, months) == wanted


@pytest.mark.parametrize("rows", [1, 30])
def test_query_counts_do_not_grow(
    figures: None, sf: Any, people: Any, client_for: Any, django_assert_num_queries: Any, rows: int
) -> None:
    for _ in range(rows):
        make_duty(sf, owner=people[0])
    browser = client_for(people[0])
    browser.get(CALENDAR)
    with django_assert_num_queries(15):
        browser.get(CALENDAR)


def test_the_calendar_knows_figures_that_came_in_today(
    figures: None, sf: Any, people: Any, client_for: Any
) -> None:
    own = make_indicator(sf, programme="own_survey")
    with in_chapter(sf):
        Duty.objects.create(chapter=sf, indicator=own, due_on=sf.today + dt.timedelta(days=200))
    chair = client_for(people[0])
    assert "None yet" in chair.get(CALENDAR).content.decode()
    period = Period.objects.get(label="2019–2023")
    make_observation(sf, indicator=own, period=period, obs_value=Decimal("0.5"))
    for page in (CALENDAR, "/san-francisco/work/"):
        text = chair.get(page).content.decode()
        assert "Dec 2023" in text and "None yet" not in text, page
