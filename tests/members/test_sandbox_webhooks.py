"""The sandbox's webhooks, received on a real socket."""

import time
from pathlib import Path

import pytest
import stripe

from members.sandbox.store import Store
from members.sandbox.wire import API_VERSION
from tests.members.stripe_shapes import check_shape
from tests.sandboxes import GOOD, PAID, SECRET, Inbox, Sandbox, open_session, press_pay, wait_until


def test_webhooks_arrive_signed_and_in_order(sandbox: Sandbox, inbox: Inbox) -> None:
    ident = open_session(sandbox).id
    press_pay(sandbox, ident, GOOD)
    wait_until(lambda: len(inbox.events) == 3)
    assert sorted(inbox.types) == sorted(PAID)
    assert [check_shape(event) for event in inbox.events] == [2, 2, 2]
    done = next(event for event in inbox.events if event["type"] == PAID[2])
    assert done["data"]["object"]["id"] == ident
    assert (done["object"], done["api_version"], done["livemode"]) == ("event", API_VERSION, False)
    assert done["request"] == {"id": None, "idempotency_key": None}
    assert done["pending_webhooks"] == 1
    payload, signature = inbox.payloads[0]
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(payload, signature, "whsec_other")
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(payload + b" ", signature, SECRET)
    wait_until(lambda: not sandbox.control("GET", "deliveries?status=pending")["deliveries"])
    events = sandbox.client().v1.events.list({"delivery_success": True}).data
    assert [(event.type, event.pending_webhooks) for event in events] == [
        (kind, 0) for kind in reversed(PAID)
    ]


def test_dropped_webhooks_stay_in_the_event_list(sandbox: Sandbox, inbox: Inbox) -> None:
    sandbox.control("POST", "webhooks", drop=1, types=["checkout.session.completed"])
    ident = open_session(sandbox).id
    press_pay(sandbox, ident, GOOD)
    wait_until(lambda: len(inbox.events) == 2)
    time.sleep(0.3)
    assert sorted(inbox.types) == PAID[:2]
    lost = sandbox.client().v1.events.list({"delivery_success": False}).data
    assert [event.type for event in lost] == ["checkout.session.completed"]
    sandbox.control("POST", f"events/{lost[0].id}/resend", count=2)
    wait_until(lambda: inbox.types.count("checkout.session.completed") == 2)


def test_webhooks_come_five_times_and_shuffled(sandbox: Sandbox, inbox: Inbox) -> None:
    sandbox.control("POST", "webhooks", duplicate=5, hold=True)
    press_pay(sandbox, open_session(sandbox).id, GOOD)
    time.sleep(0.3)
    assert inbox.events == []
    assert sandbox.control("POST", "webhooks/release", seed=7) == {"released": 15}
    wait_until(lambda: len(inbox.events) == 15)
    assert sorted(inbox.types) == sorted(PAID * 5)
    assert inbox.types[:5] != PAID[:1] * 5
    assert len({event["id"] for event in inbox.events}) == 3


def test_held_events_are_lost_with_all_their_copies(sandbox: Sandbox, inbox: Inbox) -> None:
    sandbox.control("POST", "webhooks", duplicate=3, hold=True)
    for _ in range(3):
        press_pay(sandbox, open_session(sandbox).id, GOOD)
    lost = sandbox.control("POST", "webhooks/lose", type=PAID[2], count=2, seed=1)["lost"]
    sandbox.control("POST", "webhooks/release")
    wait_until(lambda: len(inbox.events) == 3 * (9 - 2))
    assert len(set(lost)) == 2
    assert not set(lost) & {event["id"] for event in inbox.events}
    assert sandbox.control("GET", "deliveries/tally")["deliveries"]["dropped"] == 6


def test_answers_and_their_times_are_tallied(sandbox: Sandbox, inbox: Inbox) -> None:
    inbox.answers[:] = [500]
    sandbox.client().v1.customers.create()
    wait_until(lambda: len(inbox.events) == 2)
    delivered = {"delivered": 1}
    wait_until(lambda: sandbox.control("GET", "deliveries/tally")["deliveries"] == delivered)
    tally = sandbox.control("GET", "deliveries/tally")
    assert tally["answers"] == {"200": 1, "500": 1}
    assert 0 < tally["ack_p50_ms"] <= tally["ack_p99_ms"] < 10_000


def test_webhooks_wait_when_delayed(sandbox: Sandbox, inbox: Inbox) -> None:
    sandbox.control("POST", "webhooks", delay=0.5)
    started = time.monotonic()
    sandbox.client().v1.customers.create()
    wait_until(lambda: len(inbox.events) == 1)
    assert time.monotonic() - started >= 0.5


def test_webhook_is_repeated_until_accepted(sandbox: Sandbox, inbox: Inbox) -> None:
    inbox.answers[:] = [500, 302, 400]
    sandbox.client().v1.customers.create()
    wait_until(lambda: len(inbox.events) == 4)
    assert len({event["id"] for event in inbox.events}) == 1
    delivered = "deliveries?status=delivered"
    wait_until(lambda: bool(sandbox.control("GET", delivered)["deliveries"]))
    assert sandbox.control("GET", delivered)["deliveries"][0]["attempts"] == 4


def test_killed_sandbox_keeps_objects_and_deliveries(tmp_path: Path) -> None:
    inbox = Inbox()
    sandbox = Sandbox(tmp_path, inbox.url)
    sandbox.control("POST", "webhooks", hold=True)
    ident = open_session(sandbox).id
    press_pay(sandbox, ident, GOOD)
    sandbox.stop(kill=True)
    sandbox.start()
    assert sandbox.client().v1.checkout.sessions.retrieve(ident).payment_status == "paid"
    sandbox.control("POST", "webhooks/release")
    wait_until(lambda: len(inbox.events) == 3)
    sandbox.stop()
    assert sandbox.process.returncode == 0
    inbox.close()


def test_what_an_event_owes_is_counted_without_reading_every_delivery(tmp_path: Path) -> None:
    store = Store(tmp_path)
    sql = "EXPLAIN QUERY PLAN SELECT count(*) FROM deliveries WHERE event = ? AND status != 'x'"
    (step,) = store.rows(sql, "evt_1")
    store.close()
    assert "USING INDEX deliveries_event" in step["detail"]


def test_faults_let_some_calls_by_first(sandbox: Sandbox) -> None:
    fault = {"mode": "429", "method": "GET", "path": "/v1/events", "after": 1, "count": 1}
    sandbox.control("POST", "faults", **fault)
    events = sandbox.client().v1.events
    events.list()
    with pytest.raises(stripe.RateLimitError):
        events.list()
    events.list()
