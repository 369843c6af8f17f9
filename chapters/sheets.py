"""CSV files for people: text that a spreadsheet would run as a formula gets a quote before it."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

# A spreadsheet takes what begins like this for a formula, wide forms included.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(value: Any) -> Any:
    """The value of a cell; None is empty, numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, str) and (value.startswith(_FORMULA) or value.lstrip()[:1] in _FORMULA):
        return f"'{value}" if value.strip() else value
    return value


def write_sheet(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """RFC 4180 text with a header; every cell is safe to open in a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return out.getvalue()
