"""Fault 12: a webhook that is lost for good. The look at Stripe finds the payment by itself."""

from typing import Any

import pytest
from celery.schedules import crontab
from django.conf import settings as project

from chapters.scope import in_chapter
from members import tasks
from members.models import Membership, Payment, StripeEvent
from tests.payments import open_page, pay
from tests.sandboxes import LATER, SECRET, Sandbox, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault(12)]


@pytest.fixture
def lossy(live_server, tmp_path, settings: Any) -> Any:
    """A sandbox that delivers to the site, but for what is about sessions."""
    sandbox = Sandbox(tmp_path, f"{live_server.url}/webhooks/stripe/")
    settings.STRIPE_API_BASE = sandbox.url
    settings.STRIPE_SECRET_KEY = "sk_test_sandbox"
    settings.STRIPE_WEBHOOK_SECRET = SECRET
    sandbox.control("POST", "settle_after", seconds=None)
    sandbox.control("POST", "webhooks", drop=9, types=["checkout.session.completed"])
    yield sandbox
    sandbox.stop()


def test_lost_payment_is_found_by_the_look_at_stripe(lossy, mia, sf):
    checkout = open_page(mia, sf)
    pay(lossy, checkout)
    others = {"charge.succeeded", "payment_intent.succeeded"}
    wait_until(lambda: set(StripeEvent.objects.values_list("type", flat=True)) == others)
    tasks.sweep_events()
    with in_chapter(sf):
        assert Membership.objects.get().status == "pending"
    for _ in range(2):
        tasks.reconcile_checkouts()
        with in_chapter(sf):
            assert Membership.objects.get().status == "active"
            assert Payment.objects.count() == 1
    assert not StripeEvent.objects.filter(state__in=["received", "failed"]).exists()


def test_lost_word_of_a_debit_is_found_as_well(lossy, mia, sf):
    checkout = open_page(mia, sf)
    pay(lossy, checkout, LATER)
    tasks.reconcile_checkouts()
    with in_chapter(sf):
        checkout.refresh_from_db()
        assert checkout.status == "pending"
    lossy.control("POST", "webhooks", types=["checkout.session.async_payment_succeeded"])
    lossy.control("POST", f"sessions/{checkout.session_id}/settle", outcome="succeeded")
    tasks.reconcile_checkouts()
    with in_chapter(sf):
        assert Membership.objects.get().status == "active"


def test_the_look_is_taken_every_fifteen_minutes():
    entries = project.CELERY_BEAT_SCHEDULE.values()
    (entry,) = [one for one in entries if one["task"] == "members.tasks.reconcile_checkouts"]
    assert entry["schedule"] == crontab(minute="*/15")
