"""The whole product as `manage.py up` runs it, for tests that pull its plugs.

`stack` is started once a run, with its own state folder, ports and demo data. A test that breaks
something must put it back, and the supervisor does most of that by itself.
"""

import contextlib
import http.client
import http.cookiejar
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import psycopg2
import pytest
import redis
from celery import Celery

ROOT = Path(__file__).resolve().parent.parent
T = TypeVar("T")


def until(look: Callable[[], T], what: str, seconds: float = 60.0) -> T:
    """The first true answer of `look`, asked again and again.

    Raises:
        AssertionError: it did not come in time.
    """
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s"
        time.sleep(0.05)


class Stack:
    """A running installation: its address, its processes, its database, its mailbox."""

    def __init__(self, state: Path, port: int, **environment: str) -> None:
        self.state, self.port = state, port
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
        self.environment = {
            **inherited,
            "STATE_DIR": str(state),
            "PORT": str(port),
            **environment,
        }
        self.log = state.with_suffix(".log")
        self.process: subprocess.Popen[bytes] | None = None
        self._link: Any = None

    # --- Up and down -----------------------------------------------------------------------

    def start(self, seconds: float = 600.0) -> "Stack":
        """Start everything and wait until the site answers and the worker listens."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until(self._is_up, "the stack", seconds)
        until(lambda: "ready." in self.read_log("worker"), "the worker", seconds)
        return self

    def stop(self) -> None:
        """Stop everything as Ctrl-C does."""
        if self._link is not None:
            self._link.close()
        if self.process is None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise
        self.process = None

    def _is_up(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()
        # The supervisor says so last, when all programs are started.
        return "Network City runs" in self.log.read_text()

    def read_log(self, name: str) -> str:
        """What a process has printed so far."""
        path = self.state / "log" / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    # --- The site --------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """The site's address without a slash at its end."""
        return f"http://localhost:{self.port}"

    @property
    def sandbox_url(self) -> str:
        """The payment sandbox and its switches under /_sandbox."""
        return f"http://localhost:{self.port + 1}"

    @property
    def mailbox_url(self) -> str:
        """The mailbox and its switches under /_postbox."""
        return f"http://localhost:{self.port + 2}"

    def letters(self, to: str = "") -> list[dict[str, Any]]:
        """The e-mails that arrived."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port + 2)) as link:
            link.request("GET", f"/messages.json?to={to}")
            return json.loads(link.getresponse().read())["messages"]

    # --- Its processes ---------------------------------------------------------------------

    def pid(self, name: str) -> int:
        """The process: web, worker, beat, sandbox, postbox, postgres or valkey."""
        if name == "valkey":
            with closing(self.redis()) as link:
                return link.info("server")["process_id"]
        return int((self.state / "run" / f"{name}.pid").read_text().split()[0])

    def children(self, name: str) -> list[int]:
        """The processes that a server forked: pool children, web workers."""
        return children_of(self.pid(name))

    @contextlib.contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """Stop a process where it stands, and let it go on at the end."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    # --- Its state -------------------------------------------------------------------------

    def database(self, role: str = "postgres") -> Any:
        """An autocommit connection; the superuser sees through all walls."""
        link = psycopg2.connect(self._ask("database_url", role))
        link.autocommit = True
        return link

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """What a query finds, behind no walls.

        The connection is kept, and opened anew when the database was stopped meanwhile.
        """
        with self._kept().cursor() as cursor:
            cursor.execute(query, parameters)
            return cursor.fetchall() if cursor.description else []

    def _kept(self) -> Any:
        if self._link is not None:
            with contextlib.suppress(psycopg2.Error):
                self._link.cursor().execute("select")
                return self._link
        self._link = self.database()
        return self._link

    @contextlib.contextmanager
    def holding(self, table: str) -> Iterator[None]:
        """Let nobody read a table meanwhile: whoever tries stands still."""
        with closing(self.database()) as link, link.cursor() as cursor:
            link.autocommit = False
            cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            yield
            link.rollback()

    def is_held_up(self) -> bool:
        """Whether somebody of the product stands still before a lock."""
        query = (
            "select 1 from pg_stat_activity where usename = 'nc_app'"
            " and wait_event_type = 'Lock' and state = 'active'"
        )
        return bool(self.rows(query))

    def redis(self, db: int = 0) -> Any:
        """A client of the embedded Valkey: 0 is the cache, 1 the queue."""
        return redis.Redis.from_url(self._ask("redis_url", db), socket_timeout=5)

    def _ask(self, function: str, *arguments: Any) -> str:
        """Where something lies, as the installation's own environment has it."""
        from config.stack import layout

        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("STATE_DIR", self.environment["STATE_DIR"])
            patch.setenv("PORT", self.environment["PORT"])
            return getattr(layout, function)(*arguments)

    def ring(self, task: str, *arguments: Any) -> None:
        """Put one call into the queue, as the product's doorbell does."""
        # Not as the current app: what the tests' own process rings later would go there too.
        broker = self._ask("broker_url")
        with Celery(broker=broker, set_as_current=False) as bell:
            bell.send_task(task, arguments)

    def run(self, code: str) -> str:
        """Run product code in a process of the installation, as the server's role."""
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", code],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


class Visitor:
    """A browser without scripts: keeps cookies, fills the form's token in, follows redirects."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        self.token = ""

    def get(self, path: str) -> str:
        """A page's text; other statuses than 200 raise urllib.error.HTTPError."""
        return self._read(urllib.request.Request(self.site + path))

    def post(self, path: str, **fields: str) -> str:
        """The page that a form leads to; its token is that of the last page that had one."""
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": self.token, **fields}).encode()
        headers = {"Referer": self.site + path}
        return self._read(urllib.request.Request(self.site + path, data, headers))

    def _read(self, request: urllib.request.Request) -> str:
        with self.opener.open(request, timeout=30) as answer:
            text = answer.read().decode()
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
        self.token = found[1] if found else self.token
        return text

    def sign_in(self, email: str, password: str = "network-city-demo") -> "Visitor":
        """Sign in as one of the demo's people."""
        self.get("/account/login/")
        self.post("/account/login/", login=email, password=password)
        return self


def children_of(pid: int) -> list[int]:
    """The processes that this one forked."""
    listing = Path(f"/proc/{pid}/task/{pid}/children")
    if listing.exists():
        return [int(word) for word in listing.read_text().split()]
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(word) for word in found.stdout.split()]


def free_ports(count: int = 5) -> int:
    """The first of some ports in a row that nobody listens on, away from those of `make run`.

    Each process begins to look at a place of its own: a port is only taken once a server runs.
    """
    start = 20000 + os.getpid() % 1000 * 10
    for first in range(start, 60000, 10):
        with contextlib.ExitStack() as held, contextlib.suppress(OSError):
            for port in range(first, first + count):
                held.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first
    raise OSError("No free ports between 20000 and 60000.")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole product with its demo, running."""
    running = Stack(tmp_path_factory.mktemp("stack") / "state", free_ports(), DEMO="1")
    try:
        yield running.start()
    finally:
        running.stop()
