"""Reads the shipped figures and the library that describes them; writes nothing.

A line of a file becomes a Row or a Problem, never half of each, and one Problem of severity E
refuses everything. Codes and messages are those of the validation table of shared measurement.
"""

import csv
import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from measurement.loading.problems import MISSING, Problem, Refused
from measurement.uncertainty import CRITICAL_VALUES, moe_ratio, moe_sum, se_from_interval

DATA = Path(__file__).parent.parent / "data"
# The source's own flag; 3 means that the city was put together from areas far larger than it.
RELIABILITY = {"1": "good", "2": "caution", "3": "unreliable"}
WORSE = ("", "good", "caution", "unreliable")


@dataclass(frozen=True)
class Row:
    """One figure as read; numbers are Decimals as written, years are whole and inclusive."""

    indicator: str
    geoid: str
    first_year: int
    last_year: int
    group: str
    value: Decimal | None
    lower: Decimal | None
    upper: Decimal | None
    conf_level: int | None
    se: Decimal | None
    se_method: str
    status: str
    reliability: str
    annotation: str
    file: str

    @property
    def key(self) -> tuple[str, str, int, int, str]:
        """What may be there once in a release."""
        return self.indicator, self.geoid, self.first_year, self.last_year, self.group


def read_library(folder: Path = DATA) -> dict[str, Any]:
    """`indicators.yaml`: files, groups, indicators, scorecard; each file with its sha256.

    `starter` holds the definitions of `starter.yaml`, for which no figures are shipped.
    """
    # The C loader reads the same as `safe_load`, in a tenth of the time.
    library, starter = (
        yaml.load((folder / name).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        for name in ("indicators.yaml", "starter.yaml")
    )
    library["starter"] = starter["indicators"]
    for spec in library["files"].values():
        spec["sha256"] = hashlib.sha256((folder / spec["file"]).read_bytes()).hexdigest()
    return library


def read_figures(
    library: dict[str, Any], geoids: Collection[str], folder: Path = DATA
) -> list[Row]:
    """Every figure of the shipped files, then the derived ones.

    geoids: the places that are known. Raises Refused with all problems of all files.
    """
    rows: list[Row] = []
    problems: list[Problem] = []
    for indicator in library["indicators"]:
        if "derived" in indicator:
            rows += derive(rows, indicator)
            continue
        spec = library["files"][indicator["file"]]
        with (folder / spec["file"]).open(encoding="utf-8", newline="") as lines:
            for item in read_rows(lines, spec, indicator, library["groups"], geoids):
                rows.append(item) if isinstance(item, Row) else problems.append(item)
    if problems:
        raise Refused(problems)
    return rows


def read_rows(
    lines: Iterable[str],
    spec: dict[str, Any],
    indicator: dict[str, Any],
    groups: dict[str, str],
    geoids: Collection[str],
) -> Iterator[Row | Problem]:
    """A Row or its first Problem for each line of one file, header excluded."""
    seen: dict[Any, int] = {}
    for number, cells in enumerate(csv.DictReader(lines), start=2):
        try:
            row = _row(cells, spec, indicator, groups)
            _check_place(row.geoid, geoids)
            _check_value(row, indicator)
            if row.key in seen:
                raise _Wrong("OBS-DUP", "place_geoid", _same_key(seen[row.key], number))
        except _Wrong as wrong:
            yield Problem(wrong.code, spec["file"], number, wrong.column, wrong.message)
        else:
            seen[row.key] = number
            yield row


def derive(rows: Iterable[Row], indicator: dict[str, Any]) -> list[Row]:
    """Figures that follow from two groups of one indicator: their difference or ratio.

    The errors of both combine without covariance, which the sources do not publish. A place and
    period without both groups gets a row of status O, so that the gap is visible.
    """
    recipe = indicator["derived"]
    pairs: dict[Any, dict[str, Row]] = defaultdict(dict)
    for row in rows:
        if row.indicator == recipe["of"]:
            pairs[row.geoid, row.first_year, row.last_year][row.group] = row
    wanted = recipe["first"], recipe["second"]
    return [
        _derived(pair.get(wanted[0]), pair.get(wanted[1]), next(iter(pair.values())), indicator)
        for pair in pairs.values()
    ]


# --- One line --------------------------------------------------------------------------------


class _Wrong(Exception):
    def __init__(self, code: str, column: str, message: str) -> None:
        self.code, self.column, self.message = code, column, message


def _row(
    cells: dict[str, str],
    spec: dict[str, Any],
    indicator: dict[str, Any],
    groups: dict[str, str],
) -> Row:
    value, lower, upper = (_number(cells, name) for name in ("value", "lower95", "upper95"))
    year, quality = _year(cells), cells.get("quality", "").removesuffix(".0")
    return Row(
        indicator=indicator["code"],
        geoid=_key(cells, "place_geoid"),
        first_year=year - spec["window_years"] + 1,
        last_year=year,
        group=_group(cells, groups),
        value=value,
        lower=lower,
        upper=upper,
        conf_level=spec["conf_level"] if lower is not None else None,
        se=_standard_error(value, lower, upper, indicator, spec["conf_level"]),
        se_method=indicator["se_method"],
        status="O" if value is None else "A",
        reliability=RELIABILITY.get(quality, ""),
        annotation=cells.get("quality", ""),
        file=indicator["file"],
    )


def _key(cells: dict[str, str], column: str) -> str:
    if not cells.get(column, "").strip():
        raise _Wrong("OBS-KEY", column, "A key field is empty.")
    return cells[column].strip()


def _year(cells: dict[str, str]) -> int:
    text = _key(cells, "year")
    if not (text.isdigit() and len(text) == 4):
        raise _Wrong("OBS-TYPE", "year", f"“{text}” is not a year.")
    return int(text)


def _group(cells: dict[str, str], groups: dict[str, str]) -> str:
    name = _key(cells, "subgroup") if "subgroup" in cells else "All"
    if name not in groups:
        raise _Wrong("OBS-KEY", "subgroup", f"“{name}” is not a group of the library.")
    return groups[name]


def _number(cells: dict[str, str], column: str) -> Decimal | None:
    text = cells.get(column, "").strip()
    if text in MISSING:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise _Wrong("OBS-TYPE", column, f"“{text}” is not a number.") from None
    if not number.is_finite():
        raise _Wrong("OBS-TYPE", column, f"“{text}” is not a number.")
    return number


def _standard_error(
    value: Decimal | None,
    lower: Decimal | None,
    upper: Decimal | None,
    indicator: dict[str, Any],
    level: int,
) -> Decimal | None:
    """From the interval; from its longer half where it was cut off at a bound of the scale."""
    if value is None or lower is None or upper is None:
        return None
    if upper == indicator.get("valid_max"):
        return _rounded(float(value - lower) / CRITICAL_VALUES[level])
    if lower == indicator.get("valid_min"):
        return _rounded(float(upper - value) / CRITICAL_VALUES[level])
    return _rounded(se_from_interval(float(lower), float(upper), level))


def _check_place(geoid: str, geoids: Collection[str]) -> None:
    if geoid in geoids:
        return
    if f"0{geoid}" in geoids:
        message = f"“{geoid}” has lost its zero; did you mean 0{geoid}?"
        raise _Wrong("GEO-ZERO", "place_geoid", message)
    raise _Wrong("GEO-UNKNOWN", "place_geoid", f"“{geoid}” is not a place of the library.")


def _check_value(row: Row, indicator: dict[str, Any]) -> None:
    if row.value is None:
        return
    low, high = indicator.get("valid_min"), indicator.get("valid_max")
    if (low is not None and row.value < low) or (high is not None and row.value > high):
        hint = " Is it a percent?" if indicator["value_type"] == "proportion" else ""
        message = f"{row.value} is outside {low}–{'' if high is None else high}.{hint}"
        raise _Wrong("OBS-RANGE", "value", message)
    has_interval = row.lower is not None and row.upper is not None
    if has_interval and not row.lower <= row.value <= row.upper:  # type: ignore[operator]
        raise _Wrong("OBS-CI", "value", "The value lies outside its own interval.")


def _same_key(first: int, second: int) -> str:
    return f"Rows {first} and {second} give the same indicator, area, period, group and source."


# --- Two groups into one figure ----------------------------------------------------------------


def _derived(first: Row | None, second: Row | None, like: Row, indicator: dict[str, Any]) -> Row:
    value, se = _combined(first, second, indicator["derived"]["op"])
    known = [row.reliability for row in (first, second) if row is not None]
    return replace(
        like,
        indicator=indicator["code"],
        group="",
        value=value,
        lower=None,
        upper=None,
        conf_level=None,
        se=se,
        se_method="derived",
        status="O" if value is None else "A",
        reliability=max(known, key=WORSE.index, default=""),
        annotation="",
    )


def _combined(first: Row | None, second: Row | None, op: str) -> tuple[Any, Any]:
    if first is None or second is None or first.value is None or second.value is None:
        return None, None
    a, b = float(first.value), float(second.value)
    errors = first.se and float(first.se), second.se and float(second.se)
    if op == "difference":
        return first.value - second.value, _rounded(moe_sum(errors))
    return _rounded(a / b, 6), _rounded(moe_ratio(a, errors[0], b, errors[1]))


def _rounded(number: float | None, places: int = 8) -> Decimal | None:
    return None if number is None else Decimal(f"{number:.{places}f}")
