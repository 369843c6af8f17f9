"""Everything that is open, written into a folder: tables, their description, one file of it all.

The tables come straight out of the database by COPY, so that memory stays small however many
figures there are. The same figures give the same bytes, so a package's digest names its content.
"""

import gzip
import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

from django.db import connection

from measurement import queries
from measurement.exchange import LONG, SDMX, package_of, table_of, write_csv

ZIP, DESCRIPTION, README = "network-city.zip", "datapackage.json", "README.md"
FIGURES, SDMX_FILE = "figures.csv.gz", "figures.sdmx.csv.gz"
_TYPES = {".json": "application/json", ".csv": "text/csv; charset=utf-8", ".gz": "application/gzip",
          ".zip": "application/zip", ".md": "text/markdown; charset=utf-8"}  # fmt: skip


@dataclass(frozen=True)
class Packed:
    """One file of a package, where it lies, and its digest."""

    path: Path
    sha256: str

    @property
    def name(self) -> str:
        """Its name in the package."""
        return self.path.name

    @property
    def content_type(self) -> str:
        """As a server names it."""
        return _TYPES[self.path.suffix]


# Text that a spreadsheet would run gets a quote before it, as in every file of ours.
_SAFE = "CASE WHEN {0} ~ '^\\s*[=+@＝＋－＠-]' THEN '''' || {0} ELSE {0} END"
# What is suppressed stands among the figures, without any number.
_FIGURES = """
    SELECT place_id, group_id, indicator_id, period_id, source_id, obs_value, numerator,
        denominator, sample_n, se, moe, conf_level, ci_lower, ci_upper, se_method, obs_status,
        conf_status, reliability
    FROM measurement_observation
    WHERE is_current AND visibility = 'P' AND conf_status = 'F'
    UNION ALL
    SELECT place_id, group_id, indicator_id, period_id, source_id, NULL, NULL, NULL, NULL, NULL,
        NULL, NULL, NULL, NULL, 'none', 'Q', 'C', ''
    FROM measurement_suppressed
"""
_FROM = f"""
    FROM ({_FIGURES}) o
        JOIN measurement_indicator i ON i.id = o.indicator_id
        JOIN chapters_place a ON a.id = o.place_id
        JOIN measurement_period p ON p.id = o.period_id
        JOIN measurement_demographicgroup g ON g.id = o.group_id
        JOIN measurement_source s ON s.id = o.source_id
    WHERE i.chapter_id IS NULL
    ORDER BY a.geoid, g.key, i.code, i.version, p."end", p.start, s.publisher, s.table_id, s.release
"""
_LONG: dict[str, str] = {
    "indicator": "i.code", "version": "i.version", "owner": "'nation'", "ref_area": "a.geoid",
    "ref_area_name": _SAFE.format("a.name"), "period": "p.label", "period_start": "p.start",
    "period_end": 'p."end"', "group": "g.key", "value": "trim_scale(o.obs_value)",
    "se": "trim_scale(o.se)", "margin_90": "trim_scale(round(o.se * 1.645, 6))",
    "moe": "trim_scale(o.moe)", "ci_lower": "trim_scale(o.ci_lower)",
    "ci_upper": "trim_scale(o.ci_upper)", "conf_level": "o.conf_level",
    "numerator": "trim_scale(o.numerator)", "denominator": "trim_scale(o.denominator)",
    "sample_n": "o.sample_n", "se_method": "o.se_method", "unit_measure": "i.unit_measure",
    "obs_status": "o.obs_status", "conf_status": "o.conf_status", "reliability": "o.reliability",
    "programme": "s.programme", "source": _SAFE.format("s.table_id"),
    "release": _SAFE.format("s.release"),
    "suppressed": "CASE o.obs_status WHEN 'Q' THEN 'True' ELSE 'False' END",
}  # fmt: skip
_PART = "coalesce(upper(substring(g.key from '(?:^|;){0}=([^;]+)')), '_T')"
_WINDOW = """CASE
    WHEN to_char(p.start, 'MMDD') <> '0101' OR to_char(p."end", 'MMDD') <> '1231' THEN
        to_char(p.start, 'YYYY-MM-DD') || '/P' || CASE
            WHEN extract(day FROM p.start) = 1 AND extract(day FROM p."end" + 1) = 1 THEN
                (12 * (extract(year FROM p."end") - extract(year FROM p.start))
                + extract(month FROM p."end") - extract(month FROM p.start) + 1)::int || 'M'
            ELSE (p."end" - p.start + 1) || 'D' END
    WHEN p.window_years = 1 THEN to_char(p.start, 'YYYY')
    ELSE to_char(p.start, 'YYYY-MM-DD') || '/P' || p.window_years || 'Y' END"""
_SDMX: dict[str, str] = {
    "DATAFLOW": "'NETWORK_CITY:FIGURES(1.0)'", "REF_AREA": "a.geoid", "INDICATOR": "upper(i.code)",
    "SEX": "CASE g.sex WHEN 'FEMALE' THEN 'F' WHEN 'MALE' THEN 'M' ELSE g.sex END",
    "AGE": _PART.format("age"), "RACE": _PART.format("race(?:_ethnicity)?"),
    "TIME_PERIOD": _WINDOW,
    "OBS_VALUE": "trim_scale(o.obs_value)", "UNIT_MEASURE": "i.unit_measure",
    "OBS_STATUS": "o.obs_status", "CONF_STATUS": "o.conf_status",
    "CONF_LEVEL": "CASE WHEN o.moe IS NOT NULL THEN o.conf_level"
    " WHEN o.se IS NOT NULL THEN 90 END",
    "MOE": "trim_scale(coalesce(o.moe, round(o.se * 1.645, 6)))",
    "SOURCE": _SAFE.format("s.publisher || ', ' || s.table_id || ', ' || s.release"),
    "GROUP": "g.key",
}  # fmt: skip
_SEX = f"(SELECT id, key, {_PART.format('sex').replace('g.key', 'key')} AS sex"
_WITH_SEX = f"JOIN {_SEX} FROM measurement_demographicgroup) g"
assert tuple(_LONG) == LONG
assert tuple(_SDMX) == SDMX


