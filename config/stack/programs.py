"""What runs beside the servers: sandbox, mailbox, web, worker, clock, and writing together.

The same entry points as in production; `docker-compose.yml` starts them alike.
"""

import os
import socket
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from config.stack import layout
from config.stack.processes import StackError


@dataclass(frozen=True)
class Program:
    """A process to keep running: its command, its ports, and how to see that it is ready."""

    name: str
    command: tuple[str, ...]
    ports: tuple[int, ...] = ()
    is_ready: Callable[[], bool] | None = None


def helpers() -> list[Program]:
    """What stands in for services that the environment does not name."""
    wanted = []
    if not os.environ.get("STRIPE_SECRET_KEY"):
        wanted.append(_sandbox())
    if not os.environ.get("EMAIL_URL"):
        wanted.append(_postbox())
    return wanted


def site() -> list[Program]:
    """The product itself, in the order of starting."""
    return [_web(), _worker(), _beat(), _live()]


def environment() -> dict[str, str]:
    """What every process gets, so that all find the same state."""
    return {
        "STATE_DIR": str(layout.state_dir()),
        "PORT": str(layout.port()),
        "BIND": f"{host()}:{layout.port()}",
        "DATABASE_ROLE": "app",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
        # Compiling the libraries anew in every process would triple the time to start.
        "PYTHONDONTWRITEBYTECODE": "",
    }


def manage(*arguments: str) -> list[str]:
    """The command line of a management command."""
    return [sys.executable, str(layout.ROOT / "manage.py"), *arguments]


def webhook_secret() -> str:
    """The secret with which the sandbox signs and which the settings expect."""
    return os.environ.get("STRIPE_WEBHOOK_SECRET") or "whsec_" + layout.secret("webhook")


def _python(*arguments: str | int | Path) -> tuple[str, ...]:
    return (sys.executable, *map(str, arguments))


def _sandbox() -> Program:
    port = layout.sandbox_port()
    state = layout.state_dir() / "sandbox"
    hook = f"http://{local_host()}:{layout.port()}/webhooks/stripe/"
    address = ("--port", port, "--state", state, "--webhook-url", hook)
    command = _python("-m", "members.sandbox", *address, "--webhook-secret", webhook_secret())
    return Program("sandbox", command, (port,), lambda: listens(port))


def _postbox() -> Program:
    ports = (layout.smtp_port(), layout.mailbox_port())
    where = ("--smtp-port", ports[0], "--web-port", ports[1])
    command = _python("-m", "config.postbox", *where, "--state", layout.state_dir() / "postbox")
    return Program("postbox", command, ports, lambda: all(map(listens, ports)))


def _web() -> Program:
    command = _python("-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi")
    return Program("web", command, (layout.port(),), is_healthy)


def _worker() -> Program:
    strength = ("--concurrency", 2, "--prefetch-multiplier", 1)
    quiet = ("--without-gossip", "--without-mingle", "--loglevel", "INFO")
    return Program("worker", _python("-m", "celery", "-A", "config", "worker", *strength, *quiet))


def _beat() -> Program:
    schedule = ("--schedule", layout.run_dir() / "beat-schedule", "--pidfile=")
    return Program("beat", _python("-m", "celery", "-A", "config", "beat", *schedule))


def _live() -> Program:
    port = layout.live_port()
    command = manage("live", "--host", local_host(), "--port", str(port))
    return Program("live", tuple(command), (port,), lambda: listens(port))


# --- Ports -------------------------------------------------------------------------------------


def host() -> str:
    """The address the web server binds."""
    return os.environ.get("HOST") or "127.0.0.1"


def local_host() -> str:
    """The address at which this machine reaches its own web server."""
    return host() if host() not in {"0.0.0.0", "::", "[::]"} else "127.0.0.1"  # noqa: S104


def demand_free_ports(programs: list[Program]) -> None:
    """Raise `StackError` when somebody else listens where one of `programs` should."""
    for program in programs:
        for port in program.ports:
            if listens(port, local_host() if program.name == "web" else "127.0.0.1"):
                raise StackError(
                    f"Port {port} is taken by another program. Set PORT: the five ports from it"
                    f" on must be free, as in `PORT={layout.port() + 100} make run`."
                )


def listens(port: int, address: str = "127.0.0.1") -> bool:
    """Whether somebody takes connections at this port."""
    try:
        socket.create_connection((address, port), timeout=1).close()
    except OSError:
        return False
    return True


def known_host() -> str:
    """A name under which the web server answers: the first of `ALLOWED_HOSTS`."""
    names = os.environ.get("ALLOWED_HOSTS", "").replace(",", " ").split()
    return names[0] if names and "*" not in names[0] else "localhost"


def is_healthy() -> bool:
    """Whether the web server answers /healthz with 200."""
    with closing(HTTPConnection(local_host(), layout.port(), timeout=5)) as connection:
        try:
            connection.request("GET", "/healthz", headers={"Host": known_host()})
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
