"""Figures as flat rows, the same for the API, its CSV and the files of a chapter."""

from decimal import Decimal
from typing import Any

from django.db.models import F, FloatField, QuerySet, Value
from django.db.models.functions import Cast, Round

from measurement.models import Observation
from measurement.uncertainty import CRITICAL_VALUES

# Column of a row, and where it is found; None stands for what the database computes.
COLUMNS: dict[str, str | None] = {
    "indicator": "indicator__code",
    "version": "indicator__version",
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
    "se_method": "se_method",
    "unit_measure": "indicator__unit_measure",
    "obs_status": "obs_status",
    "conf_status": "conf_status",
    "reliability": "reliability",
    "programme": "source__programme",
    "source": "source__table_id",
    "release": "source__release",
}
FIELDS = tuple(COLUMNS)


# The five numbers that name a figure; a page starts after those of the last one.
Key = tuple[int, int, int, int, int]
KEY = ("place_id", "group_id", "indicator_id", "period_id", "source_id")


def find_rows(
    filters: dict[str, Any], after: Key | None = None, limit: int | None = None
) -> tuple[list[dict[str, Any]], Key | None]:
    """Published figures as dicts with the keys FIELDS, in a steady order; one query.

    filters: arguments of `filter()`. after: the cursor of the page before. Returns the rows and
    the cursor of the next page, None on the last one. Of several releases the newest counts.
    """
    rows = _computed(_counting(filters).order_by(*KEY))
    if after is not None:
        rows = rows.filter(pk__gt=after)
    paths = [path or f"{name}_number" for name, path in COLUMNS.items()]
    wanted = rows.values_list(*KEY, *paths)
    found = list(wanted if limit is None else wanted[: limit + 1])
    page = found if limit is None else found[:limit]
    following = page[-1][:5] if len(found) > len(page) else None
    return [_row(cells) for cells in page], following


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
    return dict(zip(FIELDS, cells[5:], strict=True))
