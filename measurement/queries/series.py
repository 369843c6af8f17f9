"""Published figures: one series at a time or many at once, and the library they belong to."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Max, Q

from chapters.models import Place
from measurement.models import (
    DemographicGroup,
    Indicator,
    Observation,
    PackageFile,
    Period,
    Rollup,
    Source,
)
from measurement.uncertainty import moe_from_se
from measurement.windows import length_of, months_of

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
    sample_n: int | None = None
    annotation: str = ""

    @cached_property
    def margin(self) -> float | None:
        """Half the width of the 90 percent interval; a chart asks for it many times."""
        return moe_from_se(self.se)


Figures = dict[tuple[int, int, str], dict[int, Point]]


def series(
    place: Place, indicator: Indicator, groups: Collection[str] | None = None
) -> dict[str, list[Point]]:
    """Figures of one indicator in one place by group key, oldest first; one query.

    groups: keys such as "" (total) or "sex=female"; None means all that there are.
    """
    found = find_figures([place], [indicator.pk], groups=groups)
    return {group: list(points.values()) for (_, _, group), points in found.items()}


def library() -> list[Indicator]:
    """The newest version of every national indicator, in its order; one query."""
    newest: dict[str, Indicator] = {}
    for indicator in Indicator.published.order_by("position", "code", "-version"):
        newest.setdefault(indicator.code, indicator)
    return list(newest.values())


def places_with_figures() -> dict[int, int]:
    """In how many cities each indicator has a figure for everybody, at most; one query."""
    rows = Rollup.objects.filter(group__key=TOTAL).values_list("indicator_id")
    return dict(rows.annotate(Max("places")))


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


def find_archives() -> list[tuple[str, PackageFile]]:
    """The newest copy of each chapter's dashboard with the name of its place; one query."""
    rows = PackageFile.objects.filter(package__place__isnull=False).defer("content")
    newest: dict[str, PackageFile] = {}
    for file in rows.select_related("package__place").order_by("-package__made_at"):
        newest.setdefault(str(file.package.place and file.package.place.name), file)
    return sorted(newest.items())


def open_sources() -> list[Source]:
    """The releases that anybody may know of; one query, however many figures there are."""
    is_open = Q(chapter__isnull=True) | Q(is_public=True)
    return list(Source._base_manager.filter(is_open).order_by("publisher", "table_id", "release"))


def find_figures(
    places: Collection[Place],
    indicators: Collection[int],
    periods: Collection[int] | None = None,
    groups: Collection[str] | None = None,
    *,
    breaks: bool = False,
) -> Figures:
    """(place, indicator, group key) to period to figure, in the order of keys and of time.

    One query; of several releases the newest; ids of indicators and periods; None means all.
    breaks: figures at which a series breaks too, whatever their period.
    """
    rows = Observation.published.filter(place__in=places, indicator__in=indicators, is_current=True)
    if periods is not None:
        broken = Q(obs_status=Observation.Status.BREAK) if breaks else Q()
        rows = rows.filter(Q(period__in=periods) | broken)
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
        "sample_n",
        "annotation_raw",
    ):
        point = _point(cells)
        found[place, indicator, point.group][period] = point
    # Rows come as the database finds them, which is not the same from one day to the next.
    return {key: _in_time(found[key]) for key in sorted(found)}


def breaks_between(points: Iterable[Point], old: Point | None, new: Point | None) -> bool:
    """Whether a series is not one from one of its figures to another.

    It breaks at a figure after the old one, up to the new one itself; or one of the two alone is
    defined otherwise by its source.
    """
    if old is None or new is None:
        return False
    if (old.status == "D") != (new.status == "D"):
        return True
    kind = (new.programme, length_of(new))
    return any(
        point.status == "B"
        and (point.programme, length_of(point)) == kind
        and old.end < point.end <= new.end
        for point in points
    )


def _in_time(points: dict[int, Point]) -> dict[int, Point]:
    return dict(sorted(points.items(), key=lambda item: (item[1].end, months_of(item[1]))))


def _point(cells: Sequence[Any]) -> Point:
    label, start, end, window_years, group, value, se, status, reliability, *rests = cells
    programme, sample_n, annotation = rests
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
        sample_n=sample_n,
        annotation=annotation,
    )
