"""A person's data as one archive: JSON for programs, CSV for tables, a page to read."""

import io
import json
import zipfile
from collections.abc import Iterable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string

from chapters.sheets import write_sheet

# The same data give the same archive, byte for byte.
EPOCH = (1980, 1, 1, 0, 0, 0)

Table = tuple[str, str, list[dict[str, Any]]]


def pack(person: Any, tables: Iterable[Table]) -> bytes:
    """A ZIP of `data.json`, `index.html` and a CSV for each (label, title, rows)."""
    tables = list(tables)
    everything = {label: rows for label, _, rows in tables}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        text = json.dumps(everything, cls=DjangoJSONEncoder, indent=2, ensure_ascii=False)
        _add(archive, "data.json", text)
        shown = [(title, list(rows[0]), [list(row.values()) for row in rows], label)
                 for label, title, rows in tables]  # fmt: skip
        page = render_to_string("members/export.html", {"person": person, "tables": shown})
        _add(archive, "index.html", page)
        for label, _, rows in tables:
            _add(archive, f"tables/{label}.csv", write_csv(rows))
    return packed.getvalue()


def write_csv(rows: list[dict[str, Any]]) -> str:
    """Rows as CSV with a heading, safe to open in a spreadsheet."""
    return write_sheet(list(rows[0]), [[_cell(value) for value in row.values()] for row in rows])


def _cell(value: Any) -> Any:
    return json.dumps(value, cls=DjangoJSONEncoder) if isinstance(value, dict | list) else value


def _add(archive: zipfile.ZipFile, name: str, text: str) -> None:
    archive.writestr(zipfile.ZipInfo(name, EPOCH), text.encode(), zipfile.ZIP_DEFLATED)
