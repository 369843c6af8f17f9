"""Static files: whether they have to be collected again."""

import hashlib
import os
from pathlib import Path

from config.stack import layout

_STAMP = "collected-from"


def are_stale() -> bool:
    """Whether the sources differ from what was collected last."""
    stamp = folder() / _STAMP
    return not stamp.exists() or stamp.read_text(encoding="ascii") != fingerprint()


def remember(mark: str) -> None:
    """Note that the files whose fingerprint is `mark` have been collected."""
    (folder() / _STAMP).write_text(mark, encoding="ascii")


def folder() -> Path:
    """Where collected files lie, as in the settings."""
    return Path(os.environ.get("STATIC_ROOT") or layout.state_dir() / "static")


def fingerprint() -> str:
    """Our files by size and time, the libraries' by the lock that names their versions."""
    digest = hashlib.sha256((layout.ROOT / "requirements" / "run.txt").read_bytes())
    digest.update((layout.ROOT / "config" / "settings.py").read_bytes())
    for path in sorted((layout.ROOT / "static").rglob("*")):
        found = path.stat()
        if path.is_file():
            digest.update(f"{path}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
