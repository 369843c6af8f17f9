"""The sandbox's memory: one SQLite file, one writer at a time."""

import json
import secrets
import sqlite3
import string
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from members.sandbox.wire import Json

PREFIXES = {
    "checkout.session": "cs_test_",
    "payment_intent": "pi_",
    "payment_method": "pm_",
    "charge": "ch_",
    "customer": "cus_",
    "event": "evt_",
    "refund": "re_",
    "balance_transaction": "txn_",
    "price": "price_",
    "product": "prod_",
    "item": "li_",
    "subscription": "sub_",
    "subscription_item": "si_",
    "invoice": "in_",
    "invoice_payment": "inpay_",
    "line_item": "il_",
    "billing_portal.session": "bps_",
    "dispute": "du_",
    "payout": "po_",
}

_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    created INTEGER NOT NULL,
    body TEXT NOT NULL,
    private TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS objects_kind ON objects (kind, seq);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL,
    type TEXT NOT NULL,
    status TEXT NOT NULL,
    due REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    answer TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (status, due);
CREATE INDEX IF NOT EXISTS deliveries_event ON deliveries (event);
CREATE TABLE IF NOT EXISTS attempts (
    delivery INTEGER NOT NULL,
    status INTEGER NOT NULL,
    seconds REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS replies (
    key TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    request TEXT NOT NULL,
    created INTEGER NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS plans (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    due REAL,
    act TEXT NOT NULL,
    object TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS plans_due ON plans (due);
CREATE INDEX IF NOT EXISTS plans_object ON plans (object);
CREATE TABLE IF NOT EXISTS switches (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""

_ALPHABET = string.ascii_letters + string.digits


def new_id(kind: str) -> str:
    """A fresh id with the prefix of its kind."""
    length = 58 if kind == "checkout.session" else 24
    return PREFIXES[kind] + "".join(secrets.choice(_ALPHABET) for _ in range(length))


class Store:
    """Objects as JSON, each with a private part that never leaves the sandbox.

    `transaction()` holds the one lock of the process, so whatever runs in it is a single step.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._depth = 0
        self._db = sqlite3.connect(
            folder / "sandbox.sqlite3", check_same_thread=False, isolation_level=None
        )
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file; the next start finds everything in it."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, and nobody else meanwhile. May be nested."""
        with self._lock:
            if self._depth:
                yield
                return
            self._depth = 1
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            else:
                self._db.execute("COMMIT")
            finally:
                self._depth = 0

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """All rows of one statement."""
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def add(self, body: Json, private: Json | None = None) -> Json:
        """Keep a new object; `body` carries its id, kind and time."""
        self.rows(
            "INSERT INTO objects (id, kind, created, body, private) VALUES (?, ?, ?, ?, ?)",
            body["id"],
            body["object"],
            body["created"],
            json.dumps(body),
            json.dumps(private or {}),
        )
        return body

    def save(self, body: Json) -> None:
        """Write an object that changed."""
        self.rows("UPDATE objects SET body = ? WHERE id = ?", json.dumps(body), body["id"])

    def find(self, kind: str, ident: str) -> Json | None:
        """The object, or None where there is none of that kind."""
        found = self.rows("SELECT body FROM objects WHERE id = ? AND kind = ?", ident, kind)
        return json.loads(found[0]["body"]) if found else None

    def kind_of(self, ident: str) -> str | None:
        """What an id names."""
        found = self.rows("SELECT kind FROM objects WHERE id = ?", ident)
        return found[0]["kind"] if found else None

    def private(self, ident: str) -> Json:
        """What the sandbox knows about an object beyond its public fields."""
        return json.loads(self.rows("SELECT private FROM objects WHERE id = ?", ident)[0][0])

    def save_private(self, ident: str, private: Json) -> None:
        """Write the private part of an object."""
        self.rows("UPDATE objects SET private = ? WHERE id = ?", json.dumps(private), ident)

    def matching(self, kind: str, **equal: Any) -> list[Json]:
        """Objects of a kind whose fields equal the values given, newest first."""
        sql = "SELECT body FROM objects WHERE kind = ?"
        sql += "".join(" AND json_extract(body, ?) = ?" for _ in equal)
        values = [part for name, value in equal.items() for part in (f"$.{name}", value)]
        found = self.rows(f"{sql} ORDER BY seq DESC", kind, *values)
        return [json.loads(row["body"]) for row in found]

    def plan(self, act: str, ident: str, due: float | None) -> None:
        """Do something with an object once its time comes; `None` waits for a control."""
        self.rows("INSERT INTO plans (act, object, due) VALUES (?, ?, ?)", act, ident, due)

    def unplan(self, ident: str, act: str = "*") -> int:
        """Forget what was to be done with an object; gives how many plans there were."""
        sql = "DELETE FROM plans WHERE object = ? AND act GLOB ? RETURNING id"
        return len(self.rows(sql, ident, act))

    def switch(self, name: str, default: Any = None) -> Any:
        """A setting that a control changed; it outlives a restart."""
        found = self.rows("SELECT value FROM switches WHERE name = ?", name)
        return json.loads(found[0]["value"]) if found else default

    def set_switch(self, name: str, value: Any) -> None:
        """Keep a setting."""
        self.rows("INSERT OR REPLACE INTO switches VALUES (?, ?)", name, json.dumps(value))

    def forget(self) -> None:
        """Empty everything: objects, deliveries, replies, plans and switches."""
        with self.transaction():
            self.rows("DELETE FROM objects")
            self.rows("DELETE FROM deliveries")
            self.rows("DELETE FROM attempts")
            self.rows("DELETE FROM replies")
            self.rows("DELETE FROM plans")
            self.rows("DELETE FROM switches")
