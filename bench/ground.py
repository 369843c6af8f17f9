"""What the figures stand on: one running installation, CPU time from /proc, a quick client."""

import atexit
import functools
import http.client
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.stack import ROOT, Stack, children_of, free_ports, until

TICKS = os.sysconf("SC_CLK_TCK")


@functools.cache
def running_stack() -> Stack:
    """The product with its demo, started for the first figure that asks, stopped at the end."""
    folder = tempfile.TemporaryDirectory(prefix="bench-")
    print("bench: starting the product", file=sys.stderr)
    stack = Stack(Path(folder.name) / "state", free_ports(), DEMO="1", API_RATE="1000000/min")
    atexit.register(folder.cleanup)
    atexit.register(stack.stop)
    return stack.start()


def cpu_seconds(*leaders: int) -> float:
    """CPU time of processes and all they forked, the ended ones too."""
    ticks = 0
    for pid in leaders:
        ticks += sum(_ticks(pid)) + sum(sum(_ticks(child)) for child in children_of(pid))
    return ticks / TICKS


def _ticks(pid: int) -> list[int]:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return [0]
    return [int(word) for word in fields[11:15]]  # user, system, and those of ended children


@dataclass(frozen=True)
class Work:
    """Something to do so many times in one go, and the processes whose CPU it takes."""

    go: Callable[[], object]
    leaders: tuple[int, ...]
    times: int


def in_turns(works: dict[str, Work], rounds: int) -> dict[str, float]:
    """CPU in ms that each takes a time.

    They take turns, after one go each that does not count: what disturbs one disturbs the others.
    """
    for work in works.values():
        work.go()
    spent = dict.fromkeys(works, 0.0)
    for _ in range(rounds):
        for name, work in works.items():
            before = cpu_seconds(*work.leaders)
            work.go()
            spent[name] += (cpu_seconds(*work.leaders) - before) / work.times
    return {name: 1000 * seconds / rounds for name, seconds in spent.items()}


@contextmanager
def served(module: str, **environment: str) -> Iterator[tuple[int, int]]:
    """Serve a module's `application` as the product is served; gives the port and the process."""
    port = free_ports()
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", module],
        cwd=ROOT,
        env={**os.environ, "BIND": f"127.0.0.1:{port}", **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: _answers(port), module, 30)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(20)


def _answers(port: int) -> bool:
    try:
        return bool(request_often(port, "/", 1))
    except OSError:
        return False


def resident_mb(pid: int, key: str = "Rss") -> float:
    """Memory of one process: Rss, or Pss with the shared part divided."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith(f"{key}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(key)


def request_often(
    port: int, path: str, times: int, headers: dict[str, str] | None = None, expect: int = 200
) -> dict[str, str]:
    """Send the same request on one kept connection; returns the last answer's headers.

    Raises:
        AssertionError: an answer had another status than `expect`.
    """
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as link:
        for _ in range(times):
            link.request("GET", path, headers={"Host": f"localhost:{port}", **(headers or {})})
            answer = link.getresponse()
            answer.read()
            assert answer.status == expect, f"{path}: {answer.status} instead of {expect}"
        return dict(answer.headers)
