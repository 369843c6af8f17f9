"""Bytes into tables of text, a bounded piece at a time, whatever wrote the file.

Every cell stays text here: what a number is, `checks` decides, so that no library guesses.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, NoReturn

import polars as pl

from measurement.loading.problems import Problem, Refused

PIECE_BYTES = 4_000_000
LONGEST_LINE = 1_000_000
ROW = "row"
# What a file begins with that was given the wrong kind of name, and what it really is.
_BEGINNINGS = (
    (b"%PDF-", "This is a PDF."),
    (b"\xd0\xcf\x11\xe0", "This is a spreadsheet of the old kind, or one with a password."),
    (b"\x89PNG", "This is a picture."),
    (b"\xff\xd8\xff", "This is a picture."),
)
_BOOK_NAMES = (".xlsx", ".xlsm", ".xls", ".ods")
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
    for beginning, message in _BEGINNINGS:
        if head.startswith(beginning):
            _refuse("FILE-KIND", file, 1, message)
    encoding = _encoding(head)
    text = head.decode(encoding, "replace")
    if "\0" in text:
        _refuse("FILE-BINARY", file, 1, "This is no text: it holds null characters.")
    if "\r" in text and "\n" not in text:
        _refuse("FILE-LINES", file, 1, "Its lines end in an old way; save it as CSV anew.")
    first = next(iter(text.splitlines()), "")
    delimiter = max(",;\t|", key=first.count)
    if delimiter not in first and file.lower().endswith(_BOOK_NAMES):
        _refuse("FILE-KIND", file, 1, "It is named like a spreadsheet, and holds only text.")
    names = _names(next(csv.reader([first], delimiter=delimiter), []), file)
    return Style(encoding, delimiter, names, delimiter == ";")


def table_of(lines: Any, file: str) -> pl.DataFrame:
    """A table of text from a list of lists, whose first one names the columns.

    Raises:
        Refused: it is no such list, or a line has more or fewer cells than the first.
    """
    if not isinstance(lines, list) or not all(isinstance(line, list) for line in lines):
        _refuse("FILE-LINES", file, 1, "This is not a list of lines.")
    names = _names(lines[0] if lines else [], file)
    wrong = [number for number, line in enumerate(lines, 1) if len(line) != len(names)]
    if wrong:
        _refuse("FILE-CELLS", file, wrong[0], f"Not {len(names)} cells, as the first line has.")
    texts = [["" if cell is None else str(cell) for cell in line] for line in lines[1:]]
    table = pl.DataFrame(texts, schema=dict.fromkeys(names, pl.String), orient="row")
    return table.with_row_index(ROW, offset=2).filter(
        pl.any_horizontal(pl.col(name) != "" for name in names)
    )


def _names(cells: list[Any], file: str) -> tuple[str, ...]:
    names = [str(name).strip().lower() for name in cells]
    if len(names) < 2 or not all(names):
        _refuse("FILE-HEADER", file, 1, "The first line must name every column.")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        _refuse("FILE-HEADER", file, 1, f"Two columns are called “{twice}”.")
    return tuple(names)


def read_pieces(stream: BinaryIO, file: str) -> Iterator[pl.DataFrame]:
    """Tables of text with the columns of the first line and `row`, the line's number.

    Raises:
        Refused: the file has no style, or lines with more or fewer cells than its first.
    """
    head = stream.read(64_000)
    style = find_style(head, file)
    stream.seek(0)
    source = stream if style.encoding == "utf-8" else _Utf8(stream, style.encoding)
    source.readline(LONGEST_LINE)
    number = 2
    while piece := _whole_lines(source, file, number):
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

    def readline(self, size: int = -1) -> bytes:
        return self.text.readline(size).encode()


def _whole_lines(source: BinaryIO | _Utf8, file: str, number: int) -> bytes:
    """The next lines, ending where no quoted cell is open; bounded, whatever the file holds."""
    piece = source.read(PIECE_BYTES) + source.readline(LONGEST_LINE)
    more: list[bytes] = []
    grown, is_open = 0, bool(piece.count(b'"') % 2)
    while (is_open or _is_cut(piece)) and (line := source.readline(LONGEST_LINE)):
        grown += len(line)
        if _is_cut(piece) or grown > LONGEST_LINE:
            at = number + piece.count(b"\n")
            _refuse("FILE-LINES", file, at, "A line or a quoted cell here does not end.")
        more.append(line)
        is_open ^= bool(line.count(b'"') % 2)
    return piece + b"".join(more)


def _is_cut(piece: bytes) -> bool:
    """True where a line is so long that it was not read to its end."""
    return len(piece) >= PIECE_BYTES and not piece.endswith(b"\n")


def _table(piece: bytes, style: Style, file: str, number: int) -> pl.DataFrame:
    if b"\0" in piece:
        line = number + piece[: piece.index(b"\0")].count(b"\n")
        _refuse("FILE-BINARY", file, line, "There is a null character in this line.")
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
    numbered = table.with_row_index(ROW, offset=number)
    # A line without anything in it, as the end of a file often is.
    return numbered.filter(~_is_blank(table)) if _is_short(table) else numbered


def _is_blank(table: pl.DataFrame) -> pl.Expr:
    return pl.all_horizontal(pl.col(name).is_null() for name in table.columns)


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


def _refuse(code: str, file: str, line: int, message: str) -> NoReturn:
    raise Refused([Problem(code, file, line, "", message)])
