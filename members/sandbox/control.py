"""The switches under /_sandbox, for tests and for people who try things out. JSON both ways."""

import re
from collections.abc import Callable
from typing import Any

from members.sandbox import checkout, events, faults, refunds
from members.sandbox.cards import BY_NUMBER, Entry
from members.sandbox.listing import show
from members.sandbox.store import Store
from members.sandbox.wire import API_VERSION, Json, StripeError

Act = Callable[[Store, str, Json], Json]

# The names a webhooks switch has, and what each must be.
_WEBHOOKS: dict[str, tuple[type, ...]] = {
    "drop": (int,),
    "duplicate": (int,),
    "hold": (bool,),
    "delay": (int, float),
    "types": (list,),
}


def answer(store: Store, method: str, path: str, given: Json) -> Json:
    """Do one control call; `given` is its JSON body, or its query for GET."""
    for verb, pattern, act in _ROUTES:
        found = re.fullmatch(pattern, path)
        if found and verb == method:
            return act(store, found.groupdict().get("id", ""), given)
    raise StripeError(f"No control {method} {path}", status=404)


def _health(store: Store, ident: str, given: Json) -> Json:
    store.rows("SELECT 1")
    return {"status": "ok", "api_version": API_VERSION, "livemode": False}


def _read_webhooks(store: Store, ident: str, given: Json) -> Json:
    return {**events.PLAIN, **store.switch("webhooks", {})}


def _set_webhooks(store: Store, ident: str, given: Json) -> Json:
    for name, value in given.items():
        if name not in _WEBHOOKS or not isinstance(value, _WEBHOOKS[name]):
            raise StripeError(f"webhooks takes {', '.join(_WEBHOOKS)}", param=name)
    with store.transaction():
        rules = {**_read_webhooks(store, ident, given), **given}
        store.set_switch("webhooks", rules)
    return rules


def _clear_webhooks(store: Store, ident: str, given: Json) -> Json:
    store.set_switch("webhooks", events.PLAIN)
    return events.PLAIN


def _release(store: Store, ident: str, given: Json) -> Json:
    with store.transaction():
        _set_webhooks(store, ident, {"hold": False})
        return {"released": events.release(store, given.get("seed"))}


def _resend(store: Store, ident: str, given: Json) -> Json:
    body = show(store, "event", ident)
    for _ in range(int(given.get("count", 1))):
        events.resend(store, body)
    return {"event": ident}


def _deliveries(store: Store, ident: str, given: Json) -> Json:
    wanted = {name: given[name] for name in ("event", "type", "status") if given.get(name)}
    rows = [dict(row) for row in store.rows("SELECT * FROM deliveries ORDER BY id")]
    shown = [row for row in rows if wanted.items() <= row.items()]
    return {"deliveries": shown}


def _charges(store: Store, ident: str, given: Json) -> Json:
    """Charges of one session, or of each session, with its counts."""
    wanted = given.get("session")
    if wanted:
        return _count(store, show(store, "checkout.session", wanted))
    return {"sessions": [_count(store, one) for one in store.matching("checkout.session")]}


def _count(store: Store, session: Json) -> Json:
    intent = session["payment_intent"]
    charges = store.matching("charge", payment_intent=intent) if intent else []
    good = [charge for charge in charges if charge["status"] == "succeeded"]
    return {
        "session": session["id"],
        "payment_status": session["payment_status"],
        "status": session["status"],
        "charges": len(charges),
        "succeeded": len(good),
        "amount": sum(charge["amount"] for charge in good),
    }


def _pay(store: Store, ident: str, given: Json) -> Json:
    """Pay without the page: `card` and `email`."""
    card = BY_NUMBER.get(str(given.get("card", "4242424242424242")))
    if card is None:
        raise StripeError("card is one of the test cards", param="card")
    email = str(given.get("email", "payer@example.org"))
    return checkout.pay(store, ident, Entry(card, 12, 2034, email))


def _confirm(store: Store, ident: str, given: Json) -> Json:
    return checkout.confirm(store, ident, passed=bool(given.get("passed", True)))


def _settle(store: Store, ident: str, given: Json) -> Json:
    if given.get("outcome") not in ("succeeded", "failed"):
        raise StripeError("outcome is succeeded or failed", param="outcome")
    return checkout.settle(store, ident, succeeds=given["outcome"] == "succeeded")


def _lapse(store: Store, ident: str, given: Json) -> Json:
    return checkout.expire_session(store, ident)


def _fail_refund(store: Store, ident: str, given: Json) -> Json:
    return refunds.fail_refund(store, ident)


def _set_settle_after(store: Store, ident: str, given: Json) -> Json:
    seconds: Any = given.get("seconds")
    if not isinstance(seconds, int | float | None):
        raise StripeError("seconds is a number, or null for never by itself", param="seconds")
    store.set_switch("settle_after", seconds)
    return {"seconds": seconds}


def _read_faults(store: Store, ident: str, given: Json) -> Json:
    return {"faults": store.switch("faults", [])}


def _plan_fault(store: Store, ident: str, given: Json) -> Json:
    return {"faults": faults.plan(store, given)}


def _clear_faults(store: Store, ident: str, given: Json) -> Json:
    store.set_switch("faults", [])
    return {"faults": []}


def _reset(store: Store, ident: str, given: Json) -> Json:
    store.forget()
    return {"status": "empty"}


_ROUTES: tuple[tuple[str, str, Act], ...] = (
    ("GET", "/_sandbox/health", _health),
    ("GET", "/_sandbox/webhooks", _read_webhooks),
    ("POST", "/_sandbox/webhooks", _set_webhooks),
    ("DELETE", "/_sandbox/webhooks", _clear_webhooks),
    ("POST", "/_sandbox/webhooks/release", _release),
    ("GET", "/_sandbox/deliveries", _deliveries),
    ("POST", r"/_sandbox/events/(?P<id>\w+)/resend", _resend),
    ("GET", "/_sandbox/charges", _charges),
    ("POST", r"/_sandbox/sessions/(?P<id>\w+)/pay", _pay),
    ("POST", r"/_sandbox/sessions/(?P<id>\w+)/confirm", _confirm),
    ("POST", r"/_sandbox/sessions/(?P<id>\w+)/settle", _settle),
    ("POST", r"/_sandbox/sessions/(?P<id>\w+)/expire", _lapse),
    ("POST", r"/_sandbox/refunds/(?P<id>\w+)/fail", _fail_refund),
    ("POST", "/_sandbox/settle_after", _set_settle_after),
    ("GET", "/_sandbox/faults", _read_faults),
    ("POST", "/_sandbox/faults", _plan_fault),
    ("DELETE", "/_sandbox/faults", _clear_faults),
    ("POST", "/_sandbox/reset", _reset),
)
