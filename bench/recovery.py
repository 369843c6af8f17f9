"""How long a report takes to be there after its worker was killed in the middle of it."""

import os
import signal
import time
from collections.abc import Iterator

from bench.figure import Figure
from bench.ground import running_stack
from tests.real_report import RealReport

FIGURES = ("job_recovery_s",)


def measure(wanted: set[str]) -> Iterator[Figure]:
    """Kill -9 of the pool's processes, then of the whole worker; the slower one counts."""
    stack = running_stack()
    seconds = {}
    for victim in ("pool", "worker"):
        job = RealReport(stack)
        with job.held():
            if victim == "worker":
                os.killpg(stack.pid("worker"), signal.SIGKILL)
            for child in stack.children("worker") if victim == "pool" else ():
                os.kill(child, signal.SIGKILL)
            killed = time.monotonic()
        job.await_end(120)
        seconds[victim] = round(time.monotonic() - killed, 1)
        assert job.column("status") == "done"
        assert len(job.files()) == 1
    yield Figure("job_recovery_s", max(seconds.values()), "s", {"killed": seconds})
