"""Collecting money: payment methods, payment intents, and each attempt to charge one."""

from typing import Any

from members.sandbox import cards, shapes
from members.sandbox.cards import DECLINES, Entry
from members.sandbox.events import emit
from members.sandbox.store import Store
from members.sandbox.wire import Json, missing


def save_method(store: Store, entry: Entry, customer: str | None) -> Json:
    """Keep what the payer entered as a payment method, of a customer where there is one."""
    billing = dict.fromkeys(("address", "name", "phone", "tax_id")) | {"email": entry.email}
    body = shapes.payment_method(cards.method_block(entry), billing, customer)
    return store.add(body, {"entry": cards.keep(entry), "uses": 0})


def find_intent(store: Store, ident: str) -> Json:
    """A payment intent; raises `resource_missing`."""
    intent = store.find("payment_intent", ident)
    if intent is None:
        raise missing("payment_intent", ident)
    return intent


def find_charge(store: Store, ident: str) -> Json:
    """A charge; raises `resource_missing`."""
    charge = store.find("charge", ident)
    if charge is None:
        raise missing("charge", ident)
    return charge


def attempt(store: Store, intent: Json, method: Json) -> str:
    """Try once to collect an intent; says "succeeded", "failed", or "pending" for bank debits."""
    kept = store.private(method["id"])
    entry = cards.entry_from(kept["entry"])
    declined = entry.card.is_declined(kept["uses"])
    outcome = cards.outcome_block(entry.card, declined=declined)
    charge = store.add(shapes.charge(intent, method, cards.charge_block(entry), outcome))
    store.save_private(method["id"], kept | {"uses": kept["uses"] + 1})
    intent |= {"next_action": None, "latest_charge": charge["id"]}
    if declined:
        _fail_charge(store, charge, "card_declined", DECLINES[entry.card.decline_code])
        decline = {"charge": charge["id"], "decline_code": entry.card.decline_code}
        refuse(store, intent, "card_declined", charge["failure_message"], **decline)
        return "failed"
    intent |= {"last_payment_error": None, "payment_method": method["id"]}
    if method["type"] == "card":
        collect(store, charge, intent)
        return "succeeded"
    intent["status"] = "processing"
    store.save(intent)
    emit(store, "charge.pending", charge)
    emit(store, "payment_intent.processing", intent)
    return "pending"


def collect(store: Store, charge: Json, intent: Json) -> None:
    """The money of a charge arrives."""
    amount = charge["amount"]
    booked = shapes.balance_transaction(charge, "charge", amount, shapes.fee(amount))
    store.add(booked)
    charge |= {
        "amount_captured": amount,
        "balance_transaction": booked["id"],
        "captured": True,
        "paid": True,
        "status": "succeeded",
    }
    store.save(charge)
    intent |= {"amount_received": amount, "status": "succeeded"}
    store.save(intent)
    emit(store, "charge.succeeded", charge)
    emit(store, "payment_intent.succeeded", intent)
    if card_of(store, charge).outcome == "dispute":
        store.plan("dispute", charge["id"], charge["created"])


def bounce(store: Store, charge: Json, intent: Json) -> None:
    """The bank sends a debit back."""
    reason = "The customer's bank account has insufficient funds."
    _fail_charge(store, charge, "insufficient_funds", reason)
    refuse(store, intent, "insufficient_funds", reason, charge=charge["id"])


def card_of(store: Store, charge: Json) -> cards.Card:
    """The test card that a charge was made with."""
    return cards.entry_from(store.private(charge["payment_method"])["entry"]).card


def _fail_charge(store: Store, charge: Json, code: str, message: str) -> None:
    charge |= {"failure_code": code, "failure_message": message, "status": "failed"}
    store.save(charge)
    emit(store, "charge.failed", charge)


def refuse(store: Store, intent: Json, code: str, message: str, **more: Any) -> None:
    """An attempt did not go through; another payment method may be tried."""
    intent |= {
        "last_payment_error": {"code": code, "message": message, "type": "card_error", **more},
        "next_action": None,
        "payment_method": None,
        "status": "requires_payment_method",
    }
    store.save(intent)
    emit(store, "payment_intent.payment_failed", intent)
