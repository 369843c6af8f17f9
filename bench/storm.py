"""Ten thousand deliveries in a storm, and how long an acknowledgement takes in it."""

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from bench.figure import Figure
from tests.stack import Stack, free_ports
from tests.storm import Storm

FIGURES = ("webhook_storm_wrong", "webhook_ack_p99_ms")
# Ten payments make some fifty events; each comes so many times.
PEOPLE, COPIES, FAULTS, LOST = 340, 6, 560, 45


def measure(wanted: set[str]) -> Iterator[Figure]:
    """A storm over an installation of its own, whose database is pulled away meanwhile."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        print("bench: starting the product for a storm", file=sys.stderr)
        stack = Stack(Path(folder) / "state", free_ports())
        try:
            storm = Storm(stack.start(600), people=PEOPLE, copies=COPIES, faults=FAULTS, lost=LOST)
            outcome = storm.live()
        finally:
            stack.stop()
    for line in outcome.wrong:
        print(f"bench: {line}", file=sys.stderr)
    detail = asdict(outcome) | {"wrong": outcome.wrong[:10], "payments": PEOPLE}
    if "webhook_storm_wrong" in wanted:
        yield Figure("webhook_storm_wrong", len(outcome.wrong), "payments", detail)
    if "webhook_ack_p99_ms" in wanted:
        detail = {"p50_ms": outcome.ack_p50_ms, "answers": outcome.answers}
        yield Figure("webhook_ack_p99_ms", outcome.ack_p99_ms, "ms", detail)
