"""Subscriptions: started by a session, renewed, retried, cancelled at once or at their end."""

from members.sandbox import billing_shapes, charging, clock, invoices
from members.sandbox.events import emit
from members.sandbox.store import Store
from members.sandbox.wire import Json, StripeError, missing

# Days from one failed attempt to the next, and what becomes of the subscription after the last.
DUNNING: Json = {"retry_days": [3, 5, 7], "then": "cancel"}
ENDINGS = ("cancel", "unpaid", "past_due")
_REMIND_DAYS = 7
_DEBIT_DAYS = 4
OVER = ("canceled", "incomplete_expired")


def find_subscription(store: Store, ident: str) -> Json:
    """A subscription; raises `resource_missing`."""
    body = store.find("subscription", ident)
    if body is None:
        raise missing("subscription", ident)
    return body


def start(store: Store, session: Json, intent: Json, method: Json, *, paid: bool) -> Json:
    """Begin what a session of `mode=subscription` agreed on; the session takes the new ids."""
    kept = store.private(session["id"])
    body = billing_shapes.subscription(
        kept["subscription"], session["customer"], method["id"], kept["lines"]
    )
    store.add(body, {"periods": 1})
    emit(store, "customer.subscription.created", body)
    invoice = invoices.open_invoice(store, body, "subscription_create", intent)
    if paid:
        invoices.mark_paid(store, invoice)
    _change(store, body, latest_invoice=invoice["id"], status="active")
    _plan_next(store, body)
    session |= {"invoice": invoice["id"], "subscription": body["id"]}
    return body


def _change(store: Store, body: Json, **to: object) -> None:
    """Set fields, and tell of those that changed."""
    before = {name: body[name] for name, value in to.items() if body[name] != value}
    if before:
        body |= to
        store.save(body)
        emit(store, "customer.subscription.updated", body, before)


def _plan_next(store: Store, body: Json) -> None:
    end = period_end(body)
    store.unplan(body["id"])
    store.plan("renew", body["id"], end)
    remind = end - _REMIND_DAYS * clock.DAY
    if remind > clock.now():
        store.plan("remind", body["id"], remind)


def period_end(body: Json) -> int:
    """When the current period of a subscription ends."""
    return body["items"]["data"][0]["current_period_end"]


def remind(store: Store, ident: str) -> None:
    """Announce a renewal that will be invoiced."""
    body = find_subscription(store, ident)
    if body["status"] in ("active", "past_due") and not body["cancel_at_period_end"]:
        invoices.tell_upcoming(store, body)


def renew(store: Store, ident: str) -> None:
    """The period is over: begin the next one and invoice it, or end what was cancelled."""
    body = find_subscription(store, ident)
    if body["status"] in OVER:
        return
    if body["cancel_at_period_end"]:
        _end(store, body)
        return
    before = {"items": body["items"], "latest_invoice": body["latest_invoice"]}
    body["items"] = _next_items(store, body)
    if body["status"] == "unpaid":
        store.save(body)
        emit(store, "customer.subscription.updated", body, {"items": before["items"]})
        _plan_next(store, body)
        return
    invoice = invoices.open_invoice(store, body, "subscription_cycle")
    body["latest_invoice"] = invoice["id"]
    store.save(body)
    emit(store, "customer.subscription.updated", body, before)
    _plan_next(store, body)
    collect(store, invoice)


def _next_items(store: Store, body: Json) -> Json:
    """The items one period on; months are counted from the anchor, so no day is lost for good."""
    kept = store.private(body["id"])
    periods = kept["periods"] + 1
    store.save_private(body["id"], kept | {"periods": periods})
    moved = []
    for item in body["items"]["data"]:
        every = billing_shapes.months(item["price"])
        end = clock.add_months(body["billing_cycle_anchor"], every * periods)
        period = {"current_period_start": item["current_period_end"], "current_period_end": end}
        moved.append(item | period)
    return body["items"] | {"data": moved}


def collect(store: Store, invoice: Json) -> None:
    """Charge the subscription's card for an open invoice; what follows is the dunning's."""
    body = find_subscription(store, invoices.subscription_of(invoice))
    outcome = invoices.collect_invoice(store, invoice, _method(store, body))
    if outcome == "succeeded":
        take_payment(store, invoice)
    elif outcome == "failed":
        refuse_payment(store, invoice)
    else:
        store.plan("settle_invoice", invoice["id"], clock.now() + _DEBIT_DAYS * clock.DAY)


def settle(store: Store, ident: str) -> None:
    """The bank answers about the debit of a renewal."""
    invoice = invoices.find_invoice(store, ident)
    payment = invoices.payments(store, ident)[0]["payment"]
    intent = charging.find_intent(store, payment["payment_intent"])
    charge = charging.find_charge(store, intent["latest_charge"])
    if charging.card_of(store, charge).outcome == "bounce":
        charging.bounce(store, charge, intent)
        refuse_payment(store, invoice)
    else:
        charging.collect(store, charge, intent)
        take_payment(store, invoice)


def _method(store: Store, body: Json) -> Json | None:
    ident = body["default_payment_method"]
    return store.find("payment_method", ident) if ident else None


