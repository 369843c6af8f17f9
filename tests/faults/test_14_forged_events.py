"""Fault 14: deliveries that Stripe did not make, or not now, or not for us: nothing is stored."""

import json
import time
from typing import Any

import pytest
from django.test import Client

from members.models import StripeEvent
from tests.payments import signed
from tests.sandboxes import SECRET

pytestmark = [pytest.mark.django_db, pytest.mark.fault(14)]
EVENT = {
    "id": "evt_1",
    "object": "event",
    "type": "checkout.session.completed",
    "created": 1_790_000_000,
    "livemode": False,
    "data": {"object": {"id": "cs_test_1"}},
}
BODY = json.dumps(EVENT)


def send(body: str | bytes, signature: str | None) -> int:
    headers = {} if signature is None else {"Stripe-Signature": signature}
    client = Client(enforce_csrf_checks=True)
    response = client.post(
        "/webhooks/stripe/", body, content_type="application/json", headers=headers
    )
    return response.status_code


@pytest.fixture(autouse=True)
def secret(settings: Any) -> None:
    settings.STRIPE_WEBHOOK_SECRET = SECRET


def test_a_true_delivery_is_stored_once():
    assert send(BODY, signed(BODY)) == 200
    assert send(BODY, signed(BODY)) == 200
    assert list(StripeEvent.objects.values_list("id", "state")) == [("evt_1", "received")]


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        pytest.param(BODY, None, id="unsigned"),
        pytest.param(BODY, "", id="empty signature"),
        pytest.param(BODY, "t=,v1=", id="broken signature"),
        pytest.param(BODY, "t=1,v0=abc", id="other scheme"),
        pytest.param(BODY, signed(BODY, "whsec_other"), id="other secret"),
        pytest.param(BODY, signed(BODY, at=int(time.time()) - 4000), id="old"),
        pytest.param(BODY.replace("cs_test_1", "cs_test_2"), signed(BODY), id="altered"),
        pytest.param("", signed(""), id="empty"),
        pytest.param("[]", signed("[]"), id="not an object"),
        pytest.param("{}", signed("{}"), id="not an event"),
        pytest.param("{", signed("{"), id="not JSON"),
        pytest.param(b"\xff\xfe", "t=1,v1=abc", id="not text"),
    ],
)
def test_what_stripe_did_not_send_is_refused(body, signature):
    assert send(body, signature) == 400
    assert not StripeEvent.objects.exists()


def test_the_tolerance_is_300_seconds():
    now = int(time.time())
    assert send(BODY, signed(BODY, at=now - 310)) == 400
    assert send(BODY, signed(BODY, at=now - 290)) == 200


def test_an_event_of_the_other_mode_is_refused(settings: Any):
    live = BODY.replace("false", "true")
    assert send(live, signed(live)) == 400
    settings.STRIPE_SECRET_KEY = "sk_live_1"
    assert send(BODY, signed(BODY)) == 400
    assert not StripeEvent.objects.exists()


def test_an_installation_without_a_secret_takes_nothing(settings: Any):
    settings.STRIPE_WEBHOOK_SECRET = ""
    assert send(BODY, signed(BODY, "")) == 400


def test_five_megabytes_are_refused_before_they_are_read():
    body = "x" * 5_000_000
    assert send(body, signed(body)) == 413
    assert not StripeEvent.objects.exists()


def test_only_post_is_answered():
    assert Client().get("/webhooks/stripe/").status_code == 405
