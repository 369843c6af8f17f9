"""PostgreSQL and Valkey together: whatever of the two the environment does not provide."""

import fcntl
import os
import stat
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from config.stack import layout, postgres, roles, valkey
from config.stack.processes import Process, StackError


class Services:
    """Start what is needed, and stop it at the end; also usable as a context manager.

    `DATABASE_URL` and `REDIS_URL`, when set, each replace a server. One at a time per state
    folder; servers that a killed predecessor left are adopted, and stopped like one's own.
    """

    def __init__(
        self, say: Callable[[str], None] = lambda line: None, *, for_tests: bool = False
    ) -> None:
        self.say = say
        self.for_tests = for_tests
        self.database: Process | None = None
        self.cache: Process | None = None
        self._lock: int | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start both, wait until both answer, and prepare the database's roles.

        Raises:
            StackError: another supervisor has this state folder, or a server does not start.
        """
        self.claim()
        try:
            if needs_cache():
                self.cache = valkey.start()
            if needs_database():
                self._start_database()
            if self.cache:
                valkey.wait(self.cache)
        except BaseException:
            self.stop()
            raise

    def claim(self) -> None:
        """Make the folders and take the lock on them.

        Raises:
            StackError: somebody else has it.
        """
        make_folders()
        if self._lock is None:
            self._lock = _take_lock(layout.run_dir() / "supervisor.lock")

    def _start_database(self) -> None:
        new = not (postgres.data_dir() / "PG_VERSION").exists()
        self.say("creating the database cluster" if new else "starting PostgreSQL")
        self.database = postgres.start()
        self.database = postgres.wait(self.database)
        roles.prepare_cluster(layout.database_url("postgres", "postgres"), for_tests=self.for_tests)

    def revive(self) -> None:
        """Start again what has died meanwhile.

        Raises:
            StackError: it does not start again.
        """
        if self.cache and not self.cache.is_running():
            self.say("Valkey has ended; starting it again")
            self.cache = valkey.start()
            valkey.wait(self.cache)
        if self.database and not self.database.is_running():
            self.say("PostgreSQL has ended; starting it again")
            self.database = postgres.wait(postgres.start())

    def stop(self) -> None:
        """Stop both and give the state folder back."""
        for process in (self.database, self.cache):
            if process:
                process.end()
        self.database = self.cache = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def needs_database() -> bool:
    """Whether the embedded PostgreSQL has to run."""
    return not os.environ.get("DATABASE_URL")


def needs_cache() -> bool:
    """Whether the embedded Valkey has to run."""
    return not os.environ.get("REDIS_URL")


def make_folders() -> None:
    """Make the folders of the state, closed to everybody else.

    Raises:
        StackError: the sockets' folder belongs to somebody else.
    """
    layout.state_dir().mkdir(parents=True, exist_ok=True)
    for folder in {layout.run_dir(), layout.log_dir(), layout.socket_dir()}:
        folder.mkdir(mode=0o700, exist_ok=True)
        _demand_privacy(folder)


def _demand_privacy(folder: Path) -> None:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise StackError(f"{folder} belongs to somebody else: remove it, or set STATE_DIR.")
    if found.st_mode & 0o077:
        folder.chmod(0o700)


def _take_lock(path: Path) -> int:
    """Lock `path` until the descriptor is closed; it names the holder for whoever comes next."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, 20).decode() or "?"
        os.close(descriptor)
        raise StackError(
            f"Already running (process {holder}) on {layout.state_dir()}."
            " Stop it first, or set STATE_DIR and PORT to run another beside it."
        ) from None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, str(os.getpid()).encode())
    return descriptor
