"""Operating system processes: start one, recognize it later, end it."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.stack import layout

PATIENCE = 15.0


class StackError(Exception):
    """The stack can't start or go on; the message tells the operator what to do."""


@dataclass
class Process:
    """A process of ours: a child, or (without `child`) one adopted from a killed supervisor."""

    name: str
    pid: int
    child: "subprocess.Popen[bytes] | None" = None
    stop_signal: signal.Signals = signal.SIGTERM

    def is_running(self) -> bool:
        """Whether it still does anything; a child that ended is reaped by the question."""
        if self.child is not None:
            return self.child.poll() is None
        return is_alive(self.pid)

    def ask_to_stop(self) -> None:
        """Send the stop signal, if there is anybody to send it to."""
        if self.is_running():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, self.stop_signal)

    def wait(self, patience: float = PATIENCE) -> bool:
        """Wait for its end, at most `patience` seconds; says whether it ended."""
        deadline = time.monotonic() + patience
        while self.is_running() and time.monotonic() < deadline:
            time.sleep(0.02)
        return not self.is_running()

    def end(self, patience: float = PATIENCE) -> None:
        """Stop it and whatever it left in its session; what ignores the signal is killed."""
        self.ask_to_stop()
        if not self.wait(patience):
            kill_group(self.pid)
            self.wait(5)
        pid_file(self.name).unlink(missing_ok=True)


def spawn(
    name: str,
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
    cwd: Path = layout.ROOT,
    **options: Any,
) -> Process:
    """Start `command` in a session of its own (Ctrl-C does not reach it), output to its log."""
    with open_log(name) as log:
        child = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, **(env or {})},
            cwd=cwd,
            start_new_session=True,
            **options,
        )
    note_pid(name, child.pid)
    return Process(name, child.pid, child, stop_signal)


def open_log(name: str) -> Any:
    """The process's log, opened to append; one of over 5 MB is put aside first."""
    path = layout.log_dir() / f"{name}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > 5_000_000:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def last_lines(name: str, count: int = 12) -> str:
    """The end of a process's log, for an error message."""
    path = layout.log_dir() / f"{name}.log"
    if not path.exists():
        return ""
    text = path.read_bytes()[-8000:].decode("utf-8", "replace")
    return "\n".join("    " + line for line in text.splitlines()[-count:])


# --- Recognizing -------------------------------------------------------------------------------


def pid_file(name: str) -> Path:
    """Holds the PID and the mark of birth of the process that last ran under this name."""
    return layout.run_dir() / f"{name}.pid"


def note_pid(name: str, pid: int) -> None:
    """Remember a process for the next supervisor, should this one be killed."""
    draft = pid_file(name).with_suffix(".pid.new")
    draft.write_text(f"{pid} {birth_mark(pid)}\n", encoding="ascii")
    draft.replace(pid_file(name))


def leftover(name: str, stop_signal: signal.Signals = signal.SIGTERM) -> Process | None:
    """The living process that a killed supervisor left under this name, if it is really ours."""
    try:
        pid, mark = pid_file(name).read_text(encoding="ascii").strip().split(" ", 1)
    except (OSError, ValueError):
        return None
    if is_alive(int(pid)) and birth_mark(int(pid)) == mark:
        return Process(name, int(pid), None, stop_signal)
    pid_file(name).unlink(missing_ok=True)
    return None


def is_alive(pid: int) -> bool:
    """Whether a process with this number runs; a zombie does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _describe(pid).startswith("Z")


def birth_mark(pid: int) -> str:
    """A text that no other process with this number shares: its boot and start time."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    place = boot.read_text(encoding="ascii").strip()[:8] if boot.exists() else "boot"
    return f"{place} {_describe(pid)[1:].strip()}"


def _describe(pid: int) -> str:
    """State letter and start time, from /proc or, without it, from ps."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        with contextlib.suppress(OSError):
            # The name in parentheses may hold spaces: the fixed fields begin after the last one.
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            return f"{fields[0]} {fields[19]}"
        return "gone"
    listing = subprocess.run(
        ["ps", "-o", "state=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    state, _, started = listing.stdout.strip().partition(" ")
    return f"{state[:1]} {started.strip()}" if started else "gone"


def kill_group(pid: int) -> None:
    """Kill a leader and all that is left of its process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
