"""A million figures from a file to what readers see, over a bare COPY of the same rows.

Ours is `manage.py load_observations`: every cell checked, every warning looked for, rollups
computed. The limit is a COPY by the superuser, past every wall, into the same table with its
indexes and triggers. CPU is that of the program and of PostgreSQL.
"""

import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2

from bench.figure import Figure
from bench.ground import cpu_seconds
from bench.sets import FRAME, FRAME_VALUES
from tests.stack import ROOT

FIGURES = ("load_1m_vs_copy",)
AREAS, INDICATORS, YEARS, FIRST_YEAR = 1_000, 50, 20, 2004
ROUNDS = 2
_ROWS = f"""
    COPY (SELECT 'bench_' || i, '99' || lpad(a::text, 5, '0'), y, 'bench-load', '1',
        round((0.3 + 0.4 * abs(sin(a * 12.9898 + i * 78.233)) + (y - 2004) / 500.0)::numeric,
            6), 0.0125, 'good'
    FROM generate_series(1, {AREAS}) a, generate_series(1, {INDICATORS}) i,
        generate_series({FIRST_YEAR}, {FIRST_YEAR + YEARS - 1}) y) TO STDOUT (FORMAT csv)
"""
_HEAD = b"indicator,ref_area,period,source,release,value,se,reliability\n"
_TABLE = "measurement_observation"


def measure(wanted: set[str]) -> Iterator[Figure]:
    """Both in turns, each into the empty table."""
    from config.stack import layout
    from config.stack.services import Services

    kept = os.environ.get("STATE_DIR")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ["STATE_DIR"] = str(Path(folder) / "state")
        try:
            with Services() as services:
                assert services.database is not None
                subprocess.run(
                    _manage("upgrade"), cwd=ROOT, env=_owner(), stdout=sys.stderr, check=True
                )
                with closing(psycopg2.connect(layout.database_url("postgres"))) as link:
                    link.autocommit = True
                    yield _compare(link.cursor(), services.database.pid, Path(folder))
        finally:
            os.environ.pop("STATE_DIR")
            if kept is not None:
                os.environ["STATE_DIR"] = kept


def _compare(cursor: Any, server: int, folder: Path) -> Figure:
    cursor.execute(FRAME, FRAME_VALUES)
    file = folder / "million.csv"
    with file.open("wb") as out:
        out.write(_HEAD)
        cursor.copy_expert(_ROWS, out)
    ours, limit = [], []
    for _ in range(ROUNDS):
        ours.append(_load(file, server))
        rows = io.BytesIO()
        cursor.copy_expert(f"COPY {_TABLE} TO STDOUT", rows)
        _empty(cursor)
        limit.append(_copy(cursor, server, rows))
        _empty(cursor)
    best, bare = min(ours, key=lambda one: one["cpu_s"]), min(limit, key=lambda one: one["cpu_s"])
    detail = {
        "rows": AREAS * INDICATORS * YEARS,
        **best,
        "rows_per_s": round(AREAS * INDICATORS * YEARS / best["wall_s"]),
        "copy_cpu_s": bare["cpu_s"],
        "copy_wall_s": bare["wall_s"],
    }
    return Figure("load_1m_vs_copy", round(best["cpu_s"] / bare["cpu_s"], 2), "ratio", detail)


def _load(file: Path, server: int) -> dict[str, float]:
    about = ["--publisher", "Bench", "--title", "Bench", "--licence", "Public domain"]
    before, began = cpu_seconds(server), time.monotonic()
    program = subprocess.Popen(
        _manage("load_observations", str(file), *about), cwd=ROOT, stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(program.pid, 0)
    assert status == 0, "The load failed."
    spent = usage.ru_utime + usage.ru_stime
    database = cpu_seconds(server) - before
    return {
        "cpu_s": round(spent + database, 1),
        "program_s": round(spent, 1),
        "postgres_s": round(database, 1),
        "wall_s": round(time.monotonic() - began, 1),
        "peak_mb": round(usage.ru_maxrss / 1024),
    }


def _copy(cursor: Any, server: int, rows: io.BytesIO) -> dict[str, float]:
    rows.seek(0)
    before, began = cpu_seconds(server), time.monotonic()
    cursor.copy_expert(f"COPY {_TABLE} FROM STDIN", rows)
    spent = cpu_seconds(server) - before
    return {"cpu_s": round(spent, 1), "wall_s": round(time.monotonic() - began, 1)}


def _empty(cursor: Any) -> None:
    cursor.execute("TRUNCATE measurement_observation, measurement_rollup")
    cursor.execute("CHECKPOINT")


def _manage(*words: str) -> list[str]:
    return [sys.executable, "manage.py", *words]


def _owner() -> dict[str, str]:
    return {**os.environ, "DATABASE_ROLE": "owner"}
