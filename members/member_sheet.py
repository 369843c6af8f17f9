"""Members as a CSV file: one way out, one way in, and every line that can't be read explained.

The same columns go out and come in, so a file that was exported and not changed changes nothing.
docs/members-csv.md tells people about it.
"""

import csv
import datetime
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from chapters.sheets import safe_cell, write_sheet
from members.models import Membership
from members.plain import clean_text

COLUMNS = (
    "chapter", "number", "name", "email", "status", "joined_on", "paid_until", "is_home",
)  # fmt: skip
READ = ("chapter", "email", "name", "joined_on", "paid_until")
MOST_LINES = 5_000
MOST_BYTES = 1_000_000
_ALIASES = {
    "e_mail": "email", "email_address": "email", "e_mail_address": "email", "mail": "email",
    "full_name": "name", "member_name": "name", "joined": "joined_on", "member_since": "joined_on",
    "paid_through": "paid_until", "expires": "paid_until", "expires_on": "paid_until",
}  # fmt: skip
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


class Unreadable(Exception):
    """The file as a whole can't be read; the words say what to do."""


@dataclass(frozen=True)
class Problem:
    """What is wrong in one cell, and how to mend it."""

    line: int
    column: str
    words: str


@dataclass(frozen=True)
class MemberLine:
    """One person as the file states them; `line` is where they stand in it, from 1."""

    line: int
    email: str
    name: str = ""
    joined_on: datetime.date | None = None
    paid_until: datetime.date | None = None
    chapter: str = ""


