"""What happened: events, and one queue row for each delivery they owe."""

import random
import time
from contextvars import ContextVar

from members.sandbox import shapes
from members.sandbox.store import Store
from members.sandbox.wire import Json

NO_REQUEST: Json = {"id": None, "idempotency_key": None}
# The API call now running in this thread, as events report it.
REQUEST: ContextVar[Json] = ContextVar("REQUEST", default=NO_REQUEST)

# What the controls may change about deliveries to come.
PLAIN: Json = {"drop": 0, "duplicate": 1, "hold": False, "delay": 0, "types": []}


def emit(store: Store, kind: str, about: Json, previous: Json | None = None) -> None:
    """Record an event and queue its deliveries, within the caller's transaction.

    `previous` holds the old values of changed fields.
    """
    body = store.add(shapes.event(kind, about, previous, REQUEST.get()))
    rules = {**PLAIN, **store.switch("webhooks", {})}
    if rules["types"] and kind not in rules["types"]:
        rules = PLAIN
    if rules["drop"] > 0:
        store.set_switch("webhooks", {**rules, "drop": rules["drop"] - 1})
        _queue(store, body, "dropped", 0)
        return
    for _ in range(rules["duplicate"]):
        _queue(store, body, "held" if rules["hold"] else "pending", rules["delay"])


def resend(store: Store, body: Json) -> None:
    """Queue an event once more, as the button in Stripe's dashboard does."""
    _queue(store, body, "pending", 0)


def release(store: Store, seed: int | None) -> int:
    """Let held deliveries go, shuffled; the same `seed` gives the same order. Returns how many."""
    with store.transaction():
        held = [row["id"] for row in store.rows("SELECT id FROM deliveries WHERE status = 'held'")]
        random.Random(seed).shuffle(held)  # noqa: S311 - an order for tests, not a secret
        now = time.time()
        for place, ident in enumerate(held):
            store.rows(
                "UPDATE deliveries SET status = 'pending', due = ? WHERE id = ?",
                now + place / 1000,
                ident,
            )
    return len(held)


def lose(store: Store, kind: str, count: int, seed: int | None) -> list[str]:
    """Never deliver some of the events of a kind that are held; gives which, the same by `seed`."""
    with store.transaction():
        sql = "SELECT DISTINCT event FROM deliveries WHERE status = 'held' AND type = ?"
        held = [row["event"] for row in store.rows(f"{sql} ORDER BY id", kind)]
        lost = random.Random(seed).sample(held, min(count, len(held)))  # noqa: S311 - as above
        for ident in lost:
            store.rows("UPDATE deliveries SET status = 'dropped' WHERE event = ?", ident)
    return lost


def owed(store: Store, ident: str) -> int:
    """`pending_webhooks`: deliveries of an event that have not arrived."""
    sql = "SELECT count(*) FROM deliveries WHERE event = ? AND status != 'delivered'"
    return store.rows(sql, ident)[0][0]


def _queue(store: Store, body: Json, status: str, delay: float) -> None:
    store.rows(
        "INSERT INTO deliveries (event, type, status, due) VALUES (?, ?, ?, ?)",
        body["id"],
        body["type"],
        status,
        time.time() + delay,
    )
