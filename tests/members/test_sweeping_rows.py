"""One row that nobody expected holds up no other row of its chapter, whatever is swept."""

import datetime

import pytest
from django.utils import timezone

from chapters.models import Erasure, Mail
from chapters.scope import in_chapter
from members import billing_gateway, gateway, tasks
from members.actions import calendar, customers, moving, renewals
from members.models import Membership, Subscription
from tests.factories import (
    make_checkout,
    make_membership,
    make_organization_membership,
    make_user,
)

pytestmark = pytest.mark.django_db
END = datetime.date(2027, 3, 31)


def poison(monkeypatch, room, name, is_bad):
    """Let a function of a room fail wherever `is_bad` says so of what it is given."""
    good = getattr(room, name)

    def act(*given):
        if is_bad(*given):
            raise ValueError("A row that nobody expected")
        return good(*given)

    monkeypatch.setattr(room, name, act)


def make_subscriptions(chapter, **fields):
    """Three people of a chapter whose dues renew by themselves."""
    return [make_subscription(chapter, number, **fields) for number in range(3)]


def make_subscription(chapter, number, **fields):
    membership = make_membership(chapter)
    checkout = make_checkout(membership, interval="year")
    with in_chapter(chapter):
        return Subscription.objects.create(
            checkout=checkout, membership=membership, user=membership.user,
            stripe_id=f"sub_{number}", customer_id=f"cus_{number}", interval="year",
            amount_cents=2500, currency="usd", status="active", seen_at=timezone.now(),
            **fields,
        )  # fmt: skip


def forget_at_stripe(ident):
    raise gateway.GatewayUnknown(ident)


def test_who_left_is_charged_no_more_beside_a_subscription_that_fails(sf, monkeypatch, caplog):
    first, *others = make_subscriptions(sf, end_wanted=True)
    monkeypatch.setattr(billing_gateway, "end_now", forget_at_stripe)
    monkeypatch.setattr(billing_gateway, "retrieve_subscription", forget_at_stripe)
    poison(monkeypatch, renewals, "refresh_subscription", lambda row: row.pk == first.pk)
    assert renewals.end_subscriptions() == len(others)
    with in_chapter(sf):
        left = Subscription.objects.exclude(status="canceled")
        assert list(left.values_list("stripe_id", flat=True)) == [first.stripe_id]
    assert caplog.text.count(f"_end failed at row {first.pk}.") == 2


def test_subscriptions_wait_together_while_stripe_is_away(sf, monkeypatch):
    make_subscriptions(sf, end_wanted=True)
    asked = []

    def be_away(ident):
        asked.append(ident)
        raise gateway.GatewayDown(ident)

    monkeypatch.setattr(billing_gateway, "end_now", be_away)
    with pytest.raises(gateway.GatewayDown):
        renewals.end_subscriptions()
    assert len(asked) == 1


def test_erased_people_are_forgotten_at_stripe_beside_a_row_that_fails(sf, monkeypatch):
    first, *_ = rows = make_subscriptions(sf)
    for row in rows:
        Erasure.objects.create(user=row.user, due_at=timezone.now(), done_at=timezone.now())
    monkeypatch.setattr(billing_gateway, "delete_customer", forget_at_stripe)
    monkeypatch.setattr(billing_gateway, "retrieve_subscription", forget_at_stripe)
    poison(monkeypatch, customers, "refresh_subscription", lambda row: row.pk == first.pk)
    assert customers.forget_customers() == 2
    with in_chapter(sf):
        kept = Subscription.objects.exclude(customer_id="")
        assert list(kept.values_list("customer_id", flat=True)) == ["cus_0"]


def test_dues_end_beside_a_membership_that_fails(sf, monkeypatch):
    first, *others = (make_membership(sf, paid_until=END) for _ in range(3))
    poison(monkeypatch, calendar, "_sweep_one", lambda _chapter, pk, _day: pk == first.pk)
    assert calendar.sweep_chapter(sf, END + datetime.timedelta(days=1)) == len(others)
    with in_chapter(sf):
        found = dict(Membership.objects.values_list("pk", "status"))
    assert found == {first.pk: "active"} | {one.pk: "past_due" for one in others}


def test_organizations_are_written_to_beside_one_that_fails(sf, monkeypatch):
    first, *_ = (
        make_organization_membership(sf, manager=make_user(), paid_until=END) for _ in range(3)
    )
    poison(monkeypatch, calendar, "_sweep_organization", lambda pk, _day: pk == first.pk)
    calendar.sweep_chapter(sf, END - datetime.timedelta(days=7))
    with in_chapter(sf):
        assert Mail.objects.filter(kind__startswith="organization").count() == 2


def test_memberships_run_along_beside_one_that_fails(sf, denver, monkeypatch):
    people = [make_user() for _ in range(3)]
    for person in people:
        make_membership(sf, person, paid_until=END, is_home=True)
        make_membership(denver, person, paid_until=END - datetime.timedelta(days=90))
    poison(monkeypatch, moving, "_follow", lambda _chapter, _pk, user: user == people[0].pk)
    tasks.follow_homes()
    with in_chapter(denver):
        late = Membership.objects.filter(paid_until__lt=END)
        assert list(late.values_list("user_id", flat=True)) == [people[0].pk]
