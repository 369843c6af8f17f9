"""Refunds of a charge, in part and in full."""

from members.sandbox import charging, clock, params, shapes
from members.sandbox.events import emit
from members.sandbox.store import Store
from members.sandbox.wire import Json, StripeError, missing

# How long a refund takes that does not arrive or fail at once, in seconds.
LATER = 60
_REASONS = (None, "duplicate", "fraudulent", "requested_by_customer")


def create_refund(store: Store, given: Json) -> Json:
    """Give back `amount` cents, or all that is left; the fee of the payment stays spent."""
    if given.get("reason") not in _REASONS:
        raise StripeError("Invalid reason", param="reason")
    with store.transaction():
        charge = _charge(store, given)
        amount = _amount(charge, given.get("amount"))
        body = shapes.refund(charge, amount, given)
        booked = store.add(shapes.balance_transaction(body, "refund", -amount, 0))
        body["balance_transaction"] = booked["id"]
        fate = charging.card_of(store, charge).refund
        if fate != "succeed":
            store.plan(f"refund_{fate}", body["id"], clock.now() + LATER)
        if fate == "wait":
            body["status"] = "pending"
        store.add(body)
        _give_back(store, charge, amount)
        emit(store, "refund.created", body)
        return body


def finish_refund(store: Store, ident: str) -> Json:
    """A pending refund arrives."""
    with store.transaction():
        body = _find(store, ident)
        if body["status"] != "pending":
            raise StripeError("This refund is not pending.")
        store.unplan(ident)
        body["status"] = "succeeded"
        store.save(body)
        emit(store, "refund.updated", body, {"status": "pending"})
        return body


def _find(store: Store, ident: str) -> Json:
    body = store.find("refund", ident)
    if body is None:
        raise missing("refund", ident)
    return body


def fail_refund(store: Store, ident: str) -> Json:
    """The bank sends a refund back: the charge counts as not refunded by that amount."""
    with store.transaction():
        body = _find(store, ident)
        before = {"status": body["status"]}
        if body["status"] == "failed":
            raise StripeError("This refund has failed already.")
        store.unplan(ident)
        charge = charging.find_charge(store, body["charge"])
        booked = store.add(shapes.balance_transaction(body, "refund_failure", body["amount"], 0))
        body |= {
            "failure_balance_transaction": booked["id"],
            "failure_reason": "expired_or_canceled_card",
            "status": "failed",
        }
        store.save(body)
        charge |= {
            "amount_refunded": charge["amount_refunded"] - body["amount"],
            "refunded": False,
        }
        store.save(charge)
        emit(store, "refund.updated", body, before)
        emit(store, "refund.failed", body, before)
        return body


def _charge(store: Store, given: Json) -> Json:
    """The charge that is meant, directly or by its payment."""
    intent_id, ident = given.get("payment_intent"), given.get("charge")
    if intent_id:
        intent = store.find("payment_intent", intent_id)
        if intent is None:
            raise missing("payment_intent", intent_id, "payment_intent")
        ident = intent["latest_charge"]
    else:
        params.require(given, "charge")
    charge = store.find("charge", ident) if ident else None
    if charge is None and not intent_id:
        raise missing("charge", given["charge"], "charge")
    if charge is None or charge["status"] != "succeeded":
        raise StripeError("This payment does not have a successful charge to refund.")
    return charge


def _amount(charge: Json, wanted: int | None) -> int:
    left = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        raise StripeError(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    if wanted is None:
        return left
    if wanted < 1:
        raise StripeError(
            "This value must be greater than or equal to 1.",
            code="parameter_invalid_integer",
            param="amount",
        )
    if wanted > left:
        raise StripeError(
            f"Refund amount ({wanted}) is greater than unrefunded amount on charge ({left})",
            param="amount",
        )
    return wanted


def _give_back(store: Store, charge: Json, amount: int) -> None:
    before = {name: charge[name] for name in ("amount_refunded", "refunded")}
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    store.save(charge)
    changed = {name: value for name, value in before.items() if charge[name] != value}
    emit(store, "charge.refunded", charge, changed)
