"""A report of 12 pages and 20 charts as PDF/UA-1, beside WeasyPrint on the same content.

The peer lives in a virtual environment of its own, made for this figure alone. Both processes are
warm; every round has fresh figures, because unchanged input is remembered by Typst.
"""

import json
import random
import statistics
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.figure import Figure
from tests.stack import ROOT

FIGURES = ("report_vs_weasyprint", "report_cpu_ms")
PEER = "weasyprint==70.0"
HOME = ROOT / "var" / "bench" / "weasyprint"
CHARTS, ROWS, ROUNDS, SEED = 20, 100, 5, 20_261


def measure(wanted: set[str]) -> Iterator[Figure]:
    """CPU of the process that prints, median of rounds in turns."""
    numbers = random.Random(SEED)
    with Printer([sys.executable, "-m", "bench.press.ours"]) as ours:
        rounds = [ours.print(numbers.random()) for _ in range(ROUNDS + 1)][1:]
        cpu = statistics.median(one["cpu_ms"] for one in rounds)
        detail: dict[str, Any] = {
            "pages": rounds[-1]["pages"], "charts": CHARTS, "rows": ROWS,
            "bytes": rounds[-1]["bytes"], "wall_ms": round(
                statistics.median(one["wall_ms"] for one in rounds)
            ),
        }  # fmt: skip
        if "report_cpu_ms" in wanted:
            yield Figure("report_cpu_ms", round(cpu), "ms", detail)
        if "report_vs_weasyprint" in wanted:
            yield _compare(ours, numbers)


def _compare(ours: "Printer", numbers: random.Random) -> Figure:
    with Printer([str(peer_python()), "bench/press/peer.py"]) as peer:
        pairs = []
        for _ in range(ROUNDS + 1):
            mine = ours.print(numbers.random(), with_page=True)
            theirs = peer.print(mine.pop("page"))
            pairs.append((mine, theirs))
    ratios = [mine["cpu_ms"] / theirs["cpu_ms"] for mine, theirs in pairs[1:]]
    mine, theirs = pairs[-1]
    detail = {"ours": mine, "weasyprint": theirs, "rounds": [round(one, 3) for one in ratios]}
    return Figure("report_vs_weasyprint", round(statistics.median(ratios), 3), "ratio", detail)


def peer_python() -> Path:
    """The interpreter that has WeasyPrint; made once."""
    python = HOME / "bin" / "python"
    if not (HOME / "made").exists():
        print("bench: making a home for WeasyPrint", file=sys.stderr)
        venv.create(HOME, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", PEER], check=True)
        (HOME / "made").touch()
    return python


class Printer:
    """A process that prints what it reads and says what that cost."""

    def __init__(self, command: list[str]) -> None:
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> "Printer":
        return self

    def __exit__(self, *error: object) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(30)

    def print(self, content: Any, with_page: bool = False) -> dict[str, Any]:
        """One round: CPU and wall in ms, bytes, pages."""
        assert self.process.stdin and self.process.stdout
        print(json.dumps([content, with_page]), file=self.process.stdin, flush=True)
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found
