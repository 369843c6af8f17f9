"""Checkout sessions: created, paid, confirmed, settled or expired, each step under the lock."""

from urllib.parse import urlsplit

from members.sandbox import cards, charging, clock, invoices, params, shapes, subscriptions
from members.sandbox.cards import Entry
from members.sandbox.events import emit
from members.sandbox.store import Store, new_id
from members.sandbox.wire import Json, StripeError, missing

_LEAST = 50
_HALF_HOUR, _DAY = 1800, clock.DAY
SETTLE_AFTER = 30
_OVERDUE = (
    "SELECT id FROM objects WHERE kind = 'checkout.session' "
    "AND json_extract(body, '$.status') = 'open' AND json_extract(body, '$.expires_at') <= ?"
)


def create_session(store: Store, given: Json, base_url: str) -> Json:
    """Open a session to pay or to subscribe; raises as Stripe does for what it would refuse."""
    params.require(given, "mode", "line_items", "success_url")
    _check_mode(given)
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
    if body["mode"] == "subscription":
        # An invoice names its page, and a renewal has no request that knows the address.
        store.set_switch("base_url", base_url)
    private = {"lines": lines, "subscription": given.get("subscription_data") or {}}
    return store.add(body, private | {"intent": intent_data, "intent_id": None})


def _check_mode(given: Json) -> None:
    mode = given["mode"]
    if mode not in ("payment", "subscription"):
        raise StripeError("The sandbox speaks mode=payment and mode=subscription.", param="mode")
    foreign = "payment_intent_data" if mode == "subscription" else "subscription_data"
    if given.get(foreign):
        raise StripeError(f"You can not pass `{foreign}` in `{mode}` mode.", param=foreign)
    if mode == "subscription" and given.get("customer_creation"):
        raise StripeError(
            "`customer_creation` can only be used in `payment` and `setup` mode.",
            param="customer_creation",
        )
    recurring = [
        bool((raw.get("price_data") or {}).get("recurring")) for raw in given["line_items"]
    ]
    if mode == "payment" and any(recurring):
        raise StripeError(
            "You specified `payment` mode but passed a recurring price. Either switch to "
            "`subscription` mode or use only one-time prices.",
            param="line_items",
        )
    if mode == "subscription" and not all(recurring):
        raise StripeError(
            "You must provide at least one recurring price in `subscription` mode when using "
            "prices.",
            param="line_items",
        )


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
    now = int(clock.now())
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
    _check_interval(data.get("recurring"), f"{where}[price_data][recurring]")
    if data["unit_amount"] < 0 or raw.get("quantity", 1) < 1:
        raise StripeError("Invalid positive integer", code="parameter_invalid_integer", param=where)
    product = store.add(shapes.product(data["product_data"]))
    price = store.add(shapes.price(data, product["id"]))
    return shapes.item({"quantity": 1, **raw}, price, product["name"])


def _check_interval(again: Json | None, where: str) -> None:
    if again is None:
        return
    if again.get("interval") not in ("month", "year"):
        raise StripeError("The sandbox bills by month and by year.", param=f"{where}[interval]")
    if not 1 <= again.get("interval_count", 1) <= 36:
        raise StripeError("Invalid interval_count", param=f"{where}[interval_count]")


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
        if body["status"] == "open" and body["expires_at"] <= clock.now():
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
        store.save_private(ident, store.private(ident) | {"entry": cards.keep(entry)})
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
    known = intent_of(store, body)
    if known:
        return known
    kept = store.private(body["id"])
    again = body["mode"] == "subscription"
    data = {"description": "Subscription creation"} if again else kept["intent"]
    intent = store.add(shapes.payment_intent(body, data))
    # A session that subscribes keeps its intent to itself: the invoice leads to it.
    body["payment_intent"] = None if again else intent["id"]
    store.save(body)
    store.save_private(body["id"], kept | {"intent_id": intent["id"]})
    return intent


def intent_of(store: Store, body: Json) -> Json | None:
    """The payment intent behind a session, once somebody tried to pay."""
    ident = store.private(body["id"]).get("intent_id")
    return charging.find_intent(store, ident) if ident else None


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
        intent = intent_of(store, body)
        if body["status"] != "open" or not intent or intent["status"] != "requires_action":
            return body
        if passed:
            entry = cards.entry_from(store.private(ident)["entry"])
            return _attempt(store, body, intent, entry)
        charging.refuse(
            store,
            intent,
            "payment_intent_authentication_failure",
            "We are unable to authenticate your payment method. Please choose a different "
            "payment method and try again.",
        )
        return body


def _attempt(store: Store, body: Json, intent: Json, entry: Entry) -> Json:
    method = charging.save_method(store, entry, body["customer"])
    outcome = charging.attempt(store, intent, method)
    if outcome == "failed":
        return body
    if outcome == "pending":
        _plan_settlement(store, body["id"], entry.card.outcome)
    paid = outcome == "succeeded"
    if body["mode"] == "subscription":
        subscriptions.start(store, body, intent, method, paid=paid)
    return _complete(store, body, entry.email, paid=paid)


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


def _plan_settlement(store: Store, ident: str, outcome: str) -> None:
    wait = store.switch("settle_after", SETTLE_AFTER)
    store.save_private(ident, store.private(ident) | {"settles": outcome == "settle"})
    store.plan("settle", ident, None if wait is None else clock.now() + wait)


def settle_planned(store: Store, ident: str) -> None:
    """Decide a delayed payment as its test account has it."""
    settle(store, ident, succeeds=store.private(ident)["settles"])


def settle(store: Store, ident: str, *, succeeds: bool) -> Json:
    """Decide a delayed payment; raises where the session waits for none."""
    with store.transaction():
        body = find_session(store, ident)
        intent = intent_of(store, body)
        if not intent or not store.unplan(ident, "settle"):
            raise StripeError("This session does not wait for a payment to settle.")
        charge = charging.find_charge(store, intent["latest_charge"])
        if succeeds:
            charging.collect(store, charge, intent)
            body["payment_status"] = "paid"
            store.save(body)
        else:
            charging.bounce(store, charge, intent)
        if body["invoice"]:
            follow = subscriptions.take_payment if succeeds else subscriptions.refuse_payment
            follow(store, invoices.find_invoice(store, body["invoice"]))
        word = "succeeded" if succeeds else "failed"
        emit(store, f"checkout.session.async_payment_{word}", body)
        return body


def expire_overdue(store: Store) -> None:
    """Close the sessions whose time is over."""
    for row in store.rows(_OVERDUE, clock.now()):
        find_session(store, row["id"])
