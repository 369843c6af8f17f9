"""Fixtures for the tests of the embedded servers."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.stack import layout
from tests.config_.servers import running_in


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An own, empty state folder for this test; whatever still runs in it is killed after."""
    folder = tmp_path / "state"
    monkeypatch.setenv("STATE_DIR", str(folder))
    for name in ("DATABASE_URL", "REDIS_URL", "DATABASE_ROLE"):
        monkeypatch.delenv(name, raising=False)
    yield folder
    sockets = layout.socket_dir()
    for pid in running_in(folder):
        os.kill(pid, signal.SIGKILL)
    if sockets != layout.run_dir():
        shutil.rmtree(sockets, ignore_errors=True)
