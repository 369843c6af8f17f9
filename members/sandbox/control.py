"""The switches under /_sandbox, for tests and for people who try things out. JSON both ways.

What Stripe would do in months happens at once:

    curl -H 'Content-Type: application/json' -d '{"days": 31}' localhost:PORT/_sandbox/clock
"""

import re
from collections.abc import Callable
from typing import Any

from members.sandbox import (
    charging,
    checkout,
    clock,
    disputes,
    events,
    faults,
    payouts,
    refunds,
    subscriptions,
    timeline,
)
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


def _lose(store: Store, ident: str, given: Json) -> Json:
    """`count` held events of `type` are never delivered."""
    kind, count = str(given.get("type", "")), int(given.get("count", 1))
    return {"lost": events.lose(store, kind, count, given.get("seed"))}


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


def _tally(store: Store, ident: str, given: Json) -> Json:
    """Deliveries by state, attempts by answer (0: none came), and how long a 2xx took."""
    states = store.rows("SELECT status, count(*) FROM deliveries GROUP BY status")
    answers = store.rows("SELECT status, count(*) FROM attempts GROUP BY status")
    taken = store.rows("SELECT seconds FROM attempts WHERE status / 100 = 2 ORDER BY seconds")
    milliseconds = [round(1000 * row["seconds"], 1) for row in taken]
    return {
        "deliveries": {row[0]: row[1] for row in states},
        "answers": {str(row[0]): row[1] for row in answers},
        "ack_p50_ms": _share(milliseconds, 0.5),
        "ack_p99_ms": _share(milliseconds, 0.99),
    }


def _share(ordered: list[float], share: float) -> float | None:
    return ordered[int(share * (len(ordered) - 1))] if ordered else None


def _charges(store: Store, ident: str, given: Json) -> Json:
    """Charges of one session, or of each session, with its counts."""
    wanted = given.get("session")
    if wanted:
        return _count(store, show(store, "checkout.session", wanted))
    return {"sessions": [_count(store, one) for one in store.matching("checkout.session")]}


def _count(store: Store, session: Json) -> Json:
    intent = checkout.intent_of(store, session)
    charges = store.matching("charge", payment_intent=intent["id"]) if intent else []
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
    return checkout.pay(store, ident, _entry(given))


def _entry(given: Json) -> Entry:
    card = BY_NUMBER.get(str(given.get("card", "4242424242424242")))
    if card is None:
        raise StripeError("card is one of the test cards", param="card")
    return Entry(card, 12, 2034, str(given.get("email", "payer@example.org")))


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


def _finish_refund(store: Store, ident: str, given: Json) -> Json:
    return refunds.finish_refund(store, ident)


def _change_card(store: Store, ident: str, given: Json) -> Json:
    """Give a subscription's customer another card, as the portal's page does."""
    with store.transaction():
        about = subscriptions.find_subscription(store, ident)
        customer = show(store, "customer", about["customer"])
        method = charging.save_method(store, _entry(given), customer["id"])
        subscriptions.change_card(store, customer, method)
        return subscriptions.find_subscription(store, ident)


def _open_dispute(store: Store, ident: str, given: Json) -> Json:
    return disputes.open_dispute(
        store, ident, given.get("amount"), str(given.get("reason", "fraudulent"))
    )


def _close_dispute(store: Store, ident: str, given: Json) -> Json:
    if given.get("outcome") not in disputes.OUTCOMES:
        raise StripeError("outcome is won or lost", param="outcome")
    return disputes.close_dispute(store, ident, given["outcome"])


def _pay_out(store: Store, ident: str, given: Json) -> Json:
    return payouts.pay_out(store, everything=bool(given.get("all", False)))


def _read_clock(store: Store, ident: str, given: Json) -> Json:
    return {"now": int(clock.now()), "ahead": store.switch("ahead", 0)}


def _advance(store: Store, ident: str, given: Json) -> Json:
    """By `seconds`, by `days`, or up to the Unix second `to`."""
    wanted = [given.get(name) for name in ("seconds", "days", "to")]
    if [type(one) in (int, float) for one in wanted].count(True) != 1:
        raise StripeError("clock takes a number of seconds, of days, or `to`", param="seconds")
    seconds, days, to = (one or 0 for one in wanted)
    ahead = to - clock.now() if to else seconds + days * clock.DAY
    done = timeline.advance(store, ahead)
    return {**_read_clock(store, ident, given), "done": done}


def _read_dunning(store: Store, ident: str, given: Json) -> Json:
    return subscriptions.DUNNING | store.switch("dunning", {})


def _set_dunning(store: Store, ident: str, given: Json) -> Json:
    """`retry_days`: from one attempt to the next; `then`: cancel, unpaid or past_due."""
    rules = _read_dunning(store, ident, given) | given
    days = rules["retry_days"]
    fits = isinstance(days, list) and all(isinstance(day, int) and day > 0 for day in days)
    if set(rules) != set(subscriptions.DUNNING) or not fits:
        raise StripeError("dunning takes retry_days (a list of days) and then")
    if rules["then"] not in subscriptions.ENDINGS:
        raise StripeError(f"then is one of {', '.join(subscriptions.ENDINGS)}", param="then")
    store.set_switch("dunning", rules)
    return rules


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
    timeline.reset(store)
    return {"status": "empty"}


_ROUTES: tuple[tuple[str, str, Act], ...] = (
    ("GET", "/_sandbox/health", _health),
    ("GET", "/_sandbox/webhooks", _read_webhooks),
    ("POST", "/_sandbox/webhooks", _set_webhooks),
    ("DELETE", "/_sandbox/webhooks", _clear_webhooks),
    ("POST", "/_sandbox/webhooks/release", _release),
    ("POST", "/_sandbox/webhooks/lose", _lose),
    ("GET", "/_sandbox/deliveries", _deliveries),
    ("GET", "/_sandbox/deliveries/tally", _tally),
    ("POST", r"/_sandbox/events/(?P<id>\w+)/resend", _resend),
    ("GET", "/_sandbox/charges", _charges),
    ("POST", r"/_sandbox/sessions/(?P<id>\w+)/pay", _pay),
    ("POST", r"/_sandbox/sessions/(?P<id>\w+)/confirm", _confirm),
    ("POST", r"/_sandbox/sessions/(?P<id>\w+)/settle", _settle),
    ("POST", r"/_sandbox/sessions/(?P<id>\w+)/expire", _lapse),
    ("POST", r"/_sandbox/refunds/(?P<id>\w+)/fail", _fail_refund),
    ("POST", r"/_sandbox/refunds/(?P<id>\w+)/succeed", _finish_refund),
    ("POST", r"/_sandbox/subscriptions/(?P<id>\w+)/card", _change_card),
    ("POST", r"/_sandbox/charges/(?P<id>\w+)/dispute", _open_dispute),
    ("POST", r"/_sandbox/disputes/(?P<id>\w+)/close", _close_dispute),
    ("POST", "/_sandbox/payouts", _pay_out),
    ("GET", "/_sandbox/clock", _read_clock),
    ("POST", "/_sandbox/clock", _advance),
    ("GET", "/_sandbox/dunning", _read_dunning),
    ("POST", "/_sandbox/dunning", _set_dunning),
    ("POST", "/_sandbox/settle_after", _set_settle_after),
    ("GET", "/_sandbox/faults", _read_faults),
    ("POST", "/_sandbox/faults", _plan_fault),
    ("DELETE", "/_sandbox/faults", _clear_faults),
    ("POST", "/_sandbox/reset", _reset),
)
