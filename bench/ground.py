"""What the figures stand on: one running installation, CPU time from /proc, a quick client."""

import atexit
import functools
import http.client
import os
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from tests.stack import Stack, children_of, free_ports

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
