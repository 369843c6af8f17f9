"""The same payments twice in a running installation: once in peace, once in a storm.

In the storm every event comes several times in a shuffled order, some are lost for good, Stripe
answers with 429, 500 or not at all, workers are killed, and PostgreSQL is restarted at once in
the middle. Afterwards everybody must stand where peace put them.
"""

import http.client
import json
import os
import random
import signal
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import psycopg2

from tests.sandboxes import BOUNCES, GOOD, LATER, ONCE
from tests.stack import Stack, until

# What becomes of one payment in ten: how often it is paid, the card, what Stripe is told then.
STORY = (
    *[("once", GOOD, "")] * 3,
    ("once", LATER, "succeeded"),
    ("once", BOUNCES, "failed"),
    ("once", GOOD, "refund"),
    ("once", GOOD, "refund in part"),
    ("once", "", "expire"),
    ("month", GOOD, ""),
    ("month", ONCE, ""),
)
# A month and a day: every subscription is renewed, and no failed card tried a second time.
_DAYS = 32
# Of some events no copy ever arrives: only a look at Stripe can tell of them.
_LOST = ("checkout.session.completed", "refund.created", "invoice.paid")
_OPEN_PAGES = """
import json
from chapters.models import Chapter
from tests.factories import make_chapter, make_user
from tests.payments import open_page
slug = {slug!r}
chapter = Chapter.objects.filter(slug=slug).first() or make_chapter(
    slug.title(), slug=slug, geoid=slug[:1] + slug[-6:], status="dormant"
)
pages = {{}}
for number in range({first}, {last}):
    user = make_user(f"{{slug}}-{{number}}", password=None)
    interval = {intervals!r}[number % {length}]
    pages[number] = open_page(user, chapter, interval=interval).session_id
print("PAGES" + json.dumps(pages))
"""
_PAGES_AT_ONCE = 40
_PATIENCE = 120
_WHERE = """
    select split_part(u.email, '@', 1), m.status, m.paid_until::text, {payments}, {mails}
    from members_membership m
    join members_user u on u.id = m.user_id
    join chapters_chapter c on c.id = m.chapter_id
    where c.slug = %s
"""
_PAYMENTS = """
    array(select (p.amount_cents, p.currency, p.covers_from, p.covers_until)::text
          from members_payment p where p.membership_id = m.id order by p.covers_from)
"""
_BOOKS = """
    select a.code, f.code, sum(l.amount_cents)::bigint, count(*)
    from members_line l
    join members_account a on a.id = l.account_id
    join members_fund f on f.id = l.fund_id
    join chapters_chapter c on c.id = l.chapter_id
    where c.slug = %s group by 1, 2 order by 1, 2
"""
_MAILS = "array(select l.kind from chapters_mail l where l.to = u.email order by l.kind)"


@dataclass
class Outcome:
    """What a storm did: `wrong` names who stands elsewhere than in peace."""

    wrong: list[str]
    deliveries: int
    duplicates: int
    lost: int
    faults: int
    seconds: float
    database_away: float
    answers: dict[str, int] = field(default_factory=dict)
    ack_p50_ms: float = 0.0
    ack_p99_ms: float = 0.0


