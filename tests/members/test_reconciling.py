"""The look at all events that no webhook brought, however many there are and however it fails."""

import datetime
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from chapters.scope import in_chapter
from members import actions, gateway
from members.actions import reconciling
from members.models import Checkout, StripeEvent, Watermark
from tests.payments import open_page, pay
from tests.sandboxes import Sandbox, open_session

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault(12)]
EVENTS = "/v1/events"
AN_HOUR = datetime.timedelta(hours=1)


@pytest.fixture(autouse=True)
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small pages, and no pause before one is asked for again."""
    monkeypatch.setattr(reconciling, "_PAUSES", (0, 0))
    monkeypatch.setattr(gateway, "EVENTS_A_PAGE", 10)


def make_events(provider: Sandbox, count: int) -> set[str]:
    """As many sessions that expire; the ids of all their events so far."""
    for _ in range(count):
        provider.control("POST", f"sessions/{open_session(provider).id}/expire")
    found = provider.client().v1.events.list({"limit": 100}).auto_paging_iter()
    return {event.id for event in found if event.type == "checkout.session.expired"}


def fail(provider: Sandbox, *paths: str, **more: Any) -> None:
    """Calls that the library does not repeat by itself: each 429 is a failure of ours."""
    provider.control("DELETE", "faults")
    for path in paths or (EVENTS,):
        provider.control("POST", "faults", mode="429", method="GET", path=path, **more)


def faults_left(provider: Sandbox) -> int:
    return sum(fault["count"] for fault in provider.control("GET", "faults")["faults"])


def stored() -> set[str]:
    return set(StripeEvent.objects.values_list("pk", flat=True))


def mark() -> Watermark:
    return Watermark.objects.get(pk="events")


def pay_long_ago(provider: Sandbox, user: Any, chapter: Any) -> Checkout:
    """A payment of which no event tells, and whose checkout is due for a look of its own."""
    checkout: Checkout = open_page(user, chapter)
    pay(provider, checkout)
    with in_chapter(chapter):
        Checkout.objects.filter(pk=checkout.pk).update(created_at=timezone.now() - AN_HOUR)
    return checkout


def is_paid(checkout: Checkout) -> bool:
    with in_chapter(checkout.chapter_id):
        checkout.refresh_from_db()
    return checkout.status == Checkout.Status.PAID


def test_events_beyond_a_page_all_arrive_and_the_look_is_remembered(provider, monkeypatch):
    monkeypatch.setattr(gateway, "EVENTS_A_PAGE", 100)
    made = make_events(provider, 115)
    assert len(made) == 115
    before = timezone.now()
    actions.reconcile()
    assert stored() == made
    assert mark().reached_at >= before
    assert (mark().began_at, mark().cursor) == (None, "")


@pytest.mark.parametrize(("hours", "is_read"), [(26, False), (28, True)])
def test_after_a_day_without_looks_that_day_is_read(provider, monkeypatch, hours, is_read):
    early = make_events(provider, 1)
    provider.control("POST", "clock", days=1)
    late = make_events(provider, 1) - early
    away = timezone.now() + datetime.timedelta(hours=29)
    monkeypatch.setattr(timezone, "now", lambda: away)
    # Two hours before the last look the reading begins: after the first event, or before it.
    Watermark.objects.create(pk="events", reached_at=away - datetime.timedelta(hours=hours))
    actions.reconcile()
    assert stored() == (early | late if is_read else late)


def test_a_look_that_failed_is_not_remembered_as_done(provider, settings):
    before = timezone.now()
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    with pytest.raises(gateway.GatewayDown):
        actions.reconcile()
    began = mark().began_at
    assert began
    assert mark().reached_at < before <= began


def test_first_looks_that_fail_for_days_leave_no_gap(provider, settings, monkeypatch):
    made = make_events(provider, 1)
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    with pytest.raises(gateway.GatewayDown):
        actions.reconcile()
    settings.STRIPE_API_BASE = provider.url
    later = timezone.now() + datetime.timedelta(days=3)
    monkeypatch.setattr(timezone, "now", lambda: later)
    actions.reconcile()
    assert stored() == made
    assert mark().reached_at == later


@pytest.mark.fault(17)
def test_a_page_that_fails_is_asked_for_again(provider):
    made = make_events(provider, 25)
    fail(provider, after=1, count=2)
    actions.reconcile()
    assert stored() == made
    assert faults_left(provider) == 0
    assert mark().began_at is None


@pytest.mark.fault(17)
def test_looks_that_fail_at_each_second_page_come_to_the_end_together(provider):
    made = make_events(provider, 25)
    for pages in (1, 2):
        fail(provider, after=1, count=99)
        with pytest.raises(gateway.GatewayDown):
            actions.reconcile()
        assert len(stored()) == 10 * pages
        assert mark().began_at
    # The last page ends the look that was begun; the one after it starts anew and fails.
    fail(provider, after=1, count=99)
    began = mark().began_at
    with pytest.raises(gateway.GatewayDown):
        actions.reconcile()
    assert stored() == made
    assert mark().reached_at == began


@pytest.mark.fault(17)
def test_what_happened_while_a_look_was_interrupted_is_found_too(provider):
    early = make_events(provider, 12)
    fail(provider, after=1, count=99)
    with pytest.raises(gateway.GatewayDown):
        actions.reconcile()
    provider.control("DELETE", "faults")
    made = make_events(provider, 2)
    assert len(made - early) == 2
    actions.reconcile()
    assert stored() == made


def test_a_page_that_stripe_has_forgotten_is_read_from_the_start(provider):
    old = make_events(provider, 12)
    fail(provider, after=1, count=99)
    with pytest.raises(gateway.GatewayDown):
        actions.reconcile()
    provider.control("POST", "reset")
    made = make_events(provider, 2)
    assert not made & old
    actions.reconcile()
    assert made < stored()
    assert (mark().began_at, mark().cursor) == (None, "")


def test_two_looks_at_once_find_everything_and_end(provider):
    def look() -> None:
        try:
            actions.reconcile()
        finally:
            connection.close()

    made = make_events(provider, 25)
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(look) for _ in range(2)]:
            done.result()
    actions.reconcile()
    assert stored() == made
    assert (mark().began_at, mark().cursor) == (None, "")


@pytest.mark.fault(17)
def test_payments_are_looked_up_though_the_events_do_not_come(provider, mia, sf):
    checkout = pay_long_ago(provider, mia, sf)
    fail(provider, count=99)
    with pytest.raises(gateway.GatewayDown):
        actions.reconcile()
    assert not stored()
    assert is_paid(checkout)


@pytest.mark.fault(17)
def test_a_payment_that_never_answers_keeps_no_other_waiting(provider, mia, lou, otto, sf, denver):
    stuck = pay_long_ago(provider, mia, sf)
    others = [pay_long_ago(provider, lou, sf), pay_long_ago(provider, otto, denver)]
    fail(provider, EVENTS, f"/v1/checkout/sessions/{stuck.session_id}", count=99)
    with pytest.raises(gateway.GatewayDown):
        actions.reconcile()
    assert [is_paid(checkout) for checkout in others] == [True, True]
    assert not is_paid(stuck)


@pytest.mark.fault(17)
def test_three_failures_in_a_row_end_the_look(provider, mia, lou, otto, sf, denver):
    for user, chapter in ((mia, sf), (lou, sf), (otto, denver)):
        pay_long_ago(provider, user, chapter)
    fail(provider, "/v1/", count=99)
    with pytest.raises(gateway.GatewayDown):
        actions.reconcile()
    # The page of events is asked for three times, two checkouts once each.
    assert faults_left(provider) == 99 - 3 - 2
