"""One process that starts all the others in order, watches them, and stops them.

It keeps no state but PID files: killed itself, it leaves processes that its successor recognizes.
"""

import contextlib
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from threading import Event
from types import FrameType

from config.stack import assets, layout, processes, programs
from config.stack.processes import Process, StackError
from config.stack.programs import Program
from config.stack.services import Services

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
MOST_FAILURES = 6
CALM = 60.0


class Stopped(KeyboardInterrupt):
    """Somebody asked us to stop while we were still starting."""


@dataclass
class Unit:
    """A program under watch."""

    program: Program
    process: Process | None = None
    since: float = 0.0
    failures: int = 0
    next_try: float = 0.0

    def start(self) -> None:
        """Start the program."""
        self.process = processes.spawn(
            self.program.name, self.program.command, env=programs.environment()
        )
        self.since = time.monotonic()

    def has_ended(self) -> bool:
        """Whether it ran and ended by itself."""
        return self.process is not None and not self.process.is_running()


class Supervisor:
    """Brings the stack up, keeps it up, takes it down.

    `is_empty` says (after the migrations) whether the database holds nobody yet; `introduce`
    returns lines about the demo people.
    """

    def __init__(self, is_empty: Callable[[], bool], introduce: Callable[[], str]) -> None:
        self.is_empty = is_empty
        self.introduce = introduce
        self.services = Services(self.say)
        self.units: list[Unit] = []
        self.began = time.monotonic()
        self._stop = Event()
        self._signals = 0
        self._services_retry = 0.0

    def run(self) -> int:
        """Work until a signal comes; returns the exit status."""
        with self._listening():
            try:
                self._bring_up()
                self._watch()
            except Stopped:
                pass
            except StackError as error:
                self.say(str(error))
                return 1
            finally:
                self._bring_down()
        return 0

    def say(self, line: str) -> None:
        """One line of progress, with the seconds since the start."""
        # The terminal may be gone (SIGHUP): the processes have to be stopped all the same.
        with contextlib.suppress(OSError):
            _print(f"{time.monotonic() - self.began:6.1f} s  {line}")

    # --- Up --------------------------------------------------------------------------------

    def _bring_up(self) -> None:
        self.services.claim()
        everything = [*programs.helpers(), *programs.site()]
        self._end_leftovers([program.name for program in everything])
        programs.demand_free_ports(everything)
        if assets.build():
            self.say("charts: library made")
        mark = assets.fingerprint()
        collecting = (
            self._begin("collectstatic", "--noinput", "-v0") if assets.are_stale() else None
        )
        for helper in programs.helpers():
            self._launch(helper)
        try:
            self.services.start()
            self._finish(self._begin("upgrade", role="owner"), "migrations and roles")
            self._fill()
        except BaseException:
            if collecting:
                collecting.end(0)
            raise
        if collecting:
            self._finish(collecting, "static files")
            assets.remember(mark)
        for program in programs.site():
            self._launch(program)
            if program.is_ready:
                self._await(self.units[-1])
        self._announce()

    def _fill(self) -> None:
        if layout.wants_demo() and self.is_empty():
            self.say("the database is empty: adding the demo")
            self._finish(self._begin("demo"), "demo data")

    def _begin(self, *command: str, role: str = "app") -> Process:
        """Start a management command; `_finish` waits for it."""
        env = {**programs.environment(), "DATABASE_ROLE": role}
        return processes.spawn(command[0], programs.manage(*command), env=env)

    def _finish(self, process: Process, what: str) -> None:
        began = time.monotonic()
        try:
            while process.is_running():
                self._pause(0.03)
        finally:
            process.end(2)
        if process.child and process.child.returncode:
            raise StackError(f"{what}: failed\n{processes.last_lines(process.name)}")
        self.say(f"{what}: done in {time.monotonic() - began:.1f} s")

    def _launch(self, program: Program) -> None:
        unit = Unit(program)
        unit.start()
        self.units.append(unit)
        self.say(f"{program.name}: started, log in {_shown(program.name)}")

    def _await(self, unit: Unit, patience: float = 60) -> None:
        deadline = time.monotonic() + patience
        while not (unit.program.is_ready and unit.program.is_ready()):
            if unit.has_ended() or time.monotonic() > deadline:
                lines = processes.last_lines(unit.program.name)
                raise StackError(f"{unit.program.name}: did not become ready\n{lines}")
            self._pause(0.05)
        self.say(f"{unit.program.name}: ready")

    def _announce(self) -> None:
        self.say("Network City runs. Ctrl-C stops it.")
        lines = ["", f"  Site   http://localhost:{layout.port()}/"]
        if any(unit.program.name == "postbox" for unit in self.units):
            lines.append(f"  Mail   http://localhost:{layout.mailbox_port()}/")
        lines += ["", *("  " + line for line in self.introduce().splitlines())]
        with contextlib.suppress(OSError):
            _print("\n".join(lines))

    # --- Keep up ---------------------------------------------------------------------------

    def _watch(self) -> None:
        while True:
            self._pause(0.2)
            self._revive_services()
            for unit in self.units:
                if unit.has_ended():
                    self._note_end(unit)
                if unit.process is None and time.monotonic() >= unit.next_try:
                    unit.start()
                    self.say(f"{unit.program.name}: started again")

    def _revive_services(self) -> None:
        if time.monotonic() < self._services_retry:
            return
        try:
            self.services.revive()
        except StackError as error:
            self.say(f"{error}\nTrying again in 10 s.")
            self._services_retry = time.monotonic() + 10

    def _note_end(self, unit: Unit) -> None:
        """Plan the restart of a program that ended: at once, then later and later, then never."""
        name, process, now = unit.program.name, unit.process, time.monotonic()
        if process is None:
            return
        process.end(0)
        processes.kill_group(process.pid)
        status = process.child.returncode if process.child else "?"
        unit.failures = 1 if now - unit.since > CALM else unit.failures + 1
        unit.process = None
        if unit.failures >= MOST_FAILURES:
            unit.next_try = float("inf")
            self.say(f"{name}: ended {MOST_FAILURES} times; left alone, the rest goes on.")
            self.say(f"{name}: see {_shown(name)}\n{processes.last_lines(name, 5)}")
            return
        delay = 2.0 ** (unit.failures - 1) - 1
        unit.next_try = now + delay
        when = f"in {delay:.0f} s" if delay else "at once"
        self.say(f"{name}: ended with status {status}, again {when}")

    # --- Down ------------------------------------------------------------------------------

    def _bring_down(self) -> None:
        began = time.monotonic()
        started = [unit.process for unit in self.units if unit.process]
        if started or self.services.database or self.services.cache:
            self.say("stopping; Ctrl-C again to hurry")
        names = {program.name for program in programs.site()}
        self._end_all([process for process in started if process.name in names])
        self._end_all([process for process in started if process.name not in names])
        self.services.stop()
        self.say(f"stopped in {time.monotonic() - began:.1f} s")

    def _end_leftovers(self, names: Sequence[str]) -> None:
        steps = ("collectstatic", "upgrade", "demo")
        found = [old for name in (*names, *steps) if (old := processes.leftover(name))]
        if found:
            self.say("ending what a killed run left: " + ", ".join(old.name for old in found))
            self._end_all(found)

    def _end_all(self, running: Sequence[Process]) -> None:
        """Ask all at once, latest started first; kill who has not ended after 15 s."""
        hurry = self._signals + 1
        for process in reversed(running):
            process.ask_to_stop()
        deadline = time.monotonic() + processes.PATIENCE
        while any(process.is_running() for process in running):
            if time.monotonic() > deadline or self._signals >= max(hurry, 2):
                break
            time.sleep(0.03)
        for process in running:
            process.end(0)

    # --- Signals ---------------------------------------------------------------------------

    @contextlib.contextmanager
    def _listening(self) -> Iterator[None]:
        before = {number: signal.signal(number, self._heard) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        self._signals += 1
        self._stop.set()

    def _pause(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise Stopped


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _shown(name: str) -> str:
    """A log's path as short as it can be said from the repository."""
    path = layout.log_dir() / f"{name}.log"
    return str(path.relative_to(layout.ROOT) if path.is_relative_to(layout.ROOT) else path)
