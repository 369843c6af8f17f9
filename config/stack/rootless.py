"""How root runs PostgreSQL, which refuses to run as root.

First choice: a user namespace in which we are `nobody`. Files stay root's, nothing on the
machine changes mode or owner. Where a container forbids namespaces, the server runs as the real
`nobody` in a folder of its own under /var/tmp, and only links to it lie in the state folder.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from config.stack import layout
from config.stack.processes import StackError, is_alive

NOBODY = 65534
_NAMESPACE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")


@dataclass(frozen=True)
class Runner:
    """How to run the server's programs: a prefix, Popen options, and where its files lie."""

    install: Path
    prefix: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    home: Path | None = None

    def binary(self, name: str) -> Path:
        """A program that the server's user may execute."""
        return self.install / "bin" / name

    def draft(self, data: Path) -> Path:
        """An absent path that initdb may fill, whatever an earlier attempt left there."""
        draft = (self.home or data).with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        return draft

    def adopt_draft(self, draft: Path, data: Path) -> None:
        """Put a finished cluster in its place."""
        if self.home:
            # A state folder that was deleted took its link along; its cluster goes as well.
            shutil.rmtree(self.home, ignore_errors=True)
        draft.rename(self.home or data)
        if self.home:
            _link(data, self.home)

    def socket_dir(self, wanted: Path) -> Path:
        """A folder in which the server may put its socket, visible at `wanted`."""
        if not self.home:
            return wanted
        _link(wanted / ".s.PGSQL.5432", self.home.parent / ".s.PGSQL.5432")
        return self.home.parent


def runner_for(data: Path, install: Path) -> Runner:
    """How this user, on this machine, runs the programs in `install` on the cluster `data`.

    Raises:
        StackError: we are root, and neither way is open.
    """
    if os.getuid() != 0:
        return Runner(install)
    if not data.is_symlink() and namespaces_work():
        return Runner(install, prefix=_NAMESPACE)
    return _nobody(install)


def namespaces_work() -> bool:
    """Whether this machine lets us become `nobody` in a user namespace."""
    if not shutil.which(_NAMESPACE[0]):
        return False
    attempt = subprocess.run([*_NAMESPACE, "true"], capture_output=True, check=False)
    return attempt.returncode == 0


def _nobody(install: Path) -> Runner:
    mark = sha256(os.fsencode(layout.state_dir())).hexdigest()[:12]
    place = Path("/var/tmp") / f"network-city-{mark}"  # noqa: S108  (owner checked below)
    place.mkdir(mode=0o700, exist_ok=True)
    if place.is_symlink() or place.stat().st_uid not in (0, NOBODY):
        raise StackError(f"{place} belongs to somebody else: remove it, or set DATABASE_URL.")
    os.chown(place, NOBODY, NOBODY)
    user: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    if not _runs(install, user):
        install = _copy(install, place / "install")
        if not _runs(install, user):
            raise StackError(
                "PostgreSQL refuses to run as root, and here it can't run as anybody else. "
                "Start as another user, or set DATABASE_URL to a server that runs elsewhere."
            )
    return Runner(install, options=user, home=place / "postgres")


def _runs(install: Path, user: dict[str, Any]) -> bool:
    program = [str(install / "bin" / "postgres"), "--version"]
    try:
        done = subprocess.run(program, capture_output=True, check=False, cwd="/", **user)
    except OSError:
        return False
    return done.returncode == 0


def _copy(install: Path, target: Path) -> Path:
    """A copy of the programs that `nobody` can read, made anew after an upgrade."""
    version = f"{install.stat().st_mtime_ns}"
    stamp = target / "copied-from"
    if not stamp.exists() or stamp.read_text() != version:
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(install, target, symlinks=True)
        for folder, _, files in os.walk(target):
            for name in (".", *files):
                os.chown(Path(folder) / name, NOBODY, NOBODY, follow_symlinks=False)
        stamp.write_text(version)
    return target


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    link.unlink(missing_ok=True)
    link.symlink_to(target)


# --- Who works in a folder ---------------------------------------------------------------------


def can_look_into_processes() -> bool:
    """Whether this system tells in which folder a process works (Linux does)."""
    return Path("/proc/self/cwd").exists()


def working_in(folder: Path, among: Iterable[int] | None = None) -> set[int]:
    """The living processes that work in `folder`; on a system that can't say, all of `among`."""
    if not can_look_into_processes():
        return set(among or ())
    wanted = folder.resolve()
    pids = among or (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return {pid for pid in pids if _works_in(pid, wanted) and is_alive(pid)}


def _works_in(pid: int, folder: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == folder
    except PermissionError:
        # A container's root may not look at other users' processes: better believe it is ours.
        return _called(pid) == "postgres"
    except OSError:
        return False


def _called(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
    except OSError:
        return ""