def write_package(folder: Path) -> tuple[list[Packed], int]:
    """Write every open figure and what describes it; gives the files and how many figures.

    Needs a scope that sees what everybody sees, and no more: `as_self()`.
    """
    figures = _copy(_LONG, _FROM, folder / FIGURES)
    sexed = _FROM.replace("JOIN measurement_demographicgroup g", _WITH_SEX)
    _copy(_SDMX, sexed, folder / SDMX_FILE)
    sources = [_source(source) for source in queries.open_sources()]
    tables = [table_of("figures", FIGURES, LONG, compression="gz")]
    for name, columns, rows in _small_tables(sources):
        (folder / f"{name}.csv").write_text(write_csv(columns, rows), encoding="utf-8", newline="")
        tables.append(table_of(name, f"{name}.csv", columns))
    tables.append(table_of("sdmx", SDMX_FILE, SDMX, compression="gz"))
    description = package_of("network-city", "Open figures of Network City", tables, sources)
    text = json.dumps(description, indent=2, ensure_ascii=False)
    (folder / DESCRIPTION).write_text(text, encoding="utf-8")
    (folder / README).write_text(_readme(figures, sources), encoding="utf-8")
    zip_folder(folder, ZIP)
    return pack(folder), figures


def pack(folder: Path) -> list[Packed]:
    """The files of a folder with their digests."""
    return [Packed(path, _digest(path)) for path in sorted(folder.iterdir())]


def digest_of(files: list[Packed]) -> str:
    """The digest of a package: of the names and digests of its files, beside the ZIP of them."""
    lines = "".join(f"{file.name} {file.sha256}\n" for file in files if file.path.suffix != ".zip")
    return hashlib.sha256(lines.encode()).hexdigest()


def _copy(cells: dict[str, str], tables: str, path: Path) -> int:
    columns = ", ".join(f'{sql} AS "{name}"' for name, sql in cells.items())
    statement = f"COPY (SELECT {columns} {tables}) TO STDOUT WITH (FORMAT csv, HEADER)"
    zipped = partial(gzip.GzipFile, "", "wb", 6)
    with path.open("wb") as raw, zipped(raw, mtime=0) as out, connection.cursor() as cursor:
        cursor.copy_expert(statement, out)
        return int(cursor.rowcount)


def _small_tables(
    sources: list[dict[str, Any]],
) -> Iterator[tuple[str, tuple[str, ...], list[dict[str, Any]]]]:
    indicators = (
        "code", "version", "name", "definition", "topic", "unit_measure", "value_type",
        "direction", "numerator_def", "denominator_def", "universe", "aggregation_type",
        "decimals", "min_change", "nominal_dollars", "break_note", "custodian",
    )  # fmt: skip
    library = [{n: getattr(one, n) for n in indicators} for one in queries.every_version()]
    yield "indicators", indicators, library
    for name, rows in queries.frames().items():
        yield name, tuple(rows[0]) if rows else (), rows
    yield "sources", tuple(_SOURCE), sources


_SOURCE = ("publisher", "title", "source", "programme", "release", "url", "licence",
           "retrieved_on", "file_sha256")  # fmt: skip


def _source(source: Any) -> dict[str, Any]:
    return {n: getattr(source, "table_id" if n == "source" else n) for n in _SOURCE}


def zip_folder(folder: Path, name: str, inside: str = "") -> None:
    """Write a ZIP of everything in a folder beside it; the same files give the same bytes.

    inside: what stands before every name in it, such as "denver/".
    """
    files = sorted(folder.iterdir())
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            entry = zipfile.ZipInfo(inside + path.name)
            is_packed = path.suffix == ".gz"
            entry.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
            with path.open("rb") as read, archive.open(entry, "w", force_zip64=True) as out:
                _pour(read, out)


def _pour(read: IO[bytes], out: IO[bytes]) -> None:
    while piece := read.read(1 << 20):
        out.write(piece)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _readme(figures: int, sources: list[dict[str, Any]]) -> str:
    origins = "\n".join(
        f"- {s['publisher']}, {s['title']} ({s['source']}), release {s['release']}. {s['url']}"
        f" License: {s['licence']}"
        for s in sources
    )
    return (
        f"# Open figures of Network City\n\n{figures} published figures in `{FIGURES}`, one a"
        f" line; `{DESCRIPTION}` describes every column of every table. `{SDMX_FILE}` has the same"
        " figures as SDMX-CSV.\n\n`margin_90` is 1.645 standard errors; `moe` is the margin as"
        " published, at `conf_level`. A period such as 2019–2023 is a window of years: compare only"
        " windows that share none. Dollars are those of each period. An empty value is unknown,"
        " never 0; where `obs_status` is Q it is suppressed to protect people. An empty group is"
        f" everybody.\n\n## Sources\n\n{origins}\n"
    )
