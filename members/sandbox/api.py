"""The calls under /v1: who may call, which route, and the same answer for the same key."""

import base64
import binascii
import hashlib
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from members.sandbox import checkout, params, refunds, shapes
from members.sandbox.events import NO_REQUEST, REQUEST, emit
from members.sandbox.listing import cut, expand, list_objects, show
from members.sandbox.store import Store
from members.sandbox.wire import API_VERSION, Json, StripeError, decode_form

_DAY = 86400
_KEY = re.compile(r"(sk|rk)_test_\w+")


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


@dataclass(frozen=True)
class Answer:
    """What goes back, and whether it is a repeat of what went back before."""

    status: int
    body: Json
    original: str | None = None


Act = Callable[[Store, Call, Json], Json]


def check_caller(authorization: str, version: str | None) -> None:
    """Raises 401 without a test key, 400 for another version of the API."""
    key = _read_key(authorization)
    if not key:
        raise StripeError("You did not provide an API key.", status=401)
    if not _KEY.fullmatch(key):
        raise StripeError(f"Invalid API Key provided: {key[:7]}***", status=401)
    if version not in (None, API_VERSION):
        raise StripeError(f"Invalid Stripe API version: the sandbox speaks {API_VERSION} only.")


def _read_key(authorization: str) -> str:
    kind, _, value = authorization.partition(" ")
    if kind.lower() == "bearer":
        return value.strip()
    if kind.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def answer(store: Store, call: Call) -> Answer:
    """Do what the call asks, once per idempotency key; raises `StripeError`."""
    with store.transaction():
        if call.method != "POST" or not call.key:
            return Answer(200, _perform(store, call))
        return _replay(store, call) or _perform_once(store, call)


def _replay(store: Store, call: Call) -> Answer | None:
    store.rows("DELETE FROM replies WHERE created < ?", int(time.time()) - _DAY)
    found = store.rows("SELECT * FROM replies WHERE key = ?", call.key)
    if not found:
        return None
    if found[0]["fingerprint"] != _fingerprint(call):
        raise StripeError(
            "Keys for idempotent requests can only be used with the same parameters they were "
            f"first used with. Try using a key other than '{call.key}' if you meant to execute "
            "a different request.",
            kind="idempotency_error",
        )
    return Answer(found[0]["status"], json.loads(found[0]["body"]), found[0]["request"])


def _perform_once(store: Store, call: Call) -> Answer:
    body = _perform(store, call)
    kept = (call.key, _fingerprint(call), call.request_id, int(time.time()), json.dumps(body))
    store.rows(
        "INSERT INTO replies (key, fingerprint, request, created, status, body) "
        "VALUES (?, ?, ?, ?, 200, ?)",
        *kept,
    )
    return Answer(200, body)


def _fingerprint(call: Call) -> str:
    given = json.dumps(decode_form(call.form), sort_keys=True)
    return hashlib.sha256(f"{call.path}\n{given}".encode()).hexdigest()


def _perform(store: Store, call: Call) -> Json:
    name, act, ident = _route(call)
    given = params.read(name, decode_form(call.form))
    paths = given.pop("expand", [])
    cause = {"id": call.request_id, "idempotency_key": call.key}
    token = REQUEST.set(cause if call.method == "POST" else NO_REQUEST)
    try:
        body = act(store, _with_ident(call, ident), given)
    finally:
        REQUEST.reset(token)
    return expand(store, body, paths)


def _with_ident(call: Call, ident: str) -> Call:
    return Call(**{**call.__dict__, "ident": ident})


def _route(call: Call) -> tuple[str, Act, str]:
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
    body = show(store, "customer", call.ident)
    if given.get("address"):
        given["address"] = shapes.address(given["address"])
    if "metadata" in given:
        merged = {**body["metadata"], **given["metadata"]} if given["metadata"] else {}
        given["metadata"] = {key: value for key, value in merged.items() if value}
    before = {name: body[name] for name, value in given.items() if body[name] != value}
    body |= given
    store.save(body)
    emit(store, "customer.updated", body, before)
    return body


def _create_refund(store: Store, call: Call, given: Json) -> Json:
    return refunds.create_refund(store, given)


_ID = r"(?P<id>\w+)"
_SESSIONS = "/v1/checkout/sessions"
_ROUTES: tuple[tuple[str, str, str, Act], ...] = (
    ("POST", _SESSIONS, "session.create", _create_session),
    ("GET", _SESSIONS, "session.list", _lister("checkout.session")),
    ("GET", f"{_SESSIONS}/{_ID}", "retrieve", _read_session),
    ("POST", f"{_SESSIONS}/{_ID}/expire", "retrieve", _expire_session),
    ("GET", f"{_SESSIONS}/{_ID}/line_items", "item.list", _list_lines),
    ("POST", "/v1/customers", "customer.create", _create_customer),
    ("GET", "/v1/customers", "customer.list", _lister("customer")),
    ("GET", f"/v1/customers/{_ID}", "retrieve", _reader("customer")),
    ("POST", f"/v1/customers/{_ID}", "customer.update", _update_customer),
    ("GET", "/v1/payment_intents", "intent.list", _lister("payment_intent")),
    ("GET", f"/v1/payment_intents/{_ID}", "intent.retrieve", _reader("payment_intent")),
    ("GET", "/v1/charges", "charge.list", _lister("charge")),
    ("GET", f"/v1/charges/{_ID}", "retrieve", _reader("charge")),
    ("GET", "/v1/balance_transactions", "balance_transaction.list", _lister("balance_transaction")),
    ("GET", f"/v1/balance_transactions/{_ID}", "retrieve", _reader("balance_transaction")),
    ("POST", "/v1/refunds", "refund.create", _create_refund),
    ("GET", "/v1/refunds", "refund.list", _lister("refund")),
    ("GET", f"/v1/refunds/{_ID}", "retrieve", _reader("refund")),
    ("GET", "/v1/events", "event.list", _lister("event")),
    ("GET", f"/v1/events/{_ID}", "retrieve", _reader("event")),
    ("GET", f"/v1/prices/{_ID}", "retrieve", _reader("price")),
    ("GET", f"/v1/products/{_ID}", "retrieve", _reader("product")),
)
