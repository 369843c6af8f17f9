"""Lists as Stripe pages them, and `expand[]`."""

from typing import Any

from members.sandbox import clock, events, invoices
from members.sandbox.store import Store
from members.sandbox.wire import Json, StripeError, missing, page

_COMPARE = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_PAGING = ("limit", "starting_after", "ending_before", "expand")
_MOMENTS = {"created": "created", "arrival_date": "json_extract(body, '$.arrival_date')"}
_DEPTH = 4

# Fields that hold an id and may be expanded; whose it is, the store knows.
_EXPANDABLE = frozenset(
    (
        *("balance_transaction", "charge", "customer", "default_payment_method"),
        *("failure_balance_transaction", "invoice", "latest_charge", "latest_invoice"),
        *("payment_intent", "payment_method", "price", "product", "source", "subscription"),
    )
)
_ENDED = ("canceled", "incomplete_expired")
# What a listing leaves out unless it asks for a status.
_UNSEEN = {
    "customer": "json_extract(body, '$.deleted') IS NULL",
    "subscription": "json_extract(body, '$.status') NOT IN ('canceled', 'incomplete_expired')",
}


def list_objects(store: Store, kind: str, given: Json, url: str) -> Json:
    """One page of a kind, newest first, filtered by the parameters given."""
    unseen = _UNSEEN.get(kind) if not given.get("status") else None
    where, values = _filters(given)
    if unseen:
        where.append(unseen)
    where.insert(0, "kind = ?")
    values.insert(0, kind)
    backwards = bool(given.get("ending_before"))
    for name, sign in (("starting_after", "<"), ("ending_before", ">")):
        if given.get(name):
            where.append(f"seq {sign} ?")
            values.append(_place(store, kind, given[name], name))
    limit = _limit(given)
    order = "ASC" if backwards else "DESC"
    sql = f"SELECT id FROM objects WHERE {' AND '.join(where)} ORDER BY seq {order} LIMIT ?"  # noqa: S608
    found = [row["id"] for row in store.rows(sql, *values, limit + 1)]
    shown = found[:limit][::-1] if backwards else found[:limit]
    return page([show(store, kind, ident) for ident in shown], len(found) > limit, url)


def show(store: Store, kind: str, ident: str) -> Json:
    """One object as the API answers it; raises `resource_missing`."""
    body = store.find(kind, ident)
    if body is None:
        raise missing(kind, ident)
    if kind == "event":
        body["pending_webhooks"] = events.owed(store, ident)
    if kind == "balance_transaction" and body["available_on"] <= clock.now():
        body["status"] = "available"
    return body


def cut(data: list[Json], given: Json, url: str) -> Json:
    """One page of a list that is at hand, such as the lines of a session."""
    idents = [body["id"] for body in data]
    first, last = 0, len(data)
    if given.get("starting_after") in idents:
        first = idents.index(given["starting_after"]) + 1
    if given.get("ending_before") in idents:
        last = idents.index(given["ending_before"])
    limit = _limit(given)
    return page(data[first:last][:limit], last - first > limit, url)


def _limit(given: Json) -> int:
    limit = given.get("limit")
    if limit is None:
        return 10
    if not 1 <= limit <= 100:
        raise StripeError("Invalid limit: give 1 to 100.", param="limit")
    return limit


def _place(store: Store, kind: str, ident: str, param: str) -> int:
    found = store.rows("SELECT seq FROM objects WHERE id = ? AND kind = ?", ident, kind)
    if not found:
        raise missing(kind, ident, param)
    return found[0]["seq"]


def _filters(given: Json) -> tuple[list[str], list[Any]]:
    where: list[str] = []
    values: list[Any] = []
    for name, value in given.items():
        if name in _MOMENTS and value is not None:
            bounds = value if isinstance(value, dict) else {"gte": value, "lte": value}
            for sign, moment in bounds.items():
                where.append(f"{_MOMENTS[name]} {_COMPARE[sign]} ?")
                values.append(moment)
        elif name not in _PAGING and value is not None:
            condition, wanted = _condition(name, value)
            where.append(condition)
            values.extend(wanted)
    return where, values


def _condition(name: str, value: Any) -> tuple[str, list[Any]]:
    if name == "types" or (name == "type" and "*" in value):
        kinds = value if name == "types" else [value]
        matches = " OR ".join("json_extract(body, '$.type') GLOB ?" for _ in kinds)
        return f"({matches})", list(kinds)
    if name == "delivery_success":
        owing = "SELECT 1 FROM deliveries WHERE event = objects.id AND status != 'delivered'"
        return f"{'NOT ' if value else ''}EXISTS ({owing})", []
    if name == "customer_details":
        return "json_extract(body, '$.customer_details.email') = ?", [value.get("email")]
    if name == "payment":
        return "json_extract(private, '$.intent') = ?", [value.get("payment_intent")]
    if name == "status" and value in ("all", "ended"):
        ended = "json_extract(body, '$.status') IN (?, ?)"
        return ("1", []) if value == "all" else (ended, list(_ENDED))
    if name in ("payout", "subscription"):
        # Some kinds show this deep inside or not at all, and keep it beside for this question.
        where = "coalesce(json_extract(body, ?), json_extract(private, ?)) = ?"
        return where, [f"$.{name}", f"$.{name}", value]
    return "json_extract(body, ?) = ?", [f"$.{name}", value]


def expand(store: Store, body: Json, paths: list[str]) -> Json:
    """Replace ids by objects along `paths`, such as `payment_intent.latest_charge`."""
    for path in paths:
        steps = path.split(".")
        if len(steps) > _DEPTH:
            raise StripeError("You cannot expand more than 4 levels of a property.", param="expand")
        _grow(store, body, steps, path)
    return body


def _grow(store: Store, body: Any, steps: list[str], path: str) -> None:
    if isinstance(body, list):
        for one in body:
            _grow(store, one, steps, path)
        return
    if not steps or body is None:
        return
    name, rest = steps[0], steps[1:]
    included = _include(store, body, name)
    if included is not None:
        body[name] = included
    elif name not in body:
        raise StripeError(f"This property cannot be expanded ({path}).", param="expand")
    elif isinstance(body[name], str):
        body[name] = _fetch(store, name, body[name], path)
    _grow(store, body[name], rest, path)


def _include(store: Store, body: Json, name: str) -> Json | None:
    """Lists that an object carries only when asked to."""
    kind = body.get("object")
    if (kind, name) == ("checkout.session", "line_items"):
        url = f"/v1/checkout/sessions/{body['id']}/line_items"
        return cut(store.private(body["id"])["lines"], {}, url)
    if (kind, name) == ("charge", "refunds"):
        return list_objects(store, "refund", {"charge": body["id"]}, "/v1/refunds")
    if (kind, name) == ("invoice", "payments"):
        found = invoices.payments(store, body["id"])
        return cut(found, {}, f"/v1/invoice_payments?invoice={body['id']}")
    return None


def _fetch(store: Store, name: str, ident: str, path: str) -> Json:
    kind = store.kind_of(ident)
    if name not in _EXPANDABLE or kind is None:
        raise StripeError(f"This property cannot be expanded ({path}).", param="expand")
    return show(store, kind, ident)
