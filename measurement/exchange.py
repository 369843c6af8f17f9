"""Figures as files: long CSV that no spreadsheet can be tricked with, and their data package."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chapters.sheets import safe_cell

MISSING_VALUES = ["", "NA", "-", "**", "***", "N", "(X)"]
PRIMARY_KEY = ["indicator", "version", "ref_area", "period", "group", "source", "release"]
NUMBERS = {"value", "se", "margin_90", "ci_lower", "ci_upper"}
WHOLE = {"version", "conf_level"}
DATES = {"period_start", "period_end"}


def write_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """RFC 4180 text with a header; None is empty, text that looks like a formula gets a quote."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([safe_cell(row.get(column)) for column in columns] for row in rows)
    return out.getvalue()


def data_package(
    name: str, title: str, columns: Sequence[str], sources: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    """`datapackage.json` for `data.csv` beside it, as Frictionless describes tables."""
    licences = sorted({source["licence"] for source in sources})
    return {
        "profile": "tabular-data-package",
        "name": name,
        "title": title,
        "licenses": [{"name": "see-source", "title": licence} for licence in licences],
        "sources": [{"title": s["title"], "path": s["url"]} for s in sources],
        "resources": [
            {
                "name": "data",
                "path": "data.csv",
                "profile": "tabular-data-resource",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": {
                    "fields": [_field(column) for column in columns],
                    "primaryKey": PRIMARY_KEY,
                    "missingValues": MISSING_VALUES,
                },
            }
        ],
    }


def _field(column: str) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column, "type": _type_of(column)}
    # The key of the total is empty, and an empty cell would count as missing.
    if column in PRIMARY_KEY and column != "group":
        field["constraints"] = {"required": True}
    return field


def _type_of(column: str) -> str:
    if column in NUMBERS:
        return "number"
    if column in WHOLE:
        return "integer"
    return "date" if column in DATES else "string"
