"""Bytes into tables of text, a bounded piece at a time, whatever wrote the file.

Every cell stays text here: what a number is, `checks` decides, so that no library guesses.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import polars as pl

from measurement.loading.problems import Problem, Refused

PIECE_BYTES = 8_000_000
MOST_CELL_CHARACTERS = 10_000
ROW = "row"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Style:
    """How a file writes its table: encoding, what parts its cells, the names in its first line."""

    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    is_continental: bool

    @property
    def comma(self) -> str:
        """What stands before the decimals."""
        return "," if self.is_continental else "."


def find_style(head: bytes, file: str) -> Style:
    """Encoding, delimiter and column names from the first bytes of a file.

    Raises:
        Refused: it is no text, or its first line names no columns.
    """
    encoding = _encoding(head)
    text = head.decode(encoding, "replace")
    if "\0" in text:
        _refuse("FILE-BINARY", file, 1, "This is not a text file: it holds NUL characters.")
    first = next(iter(text.splitlines()), "")
    delimiter = max(",;\t|", key=first.count)
    names = [name.strip().lower() for name in next(csv.reader([first], delimiter=delimiter), [])]
    if len(names) < 2 or not all(names):
        _refuse("FILE-HEADER", file, 1, "The first line must name every column.")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        _refuse("FILE-HEADER", file, 1, f"Two columns are called “{twice}”.")
    return Style(encoding, delimiter, tuple(names), delimiter == ";")


def read_pieces(stream: BinaryIO, file: str) -> Iterator[pl.DataFrame]:
    """Tables of text with the columns of the first line and `row`, the line's number.

    Raises:
        Refused: the file has no style, or lines with more or fewer cells than its first.
    """
    head = stream.read(64_000)
    style = find_style(head, file)
    stream.seek(0)
    source = stream if style.encoding == "utf-8" else _Utf8(stream, style.encoding)
    source.readline()
    number = 2
    while piece := _whole_lines(source):
        table = _table(piece, style, file, number)
        number += table.height
        yield table


# --- Inside -------------------------------------------------------------------------------------


def _encoding(head: bytes) -> str:
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    try:
        head[: head.rfind(b"\n") + 1 or None].decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


class _Utf8:
    """The lines of a stream in UTF-8, converted as they are read."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self.text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")

    def read(self, size: int) -> bytes:
        return self.text.read(size).encode()

    def readline(self) -> bytes:
        return self.text.readline().encode()


def _whole_lines(source: BinaryIO | _Utf8) -> bytes:
    """The next lines, ending where no quoted cell is open."""
    piece = source.read(PIECE_BYTES) + source.readline()
    while piece.count(b'"') % 2 and (more := source.readline()):
        piece += more
    return piece


def _table(piece: bytes, style: Style, file: str, number: int) -> pl.DataFrame:
    if b"\0" in piece:
        line = number + piece[: piece.index(b"\0")].count(b"\n")
        _refuse("FILE-BINARY", file, line, "A NUL character; save the file as CSV in UTF-8 anew.")
    try:
        table = pl.read_csv(
            piece,
            has_header=False,
            new_columns=list(style.columns),
            separator=style.delimiter,
            infer_schema=False,
            raise_if_empty=False,
        )
    except pl.exceptions.PolarsError:
        table = None
    if table is None or table.width != len(style.columns) or _is_short(table):
        _explain(piece, style, file, number)
    if table is None:
        raise Refused([Problem("FILE-LINES", file, number, "", "These lines can't be read.")])
    return table.with_row_index(ROW, offset=number)


def _is_short(table: pl.DataFrame) -> bool:
    """True where the last column is empty somewhere, as it is in a line that is cut off."""
    return table.height > 0 and table.to_series(table.width - 1).null_count() > 0


def _explain(piece: bytes, style: Style, file: str, number: int) -> None:
    """Raise Refused with every line that has too many or too few cells, if there is one."""
    lines = csv.reader(io.StringIO(piece.decode("utf-8", "replace")), delimiter=style.delimiter)
    wanted, problems = len(style.columns), []
    try:
        for line, cells in enumerate(lines, start=number):
            if cells and len(cells) != wanted:
                message = f"{len(cells)} cells where the first line has {wanted}."
                problems.append(Problem("FILE-CELLS", file, line, "", message))
    except csv.Error as error:
        problems.append(Problem("FILE-LINES", file, number + lines.line_num, "", f"{error}."))
    if problems:
        raise Refused(problems[:1000])


def _refuse(code: str, file: str, line: int, message: str) -> None:
    raise Refused([Problem(code, file, line, "", message)])
