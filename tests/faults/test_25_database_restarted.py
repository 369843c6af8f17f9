"""Fault 25: PostgreSQL ends at once while people read and register, and is started again."""

import os
import re
import signal
import threading
import time
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.stack import Visitor, until

pytestmark = pytest.mark.fault(25)
GUESTS = "%@restart.example"
REGISTERED = "select email from convenings_registration where email like %s"
WRITTEN_TO = 'select distinct "to" from chapters_mail where "to" like %s'


class Readers:
    """People who read pages without a pause; `answers` are moments and statuses, 0 for none."""

    def __init__(self, stack: Any, count: int = 4) -> None:
        self.stack = stack
        self.answers: list[tuple[float, int]] = []
        self.enough = threading.Event()
        self.threads = [threading.Thread(target=self._read, args=(n,)) for n in range(count)]
        for thread in self.threads:
            thread.start()

    def _read(self, number: int) -> None:
        # A parameter that no page knows: it is answered afresh, and its answer is not kept.
        while not self.enough.is_set():
            path = f"/denver/agenda/?fresh={number}-{time.monotonic()}"
            self.answers.append((time.monotonic(), self._status(path)))
            time.sleep(0.05)

    def _status(self, path: str) -> int:
        try:
            with urllib.request.urlopen(self.stack.url + path, timeout=20) as page:
                return int(page.status)
        except urllib.error.HTTPError as error:
            assert error.headers["Retry-After"] == "10"
            assert b"We will be back" in error.read()
            return error.code
        except OSError:
            return 0

    def stop(self) -> None:
        self.enough.set()
        for thread in self.threads:
            thread.join()

    def statuses(self) -> set[int]:
        return {status for _, status in list(self.answers)}

    def served_since(self, moment: float) -> bool:
        return any(at > moment and status == 200 for at, status in list(self.answers))


class Registrant(threading.Thread):
    """Somebody who registers guest after guest; `said` holds whom the site thanked."""

    def __init__(self, stack: Any) -> None:
        super().__init__()
        self.stack = stack
        self.said: list[str] = []
        self.tried: list[str] = []
        self.enough = threading.Event()

    def run(self) -> None:
        visitor = Visitor(self.stack.url)
        listing = visitor.get("/denver/convenings/")
        path = re.findall(r"/denver/convenings/\d+/", listing)[0]
        while not self.enough.wait(0.7):
            email = f"guest{len(self.tried)}@restart.example"
            self.tried.append(email)
            try:
                visitor.get(path)
                visitor.post(path, name="Guest", email=email)
                self.said.append(email)
            except OSError:
                continue


def test_site_serves_within_ten_seconds_and_keeps_whole_what_it_promised(stack):
    readers, registrant = Readers(stack), Registrant(stack)
    registrant.start()
    try:
        until(lambda: registrant.said and len(readers.answers) > 20, "the load", 30)
        ended = time.monotonic()
        os.kill(stack.pid("postgres"), signal.SIGQUIT)
        until(lambda: 503 in readers.statuses(), "the failure")
        failed = time.monotonic()
        until(lambda: readers.served_since(failed), "the site", 30)
        back = time.monotonic()
        until(lambda: len(registrant.said) > 2, "registrations", 30)
    finally:
        registrant.enough.set()
        registrant.join()
        readers.stop()
    assert back - ended <= 10
    assert readers.statuses() == {200, 503}
    stored = {row[0] for row in stack.rows(REGISTERED, GUESTS)}
    assert stored >= set(registrant.said)
    # The place and the letter about it are one transaction.
    assert {row[0] for row in stack.rows(WRITTEN_TO, GUESTS)} == stored
