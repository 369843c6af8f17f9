"""Published figures: one series at a time or many at once, and the library they belong to."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from chapters.models import Place
from measurement.models import DemographicGroup, Indicator, Observation, Period, Source
from measurement.uncertainty import moe_from_se

TOTAL = ""


@dataclass(frozen=True)
class Point:
    """A published figure; `value` is None where the source has none, `se` where it gives none."""

    label: str
    start: dt.date
    end: dt.date
    window_years: int
    group: str
    value: float | None
    se: float | None
    status: str
    reliability: str
    programme: str

    @property
    def margin(self) -> float | None:
        """Half the width of the 90 percent interval."""
        return moe_from_se(self.se)


Figures = dict[tuple[int, int, str], dict[int, Point]]


def series(
    place: Place, indicator: Indicator, groups: Collection[str] | None = None
) -> dict[str, list[Point]]:
    """Figures of one indicator in one place by group key, oldest first; one query.

    groups: keys such as "" (total) or "sex=female"; None means all that there are.
    """
    found = find_figures([place], [indicator.pk], groups=groups)
    return {
        group: sorted(points.values(), key=lambda point: point.end)
        for (_, _, group), points in found.items()
    }


def library() -> list[Indicator]:
    """The newest version of every national indicator, in its order; one query."""
    newest: dict[str, Indicator] = {}
    for indicator in Indicator.published.order_by("position", "code", "-version"):
        newest.setdefault(indicator.code, indicator)
    return list(newest.values())


def every_version() -> list[Indicator]:
    """Every national indicator in each of its versions; one query."""
    return list(Indicator.published.order_by("position", "code", "version"))


def frames() -> dict[str, list[dict[str, Any]]]:
    """What figures are about, as flat rows by table: areas, groups, periods; three queries."""
    tables: dict[str, Any] = {
        "areas": Place.objects.order_by("geoid").values(
            "geoid", "name", "level", "state", "same_as", "latitude", "longitude"
        ),
        "groups": DemographicGroup.objects.order_by("key").values("key", "name"),
        "periods": Period.objects.order_by("start", "end").values(
            "label", "start", "end", "window_years"
        ),
    }
    return {name: list(rows) for name, rows in tables.items()}


def find_indicator(code: str) -> Indicator | None:
    """The newest version of one national indicator."""
    return Indicator.published.filter(code=code).order_by("-version").first()


def find_sources(place: Place, indicators: Collection[Indicator] | None = None) -> list[Source]:
    """The releases that a place's published figures come from; one query."""
    rows = Observation.published.filter(place=place)
    if indicators is not None:
        rows = rows.filter(indicator__in=indicators)
    return list(Source.objects.filter(pk__in=rows.values("source")))


def national_sources() -> list[Source]:
    """The releases that any published figure comes from; one query."""
    return list(Source.objects.filter(pk__in=Observation.published.values("source")))


def find_group(key: str) -> DemographicGroup | None:
    """A group by its key; empty is everybody."""
    return DemographicGroup.objects.filter(key=key).first()


def find_period(first: int, last: int) -> Period | None:
    """The period from the beginning of one year to the end of another."""
    return Period.objects.filter(start__year=first, end__year=last).first()


def open_sources() -> list[Source]:
    """The releases that anybody may know of; one query, however many figures there are."""
    is_open = Q(chapter__isnull=True) | Q(is_public=True)
    return list(Source._base_manager.filter(is_open).order_by("publisher", "table_id", "release"))


def find_figures(
    places: Collection[Place],
    indicators: Collection[int],
    periods: Collection[int] | None = None,
    groups: Collection[str] | None = None,
) -> Figures:
    """(place, indicator, group key) to period to figure; of several releases the newest.

    One query; ids of indicators and periods; None means all.
    """
    rows = Observation.published.filter(place__in=places, indicator__in=indicators, is_current=True)
    if periods is not None:
        rows = rows.filter(period__in=periods)
    if groups is not None:
        rows = rows.filter(group__key__in=groups)
    found: Figures = defaultdict(dict)
    for place, indicator, period, *cells in rows.values_list(
        "place_id",
        "indicator_id",
        "period_id",
        "period__label",
        "period__start",
        "period__end",
        "period__window_years",
        "group__key",
        "obs_value",
        "se",
        "obs_status",
        "reliability",
        "source__programme",
    ):
        point = _point(cells)
        found[place, indicator, point.group][period] = point
    return found


def _point(cells: Sequence[Any]) -> Point:
    label, start, end, window_years, group, value, se, status, reliability, programme = cells
    return Point(
        label=label,
        start=start,
        end=end,
        window_years=window_years,
        group=group,
        value=None if value is None else float(value),
        se=None if se is None else float(se),
        status=status,
        reliability=reliability,
        programme=programme,
    )
