"""The look at all events that no webhook brought, however many there are."""

import datetime

import pytest
from django.utils import timezone

from members import actions, gateway
from members.models import StripeEvent, Watermark
from tests.sandboxes import Sandbox, open_session

pytestmark = pytest.mark.django_db(transaction=True)


def make_events(provider: Sandbox, count: int) -> set[str]:
    for _ in range(count):
        provider.control("POST", f"sessions/{open_session(provider).id}/expire")
    found = provider.client().v1.events.list({"limit": 100}).auto_paging_iter()
    return {event.id for event in found if event.type == "checkout.session.expired"}


def test_events_beyond_a_page_all_arrive_and_the_look_is_remembered(provider):
    made = make_events(provider, 215)
    assert len(made) == 215
    before = timezone.now()
    actions.reconcile()
    assert set(StripeEvent.objects.values_list("pk", flat=True)) == made
    assert Watermark.objects.get(pk="events").reached_at >= before


def test_after_a_day_without_looks_that_day_is_read(provider, monkeypatch):
    asked = []
    listed = gateway.list_recent_events

    def listen(since: datetime.datetime):
        asked.append(since)
        return listed(since)

    monkeypatch.setattr(gateway, "list_recent_events", listen)
    away = timezone.now() - datetime.timedelta(days=1)
    Watermark.objects.create(pk="events", reached_at=away)
    actions.reconcile()
    assert asked == [away - datetime.timedelta(hours=2)]


def test_a_look_that_failed_is_not_remembered(provider, settings):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    with pytest.raises(gateway.GatewayDown):
        actions.reconcile()
    assert not Watermark.objects.exists()
