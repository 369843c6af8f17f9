"""Invoices: drawn up for a period, finalized, paid or not."""

from typing import Any

from members.sandbox import billing_shapes, charging, clock, shapes
from members.sandbox.events import emit
from members.sandbox.store import Store
from members.sandbox.wire import Json, missing


def find_invoice(store: Store, ident: str) -> Json:
    """An invoice; raises `resource_missing`."""
    body = store.find("invoice", ident)
    if body is None:
        raise missing("invoice", ident)
    return body


def subscription_of(body: Json) -> str:
    """The subscription that an invoice belongs to."""
    return body["parent"]["subscription_details"]["subscription"]


def open_invoice(store: Store, about: Json, reason: str, intent: Json | None = None) -> Json:
    """Draw up and finalize an invoice for a subscription's period; a first one brings its intent.

    Raises `resource_missing` where the customer is gone.
    """
    customer = _customer(store, about["customer"])
    body = billing_shapes.invoice(about, customer, reason)
    store.add(body, {"subscription": about["id"]})
    emit(store, "invoice.created", body)
    place = customer["next_invoice_sequence"]
    store.save(customer | {"next_invoice_sequence": place + 1})
    body |= {
        "effective_at": body["created"],
        "hosted_invoice_url": f"{store.switch('base_url', '')}/c/invoice/{body['id']}",
        "number": f"{customer['invoice_prefix']}-{place:04}",
        "status": "open",
    }
    body["status_transitions"]["finalized_at"] = int(clock.now())
    intent = intent or _new_intent(store, body)
    store.add(billing_shapes.invoice_payment(body, intent["id"]), {"intent": intent["id"]})
    store.save(body)
    emit(store, "invoice.finalized", body)
    return body


def _customer(store: Store, ident: str) -> Json:
    customer = store.find("customer", ident)
    if customer is None or customer.get("deleted"):
        raise missing("customer", ident, "customer")
    return customer


def _new_intent(store: Store, body: Json) -> Json:
    of = {
        "amount_total": body["amount_due"],
        "currency": body["currency"],
        "customer": body["customer"],
        "payment_method_types": ["card"],
    }
    return store.add(shapes.payment_intent(of, {"description": "Subscription update"}))


def payments(store: Store, ident: str) -> list[Json]:
    """The payments of an invoice, newest first."""
    return store.matching("invoice_payment", invoice=ident)


def collect_invoice(store: Store, body: Json, method: Json | None) -> str:
    """Try once to collect an open invoice: "succeeded", "failed", or "pending" for bank debits."""
    intent = charging.find_intent(
        store, payments(store, body["id"])[0]["payment"]["payment_intent"]
    )
    if method is None:
        charging.refuse(store, intent, "payment_method_missing", "There is no payment method.")
        return "failed"
    return charging.attempt(store, intent, method)


def mark_paid(store: Store, body: Json) -> None:
    """The money of an invoice is there."""
    moment = int(clock.now())
    payment = payments(store, body["id"])[0]
    payment |= {"amount_paid": body["amount_due"], "status": "paid"}
    payment["status_transitions"]["paid_at"] = moment
    store.save(payment)
    body |= {
        "amount_paid": body["amount_due"],
        "amount_remaining": 0,
        "attempt_count": body["attempt_count"] + 1,
        "attempted": True,
        "auto_advance": False,
        "next_payment_attempt": None,
        "status": "paid",
    }
    body["status_transitions"]["paid_at"] = moment
    store.save(body)
    store.unplan(body["id"])
    emit(store, "invoice.paid", body)
    emit(store, "invoice.payment_succeeded", body)


def mark_failed(store: Store, body: Json, retry_at: int | None) -> None:
    """An attempt failed; there will be another one at `retry_at`, or none."""
    body |= {
        "attempt_count": body["attempt_count"] + 1,
        "attempted": True,
        "auto_advance": retry_at is not None,
        "next_payment_attempt": retry_at,
    }
    store.save(body)
    store.unplan(body["id"])
    if retry_at is not None:
        store.plan("retry", body["id"], retry_at)
    emit(store, "invoice.payment_failed", body)


def tell_upcoming(store: Store, about: Json) -> None:
    """Announce the next invoice of a subscription; it does not exist yet."""
    body: Json = billing_shapes.invoice(about, _customer(store, about["customer"]), "upcoming")
    body["id"] = f"upcoming_{body['id']}"
    due = about["items"]["data"][0]["current_period_end"]
    later: Any = {"next_payment_attempt": due, "period_end": due}
    for line in body["lines"]["data"]:
        line |= {"invoice": None, "period": _next_period(line, about)}
    emit(store, "invoice.upcoming", body | later)


def _next_period(line: Json, about: Json) -> Json:
    ident = line["parent"]["subscription_item_details"]["subscription_item"]
    item = next(one for one in about["items"]["data"] if one["id"] == ident)
    start = item["current_period_end"]
    return {"start": start, "end": clock.add_months(start, billing_shapes.months(item["price"]))}
