"""Spreadsheets (XLSX) into a table of text, after a look at how large they would become.

A spreadsheet is a ZIP of XML: 40 kB can hold gigabytes, one cell at the far corner of a sheet
makes a table of 17 billion, and a text that is kept once may stand in every cell. All three are
found while it is unpacked piece by piece and thrown away.
"""

import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any, BinaryIO

import polars as pl

from measurement.loading.files import table_of
from measurement.loading.problems import Problem, Refused
from measurement.loading.texts import Part, Texts

MOST_UNPACKED = 80_000_000
MOST_CELLS = 1_500_000
MOST_LETTERS = 40_000_000
# What other kinds of workbook hold, in which a count may stand for a million cells.
_OTHERS = {"content.xml", "xl/workbook.bin"}
_PIECE = 1_000_000
_OVERLAP = 64
_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]{0,40}?r="([A-Z]{1,3})(\d{1,7})"')


def is_book(head: bytes) -> bool:
    """True for what begins like a ZIP."""
    return head.startswith(b"PK\x03\x04")


def read_book(stream: BinaryIO, file: str) -> Iterator[pl.DataFrame]:
    """The first sheet's cells as text.

    Raises:
        Refused: it is no spreadsheet, or a larger one than can be read at once.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    content = stream.read()
    _measure(content, file)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        lines = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, IndexError, ValueError, OSError) as error:
        raise _refused(file, "This spreadsheet can’t be opened. Save it as XLSX anew.") from error
    yield table_of([[_text(cell) for cell in line] for line in lines], file)


def _measure(content: bytes, file: str) -> None:
    """Refuse a book that unpacks to more than can be held."""
    unpacked, texts = 0, Texts()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if _OTHERS & {name.lower().replace("\\", "/") for name in archive.namelist()}:
                raise _refused(file, "This is another kind of spreadsheet. Save it as XLSX.")
            for member in archive.infolist():
                with archive.open(member) as part:
                    unpacked = _measure_part(part, unpacked, texts.part(member.filename), file)
    # NotImplementedError: what zipfile says to a compression that it does not know.
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError) as error:
        raise _refused(file, "This spreadsheet is damaged. Save it as XLSX anew.") from error
    if texts.letters > MOST_LETTERS:
        raise _refused(file, f"Its texts have {texts.letters:,} letters; up to {MOST_LETTERS:,} can"
                       " be read. Delete long texts, or send it as CSV.")  # fmt: skip


def _measure_part(part: IO[bytes], unpacked: int, texts: Part, file: str) -> int:
    rows = columns = 0
    tail = b""
    while piece := part.read(_PIECE):
        unpacked += len(piece)
        found = _CELL.findall(tail + piece)
        rows = max([rows, *(int(row) for _, row in found)])
        columns = max([columns, *(_number(name) for name, _ in found)])
        tail = piece[-_OVERLAP:]
        _bound(unpacked, rows * columns, file)
        if not texts.feed(piece):
            raise zipfile.BadZipFile
    return unpacked


def _bound(unpacked: int, cells: int, file: str) -> None:
    if unpacked > MOST_UNPACKED:
        size = MOST_UNPACKED // 1_000_000
        raise _refused(file, f"The spreadsheet unpacks to more than {size} MB. Send it as CSV.")
    if cells > MOST_CELLS:
        raise _refused(
            file, f"The sheet reaches over {cells:,} cells; up to {MOST_CELLS:,} can be read."
            " Delete what stands far off, or send it as CSV.",
        )  # fmt: skip


def _number(name: bytes) -> int:
    """Column A is 1, AA is 27."""
    number = 0
    for letter in name:
        number = number * 26 + letter - 64
    return number


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, dt.datetime | dt.date):
        return cell.isoformat()[:10]
    return str(cell)


def _refused(file: str, message: str) -> Refused:
    return Refused([Problem("FILE-BOOK", file, 1, "", message)])