def take_payment(store: Store, invoice: Json) -> None:
    """An invoice was paid: a subscription that was behind is active again."""
    body = find_subscription(store, invoices.subscription_of(invoice))
    invoices.mark_paid(store, invoice)
    if body["status"] not in OVER and not _open_invoices(store, body["id"]):
        _change(store, body, status="active")


def refuse_payment(store: Store, invoice: Json) -> None:
    """An attempt failed: try again some days later, and at last give up."""
    body = find_subscription(store, invoices.subscription_of(invoice))
    rules = DUNNING | store.switch("dunning", {})
    days, tries = rules["retry_days"], invoice["attempt_count"]
    retry_at = int(clock.now()) + days[tries] * clock.DAY if tries < len(days) else None
    invoices.mark_failed(store, invoice, retry_at)
    if body["status"] in OVER:
        return
    if retry_at is not None or rules["then"] == "past_due":
        _change(store, body, status="past_due")
    elif rules["then"] == "unpaid":
        _change(store, body, status="unpaid")
    else:
        _end(store, body, "payment_failed")


def retry(store: Store, ident: str) -> None:
    """Try an open invoice again, if its subscription still runs."""
    invoice = invoices.find_invoice(store, ident)
    about = find_subscription(store, invoices.subscription_of(invoice))
    if invoice["status"] == "open" and about["status"] not in OVER:
        collect(store, invoice)


def _open_invoices(store: Store, ident: str) -> list[Json]:
    sql = (
        "SELECT id FROM objects WHERE kind = 'invoice' "
        "AND json_extract(private, '$.subscription') = ? "
        "AND json_extract(body, '$.status') = 'open' ORDER BY seq"
    )
    return [invoices.find_invoice(store, row["id"]) for row in store.rows(sql, ident)]


def _end(store: Store, body: Json, reason: str | None = None) -> None:
    moment = int(clock.now())
    if reason:
        body["cancellation_details"] = body["cancellation_details"] | {"reason": reason}
    body |= {
        "canceled_at": body["canceled_at"] or moment,
        "ended_at": moment,
        "status": "canceled",
    }
    store.save(body)
    store.unplan(body["id"])
    for invoice in _open_invoices(store, body["id"]):
        store.unplan(invoice["id"], "retry")
        store.save(invoice | {"auto_advance": False, "next_payment_attempt": None})
    emit(store, "customer.subscription.deleted", body)


# --- What callers ask for -----------------------------------------------------------------------


def cancel(store: Store, ident: str, details: Json | None = None) -> Json:
    """End a subscription now; raises where it has ended."""
    with store.transaction():
        body = find_subscription(store, ident)
        if body["status"] in OVER:
            raise missing("subscription", ident)
        body["cancellation_details"] = body["cancellation_details"] | (details or {})
        _end(store, body, "cancellation_requested")
        return body


def update(store: Store, ident: str, given: Json) -> Json:
    """Change metadata, description, card, or whether the period is the last one."""
    with store.transaction():
        body = find_subscription(store, ident)
        if body["status"] in OVER:
            raise StripeError(
                "A canceled subscription can only update its cancellation_details and metadata."
            )
        names = ("description", "default_payment_method", "metadata")
        to: Json = {name: given[name] for name in names if name in given}
        if to.get("default_payment_method"):
            _check_method(store, body, to["default_payment_method"])
        if "metadata" in to:
            to["metadata"] = merge(body["metadata"], to["metadata"])
        if given.get("cancel_at_period_end") is not None:
            to |= _last_period(body, last=given["cancel_at_period_end"])
        if given.get("cancellation_details"):
            known = to.get("cancellation_details", body["cancellation_details"])
            to["cancellation_details"] = known | given["cancellation_details"]
        _change(store, body, **to)
        return body


def _check_method(store: Store, body: Json, ident: str) -> None:
    method = store.find("payment_method", ident)
    if method is None or method["customer"] != body["customer"]:
        raise missing("PaymentMethod", ident, "default_payment_method")


def merge(known: Json, given: Json) -> Json:
    """Metadata with its changes: an empty value takes a key away, no keys at all take all."""
    merged = {**known, **given} if given else {}
    return {key: value for key, value in merged.items() if value}


def _last_period(body: Json, *, last: bool) -> Json:
    if last == body["cancel_at_period_end"]:
        return {}
    reason = "cancellation_requested" if last else None
    return {
        "cancel_at": period_end(body) if last else None,
        "cancel_at_period_end": last,
        "canceled_at": int(clock.now()) if last else None,
        "cancellation_details": body["cancellation_details"] | {"reason": reason},
    }


def change_card(store: Store, customer: Json, method: Json) -> None:
    """A customer's new card pays from now on, and what is open is tried with it at once."""
    emit(store, "payment_method.attached", method)
    settings = customer["invoice_settings"]
    before = {"invoice_settings": settings}
    customer["invoice_settings"] = settings | {"default_payment_method": method["id"]}
    store.save(customer)
    emit(store, "customer.updated", customer, before)
    for body in store.matching("subscription", customer=customer["id"]):
        if body["status"] in OVER:
            continue
        _change(store, body, default_payment_method=method["id"])
        for invoice in _open_invoices(store, body["id"]):
            collect(store, invoice)
