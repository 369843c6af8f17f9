"""Subscriptions in the sandbox, lived through with its clock."""

from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from tests.members.stripe_shapes import check_shape, raw
from tests.sandboxes import (
    ASKS,
    BOUNCES,
    DECLINED,
    GOOD,
    LATER,
    ONCE,
    Sandbox,
    charges,
    kinds,
    open_session,
    subscribe,
)

FIRST = [
    "customer.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "customer.subscription.created",
    "invoice.created",
    "invoice.finalized",
    "invoice.paid",
    "invoice.payment_succeeded",
    "customer.subscription.updated",
    "checkout.session.completed",
]


def read(sandbox: Sandbox, ident: str) -> dict[str, Any]:
    return raw(sandbox.client().v1.subscriptions.retrieve(ident))


def period(body: dict[str, Any]) -> tuple[int, int]:
    item = body["items"]["data"][0]
    return item["current_period_start"], item["current_period_end"]


def invoices(sandbox: Sandbox, ident: str) -> list[dict[str, Any]]:
    expand: Any = {"subscription": ident, "expand": ["data.payments"]}
    return raw(sandbox.client().v1.invoices.list(expand))["data"]


def advance(sandbox: Sandbox, days: float) -> None:
    sandbox.control("POST", "clock", days=days)


def test_session_subscribes_and_its_first_invoice_is_paid(sandbox: Sandbox) -> None:
    session, subscription = subscribe(sandbox)
    body = raw(subscription)
    assert kinds(sandbox) == FIRST
    assert (session.mode, session.status, session.payment_status) == (
        "subscription",
        "complete",
        "paid",
    )
    assert session.payment_intent is None
    assert (body["status"], body["metadata"]) == ("active", {"membership": "7"})
    assert "current_period_end" not in body
    start, end = period(body)
    assert datetime.fromtimestamp(end, UTC).year - datetime.fromtimestamp(start, UTC).year == 1
    (invoice,) = invoices(sandbox, subscription.id)
    assert (invoice["billing_reason"], invoice["status"]) == ("subscription_create", "paid")
    assert (invoice["amount_due"], invoice["amount_paid"]) == (3600, 3600)
    details = {"metadata": {"membership": "7"}, "subscription": subscription.id}
    assert invoice["parent"]["subscription_details"] == details
    assert invoice["lines"]["data"][0]["period"] == {"start": start, "end": end}
    payment = invoice["payments"]["data"][0]
    assert (payment["status"], payment["amount_paid"]) == ("paid", 3600)
    assert check_shape(invoice) == 3
    assert check_shape(body) == 4
    assert charges(sandbox, session.id) == (1, 1)


def test_invoice_shows_its_payments_only_when_asked(sandbox: Sandbox) -> None:
    session, _ = subscribe(sandbox)
    client = sandbox.client().v1
    assert isinstance(session.invoice, str)
    assert "payments" not in raw(client.invoices.retrieve(session.invoice))
    whole: Any = {"expand": ["payments.data.payment.payment_intent"]}
    payment = raw(client.invoices.retrieve(session.invoice, whole))["payments"]["data"][0]
    intent = payment["payment"]["payment_intent"]
    assert (intent["status"], intent["customer"]) == ("succeeded", session.customer)
    asked: Any = {"payment": {"type": "payment_intent", "payment_intent": intent["id"]}}
    found = raw(client.invoice_payments.list(asked))["data"]
    assert [(one["id"], one["invoice"]) for one in found] == [(payment["id"], session.invoice)]


@pytest.mark.parametrize(("interval", "months"), [("month", 1), ("year", 12)])
def test_renewal_is_invoiced_when_the_period_ends(
    sandbox: Sandbox, interval: str, months: int
) -> None:
    _, subscription = subscribe(sandbox, interval=interval)
    _, end = period(raw(subscription))
    sandbox.control("POST", "clock", to=end - 60)
    assert kinds(sandbox, skip=10)[:1] == ["invoice.upcoming"]
    assert len(invoices(sandbox, subscription.id)) == 1
    sandbox.control("POST", "clock", seconds=120)
    body = read(sandbox, subscription.id)
    new, first = invoices(sandbox, subscription.id)
    assert period(body)[0] == end
    assert (period(body)[1] - end) // 86400 in ({28, 29, 30, 31} if months == 1 else {365, 366})
    assert (new["billing_reason"], new["status"], new["created"]) == (
        "subscription_cycle",
        "paid",
        end,
    )
    assert new["number"] != first["number"]
    assert new["lines"]["data"][0]["period"] == {"start": end, "end": period(body)[1]}
    assert body["latest_invoice"] == new["id"]


