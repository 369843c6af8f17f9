"""Codes of a file to numbers of rows; what a file names for the first time is written here."""

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from chapters.models import Chapter, Place
from measurement.loading.checks import Terms
from measurement.loading.problems import Problem, Refused
from measurement.models import CategoryOption, DemographicGroup, Indicator, Period, Source
from measurement.windows import label_of, years_of


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
        rows = Source.objects.filter(chapter_id=self.chapter_id, table_id=table, release=release)
        if self.about.get("publisher"):
            # Another publisher's table of that name is another source.
            rows = rows.filter(publisher=self.about["publisher"])
        found = rows.first()
        if found:
            self.has_old_source = True
            return int(found.pk)
        if not self.about.get("publisher"):
            message = f"Name the publisher of “{table}”, release “{release}”: it is new."
            raise Refused([Problem("OBS-SOURCE", self.file, 1, "source", message)])
        fields = {"title": table, "licence": "", "programme": "administrative"} | self.about
        mine = Source.objects.filter(chapter_id=self.chapter_id, table_id=table)
        earlier = mine.filter(publisher=fields["publisher"]).order_by("-pk").first()
        source = Source.objects.create(
            chapter_id=self.chapter_id, table_id=table, release=release, revises=earlier, **fields
        )
        return int(source.pk)


def _table(ids: dict[Any, int], names: tuple[str, str], column: str) -> pl.DataFrame:
    first, second = zip(*ids, strict=True)
    return pl.DataFrame({names[0]: first, names[1]: second, column: list(ids.values())})


def read_terms(chapter: Chapter | None = None) -> Terms:
    """What a file may name: the newest version of each indicator in reach, and its places.

    A chapter speaks for its own place and what lies in it; the nation for all. A code that the
    nation took over from a chapter is the nation's.
    """
    indicators = {}
    rows = Indicator.objects.order_by("version")
    for row in sorted(rows, key=lambda row: row.chapter_id is None):
        low, high = (None if b is None else float(b) for b in (row.valid_min, row.valid_max))
        is_proportion = row.value_type == Indicator.ValueType.PROPORTION
        indicators[row.code] = (row.pk, low, high, is_proportion)
    places: dict[str, int] = {}
    others: set[str] = set()
    for pk, parent, geoid, second in Place.objects.values_list(
        "pk", "parent_id", "geoid", "same_as"
    ):
        codes = [code for code in (geoid, second) if code]
        if chapter is None or chapter.place_id in {pk, parent}:
            places |= dict.fromkeys(codes, pk)
        else:
            others |= set(codes)
    return Terms(indicators, places, frozenset(others - set(places)))


def _group(key: str) -> int:
    known = DemographicGroup.objects.filter(key=key).values_list("pk", flat=True).first()
    return known or _new_group(key)


def _new_group(key: str) -> int:
    name = ", ".join(_option(*part.partition("=")[::2]) for part in key.split(";"))
    defaults = {"name": name[:1].upper() + name[1:] or "All people"}
    return int(DemographicGroup.objects.get_or_create(key=key, defaults=defaults)[0].pk)


def _option(category: str, code: str) -> str:
    """What an option is called where a survey may ask for it, else its code in words."""
    found = CategoryOption.objects.filter(category__code=category, code=code).first()
    return found.name if found else re.sub(r"(?<=\d)_(?=\d)", " to ", code).replace("_", " ")


def _period(first: dt.date, last: dt.date) -> int:
    defaults = {"window_years": years_of(first, last), "label": label_of(first, last)}
    return int(Period.objects.get_or_create(start=first, end=last, defaults=defaults)[0].pk)
