"""Deliveries: signed as Stripe signs, sent in the background, repeated until a 2xx."""

import hashlib
import hmac
import http.client
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from members.sandbox import timeline
from members.sandbox.listing import show
from members.sandbox.store import Store
from members.sandbox.wire import dump

_TICK = 0.05
_TICKS_PER_CLOCK = 10
_TIMEOUT = 10
_LONGEST_WAIT = 60


def sign(payload: bytes, secret: str, at: int) -> str:
    """The `Stripe-Signature` header: HMAC-SHA256 over `t.payload`, `at` in Unix seconds."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + payload, hashlib.sha256)
    return f"t={at},v1={digest.hexdigest()}"


def post(url: str, payload: bytes, signature: str) -> int:
    """Send one event and return the status; raises OSError or HTTPException. No redirects."""
    parts = urlsplit(url)
    maker = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = maker(parts.netloc, timeout=_TIMEOUT)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signature,
        "User-Agent": "Stripe/1.0 (sandbox)",
    }
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", target, payload, headers)
        return connection.getresponse().status
    finally:
        connection.close()


class Courier:
    """The background threads: one that watches the queue and the clock, four that carry.

    The queue is in the store, so a restart goes on where this process stopped.
    """

    def __init__(self, store: Store, url: str, secret: str, first_wait: float = 1.0) -> None:
        self._store = store
        self._url = url
        self._secret = secret
        self._first_wait = first_wait
        self._stop = threading.Event()
        self._under_way: set[int] = set()
        self._pool = ThreadPoolExecutor(4, thread_name_prefix="courier")
        self._watch = threading.Thread(target=self._run, name="courier", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._watch.start()

    def stop(self) -> None:
        """Let what is under way finish, then stop."""
        self._stop.set()
        self._watch.join()
        self._pool.shutdown()

    def _run(self) -> None:
        tick = 0
        while not self._stop.wait(_TICK):
            if tick % _TICKS_PER_CLOCK == 0:
                timeline.run_due(self._store)
            tick += 1
            for row in self._due():
                self._under_way.add(row["id"])
                self._pool.submit(self._deliver, row["id"], row["event"], row["attempts"])

    def _due(self) -> list[sqlite3.Row]:
        # Taken before the query: whoever finishes meanwhile must not be sent again.
        busy = set(self._under_way)
        sql = "SELECT * FROM deliveries WHERE status = 'pending' AND due <= ? ORDER BY due, id"
        rows = self._store.rows(f"{sql} LIMIT 100", time.time())
        return [row for row in rows if row["id"] not in busy]

    def _deliver(self, ident: int, event: str, attempts: int) -> None:
        try:
            began = time.monotonic()
            status, reply = self._attempt(event)
            seconds = time.monotonic() - began
            self._store.rows("INSERT INTO attempts VALUES (?, ?, ?)", ident, status, seconds)
            arrived = 200 <= status < 300
            wait = min(self._first_wait * 2**attempts, _LONGEST_WAIT)
            self._store.rows(
                "UPDATE deliveries SET status = ?, attempts = ?, answer = ?, due = ? WHERE id = ?",
                "delivered" if arrived else "pending",
                attempts + 1,
                reply,
                time.time() + wait,
                ident,
            )
        finally:
            self._under_way.discard(ident)

    def _attempt(self, event: str) -> tuple[int, str]:
        payload = dump(show(self._store, "event", event))
        try:
            status = post(self._url, payload, sign(payload, self._secret, int(time.time())))
        except (OSError, http.client.HTTPException) as error:
            return 0, f"{type(error).__name__}: {error}"
        return status, str(status)
