"""`manage.py up`, the whole of it: started, killed, started again, stopped."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from config.stack import layout, processes

NAMES = ("postgres", "valkey", "sandbox", "postbox", "web", "worker", "beat", "live")


class Run:
    """One `manage.py up`, its output and its processes."""

    def __init__(self, state: Path, port: int) -> None:
        self.state, self.port = state, port
        self.output = state.parent / "output.txt"

    def start(self, **extra: str) -> None:
        """Start it, as `make run` does."""
        env = {
            name: value
            for name, value in os.environ.items()
            if name not in {"DATABASE_URL", "REDIS_URL", "EMAIL_URL", "STRIPE_SECRET_KEY"}
        }
        env |= {"STATE_DIR": str(self.state), "PORT": str(self.port), "DEMO": "0", **extra}
        with self.output.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, layout.ROOT / "manage.py", "up"], stdout=file, stderr=file, env=env
            )

    def pids(self) -> dict[str, int]:
        """Who runs, by the PID files."""
        files = {name: self.state / "run" / f"{name}.pid" for name in NAMES}
        noted = {n: int(f.read_text().split()[0]) for n, f in files.items() if f.exists()}
        return {name: pid for name, pid in noted.items() if processes.is_alive(pid)}

    def wait_for(self, text: str) -> None:
        """Wait until it has said something."""
        assert eventually(lambda: text in self.output.read_text()), self.output.read_text()

    def status(self) -> int:
        """What the home page answers."""
        with urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=10) as answer:
            return int(answer.status)

    def stop(self, number: int) -> int:
        """Send a signal and wait for the end; the exit status."""
        self.process.send_signal(number)
        return self.process.wait(40)


def eventually(is_so: Callable[[], bool], patience: float = 90) -> bool:
    """Whether something comes true within `patience` seconds."""
    deadline = time.monotonic() + patience
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.05)
    return is_so()


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Run]:
    """A stack on an own state folder and own ports, killed at the end if the test left it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    stack = Run(tmp_path / "state", port)
    yield stack
    stack.process.kill()
    stack.process.wait()
    for pid in stack.pids().values():
        os.killpg(pid, signal.SIGKILL)


def test_up_recovers_from_kills_and_stops_completely(stack: Run):
    stack.start()
    stack.wait_for("Network City runs")
    assert (stack.status(), sorted(stack.pids())) == (200, sorted(NAMES))

    first = stack.pids()
    os.kill(first["worker"], signal.SIGKILL)
    stack.wait_for("worker: started again")
    os.kill(first["postgres"], signal.SIGKILL)
    stack.wait_for("PostgreSQL has ended; starting it again")

    os.kill(stack.process.pid, signal.SIGKILL)
    stack.process.wait()
    left = stack.pids()
    stack.start()
    stack.wait_for("Network City runs")
    second = stack.pids()
    assert "ending what a killed run left" in stack.output.read_text()
    assert (stack.status(), sorted(second)) == (200, sorted(NAMES))
    assert second["valkey"] == left["valkey"]
    assert second["web"] != left["web"]

    assert stack.stop(signal.SIGINT) == 0
    assert stack.pids() == {}
    assert re.search(r"stopped in \d+\.\d s", stack.output.read_text())
    assert [pid for pid in {*first.values(), *second.values()} if processes.is_alive(pid)] == []


def test_up_stops_in_the_middle_of_starting(stack: Run):
    stack.start()
    stack.wait_for("creating the database cluster")
    assert stack.stop(signal.SIGTERM) == 0
    assert stack.pids() == {}
