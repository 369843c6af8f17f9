"""What an empty database's migration costs."""

import os
import resource
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure
from bench.ground import cpu_seconds
from tests.stack import ROOT

FIGURES = ("migrate_cpu_s",)


def measure(wanted: set[str]) -> Iterator[Figure]:
    """CPU of `manage.py migrate` and of PostgreSQL, from an empty database."""
    from config.stack import programs
    from config.stack.services import Services

    before_state = os.environ.get("STATE_DIR")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ["STATE_DIR"] = str(Path(folder) / "state")
        try:
            with Services() as services:
                assert services.database is not None
                yield _migrate(services.database.pid, programs.manage("migrate", "-v0"))
        finally:
            os.environ.pop("STATE_DIR")
            if before_state is not None:
                os.environ["STATE_DIR"] = before_state


def _migrate(server: int, command: list[str]) -> Figure:
    database, program = cpu_seconds(server), _children_seconds()
    subprocess.run(command, cwd=ROOT, env={**os.environ, "DATABASE_ROLE": "owner"}, check=True)
    parts = {
        "program_s": round(_children_seconds() - program, 2),
        "postgres_s": round(cpu_seconds(server) - database, 2),
    }
    return Figure("migrate_cpu_s", round(sum(parts.values()), 2), "s", parts)


def _children_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
