"""The isolation crawler's full run: requests made, and what any of them let out."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure

FIGURES = ("crawler_requests", "crawler_leaks")
ROOT = Path(__file__).resolve().parent.parent
CRAWL = "tests/isolation/full_crawl.py"


def measure(wanted: set[str]) -> Iterator[Figure]:
    """Crawl in a database of its own; CRAWL_SECONDS bounds it (an hour)."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        report = Path(folder) / "report.json"
        environment = {
            **os.environ,
            "STATE_DIR": str(Path(folder) / "state"),
            "CRAWL_REPORT": str(report),
        }
        environment.pop("PORT", None)
        command = [sys.executable, "-m", "pytest", CRAWL, "-q", "-p", "no:cacheprovider"]
        subprocess.run(command, cwd=ROOT, env=environment, stdout=sys.stderr, check=False)
        found = json.loads(report.read_text())
    requests, leaks = found.pop("requests"), found.pop("leaks")
    detail = {"seconds": round(time.monotonic() - began), **found}
    if "crawler_requests" in wanted:
        yield Figure("crawler_requests", requests, "requests", detail)
    if "crawler_leaks" in wanted:
        yield Figure("crawler_leaks", leaks, "leaks", {"requests": requests})