class Storm:
    """A storm over an installation, with its strength."""

    def __init__(
        self, stack: Stack, *, people: int, copies: int, faults: int, lost: int, seed: int = 7
    ) -> None:
        self.stack, self.people, self.copies = stack, people, copies
        self.faults, self.lost = faults, lost
        self.random = random.Random(seed)
        self.planned = self.killed = 0
        self.away = 0.0
        self.slug = f"storm-{random.randrange(16**6):06x}"

    def live(self) -> Outcome:
        """Peace, then the storm over the same story; puts the sandbox back."""
        try:
            calm = self._live_in_peace(f"calm-{self.slug}")
            return self._live_in_storm(f"wild-{self.slug}", calm)
        finally:
            self.control("POST", "reset")

    # --- In peace --------------------------------------------------------------------------

    def _live_in_peace(self, slug: str) -> dict[str, Any]:
        self._begin()
        self.control("POST", "webhooks", hold=False, duplicate=1, drop=0)
        self._tell(self._open_pages(slug))
        until(self._is_delivered, "the ordered deliveries", 900)
        until(self._is_applied, "the ordered events", 900)
        return self._standing(slug)

    def _begin(self) -> None:
        self.control("POST", "reset")
        self.control("POST", "settle_after", seconds=None)

    def _open_pages(self, slug: str) -> dict[int, str]:
        pages: dict[int, str] = {}
        for first in range(0, self.people, _PAGES_AT_ONCE):
            last = min(first + _PAGES_AT_ONCE, self.people)
            intervals = [interval for interval, _, _ in STORY]
            script = _OPEN_PAGES.format(
                slug=slug, first=first, last=last, intervals=intervals, length=len(STORY)
            )
            said = self.stack.run(script)
            found = json.loads(said.rpartition("PAGES")[2])
            pages |= {int(number): session for number, session in found.items()}
        return pages

    def _tell(self, pages: dict[int, str]) -> None:
        for number, session in sorted(pages.items()):
            _, card, ending = STORY[number % len(STORY)]
            if card:
                self.control("POST", f"sessions/{session}/pay", card=card)
            if ending == "expire":
                self.control("POST", f"sessions/{session}/expire")
            elif ending.startswith("refund"):
                self._refund(session, 3600 if ending == "refund" else 1200)
            elif ending:
                self.control("POST", f"sessions/{session}/settle", outcome=ending)
        self.control("POST", "clock", days=_DAYS)

    def _refund(self, session: str, cents: int) -> None:
        intent = self._api("GET", f"checkout/sessions/{session}")["payment_intent"]
        self._api("POST", "refunds", f"payment_intent={intent}&amount={cents}")

    # --- In the storm ----------------------------------------------------------------------

    def _live_in_storm(self, slug: str, calm: dict[str, Any]) -> Outcome:
        self._begin()
        pages = self._open_pages(slug)
        self.control("POST", "webhooks", hold=True, duplicate=self.copies, types=[])
        self._tell(pages)
        lost = self._lose_some()
        began = time.monotonic()
        held = self.control("GET", "deliveries/tally")["deliveries"]
        self.control("POST", "webhooks/release", seed=self.random.randrange(2**32))
        blows = threading.Thread(target=self._blow, args=(held["held"],))
        blows.start()
        until(self._is_delivered, "the deliveries", 900)
        blows.join()
        wrong = self._await_peace(slug, calm)
        injected = self.killed + self._clear_faults()
        tally = self.control("GET", "deliveries/tally")
        return Outcome(
            wrong=wrong,
            deliveries=held["held"],
            duplicates=held["held"] - held["held"] // self.copies,
            lost=lost,
            faults=injected + lost,
            seconds=round(time.monotonic() - began, 1),
            database_away=round(self.away, 1),
            answers=tally["answers"],
            ack_p50_ms=tally["ack_p50_ms"],
            ack_p99_ms=tally["ack_p99_ms"],
        )

    def _lose_some(self) -> int:
        lost = 0
        for place, kind in enumerate(_LOST):
            count = self.lost * (place + 1) // len(_LOST) - self.lost * place // len(_LOST)
            asked = {"type": kind, "count": count, "seed": self.random.randrange(2**32)}
            lost += len(self.control("POST", "webhooks/lose", **asked)["lost"])
        return lost

    def _blow(self, held: int) -> None:
        """Plan failures bit by bit, kill workers, and pull the database away at half time."""
        blows, planned = 20, 0
        for blow in range(1, blows + 1):
            until(partial(self._has_come, held * blow // (blows + 1)), "progress", 600)
            batch = self.faults * blow // blows - planned
            planned += batch
            self._plan_faults(batch)
            if blow % 7 == 3:
                self._kill_worker()
            if blow == blows // 2:
                self._restart_database()
            self._ring("members.tasks.sweep_events")

    def _has_come(self, deliveries: int) -> bool:
        states = self.control("GET", "deliveries/tally")["deliveries"]
        return states.get("delivered", 0) >= deliveries

    def _plan_faults(self, count: int) -> None:
        for _ in range(count):
            mode = self.random.choice(("429", "500", "500", "timeout"))
            self.control("POST", "faults", mode=mode, method="GET", path="/v1/", seconds=0.05)
            self.planned += 1

    def _clear_faults(self) -> int:
        """How many of the planned failures struck."""
        left = sum(fault["count"] for fault in self.control("GET", "faults")["faults"])
        self.control("DELETE", "faults")
        return self.planned - left

    def _kill_worker(self) -> None:
        with suppress(OSError, ValueError):
            os.killpg(self.stack.pid("worker"), signal.SIGKILL)
            self.killed += 1

    def _restart_database(self) -> None:
        """PostgreSQL ends as by `pg_ctl stop -m immediate`; the supervisor starts it again."""
        began = time.monotonic()
        os.kill(self.stack.pid("postgres"), signal.SIGQUIT)
        until(lambda: not self._serves(), "the database's end", 5)
        until(self._serves, "the site", 60)
        self.away = time.monotonic() - began

    def _serves(self) -> bool:
        try:
            with urllib.request.urlopen(
                f"{self.stack.url}/join/?{time.time()}", timeout=10
            ) as page:
                return page.status == 200
        except OSError:
            return False

    def _await_peace(self, slug: str, calm: dict[str, Any]) -> list[str]:
        """What the clock does within 15 minutes, the sweep and the look at Stripe; who is wrong."""
        until(self._is_applied, "the events", 900)
        end = time.monotonic() + _PATIENCE
        while True:
            self._ring("members.tasks.reconcile_checkouts")
            for _ in range(10):
                time.sleep(0.5)
                wrong = self._compare(calm, self._standing(slug))
                if not wrong or time.monotonic() > end:
                    return wrong

    # --- How it stands ---------------------------------------------------------------------

    def _is_delivered(self) -> bool:
        states = self.control("GET", "deliveries/tally")["deliveries"]
        return not states.get("pending") and not states.get("held")

    def _is_applied(self) -> bool:
        self._ring("members.tasks.sweep_events")
        time.sleep(0.5)
        return self._count("members_stripeevent where state = 'received'") == 0

    def _count(self, what: str) -> int:
        with suppress(psycopg2.OperationalError):
            return self.stack.rows(f"select count(*) from {what}")[0][0]
        return -1

    def _standing(self, slug: str) -> dict[str, Any]:
        """Each person by number, and the books by account and fund."""
        query = _WHERE.format(payments=_PAYMENTS, mails=_MAILS)
        people = {row[0].rpartition("-")[2]: row[1:] for row in self.stack.rows(query, slug)}
        return people | {"books": self.stack.rows(_BOOKS, slug)}

    def _compare(self, calm: dict[str, Any], wild: dict[str, Any]) -> list[str]:
        assert len(calm) == self.people + 1
        assert sum(cents for _, _, cents, _ in calm["books"]) == 0
        return [
            f"{number}: {wild.get(number)} instead of {calm[number]}"
            for number in sorted(calm)
            if wild.get(number) != calm[number]
        ]

    # --- Talking ---------------------------------------------------------------------------

    def _ring(self, task: str) -> None:
        with suppress(Exception):  # The next ring, or the clock, makes it good.
            self.stack.ring(task)

    def control(self, method: str, where: str, /, **body: Any) -> dict[str, Any]:
        """A switch of the installation's payment sandbox."""
        data = None if method == "GET" else json.dumps(body).encode()
        return self._send(method, f"/_sandbox/{where}", data, "application/json")

    def _api(self, method: str, where: str, form: str = "") -> dict[str, Any]:
        data = form.encode() if method == "POST" else None
        return self._send(method, f"/v1/{where}", data, "application/x-www-form-urlencoded")

    def _send(self, method: str, path: str, data: bytes | None, kind: str) -> dict[str, Any]:
        link = http.client.HTTPConnection("127.0.0.1", self.stack.port + 1, timeout=30)
        headers = {"Content-Type": kind, "Authorization": "Bearer sk_test_storm"}
        try:
            link.request(method, path, data, headers)
            answer = link.getresponse()
            text = answer.read()
            assert answer.status == 200, (path, text)
            return json.loads(text)
        finally:
            link.close()
