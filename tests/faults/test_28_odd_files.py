"""Fault 28: files in every dress. Row-numbered errors, or the right figures; never a guess."""

from __future__ import annotations

import io
from typing import Any

import pytest

from chapters.unscoped import as_backbone
from measurement.actions.uploads import check_file, load_file
from measurement.loading.problems import Refused
from measurement.models import Observation

pytestmark = [pytest.mark.django_db, pytest.mark.fault(28)]
HEAD = "indicator,ref_area,period,group,value,sample_n,annotation,source,release"
RATE = "employment_rate_25_54"


def line(value: str, place: str = "0667000", **cells: str) -> str:
    given = {"period": "1999", "group": "", "n": "", "note": "", "source": "T1"} | cells
    return ",".join(
        (RATE, place, given["period"], given["group"], value, given["n"], given["note"],
         given["source"], "r1")
    )  # fmt: skip


def text(*lines: str) -> str:
    return "\n".join((HEAD, *lines))


GOOD = text(line("0.5", note="né"), line("0.25", place="0820000"))
READ = {
    "cp1252": GOOD.encode("cp1252"),
    "UTF-16": GOOD.encode("utf-16"),
    "UTF-16 of the other kind": b"\xfe\xff" + GOOD.encode("utf-16-be"),
    "byte order mark": GOOD.encode("utf-8-sig"),
    "semicolons": GOOD.replace(",", ";").encode(),
    "decimal commas": GOOD.replace(",", ";").replace("0.", "0,").encode(),
    "carriage returns": GOOD.replace("\n", "\r\n").encode(),
    "blank line at the end": (GOOD + "\n\n").encode(),
    "quoted": text(line('"0.5"', note='"né, ""so"""'), line("0.25", place="0820000")).encode(),
}
REFUSED: dict[str, tuple[bytes, tuple[str, int]]] = {
    "NUL in a cell": (text(line("0.5"), line("0\x005")).encode(), ("FILE-BINARY", 1)),
    "a PDF": (b"%PDF-1.4\n%\xe2\xe3\n", ("FILE-KIND", 1)),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0", ("FILE-KIND", 1)),
    "a spreadsheet of the old kind": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", ("FILE-KIND", 1)),
    "UTF-16 without a mark": (GOOD.encode("utf-16-le"), ("FILE-BINARY", 1)),
    "too few cells": (text(line("0.5"), "a,b").encode(), ("FILE-CELLS", 3)),
    "too many cells": (text(line("0.5"), line("0.5") + ",x").encode(), ("FILE-CELLS", 3)),
    "NaN": (text(line("NaN")).encode(), ("OBS-TYPE", 2)),
    "infinity": (text(line("-inf")).encode(), ("OBS-TYPE", 2)),
    "1e400": (text(line("1e400")).encode(), ("OBS-TYPE", 2)),
    "a comma within quotes": (text(line('"1,5"')).encode(), ("OBS-TYPE", 2)),
    "thousands or decimals": (text(line("1.125")).replace(",", ";").encode(), ("OBS-TYPE", 2)),
    "a letter": (text(line("0.5"), line("O.5", place="0820000")).encode(), ("OBS-TYPE", 3)),
    "one key twice": (text(line("0.5"), line("0.5")).encode(), ("OBS-DUP", 3)),
    "a quote that stays open": (text(line('"0.5'), line("0.5")).encode(), ("FILE-", 2)),
    "a column named twice": (GOOD.replace("annotation", "group").encode(), ("FILE-HEADER", 1)),
    "a column without name": (GOOD.replace("annotation", "").encode(), ("FILE-HEADER", 1)),
    "nothing": (b"", ("FILE-HEADER", 1)),
    "names alone": (HEAD.encode(), ("FILE-HEADER", 1)),
    "a day for a period": (text(line("0.5", period="1999-01-01")).encode(), ("OBS-TYPE", 2)),
    "a group of no kind": (text(line("0.5", group="women")).encode(), ("OBS-TYPE", 2)),
    "a group without end": (text(line("0.5", group="a=" + "b" * 300)).encode(), ("OBS-TYPE", 2)),
    "a source without end": (text(line("0.5", source="s" * 300)).encode(), ("OBS-TYPE", 2)),
    "half a person asked": (text(line("0.5", n="3.5")).encode(), ("OBS-RANGE", 2)),
}


def given(content: bytes) -> dict[str, Any]:
    about = {"publisher": "Example"}
    return {"stream": io.BytesIO(content), "name": "f.csv", "chapter": None, "about": about}


@pytest.mark.parametrize("content", READ.values(), ids=READ)
def test_the_figures_are_the_same_whatever_wrote_them(library: None, content: bytes) -> None:
    with as_backbone():
        assert check_file(**given(content)).rows == 2
        load_file(**given(content), is_public=True)
        found = Observation.objects.filter(period__label="1999").order_by("obs_value")
        assert [float(o.obs_value or 0) for o in found] == [0.25, 0.5]
        assert found[1].annotation_raw.startswith("né")


@pytest.mark.parametrize(("content", "problem"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_named_by_row_and_nothing_comes_in(
    library: None, content: bytes, problem: tuple[str, int]
) -> None:
    with as_backbone():
        with pytest.raises(Refused) as caught:
            load_file(**given(content), is_public=True)
        found = [(p.code, p.line) for p in caught.value.problems]
        assert any(code.startswith(problem[0]) and row == problem[1] for code, row in found), found
        assert not Observation.objects.filter(period__label="1999").exists()


def test_a_sample_is_a_whole_number(library: None) -> None:
    with as_backbone():
        load_file(**given(text(line("0.5", n="300")).encode()), is_public=True)
        assert Observation.objects.get(period__label="1999").sample_n == 300
