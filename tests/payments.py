"""Payments in tests: the sandbox as a real process, its events, and how Stripe would sign them."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from tests.sandboxes import SECRET, Sandbox

NOBODY = "http://127.0.0.1:9/webhooks/stripe/"


@pytest.fixture(scope="session")
def provider_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox a run; its webhooks are held, and the tests deliver them."""
    process = Sandbox(tmp_path_factory.mktemp("sandbox"), NOBODY)
    yield process
    process.stop()


@pytest.fixture
def provider(provider_process: Sandbox, settings: Any) -> Sandbox:
    """An empty sandbox that the application takes for Stripe."""
    provider_process.control("POST", "reset")
    provider_process.control("POST", "settle_after", seconds=None)
    provider_process.control("POST", "webhooks", hold=True)
    settings.STRIPE_API_BASE = provider_process.url
    settings.STRIPE_SECRET_KEY = "sk_test_sandbox"
    settings.STRIPE_WEBHOOK_SECRET = SECRET
    return provider_process


def open_page(user: Any, chapter: Any, amount_cents: int = 3600, interval: str = "once") -> Any:
    """A checkout whose page is open at the sandbox, as two requests of the person make it."""
    from chapters.scope import in_chapter
    from members import actions

    with in_chapter(chapter, user):
        checkout = actions.start_checkout(user, chapter, amount_cents, interval)
    actions.open_payment_page(checkout)
    return checkout


def pay(provider: Sandbox, checkout: Any, card: str = "4242424242424242") -> None:
    """Pay the checkout's page."""
    provider.control("POST", f"sessions/{checkout.session_id}/pay", card=card)


def events(provider: Sandbox) -> list[dict[str, Any]]:
    """Every event so far, oldest first."""
    from members.gateway import plain

    found = provider.client().v1.events.list({"limit": 100})
    return [plain(event) for event in reversed(list(found.auto_paging_iter()))]


def session_events(provider: Sandbox) -> list[dict[str, Any]]:
    """Events about checkout sessions alone, oldest first."""
    return [event for event in events(provider) if event["type"].startswith("checkout.session.")]


def signed(body: str, secret: str = SECRET, at: int | None = None) -> str:
    """The signature header that Stripe would send with a body."""
    moment = int(time.time()) if at is None else at
    return stripe.WebhookSignature.generate_signature_header(body, secret, moment)


def deliver(event: dict[str, Any], client: Any = None) -> int:
    """Post an event to the webhook as Stripe does; gives the status."""
    from django.test import Client

    body = json.dumps(event)
    response = (client or Client()).post(
        "/webhooks/stripe/",
        body,
        content_type="application/json",
        headers={"Stripe-Signature": signed(body)},
    )
    return response.status_code
