"""Whatever a file looks like, long tables come out: one figure a line, every cell still text."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, BinaryIO

import polars as pl

from measurement.loading.books import is_book, read_book
from measurement.loading.files import ROW, find_style, read_pieces, table_of
from measurement.loading.problems import Problem, Refused

# What a whole file may have in common, so that its lines need not say it.
FILLED = ("source", "release", "period", "conf_level")
# What columns beside a figure may hold: the counts behind it.
COUNTS = ("numerator", "denominator", "sample_n")
# What a mapping says of the whole file, and of a figure.
TEXTS = ("place", "period_column", *FILLED)
NAMED = ("layout", "figures", *TEXTS)
OF_FIGURE = ("column", "indicator", "group", "moe", *COUNTS)
LEVEL_OF_CENSUS = "90"
# A variable of the Census Bureau: table, line, and E for the estimate.
VARIABLE = re.compile(r"^([a-z]+\d+[a-z0-9]*_(?:c\d+_)?\d+)e$")
BOUND = r"^[\d,.]+[+-]$"
OPEN_ENDED = ("***", "-333333333")
# GEO_ID: level (nation, state, county, place), its variant, 00 for the whole of the area. The code
# of a ZIP area may be that of a county, and that of a school district that of a place.
WHOLE_AREA = r"^(?:010|040|050|160)\w{2}00US"
WIDTHS = {"place": 5, "county": 3}
# Columns of files about smaller areas: their county is not what the figures are about.
FINER = {"tract", "block group", "county subdivision"}


@dataclass(frozen=True)
class Reading:
    """How a file is to be read: its layout, and for wide ones what each column is.

    mapping: any of FILLED with the text of all lines; for wide files also `place` and
    `period_column`, names of columns, and `figures`, dicts of column, indicator, group, moe,
    and COUNTS.
    """

    layout: str = "long"
    mapping: Mapping[str, Any] = field(default_factory=dict)


LONG = Reading()


@dataclass(frozen=True)
class Piece:
    """A long table of text; `names` gives the file's own names for the columns of a wide file."""

    table: pl.DataFrame
    comma: str = "."
    has_codes: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    is_long: bool = False


def read_mapping(text: str, file: str) -> Reading:
    """What a wide file's columns are, from JSON: `layout` (wide or census), and a mapping.

    Raises:
        Refused: it is none.
    """
    import json

    try:
        given = json.loads(text)
        layout, figures = given.get("layout", "wide"), [_figure(one) for one in given["figures"]]
    except (ValueError, RecursionError, LookupError, AttributeError, TypeError):
        layout, figures = "", []
    if layout not in ("wide", "census") or not figures:
        message = "This names no figures: each has a “column” and an “indicator”."
        raise Refused([Problem("FILE-MAPPING", file, 1, "", message)])
    if problems := list(_slips(given, file)):
        raise Refused(problems)
    texts = {name: str(given[name]).strip() for name in TEXTS if given.get(name) is not None}
    columns = {name: texts[name].lower() for name in ("place", "period_column") if name in texts}
    return Reading(layout, texts | columns | {"figures": figures})


def _slips(given: Any, file: str) -> Iterator[Problem]:
    """A problem for each name that says nothing to us, and for each text that is none."""
    asked = [(given, NAMED), *((one, OF_FIGURE) for one in given["figures"])]
    for names, read in asked:
        for name in names:
            if name not in read:
                message = f"“{name}” is not read here; names are {', '.join(read)}."
                yield Problem("FILE-MAPPING", file, 1, name, message)
    for name in TEXTS:
        if isinstance(given.get(name), list | dict):
            yield Problem("FILE-MAPPING", file, 1, name, "Write this as one text.")


def _figure(given: Mapping[str, str]) -> dict[str, str]:
    """A figure of a mapping; columns are called as `files` calls them."""
    texts = {name: given.get(name, "").strip() for name in OF_FIGURE}
    if not texts["column"] or not texts["indicator"]:
        raise LookupError
    return texts | {name: texts[name].lower() for name in ("column", "moe", *COUNTS)}


