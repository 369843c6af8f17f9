"""Payments in the sandbox, driven by the real SDK over real sockets."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import stripe

from members.sandbox.shapes import fee
from tests.members.stripe_shapes import check_shape, raw
from tests.sandboxes import (
    ASKS,
    BOUNCES,
    DECLINED,
    GOOD,
    LATER,
    POOR,
    Inbox,
    Sandbox,
    charges,
    open_session,
    press_pay,
    visit,
    wait_until,
)


def test_session_has_the_shape_of_an_open_session(sandbox: Sandbox) -> None:
    session = open_session(sandbox).to_dict()
    ident = session["id"]
    assert ident.startswith("cs_test_")
    assert len(ident) == 66
    assert session["expires_at"] - session["created"] == 86400
    assert check_shape(session) == 1
    pinned = {
        "object": "checkout.session",
        "amount_subtotal": 3600,
        "amount_total": 3600,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "cancel_url": "http://localhost/back",
        "client_reference_id": "membership-7",
        "currency": "usd",
        "customer": None,
        "customer_creation": "if_required",
        "customer_email": "mia@example.org",
        "invoice": None,
        "livemode": False,
        "metadata": {"chapter": "san-francisco"},
        "mode": "payment",
        "payment_intent": None,
        "payment_method_types": ["card", "us_bank_account"],
        "payment_status": "unpaid",
        "status": "open",
        "subscription": None,
        "success_url": "http://localhost/thanks?session={CHECKOUT_SESSION_ID}",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": f"{sandbox.url}/c/pay/{ident}",
    }
    assert {name: session[name] for name in pinned} == pinned
    assert session["customer_details"]["email"] == "mia@example.org"


def test_payment_has_the_shapes_that_the_books_read(sandbox: Sandbox) -> None:
    ident = open_session(sandbox).id
    status, location, _ = press_pay(sandbox, ident, GOOD)
    assert (status, location) == (303, f"http://localhost/thanks?session={ident}")
    expand: Any = {"expand": ["payment_intent.latest_charge.balance_transaction", "line_items"]}
    session = raw(sandbox.client().v1.checkout.sessions.retrieve(ident, expand))
    assert (session["status"], session["payment_status"]) == ("complete", "paid")
    assert session["url"] is None
    line = session["line_items"]["data"][0]
    assert (line["description"], line["quantity"], line["amount_total"]) == ("Dues <2027>", 1, 3600)
    assert line["price"]["unit_amount"] == 3600
    intent = session["payment_intent"]
    assert (intent["status"], intent["amount"], intent["amount_received"]) == (
        "succeeded",
        3600,
        3600,
    )
    assert intent["metadata"] == {"membership": "7"}
    assert check_shape(session) == 5
    charge = intent["latest_charge"]
    assert (charge["paid"], charge["captured"], charge["refunded"]) == (True, True, False)
    assert charge["payment_method_details"]["card"]["last4"] == "4242"
    assert charge["billing_details"]["email"] == "mia@example.org"
    booked = charge["balance_transaction"]
    assert (booked["amount"], booked["fee"], booked["net"]) == (3600, 134, 3466)
    assert booked["fee_details"][0]["type"] == "stripe_fee"
    assert booked["source"] == charge["id"]


@pytest.mark.parametrize(("amount", "cost"), [(50, 31), (1200, 65), (3600, 134), (10000, 320)])
def test_fee_is_a_share_and_thirty_cents(amount: int, cost: int) -> None:
    assert fee(amount) == cost


@pytest.mark.parametrize(
    ("card", "code", "words"),
    [
        (DECLINED, "generic_decline", "Your card was declined."),
        (POOR, "insufficient_funds", "Your card has insufficient funds."),
    ],
)
def test_declined_card_charges_nothing(
    sandbox: Sandbox, inbox: Inbox, card: str, code: str, words: str
) -> None:
    ident = open_session(sandbox).id
    status, location, _ = press_pay(sandbox, ident, card)
    assert (status, location) == (303, f"/c/pay/{ident}")
    assert words in visit(sandbox, location)[2]
    wait_until(lambda: len(inbox.events) == 2)
    assert sorted(inbox.types) == ["charge.failed", "payment_intent.payment_failed"]
    expand: Any = {"expand": ["payment_intent"]}
    session = sandbox.client().v1.checkout.sessions.retrieve(ident, expand).to_dict()
    assert (session["status"], session["payment_status"]) == ("open", "unpaid")
    error = session["payment_intent"]["last_payment_error"]
    assert (error["type"], error["code"], error["decline_code"]) == (
        "card_error",
        "card_declined",
        code,
    )
    assert charges(sandbox, ident) == (1, 0)
    press_pay(sandbox, ident, GOOD)
    assert charges(sandbox, ident) == (2, 1)


def test_confirmation_completes_or_fails(sandbox: Sandbox) -> None:
    ident = open_session(sandbox).id
    confirm = f"/c/pay/{ident}/confirm"
    assert press_pay(sandbox, ident, ASKS)[:2] == (303, confirm)
    assert "Complete" in visit(sandbox, confirm)[2]
    visit(sandbox, confirm, {"answer": "fail"})
    assert charges(sandbox, ident) == (0, 0)
    assert "unable to authenticate" in visit(sandbox, f"/c/pay/{ident}")[2]
    assert visit(sandbox, confirm)[1]["Location"] == f"/c/pay/{ident}"
    press_pay(sandbox, ident, ASKS)
    for _ in range(2):
        _, headers, _ = visit(sandbox, confirm, {"answer": "complete"})
        assert headers["Location"] == f"http://localhost/thanks?session={ident}"
    assert charges(sandbox, ident) == (1, 1)


def test_twenty_presses_charge_once(sandbox: Sandbox) -> None:
    ident = open_session(sandbox).id
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: press_pay(sandbox, ident, GOOD)[:2], range(20)))
    assert set(answers) == {(303, f"http://localhost/thanks?session={ident}")}
    assert charges(sandbox, ident) == (1, 1)
    assert len(sandbox.client().v1.payment_intents.list().data) == 1


@pytest.mark.parametrize(("outcome", "paid"), [("succeeded", "paid"), ("failed", "unpaid")])
def test_delayed_payment_settles_on_demand(
    sandbox: Sandbox, inbox: Inbox, outcome: str, paid: str
) -> None:
    ident = open_session(sandbox).id
    assert press_pay(sandbox, ident, LATER)[0] == 303
    client = sandbox.client()
    session = client.v1.checkout.sessions.retrieve(ident)
    assert (session.status, session.payment_status) == ("complete", "unpaid")
    assert client.v1.charges.list().data[0].status == "pending"
    assert "on its way" in visit(sandbox, f"/c/pay/{ident}")[2]
    sandbox.control("POST", f"sessions/{ident}/settle", outcome=outcome)
    wait_until(lambda: f"checkout.session.async_payment_{outcome}" in inbox.types)
    assert client.v1.checkout.sessions.retrieve(ident).payment_status == paid
    assert client.v1.charges.list().data[0].status == outcome


@pytest.mark.parametrize(("card", "paid"), [(LATER, "paid"), (BOUNCES, "unpaid")])
def test_delayed_payment_settles_by_itself(sandbox: Sandbox, card: str, paid: str) -> None:
    sandbox.control("POST", "settle_after", seconds=0)
    ident = open_session(sandbox).id
    press_pay(sandbox, ident, card)
    client = sandbox.client()
    wait_until(lambda: client.v1.charges.list().data[0].status != "pending")
    assert client.v1.checkout.sessions.retrieve(ident).payment_status == paid


def test_refunds_in_part_in_full_and_twice(sandbox: Sandbox, inbox: Inbox) -> None:
    ident = open_session(sandbox).id
    press_pay(sandbox, ident, GOOD)
    client = sandbox.client()
    intent = client.v1.checkout.sessions.retrieve(ident).payment_intent
    part = client.v1.refunds.create({"payment_intent": str(intent), "amount": 600})
    assert check_shape(raw(part)) == 1
    assert (part.amount, part.status, part.currency) == (600, "succeeded", "usd")
    booked = client.v1.balance_transactions.retrieve(str(part.balance_transaction))
    assert (booked.amount, booked.fee, booked.net) == (-600, 0, -600)
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded") as caught:
        client.v1.refunds.create({"charge": str(part.charge), "amount": 3001})
    assert caught.value.param == "amount"
    rest = client.v1.refunds.create({"charge": str(part.charge)})
    assert rest.amount == 3000
    charge = client.v1.charges.retrieve(str(part.charge))
    assert (charge.amount_refunded, charge.refunded) == (3600, True)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"charge": charge.id})
    assert caught.value.code == "charge_already_refunded"
    wait_until(lambda: inbox.types.count("refund.created") == 2)
    wait_until(lambda: inbox.types.count("charge.refunded") == 2)
    assert [refund.id for refund in client.v1.refunds.list().data] == [rest.id, part.id]


def test_failed_refund_counts_as_not_refunded(sandbox: Sandbox) -> None:
    ident = open_session(sandbox).id
    press_pay(sandbox, ident, GOOD)
    client = sandbox.client()
    intent = client.v1.checkout.sessions.retrieve(ident).payment_intent
    refund = client.v1.refunds.create({"payment_intent": str(intent)})
    sandbox.control("POST", f"refunds/{refund.id}/fail")
    charge = client.v1.charges.retrieve(str(refund.charge))
    assert (charge.amount_refunded, charge.refunded) == (0, False)
    assert client.v1.refunds.retrieve(refund.id).status == "failed"
