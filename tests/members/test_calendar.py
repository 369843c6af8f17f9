"""What the calendar does: states and letters on set days, once, and none after a renewal."""

import datetime

import pytest
from django.db import IntegrityError, connection, transaction

from chapters.models import Mail
from chapters.scope import as_self, in_chapter
from members import actions
from members.actions.reminding import day_due
from members.dues import last_day_of_grace
from members.models import Membership, Subscription
from tests.factories import make_membership
from tests.payments import open_page, pay
from tests.sandboxes import ONCE
from tests.subscribing import advance, apply_news, membership, paid_until, subscribe

pytestmark = pytest.mark.django_db(transaction=True)
END = datetime.date(2027, 3, 31)


def days(count: int) -> datetime.timedelta:
    return datetime.timedelta(days=count)


def letters(chapter) -> list[tuple[str, str]]:
    with in_chapter(chapter):
        rows = Mail.objects.filter(chapter=chapter).order_by("created_at")
        return list(rows.values_list("kind", "state"))


def test_year_paid_by_hand_is_reminded_then_past_due_then_lapsed(mia, sf):
    make_membership(sf, mia, paid_until=END, is_home=True)
    for day in range(-40, 40):
        for _ in range(2):
            actions.sweep_chapter(sf, END + days(day))
    held = membership(sf)
    assert (held.status, held.grace_until, held.paid_until) == ("lapsed", None, END)
    assert [kind for kind, _ in letters(sf)] == [
        *["renewal-reminder"] * 3, "dues-ended", "dues-ended", "membership-lapsed",
    ]  # fmt: skip
    sf.refresh_from_db()
    assert sf.member_count == 0


@pytest.mark.parametrize(
    ("day", "status"), [(0, "active"), (1, "past_due"), (30, "past_due"), (31, "lapsed")]
)
def test_states_follow_the_dates(mia, sf, day, status):
    make_membership(sf, mia, paid_until=END)
    actions.sweep_chapter(sf, END + days(day))
    held = membership(sf)
    assert held.status == status
    assert held.grace_until == (END + days(30) if status == "past_due" else None)


def test_two_renewals_by_one_address_give_24_months_and_no_stale_reminder(provider, mia, sf):
    today = datetime.datetime.now(datetime.UTC).date()
    end = today + days(7)
    make_membership(sf, mia, paid_until=end, is_home=True)
    actions.sweep_chapter(sf, today)
    assert letters(sf) == [("renewal-reminder", "queued")]
    for _ in range(2):
        pay(provider, open_page(mia, sf))
        apply_news(provider)
    with in_chapter(sf):
        held = Membership.objects.get()
    assert held.paid_until == end.replace(year=end.year + 2)
    assert letters(sf)[0] == ("renewal-reminder", "failed")
    for day in range(40):
        actions.sweep_chapter(sf, today + days(day))
    assert sorted(kind for kind, _ in letters(sf)) == ["receipt", "receipt", "renewal-reminder"]


def test_dues_by_card_once_a_year_are_announced_a_month_before(provider, mia, sf):
    subscribe(provider, mia, sf)
    until = paid_until(sf)
    for day in range(-40, 1):
        actions.sweep_chapter(sf, until + days(day))
    assert [kind for kind, _ in letters(sf)] == ["welcome", "receipt", "card-renewal"]


def test_dues_by_card_every_month_are_not_announced(provider, mia, sf):
    subscribe(provider, mia, sf, "month", cents=500)
    until = paid_until(sf)
    for day in range(-31, 1):
        actions.sweep_chapter(sf, until + days(day))
    assert [kind for kind, _ in letters(sf)] == ["welcome", "receipt"]


def test_membership_beside_a_home_gets_no_letters(mia, sf):
    make_membership(sf, mia, paid_until=END, is_home=False)
    actions.sweep_chapter(sf, END - days(7))
    assert letters(sf) == []