class UnknownLayout(Refused):
    """The file is no long one, and nobody has said so far what its columns are."""

    def __init__(self, header: list[str], file: str) -> None:
        self.header = header
        message = "There are no columns “indicator” and “value”; say what the columns are."
        super().__init__([Problem("FILE-HEADER", file, 1, "", message)])


def read_tables(stream: BinaryIO, file: str, reading: Reading = LONG) -> Iterator[Piece]:
    """The figures of a file, a bounded piece at a time.

    Raises:
        UnknownLayout: it is wide, and the mapping names no figures.
        Refused: it can't be read.
    """
    comma, tables = _open(stream, file)
    first = next(tables, None)
    if first is None:
        raise Refused([Problem("FILE-HEADER", file, 1, "", "The file has no lines of figures.")])
    header = [name for name in first.columns if name != ROW]
    is_long = bool({"indicator", "value"} & set(header))
    if not is_long and not reading.mapping.get("figures"):
        raise UnknownLayout(header, file)
    for table in chain([first], tables):
        if is_long:
            yield Piece(_filled(table, reading.mapping), comma, is_long=True)
        else:
            yield from _unfold(table, file, reading, comma)


def _open(stream: BinaryIO, file: str) -> tuple[str, Iterator[pl.DataFrame]]:
    """What stands before decimals, and the file's tables of text."""
    head = stream.read(64_000)
    stream.seek(0)
    if is_book(head):
        return ".", read_book(stream, file)
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"["):
        return ".", _answer(stream, file)
    return find_style(head, file).comma, read_pieces(stream, file)


