"""Fault 29: files that are large, or pretend to be small. A limit, or bounded memory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.fault(29)
LINES = 1_000_000
MOST_MB = 300

# A process of its own: what it holds at most is what the reading of the file costs.
READER = """
import resource, sys
from measurement.loading.checks import Terms, check_piece
from measurement.loading.layouts import read_tables
from measurement.loading.problems import Refused
def held():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
terms = Terms({"rate": (1, 0.0, 1.0, True)}, {f"{n:07}": n for n in range(1000)})
base, rows = held(), 0
try:
    with open(sys.argv[1], "rb") as stream:
        for piece in read_tables(stream, "f.csv"):
            checked = check_piece(piece.table, terms, "f.csv")
            assert not checked.problems, checked.problems[0]
            rows += checked.figures.height
    print("read", rows, held() - base)
except Refused as refused:
    print(refused.problems[0].code, 0, held() - base)
"""
HEAD = "indicator,ref_area,period,group,value,source,release\n"


def read(path: Path) -> tuple[str, int, int]:
    """What became of a file, its lines, and the megabytes that it took beyond the start."""
    settings = {**os.environ, "POLARS_MAX_THREADS": "2"}
    done = subprocess.run(
        [sys.executable, "-c", READER, str(path)],
        capture_output=True, text=True, check=True, timeout=300, env=settings,
    )  # fmt: skip
    outcome, rows, held = done.stdout.split()
    return outcome, int(rows), int(held)


def test_a_million_lines_are_read_in_bounded_memory(
    tmp_path: Path, record_property: object
) -> None:
    path = tmp_path / "f.csv"
    with path.open("w") as out:
        out.write(HEAD)
        for number in range(LINES // 1000):
            year = 1000 + number
            out.writelines(f"rate,{place:07},{year},,0.5,T1,r1\n" for place in range(1000))
    outcome, rows, held = read(path)
    record_property("reading a million lines takes, MB", held)  # type: ignore[operator]
    assert (outcome, rows) == ("read", LINES)
    assert held <= MOST_MB


@pytest.mark.parametrize("quote", ["", '"'], ids=["bare", "quoted"])
@pytest.mark.parametrize("end", ["", "\n"], ids=["no line end", "lines"])
def test_a_cell_of_a_gigabyte_is_refused_early(tmp_path: Path, quote: str, end: str) -> None:
    path = tmp_path / "f.csv"
    with path.open("wb") as out:
        out.write(f"{HEAD}rate,0000001,1999,{quote}".encode())
        if end and quote:
            for _ in range(300):
                out.write(b"x\n" * 500_000)
        # A hole in the file: it reads as NULs and takes no room.
        else:
            out.truncate(1_000_000_000)
    outcome, _, held = read(path)
    assert outcome in ("FILE-LINES", "FILE-BINARY", "FILE-CELLS")
    assert held <= MOST_MB
