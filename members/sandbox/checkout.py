"""Checkout sessions: created, paid, confirmed, settled or expired, each step under the lock."""

import time
from typing import Any
from urllib.parse import urlsplit

from members.sandbox import cards, params, shapes
from members.sandbox.cards import DECLINES, Entry
from members.sandbox.events import emit
from members.sandbox.store import Store, new_id
from members.sandbox.wire import Json, StripeError, missing

_LEAST = 50
_HALF_HOUR, _DAY = 1800, 86400
SETTLE_AFTER = 30
_OVERDUE = (
    "SELECT id FROM objects WHERE kind = 'checkout.session' "
    "AND json_extract(body, '$.status') = 'open' AND json_extract(body, '$.expires_at') <= ?"
)


def create_session(store: Store, given: Json, base_url: str) -> Json:
    """Open a session of `mode=payment`; raises as Stripe does for what it would refuse."""
    params.require(given, "mode", "line_items", "success_url")
    if given["mode"] != "payment":
        raise StripeError("The sandbox speaks mode=payment only.", param="mode")
    if given.get("ui_mode") not in (None, "hosted_page"):
        raise StripeError("The sandbox speaks ui_mode=hosted_page only.", param="ui_mode")
    _check_urls(given)
    _check_payer(store, given)
    given["expires_at"] = _check_expiry(given.get("expires_at"))
    lines = [_line(store, raw, at) for at, raw in enumerate(given["line_items"])]
    _check_total(lines)
    ident = new_id("checkout.session")
    body = shapes.session(given, lines, ident, f"{base_url}/c/pay/{ident}")
    if given.get("customer_email"):
        body["customer_details"] = shapes.person(given["customer_email"])
    intent_data = given.get("payment_intent_data") or {}
    return store.add(body, {"lines": lines, "intent": intent_data})


def _check_urls(given: Json) -> None:
    for name in ("success_url", "cancel_url"):
        parts = urlsplit(given.get(name) or "http://none")
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise StripeError("Not a valid URL", code="url_invalid", param=name)


def _check_payer(store: Store, given: Json) -> None:
    if given.get("customer") and given.get("customer_email"):
        raise StripeError(
            "You may only specify one of these parameters: customer, customer_email.",
            param="customer",
        )
    if given.get("customer") and not store.find("customer", given["customer"]):
        raise missing("customer", given["customer"], "customer")


def _check_expiry(wanted: int | None) -> int:
    now = int(time.time())
    if wanted is None:
        return now + _DAY
    if not now + _HALF_HOUR - 60 <= wanted <= now + _DAY + 60:
        raise StripeError(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from now.",
            param="expires_at",
        )
    return wanted


def _line(store: Store, raw: Json, at: int) -> Json:
    where = f"line_items[{at}]"
    data = raw.get("price_data") or {}
    for name in ("currency", "unit_amount", "product_data"):
        if data.get(name) is None:
            label = f"{where}[price_data][{name}]"
            raise StripeError(
                f"Missing required param: {label}.", code="parameter_missing", param=label
            )
    params.require(data["product_data"], "name")
    if data["unit_amount"] < 0 or raw.get("quantity", 1) < 1:
        raise StripeError("Invalid positive integer", code="parameter_invalid_integer", param=where)
    product = store.add(shapes.product(data["product_data"]))
    price = store.add(shapes.price(data, product["id"]))
    return shapes.item({"quantity": 1, **raw}, price, product["name"])


def _check_total(lines: list[Json]) -> None:
    if len({line["currency"] for line in lines}) > 1:
        raise StripeError("All line items must have the same currency.", param="line_items")
    if sum(line["amount_total"] for line in lines) < _LEAST:
        raise StripeError(
            "The Checkout Session's total amount due must add up to at least $0.50 usd",
            code="amount_too_small",
            param="line_items",
        )


def lines(store: Store, ident: str) -> list[Json]:
    """The line items of a session."""
    return store.private(ident)["lines"]


def find_session(store: Store, ident: str) -> Json:
    """The session as it is now; raises `resource_missing`."""
    with store.transaction():
        body = store.find("checkout.session", ident)
        if body is None:
            raise missing("checkout.session", ident, "id")
        if body["status"] == "open" and body["expires_at"] <= time.time():
            return _expire(store, body)
        return body


def expire_session(store: Store, ident: str) -> Json:
    """Close an open session before its time."""
    with store.transaction():
        body = find_session(store, ident)
        if body["status"] != "open":
            raise StripeError(
                'Only Checkout Sessions with a status in ["open"] can be expired. This '
                f"Checkout Session has a status of `{body['status']}`."
            )
        return _expire(store, body)


def _expire(store: Store, body: Json) -> Json:
    body |= {"status": "expired", "url": None}
    store.save(body)
    emit(store, "checkout.session.expired", body)
    return body


def pay(store: Store, ident: str, entry: Entry) -> Json:
    """One press of Pay. A session that is not open any more is returned as it is.

    So two presses make one charge: the second finds the session complete.
    """
    with store.transaction():
        body = find_session(store, ident)
        if body["status"] != "open":
            return body
        _ensure_customer(store, body, entry)
        intent = _ensure_intent(store, body)
        kept = store.private(ident) | {"entry": [entry.card.last4, entry.month, entry.year]}
        store.save_private(ident, kept | {"email": entry.email})
        if entry.card.outcome == "confirm":
            return _ask_confirmation(store, body, intent)
        return _attempt(store, body, intent, entry)


def _ensure_customer(store: Store, body: Json, entry: Entry) -> None:
    if body["customer"] or body["customer_creation"] != "always":
        return
    made = store.add(shapes.customer({"email": entry.email}))
    emit(store, "customer.created", made)
    body["customer"] = made["id"]


