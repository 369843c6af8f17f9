"""Figures as flat rows, the same for the API, its CSV and the files of a chapter."""

import heapq
from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.db.models import F, FloatField, Q, QuerySet, Value
from django.db.models.functions import Cast, Round

from chapters.models import Place
from measurement.models import Observation, Suppressed
from measurement.queries.series import Point
from measurement.uncertainty import CRITICAL_VALUES

# Column of a row, and where it is found; None stands for what the database computes.
COLUMNS: dict[str, str | None] = {
    "indicator": "indicator__code",
    "version": "indicator__version",
    "owner": "indicator__chapter__slug",
    "ref_area": "place__geoid",
    "ref_area_name": "place__name",
    "period": "period__label",
    "period_start": "period__start",
    "period_end": "period__end",
    "group": "group__key",
    "value": None,
    "se": None,
    "margin_90": None,
    "ci_lower": None,
    "ci_upper": None,
    "conf_level": "conf_level",
    "sample_n": "sample_n",
    "se_method": "se_method",
    "unit_measure": "indicator__unit_measure",
    "obs_status": "obs_status",
    "conf_status": "conf_status",
    "reliability": "reliability",
    "programme": "source__programme",
    "source": "source__table_id",
    "release": "source__release",
}
FIELDS = (*COLUMNS, "suppressed")
# What a suppressed figure says of itself; SDMX: Q suppressed, C confidential.
HIDDEN: dict[str, Any] = {
    "value": None, "se": None, "margin_90": None, "ci_lower": None, "ci_upper": None,
    "conf_level": None, "sample_n": None, "se_method": "none", "obs_status": "Q",
    "conf_status": "C", "reliability": "",
}  # fmt: skip
SUPPRESSED = HIDDEN["obs_status"]

# Whose an indicator is: a chapter, by its address, or this.
NATION = "nation"
# The five numbers that name a figure; a page starts after those of the last one.
Key = tuple[int, int, int, int, int]
KEY = ("place_id", "group_id", "indicator_id", "period_id", "source_id")


def find_rows(
    filters: dict[str, Any], after: Key | None = None, limit: int | None = None
) -> tuple[list[dict[str, Any]], Key | None]:
    """Published figures as dicts with the keys FIELDS, in a steady order; two queries.

    filters: arguments of `filter()`. after: the cursor of the page before. Returns the rows and
    the cursor of the next page, None on the last one. Of several releases the newest counts. What
    is hidden to protect people is a row without numbers, and `suppressed`.
    """
    paths = [path or f"{name}_number" for name, path in COLUMNS.items()]
    shown = _computed(_counting(filters)).values_list(*KEY, *paths)
    known = [path for name, path in COLUMNS.items() if path and name not in HIDDEN]
    hidden = find_hidden().filter(**filters).values_list(*KEY, *known)
    parts = []
    for rows in (shown, hidden):
        rows = rows.order_by(*KEY)
        if after is not None:
            rows = rows.filter(pk__gt=after)
        parts.append(list(rows if limit is None else rows[: limit + 1]))
    found = list(heapq.merge(*parts, key=lambda cells: cells[:5]))
    page = found if limit is None else found[:limit]
    following = page[-1][:5] if len(found) > len(page) else None
    return [_row(cells) for cells in page], following


def find_hidden() -> QuerySet[Suppressed]:
    """Published figures that are suppressed, of indicators that everybody may know of."""
    is_open = Q(indicator__chapter__isnull=True) | Q(indicator__is_public=True)
    return Suppressed.published.filter(is_open)


def find_suppressed(place: Place, indicators: Collection[int]) -> dict[int, list[Point]]:
    """The suppressed figures of indicators in a place, by theirs, without numbers; one query."""
    rows = find_hidden().filter(place=place, indicator__in=indicators)
    cells = ("indicator_id", "period__label", "period__start", "period__end",
             "period__window_years", "group__key", "source__programme")  # fmt: skip
    found: dict[int, list[Point]] = defaultdict(list)
    for indicator, label, start, end, years, group, programme in rows.values_list(*cells):
        point = Point(label, start, end, years, group, None, None, SUPPRESSED, "", programme)
        found[indicator].append(point)
    return dict(found)


def count_rows(filters: dict[str, Any]) -> int:
    """How many published figures there are."""
    return _counting(filters).count()


def _counting(filters: dict[str, Any]) -> QuerySet[Observation]:
    return Observation.published.filter(**filters, is_current=True)


def _computed(rows: QuerySet[Observation]) -> QuerySet[Observation]:
    margin = Round(F("se") * Value(Decimal(str(CRITICAL_VALUES[90]))), precision=6)
    numbers: dict[str, Any] = {
        "value": F("obs_value"),
        "se": F("se"),
        "margin_90": margin,
        "ci_lower": F("ci_lower"),
        "ci_upper": F("ci_upper"),
    }
    return rows.annotate(
        **{f"{name}_number": Cast(number, FloatField()) for name, number in numbers.items()}
    )


def _row(cells: tuple[Any, ...]) -> dict[str, Any]:
    if len(cells) < len(KEY) + len(COLUMNS):
        known = iter(cells[5:])
        row = {name: HIDDEN[name] if name in HIDDEN else next(known) for name in COLUMNS}
    else:
        row = dict(zip(COLUMNS, cells[5:], strict=True))
    said = {"owner": row["owner"] or NATION, "suppressed": row["obs_status"] == SUPPRESSED}
    return row | said
