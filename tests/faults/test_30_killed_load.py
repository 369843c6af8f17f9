"""Fault 30: kill -9 in the middle of a load. All or nothing, and the file can come again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from chapters.unscoped import as_backbone
from measurement.models import Observation, Period, Rollup, Source

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault(30)]
HEAD = "indicator,ref_area,period,group,value,source,release"
YEARS = range(1000, 1600)

# Loads as the command does, and says when the figures are in and the commit is not.
LOADER = """
import io, os, sys, time
import django; django.setup()
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[2]
from chapters.unscoped import as_backbone
from measurement.actions import storing, uploads
publish = storing.publish
def wait(**options):
    publish(**options)
    print("stored", flush=True)
    time.sleep(float(sys.argv[3]))
storing.publish = wait
with open(sys.argv[1], "rb") as stream, as_backbone():
    stored = uploads.load_file(stream, "f.csv", chapter=None, about={"publisher": "Example"},
        is_public=True)
print(stored.added, stored.known, flush=True)
"""


def start(path: Path, wait: float) -> subprocess.Popen[str]:
    name = connection.settings_dict["NAME"]
    return subprocess.Popen(
        [sys.executable, "-c", LOADER, str(path), name, str(wait)],
        stdout=subprocess.PIPE, text=True, env=os.environ,
    )  # fmt: skip


def counts() -> tuple[int, int, int, int]:
    with as_backbone():
        return (
            Observation.objects.filter(period__start__year__lt=1600).count(),
            Rollup.objects.filter(period__start__year__lt=1600).count(),
            Source.objects.filter(table_id="T1").count(),
            Period.objects.filter(start__year__lt=1600).count(),
        )


def test_a_load_that_is_killed_leaves_nothing_and_comes_again(library: Any, tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    lines = [f"employment_rate_25_54,0667000,{year},,0.5,T1,r1" for year in YEARS]
    path.write_text("\n".join((HEAD, *lines)))
    loader = start(path, 60)
    assert loader.stdout is not None
    assert loader.stdout.readline() == "stored\n"
    loader.send_signal(signal.SIGKILL)
    loader.wait(10)
    time.sleep(0.5)
    assert counts() == (0, 0, 0, 0)
    again = start(path, 0)
    assert again.communicate(timeout=120)[0].splitlines()[-1] == "600 0"
    assert counts() == (600, 600, 1, 600)
    third = start(path, 0)
    assert third.communicate(timeout=120)[0].splitlines()[-1] == "0 600"
