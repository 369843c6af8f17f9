"""A file of figures from its bytes to what readers see; all of it in one transaction or nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

from django.db import transaction
from django.utils import timezone

from chapters.models import Chapter
from chapters.ready import forget
from measurement.actions import foreseeing, storing, weighing
from measurement.actions.entering import Books, read_terms
from measurement.loading.checks import check_piece
from measurement.loading.columns import unread_columns
from measurement.loading.layouts import LONG, Reading, read_tables
from measurement.loading.problems import Problem, Refused
from measurement.models import Upload

MOST_PROBLEMS = Upload.MOST_PROBLEMS
Report = Callable[[int, str], None]


def _silent(rows: int, phase: str) -> None:
    """Report to nobody."""


@dataclass(frozen=True)
class Task:
    """One file to load: whose it is, what its new sources are, how it is read, who is told.

    about: publisher, title, licence, programme, url, file_sha256 of sources that are new.
    """

    stream: BinaryIO
    name: str
    chapter: Chapter | None
    about: dict[str, Any]
    reading: Reading = LONG
    report: Report = _silent
    # What to take note of, as reading finds it.
    notes: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Checkup:
    """What a file would do: its lines, what each comes to, and what to take note of."""

    rows: int
    stored: storing.Stored
    warnings: list[Problem] = field(default_factory=list)
    first: list[dict[str, Any]] = field(default_factory=list)


Settle = Callable[[Checkup], Upload]


class _Undo(Exception):
    """Ends the savepoint in which a file was tried."""


def load_file(
    stream: BinaryIO,
    name: str,
    *,
    chapter: Chapter | None,
    about: dict[str, Any],
    upload: Upload | None = None,
    is_public: bool,
    **options: Any,
) -> storing.Stored:
    """Load a file of figures: checked, stored, and counting if public.

    about, and options `reading` and `report`: see `Task`. Warnings are not looked for: `check_file`
    lists them. Needs the chapter's scope, or the backbone's for the nation's figures (chapter
    None).

    Raises:
        Refused: with every problem; nothing was stored.
    """
    task = Task(stream, name, chapter, about, **options)
    with transaction.atomic():
        return _store(task, _read_in(task), upload, is_public=is_public)


def load_checked(
    stream: BinaryIO, name: str, *, is_public: bool, settle: Settle, **options: Any
) -> tuple[storing.Stored, Upload]:
    """Check a file as `check_file` does and load it as `load_file` does, and read it once.

    settle: told what the file would do; gives the upload as which it goes in, or raises, and
    then nothing stays behind.

    Raises:
        Refused: with every problem; nothing was stored.
    """
    task = Task(stream, name, **options)
    with transaction.atomic():
        books = _read_in(task)
        upload = settle(_weigh(task, books))
        return _store(task, books, upload, is_public=is_public), upload


def check_file(stream: BinaryIO, name: str, **options: Any) -> Checkup:
    """What `load_file` would do with a file, and every warning; nothing stays behind.

    Raises:
        Refused: with every problem.
    """
    task = Task(stream, name, **options)
    try:
        with transaction.atomic():
            found = _weigh(task, _read_in(task))
            raise _Undo
    except _Undo:
        return found


def _store(task: Task, books: Books, upload: Upload | None, *, is_public: bool) -> storing.Stored:
    if is_public:
        storing.take_turns()
    has_rivals = is_public and storing.has_rivals()
    stored = _insert(task, books, upload, is_public=is_public)
    if is_public and stored.added:
        task.report(stored.added, "Computing rollups")
        storing.publish(has_rivals=has_rivals)
        for one in Chapter.objects.all():
            forget(one)
    return stored


def _weigh(task: Task, books: Books) -> Checkup:
    if not weighing.is_unique():
        raise Refused([_twin(clash, task.name) for clash in storing.find_twins()])
    task.report(0, "Comparing with what is there")
    series = weighing.prepare()
    rows, known, restated = weighing.count(series, is_new=not books.has_old_source)
    stored = storing.Stored(rows - known, known, restated)
    today = task.chapter.today if task.chapter else timezone.now().date()
    task.notes.extend(foreseeing.find_ahead(books.periods, today, task.name))
    if task.chapter:
        task.notes.extend(foreseeing.find_uncounted(task.name))
    problems = [*task.notes, *weighing.find(task.name, MOST_PROBLEMS - len(task.notes), series)]
    if errors := [problem for problem in problems if problem.severity == "E"]:
        raise Refused(errors)
    return Checkup(rows, stored, problems, weighing.first_rows())


def _insert(task: Task, books: Books, upload: Upload | None, *, is_public: bool) -> storing.Stored:
    task.report(0, "Storing")
    chapter_id = task.chapter.pk if task.chapter else None
    try:
        return storing.insert(
            upload.pk if upload else None, chapter_id, is_public=is_public,
            is_new=not books.has_old_source,
        )  # fmt: skip
    except storing.Twins as error:
        twins = [_twin(clash, task.name) for clash in storing.find_twins()]
        raise Refused(twins) if twins else error from None


def _read_in(task: Task) -> Books:
    """Every piece of the file into the table of this transaction, unless something is wrong."""
    terms = read_terms(task.chapter)
    books = Books(task.name, task.chapter.pk if task.chapter else None, task.about)
    problems: list[Problem] = []
    rows = 0
    storing.open_table()
    for piece in read_tables(task.stream, task.name, task.reading):
        if piece.is_long and not task.notes:
            task.notes.extend(unread_columns(piece.table.columns, task.name))
        checked = check_piece(piece.table, terms, task.name, piece.comma, has_codes=piece.has_codes)
        found = [replace(p, column=piece.names.get(p.column, p.column)) for p in checked.problems]
        problems += found[: MOST_PROBLEMS - len(problems)]
        if not problems:
            storing.copy_in(books.enter(checked.figures))
        rows += checked.figures.height
        task.report(rows, "Reading lines")
    if not problems:
        task.notes.extend(foreseeing.tell_margins(*storing.complete(), task.name))
    if not problems and books.has_old_source:
        problems = [_changed(clash, task.name) for clash in storing.find_changes()]
    if problems:
        raise Refused(problems)
    return books


def _twin(clash: storing.Clash, file: str) -> Problem:
    message = (
        f"Rows {clash.other_row} and {clash.row} give the same indicator, area, period, group"
        " and source."
    )
    return Problem("OBS-DUP", file, clash.row, "indicator", message)


def _changed(clash: storing.Clash, file: str) -> Problem:
    message = "This release is stored with another value. Name a new release to restate it."
    return Problem("OBS-REVISED", file, clash.row, "value", message)
