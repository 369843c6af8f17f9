"""Where everything lies: files, sockets, ports, secrets. Reads the environment, starts nothing.

Every address follows from `STATE_DIR` and `PORT` alone, so settings know where the servers will
be before anybody has started them.
"""

import hashlib
import os
import re
import secrets
import tempfile
from pathlib import Path
from urllib.parse import quote, urlencode

ROOT = Path(__file__).resolve().parent.parent.parent
# What is made at set-up and belongs to no version of ours: git ignores it.
BUILT = ROOT / "built"
DATABASE = "network_city"
ROLES = {"owner": "nc_owner", "app": "nc_app", "backup": "nc_backup", "postgres": "postgres"}

# The kernel allows 107 bytes for a socket's address, 103 on macOS; ".s.PGSQL.5432" is the longest.
_LONGEST_SOCKET = 90
_SOCKET_NAME = ".s.PGSQL.5432"
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")


def is_production() -> bool:
    """Whether `PRODUCTION` is set: nothing local may stand in for a real service then."""
    return os.environ.get("PRODUCTION", "").lower() in {"1", "true", "yes", "on"}


def wants_demo() -> bool:
    """Whether an empty database gets the demo, whose passwords everybody knows."""
    return os.environ.get("DEMO", "1") != "0" and not is_production()


def state_dir() -> Path:
    """The one folder that holds all state: `STATE_DIR`, or `var/` in the repository."""
    return Path(os.environ.get("STATE_DIR") or ROOT / "var").expanduser().absolute()


def run_dir() -> Path:
    """PID files and locks."""
    return state_dir() / "run"


def log_dir() -> Path:
    """One log file per process."""
    return state_dir() / "log"


def socket_dir() -> Path:
    """Where the servers' sockets lie: `run/`, or a short folder when that path can't hold one."""
    chosen = run_dir()
    if _fits(chosen):
        return chosen
    name = f"nc-{os.getuid()}-{hashlib.sha256(os.fsencode(chosen)).hexdigest()[:12]}"
    temporary = Path(tempfile.gettempdir()) / name
    return temporary if _fits(temporary) else Path("/tmp") / name  # noqa: S108  (private, checked)


def _fits(folder: Path) -> bool:
    """Short enough for the kernel, and plain enough to stand in a URL in every library."""
    path = str(folder / _SOCKET_NAME)
    return len(os.fsencode(path)) <= _LONGEST_SOCKET and bool(_PLAIN_PATH.fullmatch(path))


def database_url(role: str, database: str = DATABASE) -> str:
    """The embedded PostgreSQL for `owner`, `app`, `backup` or the superuser `postgres`."""
    # The host stands in the query: in the place of a host name its capitals would be lost.
    query = urlencode({"host": str(socket_dir())}, quote_via=quote, safe="/")
    return f"postgresql://{ROLES[role]}@/{database}?{query}"


def valkey_socket() -> Path:
    """The embedded Valkey's socket."""
    return socket_dir() / "valkey.sock"


def redis_url(db: int = 0) -> str:
    """The embedded Valkey as redis-py and Django's cache write it."""
    return f"unix://{valkey_socket()}?db={db}"


def broker_url() -> str:
    """The embedded Valkey as Celery writes it, in its own database beside the cache."""
    return f"redis+socket://{valkey_socket()}?virtual_host=1"


def port() -> int:
    """The web server's port; the others take the four that follow."""
    return int(os.environ.get("PORT") or 8000)


def sandbox_port() -> int:
    """The payment sandbox."""
    return port() + 1


def mailbox_port() -> int:
    """The page on which mail sent by a local installation can be read."""
    return port() + 2


def smtp_port() -> int:
    """The SMTP server behind that page."""
    return port() + 3


def live_port() -> int:
    """The process over which several people write one section."""
    return port() + 4


def secret(name: str) -> str:
    """A random token of this installation, made on first use and kept in `secrets/`."""
    path = state_dir() / "secrets" / name
    if not path.exists():
        _keep(path, secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii")


def _keep(path: Path, token: str) -> None:
    """Write a token whole or not at all; of two that race, the first wins."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".new-")  # mode 600
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(token)
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()