def test_a_year_of_months_makes_thirteen_invoices(sandbox: Sandbox) -> None:
    _, subscription = subscribe(sandbox, interval="month")
    start, _ = period(raw(subscription))
    advance(sandbox, 366)
    starts = [one["lines"]["data"][0]["period"]["start"] for one in invoices_all(sandbox)]
    assert (len(starts), len(set(starts)), min(starts)) == (13, 13, start)
    days = {datetime.fromtimestamp(moment, UTC).day for moment in starts}
    assert max(days) - min(days) <= 3


def invoices_all(sandbox: Sandbox) -> list[dict[str, Any]]:
    return [raw_one.to_dict() for raw_one in sandbox.client().v1.invoices.list({"limit": 100})]


def test_card_that_fails_at_renewal_is_retried_then_the_subscription_ends(
    sandbox: Sandbox,
) -> None:
    _, subscription = subscribe(sandbox, ONCE)
    _, end = period(raw(subscription))
    sandbox.control("POST", "clock", to=end + 60)
    body = read(sandbox, subscription.id)
    failed = invoices(sandbox, subscription.id)[0]
    assert (body["status"], failed["status"], failed["attempt_count"]) == ("past_due", "open", 1)
    assert failed["next_payment_attempt"] == end + 3 * 86400
    for days in (3, 5, 7):
        assert read(sandbox, subscription.id)["status"] == "past_due"
        advance(sandbox, days)
    body = read(sandbox, subscription.id)
    failed = invoices(sandbox, subscription.id)[0]
    assert (body["status"], failed["attempt_count"], failed["next_payment_attempt"]) == (
        "canceled",
        4,
        None,
    )
    assert body["cancellation_details"]["reason"] == "payment_failed"
    assert (body["ended_at"], body["ended_at"]) == (end + 15 * 86400, body["canceled_at"])
    seen = kinds(sandbox)
    assert seen.count("invoice.payment_failed") == 4
    assert seen[-1] == "customer.subscription.deleted"
    assert check_shape(body) == 4
    assert list(sandbox.client().v1.subscriptions.list()) == []
    assert len(list(sandbox.client().v1.subscriptions.list({"status": "all"}))) == 1


@pytest.mark.parametrize("then", ["unpaid", "past_due"])
def test_dunning_may_leave_the_subscription_unpaid(sandbox: Sandbox, then: str) -> None:
    sandbox.control("POST", "dunning", retry_days=[1], then=then)
    _, subscription = subscribe(sandbox, ONCE, "month")
    advance(sandbox, 34)
    assert read(sandbox, subscription.id)["status"] == then


def test_new_card_pays_what_is_open(sandbox: Sandbox) -> None:
    _, subscription = subscribe(sandbox, ONCE, "month")
    advance(sandbox, 32)
    assert read(sandbox, subscription.id)["status"] == "past_due"
    sandbox.control("POST", f"subscriptions/{subscription.id}/card", card=GOOD)
    body = read(sandbox, subscription.id)
    assert body["status"] == "active"
    assert [one["status"] for one in invoices(sandbox, subscription.id)] == ["paid", "paid"]
    advance(sandbox, 31)
    assert len(invoices(sandbox, subscription.id)) == 3


def test_subscription_ends_with_its_period_or_goes_on(sandbox: Sandbox) -> None:
    _, subscription = subscribe(sandbox)
    client = sandbox.client().v1.subscriptions
    _, end = period(raw(subscription))
    ending = raw(client.update(subscription.id, {"cancel_at_period_end": True}))
    assert (ending["cancel_at_period_end"], ending["cancel_at"], ending["status"]) == (
        True,
        end,
        "active",
    )
    going_on = raw(client.update(subscription.id, {"cancel_at_period_end": False}))
    assert (going_on["cancel_at"], going_on["canceled_at"]) == (None, None)
    client.update(subscription.id, {"cancel_at_period_end": True, "metadata": {"note": "x"}})
    sandbox.control("POST", "clock", to=end + 60)
    ended = read(sandbox, subscription.id)
    assert (ended["status"], ended["ended_at"]) == ("canceled", end)
    assert ended["metadata"] == {"membership": "7", "note": "x"}
    assert len(invoices(sandbox, subscription.id)) == 1
    with pytest.raises(stripe.InvalidRequestError):
        client.update(subscription.id, {"cancel_at_period_end": True})