@dataclass
class MemberSheet:
    """A file that was read: its lines, what is wrong with others, and what was assumed."""

    lines: list[MemberLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def write_members(rows: Iterable[Membership]) -> str:
    """Memberships with chapter and person loaded, as CSV that is safe in a spreadsheet."""
    return write_sheet(COLUMNS, (_cells(row) for row in rows))


def _cells(row: Membership) -> list[Any]:
    home = "yes" if row.is_home else "no"
    return [
        row.chapter.slug, row.number, row.user.name, row.user.email, row.status, row.joined_on,
        row.paid_until, home,
    ]  # fmt: skip


# --- Reading --------------------------------------------------------------------------------------


def decode(content: bytes) -> tuple[str, str]:
    """The text of a file, and what was assumed about its letters. Raises Unreadable."""
    if len(content) > MOST_BYTES:
        raise Unreadable("The file is larger than 1 MB. Split it and import the parts.")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decode(content, "utf-16"), "The letters were read as UTF-16."
    try:
        return _refuse_binary(content.decode("utf-8-sig")), ""
    except UnicodeDecodeError:
        note = "The letters were read as Windows-1252. Look at names with accents."
        return _decode(content, "cp1252"), note


def _decode(content: bytes, encoding: str) -> str:
    try:
        return _refuse_binary(content.decode(encoding))
    except UnicodeDecodeError as error:
        raise Unreadable("The letters can't be read. Save the file as CSV UTF-8.") from error


def _refuse_binary(text: str) -> str:
    if "\0" in text or text.startswith("PK\x03\x04"):
        raise Unreadable("This is no CSV file. In the spreadsheet, save as CSV UTF-8.")
    return text


def read_members(text: str, today: datetime.date) -> MemberSheet:
    """Read the text of a CSV file, separated by comma, semicolon or tab. Raises Unreadable."""
    sheet = MemberSheet()
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    seen: dict[str, int] = {}
    try:
        columns = _columns(next(reader, []), sheet)
        before = reader.line_num
        for cells in reader:
            line, before = before + 1, reader.line_num
            if any(cell.strip() for cell in cells):
                _read_line(line, cells, columns, sheet, seen, today)
            if len(sheet.lines) + len(sheet.problems) > MOST_LINES:
                raise Unreadable(f"More than {MOST_LINES:,} lines. Split it and import the parts.")
    except csv.Error as error:
        raise Unreadable(
            f"Line {reader.line_num}: quotation marks or cells are broken ({error})."
        ) from error
    return sheet


def _delimiter(text: str) -> str:
    head = text.lstrip("\r\n").split("\n", 1)[0]
    return max(",;\t", key=head.count)


def _columns(head: list[str], sheet: MemberSheet) -> list[str]:
    names = [re.sub(r"[^a-z0-9]+", "_", cell.strip().lower()).strip("_") for cell in head]
    columns = [_ALIASES.get(name, name) for name in names]
    if "email" not in columns:
        raise Unreadable("The first line names no column “email”. Name the columns there.")
    twice = sorted({name for name in columns if name in READ and columns.count(name) > 1})
    if twice:
        raise Unreadable(f"Two columns are named “{twice[0]}”. Take one out.")
    unread = [cell.strip() for cell, name in zip(head, columns, strict=True) if name not in READ]
    if unread:
        sheet.notes.append(f"Not read: {', '.join(filter(None, unread)) or 'an empty column'}.")
    return columns


def _read_line(
    line: int,
    cells: list[str],
    columns: list[str],
    sheet: MemberSheet,
    seen: dict[str, int],
    today: datetime.date,
) -> None:
    while len(cells) > len(columns) and not cells[-1].strip():
        cells = cells[:-1]
    if len(cells) != len(columns):
        words = f"{len(cells)} cells where the first line has {len(columns)}. Quote cells with "
        sheet.problems.append(Problem(line, "all", f"{words}commas in them."))
        return
    known = {name: _bare(cell) for name, cell in zip(columns, cells, strict=True)}
    found = _Cells(line, known, today)
    email = found.email()
    earlier = seen.setdefault(email, line) if email else line
    if earlier != line:
        found.wrong("email", f"This address stands in line {earlier} already. Keep one of them.")
    read = MemberLine(
        line, email, found.name(), found.day("joined_on", latest=today),
        found.day("paid_until", latest=today.replace(year=today.year + 20, day=1)),
        known.get("chapter", ""),
    )  # fmt: skip
    if found.problems:
        sheet.problems += found.problems
    else:
        sheet.lines.append(read)


def _bare(cell: str) -> str:
    """The cell without the quote that `safe_cell` puts before what looks like a formula."""
    if cell.startswith("'") and safe_cell(cell[1:]) == cell:
        cell = cell[1:]
    return " ".join(clean_text(cell).split())


class _Cells:
    """The cells of one line, each read with what may be wrong in it."""

    def __init__(self, line: int, known: dict[str, str], today: datetime.date) -> None:
        self.line, self.known, self.today = line, known, today
        self.problems: list[Problem] = []

    def wrong(self, column: str, words: str) -> None:
        self.problems.append(Problem(self.line, column, words))

    def email(self) -> str:
        address = self.known["email"].lower()
        try:
            validate_email(address)
        except ValidationError:
            self.wrong("email", "Enter an e-mail address like name@example.org.")
            return ""
        if len(address) > 254:
            self.wrong("email", "Enter an address of at most 254 letters.")
        return address

    def name(self) -> str:
        name = self.known.get("name", "")
        if len(name) > 120:
            self.wrong("name", "Enter a name of at most 120 letters.")
        return name

    def day(self, column: str, latest: datetime.date) -> datetime.date | None:
        text = self.known.get(column, "")
        if not text:
            return None
        day = _read_day(text)
        if day is None:
            self.wrong(column, f"“{text[:30]}” is no day. Write it like 2026-12-31 or 12/31/2026.")
        elif not datetime.date(1990, 1, 1) <= day <= latest:
            self.wrong(column, f"Enter a day between 1990-01-01 and {latest}.")
        return day


def _read_day(text: str) -> datetime.date | None:
    american = _AMERICAN.fullmatch(text)
    try:
        if american:
            month, day, year = map(int, american.groups())
            return datetime.date(year, month, day)
        return datetime.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
