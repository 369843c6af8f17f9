"""Fault 13: every event five times, in any order, some before what they tell of is settled."""

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chapters.models import Mail
from chapters.scope import in_chapter
from members import actions, gateway
from members.models import Checkout, Membership, Payment, Refund, StripeEvent
from tests.factories import make_chapter, make_user
from tests.payments import events, open_page, pay
from tests.sandboxes import BOUNCES, GOOD, LATER

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault(13)]
# The person, the card, and what becomes of the payment; Ada pays twice.
STORY = [
    ("ada", GOOD, ""),
    ("bob", LATER, "succeeded"),
    ("cyd", BOUNCES, "failed"),
    ("ada", LATER, "succeeded"),
    ("dan", "", "expire"),
]


def tell(provider: Any, chapter: Any, people: dict[str, Any], disorder: random.Random | None):
    """Live through the story; with disorder, events arrive shuffled, repeated, early and late."""
    arrived: set[str] = set()
    for name, card, ending in STORY:
        checkout = open_page(people[name], chapter)
        if card:
            pay(provider, checkout, card)
        if disorder and disorder.random() < 0.5:
            arrive(provider, arrived, disorder)
        end(provider, checkout, ending)
        # A person can't begin again while a payment is on its way, so its end is heard of.
        arrive(provider, arrived, disorder)
    for event_id in list(arrived):
        actions.apply_event(event_id)


def end(provider: Any, checkout: Checkout, ending: str) -> None:
    session = checkout.session_id
    if ending == "expire":
        provider.control("POST", f"sessions/{session}/expire")
    elif ending:
        provider.control("POST", f"sessions/{session}/settle", outcome=ending)


def arrive(provider: Any, arrived: set[str], disorder: random.Random | None) -> None:
    waiting = [event for event in events(provider) if event["id"] not in arrived]
    if disorder:
        waiting = waiting * 5
        disorder.shuffle(waiting)
    for event in waiting:
        actions.receive_event(event)
        actions.apply_event(event["id"])
        arrived.add(event["id"])


def outcome(chapter: Any) -> dict[str, Any]:
    """Everything that counts, without ids."""
    chapter.refresh_from_db()
    with in_chapter(chapter):
        names = "user__name"
        members = Membership.objects.order_by(names).values_list(names, "status", "paid_until")
        checkouts = Checkout.objects.values_list(names, "status")
        receipts = Payment.objects.order_by("receipt_number")
        return {
            "members": list(members),
            "numbers": sorted(Membership.objects.exclude(number=None).values_list("number")),
            "checkouts": sorted(checkouts),
            "payments": sorted(Payment.objects.values_list(names, "amount_cents")),
            "receipts": [
                number[-5:] for number in receipts.values_list("receipt_number", flat=True)
            ],
            "mail": sorted(Mail.objects.filter(chapter=chapter).values_list("kind", flat=True)),
            "count": chapter.member_count,
        }


def live(provider: Any, disorder: random.Random | None) -> dict[str, Any]:
    provider.control("POST", "reset")
    provider.control("POST", "settle_after", seconds=None)
    provider.control("POST", "webhooks", hold=True)
    StripeEvent.objects.all().delete()
    chapter = make_chapter()
    people = {who: make_user(f"{who}{chapter.pk}") for who in sorted({who for who, _, _ in STORY})}
    for who, person in people.items():
        actions.rename_person(person, who)
    tell(provider, chapter, people, disorder)
    assert not StripeEvent.objects.filter(state__in=["received", "failed"]).exists()
    return outcome(chapter)


def test_shuffled_and_repeated_events_end_as_ordered_ones(provider):
    ordered = live(provider, None)
    assert ordered["payments"] == [("ada", 3600), ("ada", 3600), ("bob", 3600)]
    assert ordered["receipts"] == ["00001", "00002", "00003"]
    assert ordered["count"] == 2

    @settings(max_examples=8, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, 2**32))
    def check(seed):
        assert live(provider, random.Random(seed)) == ordered

    check()


def test_an_old_snapshot_does_not_undo_a_newer_state(provider, mia, sf):
    checkout = open_page(mia, sf)
    early = gateway.retrieve_session(checkout.session_id)
    pay(provider, checkout)
    late = gateway.retrieve_session(checkout.session_id)
    with in_chapter(sf):
        for session in (late, early):
            settled = actions.paying.settle_checkout(checkout.pk, session)
            assert settled and settled.status == "paid"
        assert Payment.objects.count() == 1


def test_word_of_a_refund_may_come_before_word_of_its_payment(provider, mia, sf):
    checkout = open_page(mia, sf)
    pay(provider, checkout)
    intent = gateway.retrieve_session(checkout.session_id).payment_intent
    provider.client().v1.refunds.create({"payment_intent": intent, "amount": 1200})
    for event in reversed(events(provider)):
        actions.receive_event(event)
        actions.apply_event(event["id"])
    with in_chapter(sf):
        assert Payment.objects.count() == 1
        refund = Refund.objects.get()
    assert (refund.amount_cents, refund.status) == (1200, "succeeded")


def test_word_of_a_refund_may_come_before_word_of_its_subscription(provider, mia, sf):
    checkout = open_page(mia, sf, interval="month")
    pay(provider, checkout)
    (charge,) = provider.client().v1.charges.list().data
    provider.client().v1.refunds.create({"charge": charge.id, "amount": 1200})
    for event in reversed(events(provider)):
        actions.receive_event(event)
        actions.apply_event(event["id"])
    with in_chapter(sf):
        assert Payment.objects.count() == 1
        assert Refund.objects.get().amount_cents == 1200
