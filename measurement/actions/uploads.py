"""A file of figures from its bytes to what readers see; all of it in one transaction or nothing."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import polars as pl
from django.db import transaction

from chapters.models import Chapter, Place
from chapters.ready import forget
from measurement.actions import storing
from measurement.loading.checks import Terms, check_piece
from measurement.loading.files import find_style, read_pieces
from measurement.loading.problems import Problem, Refused
from measurement.models import DemographicGroup, Indicator, Period, Source, Upload

MOST_PROBLEMS = Upload.MOST_PROBLEMS


@dataclass
class Books:
    """Codes to numbers of rows while a file is read; what is new is written on first sight."""

    file: str
    chapter_id: int | None
    about: dict[str, Any]
    groups: dict[str, int] = field(default_factory=dict)
    periods: dict[tuple[dt.date, dt.date], int] = field(default_factory=dict)
    sources: dict[tuple[str, str], int] = field(default_factory=dict)
    has_old_source: bool = False

    def enter(self, figures: pl.DataFrame) -> pl.DataFrame:
        """The figures with the ids of their groups, periods and sources."""
        for key in figures["group"].unique():
            self.groups[key] = self.groups.get(key) or _group(key)
        for pair in figures.select("first", "last").unique().iter_rows():
            self.periods[pair] = self.periods.get(pair) or _period(*pair)
        for pair in figures.select("source", "release").unique().iter_rows():
            self.sources[pair] = self.sources.get(pair) or self._source(*pair)
        return (
            figures.join(_table(self.periods, ("first", "last"), "period_id"), ["first", "last"])
            .join(_table(self.sources, ("source", "release"), "source_id"), ["source", "release"])
            .with_columns(pl.col("group").replace_strict(self.groups).alias("group_id"))
            .rename({"indicator": "indicator_id", "place": "place_id", "value": "obs_value"})
            .with_columns(pl.col("annotation").str.slice(0, 40).alias("annotation_raw"))
        )

    def _source(self, table: str, release: str) -> int:
        found = Source.objects.filter(
            chapter_id=self.chapter_id, table_id=table, release=release
        ).first()
        if found:
            self.has_old_source = True
            return int(found.pk)
        if not self.about.get("publisher"):
            message = f"Name the publisher of “{table}”, release “{release}”: it is new."
            raise Refused([Problem("OBS-SOURCE", self.file, 1, "source", message)])
        fields = {"title": table, "licence": "", "programme": "administrative"} | self.about
        return int(
            Source.objects.create(
                chapter_id=self.chapter_id, table_id=table, release=release, **fields
            ).pk
        )


def _table(ids: dict[Any, int], names: tuple[str, str], column: str) -> pl.DataFrame:
    first, second = zip(*ids, strict=True)
    return pl.DataFrame({names[0]: first, names[1]: second, column: list(ids.values())})


def load_file(
    stream: BinaryIO,
    name: str,
    *,
    chapter: Chapter | None,
    about: dict[str, Any],
    upload: Upload | None = None,
    is_public: bool,
) -> storing.Stored:
    """Load a long file of figures: checked, stored, and counting if public.

    about: publisher, title, licence, programme, url, file_sha256 of sources that are new.
    Needs the chapter's scope, or the backbone's for the nation's figures (chapter None).

    Raises:
        Refused: with every problem; nothing was stored.
    """
    chapter_id = chapter.pk if chapter else None
    with transaction.atomic():
        books = _read_in(stream, name, chapter_id, about)
        try:
            stored = storing.insert(
                upload.pk if upload else None, chapter_id, is_public=is_public,
                is_new=not books.has_old_source,
            )  # fmt: skip
        except storing.Twins as error:
            twins = [_twin(clash, name) for clash in storing.find_twins()]
            raise Refused(twins) if twins else error from None
        if is_public and stored.added:
            storing.publish()
            for one in Chapter.objects.all():
                forget(one)
    return stored


def _read_in(stream: BinaryIO, name: str, chapter_id: int | None, about: dict[str, Any]) -> Books:
    """Every piece of the file into the table of this transaction, unless something is wrong."""
    comma = find_style(stream.read(64_000), name).comma
    stream.seek(0)
    terms, books = read_terms(), Books(name, chapter_id, about)
    problems: list[Problem] = []
    storing.open_table()
    for table in read_pieces(stream, name):
        checked = check_piece(table, terms, name, comma)
        problems += checked.problems[: MOST_PROBLEMS - len(problems)]
        if not problems:
            storing.copy_in(books.enter(checked.figures))
    if not problems and books.has_old_source:
        problems = [_changed(clash, name) for clash in storing.find_changes()]
    if problems:
        raise Refused(problems)
    return books


def read_terms() -> Terms:
    """What a file may name: the newest version of each indicator in reach, and all places."""
    indicators = {}
    for row in Indicator.objects.order_by("version"):
        low, high = (None if b is None else float(b) for b in (row.valid_min, row.valid_max))
        is_proportion = row.value_type == Indicator.ValueType.PROPORTION
        indicators[row.code] = (row.pk, low, high, is_proportion)
    return Terms(indicators, dict(Place.objects.values_list("geoid", "pk")))


def _group(key: str) -> int:
    name = ", ".join(part.partition("=")[2].replace("_", " ") for part in key.split(";"))
    defaults = {"name": name.capitalize() or "All people"}
    return int(DemographicGroup.objects.get_or_create(key=key, defaults=defaults)[0].pk)


def _period(first: dt.date, last: dt.date) -> int:
    label = str(first.year) if first.year == last.year else f"{first.year}–{last.year}"
    window = last.year - first.year + 1
    defaults = {"window_years": window, "label": label}
    return int(Period.objects.get_or_create(start=first, end=last, defaults=defaults)[0].pk)


def _twin(clash: storing.Clash, file: str) -> Problem:
    message = (
        f"Rows {clash.other_row} and {clash.row} give the same indicator, area, period, group"
        " and source."
    )
    return Problem("OBS-DUP", file, clash.row, "indicator", message)


def _changed(clash: storing.Clash, file: str) -> Problem:
    message = "This release is stored with another value. Name a new release to restate it."
    return Problem("OBS-REVISED", file, clash.row, "value", message)