def _answer(stream: BinaryIO, file: str) -> Iterator[pl.DataFrame]:
    """The Census API's JSON: a list of lists, the first one names the columns."""
    import json

    try:
        lines = json.loads(stream.read().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        problem = Problem("FILE-LINES", file, 1, "", f"This is not JSON: {str(error)[:80]}.")
        raise Refused([problem]) from error
    yield table_of(lines, file)


def _filled(table: pl.DataFrame, given: Mapping[str, Any]) -> pl.DataFrame:
    """Columns that the file lacks, and that hold the same in all lines."""
    lacking = {name: given[name] for name in FILLED if given.get(name)}.items()
    has_period = "period_start" in table.columns
    return table.with_columns(
        pl.lit(str(text)).alias(name)
        for name, text in lacking
        if name not in table.columns and not (name == "period" and has_period)
    )


# --- Wide files ---------------------------------------------------------------------------------


def _unfold(table: pl.DataFrame, file: str, reading: Reading, comma: str) -> Iterator[Piece]:
    """A long table for every column of figures."""
    mapping, is_census = reading.mapping, reading.layout == "census"
    place = _place(table, mapping.get("place") or "")
    for figure in mapping["figures"]:
        column, moe = figure["column"], figure.get("moe") or ""
        if is_census:
            moe = moe or partner(column, table.columns, "m")
        counts = {name: figure[name] for name in COUNTS if figure.get(name)}
        columns = (mapping.get("period_column"), column, moe, *counts.values())
        named = [name for name in columns if name]
        absent = [name for name in named if name not in table.columns]
        if place is None or absent:
            lacking = absent[0] if absent else "the place"
            problem = Problem("OBS-KEY", file, 1, lacking, f"There is no column for {lacking}.")
            raise Refused([problem])
        long = table.select(
            ROW,
            place.alias("ref_area"),
            _cell(table, column, moe, is_census).alias("value"),
            _margin(table, moe, is_census).alias("moe"),
            _note(table, column, moe, is_census).alias("annotation"),
            pl.lit(figure["indicator"]).alias("indicator"),
            pl.lit(figure.get("group") or "").alias("group"),
            pl.lit(_level(mapping, moe, is_census)).alias("conf_level"),
            _period(table, mapping).alias("period"),
            pl.lit(mapping.get("source") or "").alias("source"),
            pl.lit(mapping.get("release") or "").alias("release"),
            *(_text(held).alias(name) for name, held in counts.items()),
        )
        names = {"value": column, "moe": moe, "ref_area": mapping.get("place") or "place"}
        names |= counts
        yield Piece(long, comma, is_census, names)


def partner(column: str, columns: list[str], kind: str) -> str:
    """The Census column of the same variable that holds its margin (m) or a note (ea, ma)."""
    found = VARIABLE.match(column)
    name = f"{found[1]}{kind}" if found else ""
    return name if name in columns else ""


def _place(table: pl.DataFrame, named: str) -> pl.Expr | None:
    """The code of the place: a column, the end of a GEO_ID, or state and place together."""
    columns = table.columns
    if named and named in columns and named not in ("geo_id", "place", "county"):
        return pl.col(named)
    if "geo_id" in columns:
        return pl.col("geo_id").str.strip_chars().str.replace(WHOLE_AREA, "")
    if FINER & set(columns):
        return None
    parts = next((p for p in WIDTHS if p in columns and "state" in columns), "")
    if parts:
        return pl.col("state").str.zfill(2) + pl.col(parts).str.zfill(WIDTHS[parts])
    return pl.col(named) if named in columns else None


def _period(table: pl.DataFrame, mapping: Mapping[str, Any]) -> pl.Expr:
    column = mapping.get("period_column")
    return pl.col(column) if column else pl.lit(mapping.get("period") or "")


def _level(mapping: Mapping[str, Any], moe: str, is_census: bool) -> str:
    level = str(mapping.get("conf_level") or (LEVEL_OF_CENSUS if is_census else ""))
    return level if moe else ""


def _text(name: str) -> pl.Expr:
    return pl.col(name).fill_null("").str.strip_chars()


def _is_open_ended(table: pl.DataFrame, moe: str) -> pl.Expr:
    """Where the margin says that a median lies beyond the last class: 250001 is a bound then."""
    names = [name for name in (moe, f"{moe[:-1]}ma") if moe and name in table.columns]
    return pl.any_horizontal(pl.lit(False), *(_text(name).is_in(OPEN_ENDED) for name in names))


def _cell(table: pl.DataFrame, column: str, moe: str, is_census: bool) -> pl.Expr:
    """The estimate; a bound such as “250,000+” is no value, wherever it says so."""
    cell = _text(column)
    if not is_census:
        return cell
    note = partner(column, table.columns, "ea")
    is_bound = cell.str.contains(BOUND) | _is_open_ended(table, moe)
    if note:
        is_bound = is_bound | _text(note).str.contains(BOUND) | _text(note).is_in(["+", "-"])
    return pl.when(is_bound | (cell == "null")).then(pl.lit("")).otherwise(cell)


def _margin(table: pl.DataFrame, moe: str, is_census: bool) -> pl.Expr:
    """The margin; five stars mean a controlled figure, whose margin is 0."""
    if not moe:
        return pl.lit("")
    if not is_census:
        return _text(moe)
    notes = [_text(name) for name in (moe, f"{moe[:-1]}ma") if name in table.columns]
    is_controlled = pl.any_horizontal(note == "*****" for note in notes)
    is_none = pl.any_horizontal(note.is_in(["**", "***", "null"]) for note in notes)
    return (
        pl.when(is_controlled).then(pl.lit("0"))
        .when(is_none).then(pl.lit("")).otherwise(_text(moe))
    )  # fmt: skip


def _note(table: pl.DataFrame, column: str, moe: str, is_census: bool) -> pl.Expr:
    """What the file says in the place of an estimate, as it stands."""
    if not is_census:
        return pl.lit("")
    note = partner(column, table.columns, "ea")
    said = _text(note) if note else pl.lit("")
    said = pl.when(said == "null").then(pl.lit("")).otherwise(said)
    cell = _text(column)
    is_word = cell.str.contains(BOUND) | cell.is_in(["-", "N", "(X)", "*****"])
    return (
        pl.when(said != "").then(said).when(is_word).then(cell)
        .when(_is_open_ended(table, moe)).then(pl.lit("***")).otherwise(said)
    )  # fmt: skip
