"""Disputes: a payer's bank takes money back, and perhaps returns it."""

from members.sandbox import billing_shapes, charging, shapes
from members.sandbox.events import emit
from members.sandbox.store import Store
from members.sandbox.wire import Json, StripeError, missing

FEE = 1500
OUTCOMES = ("won", "lost")


def open_dispute(
    store: Store, charge_id: str, amount: int | None = None, reason: str = "fraudulent"
) -> Json:
    """Dispute a charge, by default all that was not refunded; the fee is $15 and stays spent."""
    with store.transaction():
        charge = charging.find_charge(store, charge_id)
        left = charge["amount"] - charge["amount_refunded"]
        if charge["status"] != "succeeded" or charge["disputed"] or left <= 0:
            raise StripeError("This charge can't be disputed.")
        wanted = left if amount is None else amount
        if not 0 < wanted <= left:
            raise StripeError("A dispute takes at most what was not refunded.", param="amount")
        body = billing_shapes.dispute(charge, wanted, reason)
        booked = shapes.balance_transaction(body, "adjustment/dispute", -wanted, FEE)
        body["balance_transactions"] = [store.add(booked)]
        store.add(body)
        store.save(charge | {"disputed": True})
        emit(store, "charge.dispute.created", body)
        emit(store, "charge.dispute.funds_withdrawn", body)
        return body


def close_dispute(store: Store, ident: str, outcome: str) -> Json:
    """The bank decides: "won" brings the amount back, "lost" does not."""
    with store.transaction():
        body = store.find("dispute", ident)
        if body is None:
            raise missing("dispute", ident)
        if body["status"] in OUTCOMES:
            raise StripeError("This dispute is already closed.")
        body["status"] = outcome
        if outcome == "won":
            booked = shapes.balance_transaction(
                body, "adjustment/dispute_reversal", body["amount"], 0
            )
            body["balance_transactions"] = [*body["balance_transactions"], store.add(booked)]
        store.save(body)
        emit(store, "charge.dispute.closed", body, {"status": "needs_response"})
        if outcome == "won":
            emit(store, "charge.dispute.funds_reinstated", body)
        return body
