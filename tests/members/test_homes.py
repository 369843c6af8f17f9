"""One home chapter in which dues are paid, others beside it, and moving between them."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from chapters.scope import as_self, in_chapter
from members import actions, tasks
from members.actions.moving import NoHome, move_home
from members.actions.renewals import END_SUBSCRIPTIONS
from members.models import Membership, Payment, Subscription
from members.queries.homes import home_of
from tests.factories import make_checkout, make_membership, make_payment, make_seat, make_user

pytestmark = pytest.mark.django_db


def sponsor(user, chapter):
    with in_chapter(chapter):
        return actions.sponsor_membership(user, chapter)


def read(membership):
    with in_chapter(membership.chapter_id):
        return Membership.objects.get(pk=membership.pk)


def end_dues(membership, days=40):
    with in_chapter(membership.chapter_id):
        past = timezone.localdate() - datetime.timedelta(days=days)
        Membership.objects.filter(pk=membership.pk).update(paid_until=past)


def beside(user, chapter):
    with in_chapter(chapter, user):
        return actions.join_beside(user, chapter)


def test_the_first_paid_chapter_is_home_and_the_database_knows_one(sf, denver, mia):
    first, second = sponsor(mia, sf), sponsor(mia, denver)
    assert (read(first).is_home, read(second).is_home) == (True, False)
    with pytest.raises(IntegrityError), transaction.atomic(), in_chapter(denver):
        Membership.objects.filter(pk=second.pk).update(is_home=True)


def test_dues_elsewhere_make_that_home_when_the_old_ones_ended(sf, denver, mia):
    first = sponsor(mia, sf)
    end_dues(first)
    second = sponsor(mia, denver)
    assert (read(first).is_home, read(second).is_home) == (False, True)


def test_a_chapter_beside_costs_nothing_and_runs_along(sf, denver, mia):
    home = sponsor(mia, sf)
    second = read(beside(mia, denver))
    assert (second.status, second.number, second.paid_until) == ("active", 1, home.paid_until)
    assert read(beside(mia, denver)).paid_until == home.paid_until
    with in_chapter(denver):
        assert not Payment.objects.exists()
    renewed = sponsor(mia, sf)
    assert read(second).paid_until < renewed.paid_until
    for _ in range(2):
        tasks.follow_homes()
        assert read(second).paid_until == renewed.paid_until
    denver.refresh_from_db()
    assert denver.member_count == 1


def test_without_paid_dues_there_is_nothing_to_stand_beside(client_for, sf, denver, mia):
    with pytest.raises(NoHome):
        beside(mia, denver)
    end_dues(sponsor(mia, sf))
    with pytest.raises(NoHome):
        beside(mia, denver)
    answer = client_for(mia).post("/denver/join/beside/")
    assert answer["Location"] == "/denver/join/"


def test_who_left_a_chapter_is_not_brought_back_by_a_renewal_elsewhere(sf, denver, mia):
    sponsor(mia, sf)
    second = beside(mia, denver)
    second.status = "cancelled"
    with in_chapter(denver):
        actions.change_status(second)
    sponsor(mia, sf)
    tasks.follow_homes()
    assert read(second).status == "cancelled"


def test_own_dues_beside_are_never_cut_short(sf, denver, mia):
    home = sponsor(mia, sf)
    second = beside(mia, denver)
    later = home.paid_until + datetime.timedelta(days=200)
    make_payment(second, covers_until=later)
    with in_chapter(denver):
        Membership.objects.filter(pk=second.pk).update(paid_until=later)
    tasks.follow_homes()
    assert read(second).paid_until == later


def test_the_page_offers_the_chapter_beside_without_an_amount(client_for, sf, denver, mia):
    sponsor(mia, sf)
    client = client_for(mia)
    shown = client.get("/denver/join/").content.decode()
    assert "Join Denver beside San Francisco" in shown
    assert 'name="amount"' not in shown
    assert client.post("/denver/join/beside/")["Location"] == "/me/"
    assert "You are a member of Denver until" in client.get("/denver/join/").content.decode()


def test_moving_keeps_numbers_and_receipts_where_they_were(client_for, sf, denver, mia):
    make_membership(sf)
    home = sponsor(mia, sf)
    receipt = make_payment(home)
    client = client_for(mia)
    page = client.get("/me/move/").content.decode()
    assert "Your home chapter is San Francisco" in page
    assert client.post("/me/move/", {"chapter": "nowhere"}).status_code == 422
    assert client.post("/me/move/", {"chapter": "denver"})["Location"] == "/me/"
    with as_self(mia):
        new = home_of(mia)
        mine = list(Payment.mine(mia))
    assert new is not None
    old = read(home)
    assert (new.chapter, new.paid_until) == (denver, home.paid_until)
    assert (old.number, old.is_home, old.status) == (home.number, False, "active")
    assert [(one.pk, one.chapter_id) for one in mine] == [(receipt.pk, sf.pk)]
    client.post("/me/move/", {"chapter": "denver"})
    client.post("/me/move/", {"chapter": "san-francisco"})
    assert read(home).is_home and read(home).number == home.number


def test_moving_has_the_renewal_ended_soon(sf, denver, mia, django_capture_on_commit_callbacks):
    home = make_membership(sf, mia, is_home=True)
    checkout = make_checkout(home, interval="year")
    with in_chapter(sf):
        Subscription.objects.create(
            checkout=checkout, membership=home, user=mia, stripe_id="sub_1", interval="year",
            amount_cents=2500, currency="usd", status="active", seen_at=timezone.now(),
        )  # fmt: skip
    with django_capture_on_commit_callbacks() as calls, as_self(mia):
        move_home(mia, denver)
    assert END_SUBSCRIPTIONS in [call.args[0] for call in calls]
    with in_chapter(sf):
        assert Subscription.objects.get().end_wanted


def test_nobody_moves_without_paid_dues(client_for, sf, mia):
    assert client_for(mia).get("/me/move/")["Location"] == "/join/"


def test_councils_do_not_learn_of_other_chapters(client_for, sf, denver, mia):
    sponsor(mia, sf)
    beside(mia, denver)
    make_seat(denver, dee := make_user("dee"))
    with in_chapter(denver, dee):
        assert [row.chapter_id for row in Membership.objects.filter(user=mia)] == [denver.pk]
        assert not Membership.mine(mia).exclude(chapter=denver).exists()


def test_a_membership_from_a_file_gets_its_home_from_the_sweep(sf):
    row = make_membership(sf, is_home=False)
    tasks.follow_homes()
    assert read(row).is_home
