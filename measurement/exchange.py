"""Figures as files: long CSV that no spreadsheet can be tricked with, and their data package."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chapters.sheets import safe_cell

MISSING_VALUES = ["", "NA", "-", "**", "***", "N", "(X)"]
PRIMARY_KEY = ["indicator", "version", "owner", "ref_area", "period", "group", "source", "release"]
# The long form of a package: what the API lists, and what a figure was published with.
LONG = (
    "indicator", "version", "owner", "ref_area", "ref_area_name", "period", "period_start",
    "period_end", "group", "value", "se", "margin_90", "moe", "ci_lower", "ci_upper", "conf_level",
    "numerator", "denominator", "sample_n", "se_method", "unit_measure", "obs_status",
    "conf_status", "reliability", "programme", "source", "release", "suppressed",
)  # fmt: skip
SDMX = (
    "DATAFLOW", "REF_AREA", "INDICATOR", "SEX", "AGE", "RACE", "TIME_PERIOD", "OBS_VALUE",
    "UNIT_MEASURE", "OBS_STATUS", "CONF_STATUS", "CONF_LEVEL", "MOE", "SOURCE", "GROUP",
)  # fmt: skip
KEYS: dict[str, list[str]] = {
    "figures": PRIMARY_KEY, "indicators": ["code", "version"], "areas": ["geoid"],
    "groups": ["key"], "periods": ["start", "end"], "sources": ["publisher", "source", "release"],
}  # fmt: skip
NUMBERS = {"value", "se", "margin_90", "ci_lower", "ci_upper", "moe", "numerator", "denominator",
           "latitude", "longitude", "min_change", "OBS_VALUE", "MOE"}  # fmt: skip
WHOLE = {"version", "conf_level", "sample_n", "direction", "decimals", "window_years",
         "CONF_LEVEL"}  # fmt: skip
DATES = {"period_start", "period_end", "start", "end", "retrieved_on"}


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


def package_of(
    name: str, title: str, tables: Sequence[Mapping[str, Any]], sources: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """`datapackage.json` over several tables, with every source and its license."""
    licences = sorted({source["licence"] for source in sources})
    origins = [
        {
            "title": f"{s['publisher']}, {s['title']} ({s['source']}), release {s['release']}",
            "path": s["url"],
        }
        for s in sources
    ]
    about = {
        "licenses": [{"name": "see-source", "title": licence} for licence in licences],
        "sources": [
            {k: v for k, v in origin.items() if v} for origin in origins
        ],
    }  # fmt: skip
    return {
        "profile": "tabular-data-package",
        "name": name,
        "title": title,
        **about,
        "resources": [{**table, **about} for table in tables],
    }


def table_of(name: str, path: str, columns: Sequence[str], **options: str) -> dict[str, Any]:
    """A table of a package as Frictionless describes it."""
    schema: dict[str, Any] = {"fields": [_field(column) for column in columns]}
    if name in KEYS:
        schema["primaryKey"] = KEYS[name]
    return {
        "name": name,
        "path": path,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        **options,
        "schema": {**schema, "missingValues": MISSING_VALUES},
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
    if column in {"nominal_dollars", "suppressed"}:
        return "boolean"
    return "date" if column in DATES else "string"
