"""The calls under /v1: who may call, which route, and the same answer for the same key."""

import base64
import binascii
import hashlib
import json
import re
import time
from dataclasses import dataclass, replace

from members.sandbox import params, routes
from members.sandbox.events import NO_REQUEST, REQUEST
from members.sandbox.listing import expand
from members.sandbox.routes import Call
from members.sandbox.store import Store
from members.sandbox.wire import API_VERSION, Json, StripeError, decode_form

_DAY = 86400
_KEY = re.compile(r"(sk|rk)_test_\w+")


@dataclass(frozen=True)
class Answer:
    """What goes back, and whether it is a repeat of what went back before."""

    status: int
    body: Json
    original: str | None = None


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
    name, act, ident = routes.find_route(call)
    given = params.read(name, decode_form(call.form))
    paths = given.pop("expand", [])
    cause = {"id": call.request_id, "idempotency_key": call.key}
    token = REQUEST.set(cause if call.method == "POST" else NO_REQUEST)
    try:
        body = act(store, replace(call, ident=ident), given)
    finally:
        REQUEST.reset(token)
    return expand(store, body, paths)
