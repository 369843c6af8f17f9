"""The library of charts comes out of the lock: made once, made anew for another version."""

import gzip
from pathlib import Path

import pytest

from config.stack import assets, layout


def test_the_library_is_there_and_names_its_version():
    head, library = assets.LIBRARY.read_bytes().split(b"\n", 1)
    assert head.startswith(b"/* vl-convert-python 1.")
    assert b"vegaEmbed" in library
    # What travels: a third of what lies on the disk.
    assert len(gzip.compress(library)) < 330_000
    assert assets.build() is False


def test_another_version_makes_it_anew_and_static_files_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(layout, "BUILT", tmp_path)
    monkeypatch.setattr(assets, "LIBRARY", tmp_path / "js" / "vega.js")
    monkeypatch.setattr(assets, "_BUNDLE", "print('library', end='')")
    nothing = assets.fingerprint()
    assert assets.build() is True
    made = assets.fingerprint()
    assert assets.build() is False
    assert assets.LIBRARY.read_text().endswith("*/\nlibrary")
    assets.LIBRARY.write_text("/* vl-convert-python 0 */\nold")
    assert assets.build() is True
    assert [path.name for path in assets.LIBRARY.parent.iterdir()] == ["vega.js"]
    assert nothing != made
