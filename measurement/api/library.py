"""Doors to what figures are about: chapters, areas, groups, indicators, where figures come from."""

from typing import Any

from django.db.models import Prefetch
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from chapters.models import Chapter, Place
from measurement import queries, shapes
from measurement.api import examples
from measurement.api.doors import (
    PublicView,
    Table,
    find_indicator,
    find_place,
    limit_of,
    page_of,
    paged,
)
from measurement.api.parameters import CURSOR, FORMAT, LIMIT, TOPIC, Parameter
from measurement.models import DemographicGroup, Indicator, Package, PackageFile, Period

INDICATOR_FIELDS = tuple(shapes.IndicatorShape().fields)
PLACE_FIELDS = tuple(shapes.PlaceShape().fields)
SOURCE_FIELDS = tuple(shapes.SourceShape().fields)
MOST_PACKAGES = 100
STATE = Parameter("state", "[A-Z]{2}", "the postal code of a state, such as CO", "CO")
LEVEL = Parameter(
    "level", "", "nation, state, county or city", "city", tuple(Place.Level.values)
)  # fmt: skip
STATUS = Parameter(
    "status", "", "gathering, launching, active or dormant", "active",
    tuple(Chapter.Status.values),
)  # fmt: skip


class Chapters(PublicView):
    """The chapters."""

    parameters = (STATUS, FORMAT)
    columns = tuple(shapes.ChapterShape().fields)

    @extend_schema(summary="All chapters", responses=shapes.ChapterList)
    def get(self, request: Request) -> Response:
        """All chapters with their place."""
        found = Chapter.objects.all()
        if status := request.query_params.get("status"):
            found = found.filter(status=status)
        rows = found.values_list("slug", "name", "status", "place__geoid", "launched_on")
        return Response({"results": [dict(zip(self.columns, row, strict=True)) for row in rows]})


class Areas(PublicView):
    """The areas."""

    parameters = (STATE, LEVEL, LIMIT, CURSOR, FORMAT)
    columns = PLACE_FIELDS

    @extend_schema(summary="All areas", responses=shapes.PlacePage, examples=[examples.AREA])
    def get(self, request: Request) -> Response:
        """The areas that figures are about, by code; up to 1,000 at a time."""
        asked = {
            name: request.query_params[name]
            for name in ("state", "level")
            if name in request.query_params
        }
        limit, after = limit_of(request), request.query_params.get("cursor", "")
        rows = Place.objects.filter(geoid__gt=after, **asked).order_by("geoid")
        page, last = page_of(list(rows.values(*PLACE_FIELDS)[: limit + 1]), limit)
        return paged(request, [_as_numbers(row) for row in page], last and last["geoid"])


class Area(PublicView):
    """One area."""

    @extend_schema(summary="One area", responses=shapes.PlaceShape, examples=[examples.ONE_AREA])
    def get(self, request: Request, geoid: str) -> Response:
        """Name, level and position of one area."""
        place = find_place(geoid)
        return Response(_as_numbers({name: getattr(place, name) for name in PLACE_FIELDS}))

    def table(self, data: Any) -> Table:
        """One row."""
        return PLACE_FIELDS, [data]


class Indicators(PublicView):
    """The indicator library."""

    parameters = (TOPIC, FORMAT)
    columns = INDICATOR_FIELDS

    @extend_schema(summary="The indicator library", responses=shapes.IndicatorList)
    def get(self, request: Request) -> Response:
        """Every national indicator in its newest version."""
        topic = request.query_params.get("topic")
        found = [one for one in queries.library() if topic in (None, one.topic)]
        return Response({"results": [_indicator(one) for one in found]})


class IndicatorDetail(PublicView):
    """One indicator."""

    @extend_schema(
        summary="One indicator", responses=shapes.IndicatorShape, examples=[examples.INDICATOR]
    )
    def get(self, request: Request, code: str) -> Response:
        """Definition, unit and direction of one indicator."""
        return Response(_indicator(find_indicator(code)))

    def table(self, data: Any) -> Table:
        """One row."""
        return INDICATOR_FIELDS, [data]


class Groups(PublicView):
    """The groups."""

    columns = ("key", "name")

    @extend_schema(summary="All groups", responses=shapes.GroupList)
    def get(self, request: Request) -> Response:
        """The groups of people that figures are about; the empty key is everybody."""
        return Response({"results": list(DemographicGroup.objects.values("key", "name"))})


class Periods(PublicView):
    """The periods."""

    columns = ("label", "start", "end", "window_years")

    @extend_schema(summary="All periods", responses=shapes.PeriodList)
    def get(self, request: Request) -> Response:
        """The years and windows of years that figures are about, oldest first."""
        return Response({"results": list(Period.objects.values(*self.columns))})


class Sources(PublicView):
    """The sources."""

    columns = SOURCE_FIELDS

    @extend_schema(summary="All sources", responses=shapes.SourceList)
    def get(self, request: Request) -> Response:
        """The releases that published figures come from, each with its license."""
        return Response(
            {"results": [_fields(one, SOURCE_FIELDS) for one in queries.open_sources()]}
        )


class Packages(PublicView):
    """The open data, packed."""

    columns = ("digest", "made_at", "figures")

    @extend_schema(summary="All packages of open data", responses=shapes.PackageList)
    def get(self, request: Request) -> Response:
        """The versions of the open data, the newest first; an address keeps its content."""
        found = Package.objects.filter(place=None).prefetch_related(
            Prefetch("files", queryset=PackageFile.objects.defer("content"))
        )
        return Response({"results": [_package(request, one) for one in found[:MOST_PACKAGES]]})


def _package(request: Request, package: Package) -> dict[str, Any]:
    files = [
        {
            "name": file.name,
            "size": file.size,
            "sha256": file.sha256,
            "url": request.build_absolute_uri(
                reverse("measurement:package-file", args=[package.digest, file.name])
            ),
        }
        for file in package.files.all()
    ]
    return _fields(package, Packages.columns) | {"files": files}


def _fields(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _as_numbers(row: dict[str, Any]) -> dict[str, Any]:
    numbers = {name: row[name] for name in ("latitude", "longitude")}
    return row | {name: None if n is None else float(n) for name, n in numbers.items()}


def _indicator(indicator: Indicator) -> dict[str, Any]:
    return _fields(indicator, INDICATOR_FIELDS) | {"min_change": float(indicator.min_change)}
