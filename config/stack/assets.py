"""Static files: what has to be built first, and whether they have to be collected again."""

import hashlib
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from config.stack import layout

_STAMP = "collected-from"
# The drawing program of charts, with its interpreter for pages that forbid `eval`.
LIBRARY = layout.BUILT / "js" / "vega.js"
_BUNDLE = """
import sys, vl_convert
sys.stdout.buffer.write(vl_convert.javascript_bundle().encode())
"""


def build() -> bool:
    """Have the library of charts in the version that is installed; says whether it was made anew.

    Raises:
        subprocess.CalledProcessError: the library could not be made; what it said is on stderr.
    """
    mark = f"/* vl-convert-python {version('vl-convert-python')} */\n".encode()
    if LIBRARY.exists() and LIBRARY.read_bytes().startswith(mark):
        return False
    # In a process of its own: who starts servers or runs tests does not want 80 MB of it.
    made = subprocess.run([sys.executable, "-c", _BUNDLE], stdout=subprocess.PIPE, check=True)
    LIBRARY.parent.mkdir(parents=True, exist_ok=True)
    whole = LIBRARY.with_suffix(f".{os.getpid()}")
    whole.write_bytes(mark + made.stdout)
    whole.replace(LIBRARY)
    return True


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
    for root in (layout.ROOT / "static", layout.BUILT):
        for path in sorted(root.rglob("*")):
            found = path.stat()
            if path.is_file():
                digest.update(f"{path}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
