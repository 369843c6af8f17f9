"""Fault 11: the payer closes the tab, so nobody ever comes back from the payment page."""

from typing import Any

import pytest

from chapters.scope import in_chapter
from members import tasks
from members.models import Membership, StripeEvent
from tests.payments import open_page, pay
from tests.sandboxes import SECRET, Sandbox, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault(11)]


def test_webhook_alone_makes_the_member_active(live_server, tmp_path, settings: Any, mia, sf):
    sandbox = Sandbox(tmp_path, f"{live_server.url}/webhooks/stripe/")
    try:
        settings.STRIPE_API_BASE = sandbox.url
        settings.STRIPE_WEBHOOK_SECRET = SECRET
        checkout = open_page(mia, sf)
        pay(sandbox, checkout)
        paid = StripeEvent.objects.filter(type="checkout.session.completed")
        wait_until(paid.exists)
        tasks.sweep_events()
    finally:
        sandbox.stop()
    assert paid.get().state == "applied"
    with in_chapter(sf):
        assert Membership.objects.get().status == "active"
