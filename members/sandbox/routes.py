"""The calls under /v1 by method and address, and what each does."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from members.sandbox import (
    billing_shapes,
    checkout,
    disputes,
    params,
    refunds,
    shapes,
    subscriptions,
)
from members.sandbox.events import emit
from members.sandbox.listing import cut, list_objects, show
from members.sandbox.store import Store
from members.sandbox.wire import Json, StripeError, missing


@dataclass(frozen=True)
class Call:
    """One API request. `ident` is the id in the path, `form` the raw body or query."""

    method: str
    path: str
    form: str
    base_url: str
    request_id: str
    key: str | None = None
    ident: str = ""


Act = Callable[[Store, Call, Json], Json]


def find_route(call: Call) -> tuple[str, Act, str]:
    """The name of a call's parameters, what it does, and the id in its path."""
    for method, pattern, name, act in _ROUTES:
        found = re.fullmatch(pattern, call.path)
        if found and method == call.method:
            return name, act, found.groupdict().get("id", "")
    raise StripeError(
        f"Unrecognized request URL ({call.method}: {call.path}).", status=404, code="url_invalid"
    )


def _reader(kind: str) -> Act:
    return lambda store, call, given: show(store, kind, call.ident)


def _lister(kind: str) -> Act:
    return lambda store, call, given: list_objects(store, kind, given, call.path)


def _create_session(store: Store, call: Call, given: Json) -> Json:
    return checkout.create_session(store, given, call.base_url)


def _read_session(store: Store, call: Call, given: Json) -> Json:
    return checkout.find_session(store, call.ident)


def _expire_session(store: Store, call: Call, given: Json) -> Json:
    return checkout.expire_session(store, call.ident)


def _list_lines(store: Store, call: Call, given: Json) -> Json:
    checkout.find_session(store, call.ident)
    return cut(checkout.lines(store, call.ident), given, call.path)


def _create_customer(store: Store, call: Call, given: Json) -> Json:
    body = store.add(shapes.customer(given))
    emit(store, "customer.created", body)
    return body


def _update_customer(store: Store, call: Call, given: Json) -> Json:
    body = _customer(store, call.ident, "id")
    if given.get("address"):
        given["address"] = shapes.address(given["address"])
    if "metadata" in given:
        given["metadata"] = subscriptions.merge(body["metadata"], given["metadata"])
    before = {name: body[name] for name, value in given.items() if body[name] != value}
    body |= given
    store.save(body)
    emit(store, "customer.updated", body, before)
    return body


def _delete_customer(store: Store, call: Call, given: Json) -> Json:
    """What was agreed with a customer ends, and nobody is charged any more."""
    body = _customer(store, call.ident, "id")
    for about in store.matching("subscription", customer=body["id"]):
        if about["status"] not in subscriptions.OVER:
            subscriptions.cancel(store, about["id"])
    emit(store, "customer.deleted", body)
    gone = {"id": body["id"], "object": "customer", "deleted": True}
    store.save(gone)
    return gone


def _customer(store: Store, ident: str, param: str = "customer") -> Json:
    body = store.find("customer", ident)
    if body is None or body.get("deleted"):
        raise missing("customer", ident, param)
    return body


def _create_refund(store: Store, call: Call, given: Json) -> Json:
    return refunds.create_refund(store, given)


def _update_subscription(store: Store, call: Call, given: Json) -> Json:
    return subscriptions.update(store, call.ident, given)


def _cancel_subscription(store: Store, call: Call, given: Json) -> Json:
    return subscriptions.cancel(store, call.ident, given.get("cancellation_details"))


def _accept_dispute(store: Store, call: Call, given: Json) -> Json:
    return disputes.close_dispute(store, call.ident, "lost")


def _create_portal(store: Store, call: Call, given: Json) -> Json:
    params.require(given, "customer")
    _customer(store, given["customer"])
    return store.add(billing_shapes.portal_session(given, call.base_url))


_ID = r"(?P<id>\w+)"
_SESSIONS = "/v1/checkout/sessions"
_ROUTES: tuple[tuple[str, str, str, Act], ...] = (
    ("POST", _SESSIONS, "session.create", _create_session),
    ("GET", _SESSIONS, "session.list", _lister("checkout.session")),
    ("GET", f"{_SESSIONS}/{_ID}", "retrieve", _read_session),
    ("POST", f"{_SESSIONS}/{_ID}/expire", "retrieve", _expire_session),
    ("GET", f"{_SESSIONS}/{_ID}/line_items", "item.list", _list_lines),
    ("POST", "/v1/billing_portal/sessions", "portal.create", _create_portal),
    ("POST", "/v1/customers", "customer.create", _create_customer),
    ("GET", "/v1/customers", "customer.list", _lister("customer")),
    ("GET", f"/v1/customers/{_ID}", "retrieve", _reader("customer")),
    ("POST", f"/v1/customers/{_ID}", "customer.update", _update_customer),
    ("DELETE", f"/v1/customers/{_ID}", "retrieve", _delete_customer),
    ("GET", "/v1/subscriptions", "subscription.list", _lister("subscription")),
    ("GET", f"/v1/subscriptions/{_ID}", "retrieve", _reader("subscription")),
    ("POST", f"/v1/subscriptions/{_ID}", "subscription.update", _update_subscription),
    ("DELETE", f"/v1/subscriptions/{_ID}", "subscription.cancel", _cancel_subscription),
    ("GET", "/v1/invoices", "invoice.list", _lister("invoice")),
    ("GET", f"/v1/invoices/{_ID}", "retrieve", _reader("invoice")),
    ("GET", "/v1/invoice_payments", "invoice_payment.list", _lister("invoice_payment")),
    ("GET", f"/v1/invoice_payments/{_ID}", "retrieve", _reader("invoice_payment")),
    ("GET", "/v1/payment_intents", "intent.list", _lister("payment_intent")),
    ("GET", f"/v1/payment_intents/{_ID}", "intent.retrieve", _reader("payment_intent")),
    ("GET", f"/v1/payment_methods/{_ID}", "retrieve", _reader("payment_method")),
    ("GET", "/v1/charges", "charge.list", _lister("charge")),
    ("GET", f"/v1/charges/{_ID}", "retrieve", _reader("charge")),
    ("GET", "/v1/balance_transactions", "balance_transaction.list", _lister("balance_transaction")),
    ("GET", f"/v1/balance_transactions/{_ID}", "retrieve", _reader("balance_transaction")),
    ("POST", "/v1/refunds", "refund.create", _create_refund),
    ("GET", "/v1/refunds", "refund.list", _lister("refund")),
    ("GET", f"/v1/refunds/{_ID}", "retrieve", _reader("refund")),
    ("GET", "/v1/disputes", "dispute.list", _lister("dispute")),
    ("GET", f"/v1/disputes/{_ID}", "retrieve", _reader("dispute")),
    ("POST", f"/v1/disputes/{_ID}/close", "retrieve", _accept_dispute),
    ("GET", "/v1/payouts", "payout.list", _lister("payout")),
    ("GET", f"/v1/payouts/{_ID}", "retrieve", _reader("payout")),
    ("GET", "/v1/events", "event.list", _lister("event")),
    ("GET", f"/v1/events/{_ID}", "retrieve", _reader("event")),
    ("GET", f"/v1/prices/{_ID}", "retrieve", _reader("price")),
    ("GET", f"/v1/products/{_ID}", "retrieve", _reader("product")),
)
