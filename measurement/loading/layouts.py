"""Whatever a file looks like, long tables come out: one figure a line, every cell still text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import polars as pl

from measurement.loading.files import find_style, read_pieces

# What a whole file may have in common, so that its lines need not say it.
FILLED = ("source", "release", "period", "conf_level")


@dataclass(frozen=True)
class Reading:
    """How a file is to be read: its layout, and for wide ones what each column is."""

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


def read_tables(stream: BinaryIO, file: str, reading: Reading = LONG) -> Iterator[Piece]:
    """The figures of a file, a bounded piece at a time.

    Raises:
        Refused: it can't be read that way.
    """
    comma = find_style(stream.read(64_000), file).comma
    stream.seek(0)
    for table in read_pieces(stream, file):
        yield Piece(_filled(table, reading.mapping), comma)


def _filled(table: pl.DataFrame, given: Mapping[str, Any]) -> pl.DataFrame:
    """Columns that the file lacks, and that hold the same in all lines."""
    lacking = {name: given[name] for name in FILLED if given.get(name)}.items()
    return table.with_columns(
        pl.lit(str(text)).alias(name) for name, text in lacking if name not in table.columns
    )