def _ensure_intent(store: Store, body: Json) -> Json:
    if body["payment_intent"]:
        return find_intent(store, body)
    intent = store.add(shapes.payment_intent(body, store.private(body["id"])["intent"]))
    body["payment_intent"] = intent["id"]
    store.save(body)
    return intent


def find_intent(store: Store, body: Json) -> Json:
    """The payment intent of a session that has one."""
    intent = store.find("payment_intent", body["payment_intent"])
    if intent is None:
        raise missing("payment_intent", body["payment_intent"])
    return intent


def _ask_confirmation(store: Store, body: Json, intent: Json) -> Json:
    step = {"return_url": body["success_url"], "url": f"{body['url']}/confirm"}
    intent |= {
        "last_payment_error": None,
        "next_action": {"redirect_to_url": step, "type": "redirect_to_url"},
        "status": "requires_action",
    }
    store.save(intent)
    return body


def confirm(store: Store, ident: str, passed: bool) -> Json:
    """The payer's bank asked, and the payer said yes or no."""
    with store.transaction():
        body = find_session(store, ident)
        if body["status"] != "open" or not body["payment_intent"]:
            return body
        intent = find_intent(store, body)
        if intent["status"] != "requires_action":
            return body
        kept = store.private(ident)
        last4, month, year = kept["entry"]
        entry = Entry(cards.BY_LAST4[last4], month, year, kept["email"])
        if passed:
            return _attempt(store, body, intent, entry)
        _refuse(
            store,
            intent,
            "payment_intent_authentication_failure",
            "We are unable to authenticate your payment method. Please choose a different "
            "payment method and try again.",
        )
        return body


def _attempt(store: Store, body: Json, intent: Json, entry: Entry) -> Json:
    charge = _new_charge(store, intent, entry)
    intent |= {"next_action": None, "latest_charge": charge["id"]}
    if entry.card.outcome == "decline":
        _fail_charge(store, charge, "card_declined", DECLINES[entry.card.decline_code])
        decline = {"charge": charge["id"], "decline_code": entry.card.decline_code}
        _refuse(store, intent, "card_declined", charge["failure_message"], **decline)
        return body
    intent |= {"last_payment_error": None, "payment_method": charge["payment_method"]}
    if entry.card.method == "card":
        _collect(store, charge, intent)
    else:
        intent["status"] = "processing"
        store.save(intent)
        emit(store, "charge.pending", charge)
        emit(store, "payment_intent.processing", intent)
        _plan_settlement(store, body["id"], entry.card.outcome)
    return _complete(store, body, entry.email, paid=entry.card.method == "card")


def _new_charge(store: Store, intent: Json, entry: Entry) -> Json:
    billing = dict.fromkeys(("address", "name", "phone", "tax_id")) | {"email": entry.email}
    method = store.add(
        shapes.payment_method(cards.method_block(entry), billing, intent["customer"])
    )
    outcome = cards.outcome_block(entry.card)
    return store.add(shapes.charge(intent, method, cards.charge_block(entry), outcome))


def _complete(store: Store, body: Json, email: str, *, paid: bool) -> Json:
    body |= {
        "customer_details": shapes.person(email),
        "payment_status": "paid" if paid else "unpaid",
        "status": "complete",
        "url": None,
    }
    store.save(body)
    emit(store, "checkout.session.completed", body)
    return body


def _collect(store: Store, charge: Json, intent: Json) -> None:
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


def _fail_charge(store: Store, charge: Json, code: str, message: str) -> None:
    charge |= {"failure_code": code, "failure_message": message, "status": "failed"}
    store.save(charge)
    emit(store, "charge.failed", charge)


def _refuse(store: Store, intent: Json, code: str, message: str, **more: Any) -> None:
    intent |= {
        "last_payment_error": {"code": code, "message": message, "type": "card_error", **more},
        "next_action": None,
        "payment_method": None,
        "status": "requires_payment_method",
    }
    store.save(intent)
    emit(store, "payment_intent.payment_failed", intent)


def _plan_settlement(store: Store, ident: str, outcome: str) -> None:
    wait = store.switch("settle_after", SETTLE_AFTER)
    due = None if wait is None else time.time() + wait
    plan = {"settle_at": due, "settles": outcome == "settle"}
    store.save_private(ident, store.private(ident) | plan)
    store.set_switch("unsettled", [*store.switch("unsettled", []), ident])


def settle(store: Store, ident: str, *, succeeds: bool) -> Json:
    """Decide a delayed payment; raises where the session waits for none."""
    with store.transaction():
        body = find_session(store, ident)
        if body["status"] != "complete" or ident not in store.switch("unsettled", []):
            raise StripeError("This session does not wait for a payment to settle.")
        waiting = [other for other in store.switch("unsettled") if other != ident]
        store.set_switch("unsettled", waiting)
        intent = find_intent(store, body)
        charge = store.find("charge", intent["latest_charge"]) or {}
        if succeeds:
            _collect(store, charge, intent)
            body["payment_status"] = "paid"
            store.save(body)
        else:
            reason = "The customer's bank account has insufficient funds."
            _fail_charge(store, charge, "insufficient_funds", reason)
            _refuse(store, intent, "insufficient_funds", reason, charge=charge["id"])
        word = "succeeded" if succeeds else "failed"
        emit(store, f"checkout.session.async_payment_{word}", body)
        return body


def run_clock(store: Store) -> None:
    """Expire and settle whatever is due by now."""
    now = time.time()
    for row in store.rows(_OVERDUE, now):
        find_session(store, row["id"])
    for ident in store.switch("unsettled", []):
        plan = store.private(ident)
        if plan["settle_at"] is not None and plan["settle_at"] <= now:
            settle(store, ident, succeeds=plan["settles"])
