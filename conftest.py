"""The ground all tests stand on: own servers in an own state folder, started once a run.

Nothing here imports the settings before the environment they read is complete.
"""

import contextlib
import os
import socket
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent
SERVICES = pytest.StashKey[Any]()
pytest_plugins = ["tests.personas"]
if (ROOT / "tests" / "stack.py").exists():
    pytest_plugins += ["tests.stack", "tests.browsing"]


def _free_ports(start: int = 18000, count: int = 5) -> int:
    """The first of `count` ports in a row that nobody listens on."""
    for first in range(start, 60000, 10):
        with contextlib.ExitStack() as held, contextlib.suppress(OSError):
            for port in range(first, first + count):
                held.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first
    raise pytest.UsageError(f"No free ports between {start} and 60000.")


def _choose_environment() -> None:
    # Tests never touch servers that somebody uses: the embedded ones replace what is set.
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "PRODUCTION", "EMAIL_URL"):
        os.environ.pop(name, None)
    os.environ.setdefault("STATE_DIR", str(ROOT / "var" / "test"))
    os.environ.setdefault("API_RATE", "1000000/min")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # Playwright runs an event loop in the thread of the tests.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    if not os.environ.get("PORT"):
        os.environ["PORT"] = str(_free_ports())
    if helper := os.environ.get("PYTEST_XDIST_WORKER"):
        # Helpers of pytest-xdist share nothing: each has servers and ports of its own.
        os.environ["STATE_DIR"] = str(Path(os.environ["STATE_DIR"]) / helper)
        own = int(os.environ["PORT"]) + 10 * (1 + int(helper.removeprefix("gw")))
        os.environ["PORT"] = str(_free_ports(own))


_choose_environment()


def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL and Valkey where tests run: in this process, or in each of its helpers."""
    from config.stack import assets

    # Before the settings are read: they name the folder only where it is.
    assets.build()
    from django.conf import settings

    # Read now, after the environment is chosen: pytest-django sets up what is configured.
    assert settings.INSTALLED_APPS
    if config.getoption("dist", "no") != "no":
        # Its helpers would read the settings before they have chosen what they inherit otherwise.
        del os.environ["DJANGO_SETTINGS_MODULE"]
        return
    if config.option.collectonly:
        return
    from config.stack.processes import StackError
    from config.stack.services import Services

    services = Services(for_tests=True)
    try:
        services.start()
    except StackError as error:
        pytest.exit(str(error), returncode=3)
    config.add_cleanup(services.stop)
    config.stash[SERVICES] = services


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop them before the run's end is told: a helper is killed soon after it has told so."""
    if services := session.config.stash.get(SERVICES, None):
        services.stop()