def test_subscription_is_cancelled_at_once(sandbox: Sandbox) -> None:
    _, subscription = subscribe(sandbox)
    client = sandbox.client().v1.subscriptions
    given: Any = {"cancellation_details": {"comment": "moved"}}
    gone = raw(client.cancel(subscription.id, given))
    assert (gone["status"], gone["cancellation_details"]["comment"]) == ("canceled", "moved")
    with pytest.raises(stripe.InvalidRequestError):
        client.cancel(subscription.id)
    advance(sandbox, 400)
    assert len(invoices(sandbox, subscription.id)) == 1


def test_deleted_customer_is_not_charged_again(sandbox: Sandbox) -> None:
    session, subscription = subscribe(sandbox)
    client = sandbox.client().v1
    assert client.customers.delete(str(session.customer)).deleted
    assert client.customers.retrieve(str(session.customer)).deleted
    assert list(client.customers.list()) == []
    assert read(sandbox, subscription.id)["status"] == "canceled"
    assert kinds(sandbox)[-2:] == ["customer.subscription.deleted", "customer.deleted"]


def test_declined_card_starts_no_subscription(sandbox: Sandbox) -> None:
    price: Any = {
        "currency": "usd",
        "unit_amount": 1200,
        "product_data": {"name": "Dues"},
        "recurring": {"interval": "month"},
    }
    given: Any = {
        "mode": "subscription",
        "payment_intent_data": {},
        "line_items": [{"price_data": price}],
    }
    ident = open_session(sandbox, **given).id
    sandbox.control("POST", f"sessions/{ident}/pay", card=DECLINED)
    assert sandbox.client().v1.checkout.sessions.retrieve(ident).status == "open"
    assert list(sandbox.client().v1.subscriptions.list({"status": "all"})) == []
    sandbox.control("POST", f"sessions/{ident}/pay", card=GOOD)
    assert len(list(sandbox.client().v1.subscriptions.list())) == 1


def test_card_that_asks_subscribes_after_the_answer(sandbox: Sandbox) -> None:
    with pytest.raises(AssertionError):
        subscribe(sandbox, ASKS)
    (session,) = sandbox.client().v1.checkout.sessions.list()
    done = sandbox.control("POST", f"sessions/{session.id}/confirm")
    assert (done["status"], done["subscription"][:4]) == ("complete", "sub_")
    advance(sandbox, 366)
    assert len(invoices(sandbox, done["subscription"])) == 2


@pytest.mark.parametrize(
    ("card", "outcome", "state", "paid"),
    [(LATER, "succeeded", "active", "paid"), (BOUNCES, "failed", "past_due", "unpaid")],
)
def test_bank_debit_settles_the_first_invoice(
    sandbox: Sandbox, card: str, outcome: str, state: str, paid: str
) -> None:
    session, subscription = subscribe(sandbox, card)
    assert (session.payment_status, invoices(sandbox, subscription.id)[0]["status"]) == (
        "unpaid",
        "open",
    )
    done = sandbox.control("POST", f"sessions/{session.id}/settle", outcome=outcome)
    assert (done["payment_status"], read(sandbox, subscription.id)["status"]) == (paid, state)
    status = invoices(sandbox, subscription.id)[0]["status"]
    assert status == ("paid" if outcome == "succeeded" else "open")


def test_renewal_by_bank_debit_settles_days_later(sandbox: Sandbox) -> None:
    session, subscription = subscribe(sandbox, LATER, "month")
    sandbox.control("POST", f"sessions/{session.id}/settle", outcome="succeeded")
    _, end = period(raw(subscription))
    sandbox.control("POST", "clock", to=end + 60)
    assert invoices(sandbox, subscription.id)[0]["status"] == "open"
    advance(sandbox, 4)
    assert invoices(sandbox, subscription.id)[0]["status"] == "paid"


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"mode": "payment", "subscription_data": {}}, "line_items"),
        ({"payment_intent_data": {"description": "x"}}, "payment_intent_data"),
        ({"customer_creation": "always"}, "customer_creation"),
        ({"mode": "setup"}, "mode"),
    ],
)
def test_what_does_not_fit_a_subscription_is_refused(
    sandbox: Sandbox, change: dict[str, Any], param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        subscribe(sandbox, **change)
    assert caught.value.param == param


def test_clock_starts_again_with_an_empty_sandbox(sandbox: Sandbox) -> None:
    advance(sandbox, 40)
    assert sandbox.control("GET", "clock")["ahead"] == 40 * 86400
    sandbox.control("POST", "reset")
    assert sandbox.control("GET", "clock")["ahead"] == 0