def test_letters_go_out_for_the_home_that_a_person_moved_to_alone(provider, mia, sf, denver):
    pay(provider, open_page(mia, sf, 1200))
    apply_news(provider)
    until = paid_until(sf)
    with as_self(mia):
        actions.move_home(mia, denver)
    for day in (until - days(7), until + days(1), last_day_of_grace(until) + days(1)):
        actions.sweep_chapter(sf, day)
        actions.sweep_chapter(denver, day)
    assert [kind for kind, _ in letters(sf)] == ["welcome", "receipt"]
    assert [kind for kind, _ in letters(denver)] == [
        "renewal-reminder",
        "dues-ended",
        "membership-lapsed",
    ]


def test_failed_card_is_told_wherever_it_pays(provider, mia, sf, denver):
    """Who pays in a second chapter too is written to there, until the renewal is stopped."""
    make_membership(denver, mia, paid_until=END, is_home=True)
    row = subscribe(provider, mia, sf, card=ONCE)
    until = paid_until(sf)
    assert not membership(sf).is_home
    actions.sweep_chapter(sf, until - days(30))
    assert [kind for kind, _ in letters(sf)] == ["welcome", "receipt", "card-renewal"]
    with in_chapter(sf):
        Subscription.objects.filter(pk=row.pk).update(end_wanted=True)
    actions.sweep_chapter(sf, until + days(1))
    assert letters(sf)[3:] == []


@pytest.mark.parametrize(
    ("count", "before", "due"),
    [(31, True, None), (30, True, 30), (8, True, 30), (7, True, 7), (0, True, 1), (22, False, 21)],
)
def test_letter_that_is_due(count, before, due):
    assert day_due(count, (30, 7, 1) if before else (0, 7, 21), before=before) == due


def test_database_allows_the_moves_that_the_model_names_and_no_other(mia, sf):
    row = make_membership(sf, mia, paid_until=END)
    for before in Membership.Status.values:
        for after in Membership.Status.values:
            grace = END if after == "past_due" else None
            with in_chapter(sf):
                assert moves(row, before, after, grace) == (
                    before == after or after in Membership.MOVES[before]
                ), (before, after)


def moves(row: Membership, before: str, after: str, grace: datetime.date | None) -> bool:
    rows = Membership.objects.filter(pk=row.pk)
    try:
        with transaction.atomic():
            rows.delete()
            row.status, row.grace_until = before, END if before == "past_due" else None
            row.save(force_insert=True)
            with connection.cursor() as cursor:
                cursor.execute(
                    "update members_membership set status = %s, grace_until = %s where id = %s",
                    [after, grace, row.pk],
                )
            return True
    except IntegrityError:
        return False


def test_grace_shows_its_dates_to_the_member(client_for, mia, sf):
    make_membership(sf, mia, status="past_due", paid_until=END, grace_until=END + days(30))
    page = client_for(mia).get("/me/billing/").content.decode()
    assert "Past due" in page
    assert "March 31, 2027" in page
    assert "April 30, 2027" in page


def test_stopping_says_what_follows_and_does_it(provider, client_for, mia, sf):
    row = subscribe(provider, mia, sf)
    client = client_for(mia)
    page = client.get(f"/me/billing/{row.pk}/stop/").content.decode()
    assert "Nothing more is charged" in page
    answer = client.post(f"/me/billing/{row.pk}/cancel/", follow=True)
    assert "You stopped the renewal" in answer.content.decode()
    answer = client.post(f"/me/billing/{row.pk}/resume/", follow=True)
    assert "Your dues renew again" in answer.content.decode()
    portal = client.post(f"/me/billing/{row.pk}/portal/")
    assert portal.status_code == 303
    assert "/c/portal/" in portal["Location"]


def test_dues_of_somebody_else_are_not_there(provider, client_for, mia, lou, sf):
    row = subscribe(provider, mia, sf)
    client = client_for(lou)
    assert client.get(f"/me/billing/{row.pk}/stop/").status_code == 404
    for act in ("cancel", "resume", "portal"):
        assert client.post(f"/me/billing/{row.pk}/{act}/").status_code == 404
    advance(provider, 0)
