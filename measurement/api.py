"""The public REST API: published figures, nothing else, the same for every reader.

The format follows the address alone (`?format=csv`), never a header, so that an answer can be
kept ready by its address.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from chapters.gates import Gate, public
from chapters.models import Chapter, Place
from measurement import queries, shapes
from measurement.exchange import write_csv
from measurement.models import DemographicGroup, Indicator
from measurement.wording import unit_of

PAGE = 1000
CURSOR = re.compile(r"\d{1,18}(\.\d{1,18}){4}", re.ASCII)
RENDERERS: Sequence[Any] = api_settings.DEFAULT_RENDERER_CLASSES
FORMAT = OpenApiParameter("format", enum=["json", "csv"], description="json unless said otherwise")
INDICATOR_FIELDS = tuple(shapes.IndicatorShape().fields)
PLACE_FIELDS = tuple(shapes.PlaceShape().fields)
EXAMPLE = {
    "indicator": "employment_rate_25_54", "version": 1, "ref_area": "0667000",
    "ref_area_name": "San Francisco", "period": "2019–2023", "period_start": "2019-01-01",
    "period_end": "2023-12-31", "group": "sex=female", "value": 0.830362, "se": 0.00491148,
    "margin_90": 0.008079, "ci_lower": 0.820736, "ci_upper": 0.839989, "conf_level": 95,
    "se_method": "published", "unit_measure": "proportion", "obs_status": "A",
    "conf_status": "F", "reliability": "good", "programme": "ACS5",
    "source": "metrics_employment_place_gender_longitudinal",
    "release": "5aa12e3e08b1e44db52b06c0a731fe9985cb17f8",
}  # fmt: skip


class CsvRenderer(BaseRenderer):
    """The rows of an answer as CSV."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> str:
        """A table, or the reason for a refusal as a line of text."""
        context = renderer_context or {}
        if context["response"].exception:
            return f"{data.get('detail', 'refused')}\n"
        columns, rows = context["view"].table(data)
        return write_csv(columns, rows)


class ByAddress(BaseContentNegotiation):
    """JSON, or what `?format=` names."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        """The only one there is."""
        return next(iter(parsers))

    def select_renderer(
        self, request: Request, renderers: Iterable[Any], format_suffix: str | None = None
    ) -> tuple[Any, str]:
        """Raises ParseError for a format that is not offered."""
        wanted = request.query_params.get("format", "json")
        for renderer in renderers:
            if renderer.format == wanted:
                return renderer, renderer.media_type
        raise ParseError("format can be json or csv.")


class PublicView(APIView):
    """A read for everybody; a parameter that it does not know is refused, not ignored."""

    gate: ClassVar[Gate] = public
    authentication_classes = ()
    renderer_classes = (*RENDERERS, CsvRenderer)
    content_negotiation_class = ByAddress
    http_method_names = ["get", "head", "options"]
    parameters: ClassVar[tuple[str, ...]] = ("format",)
    columns: ClassVar[tuple[str, ...]] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse unknown and repeated parameters with 400, naming the ones that exist."""
        super().initial(request, *args, **kwargs)
        unknown = sorted(set(request.query_params) - set(self.parameters))
        if unknown:
            allowed = ", ".join(self.parameters)
            raise ParseError(f"Unknown: {', '.join(unknown)}. Allowed: {allowed}.")
        for name in self.parameters:
            if len(request.query_params.getlist(name)) > 1:
                raise ParseError(f"Give {name} once.")

    def table(self, data: Any) -> tuple[Sequence[str], Sequence[Mapping[str, Any]]]:
        """Columns and rows of the answer, for CSV."""
        return self.columns, data["results"]


class Chapters(PublicView):
    """The chapters."""

    columns = tuple(shapes.ChapterShape().fields)

    @extend_schema(summary="All chapters", parameters=[FORMAT], responses=shapes.ChapterShape(True))
    def get(self, request: Request) -> Response:
        """All chapters with their place."""
        rows = Chapter.objects.values_list("slug", "name", "status", "place__geoid", "launched_on")
        return Response({"results": [dict(zip(self.columns, row, strict=True)) for row in rows]})


class Places(PublicView):
    """The places."""

    columns = PLACE_FIELDS

    @extend_schema(summary="All places", parameters=[FORMAT], responses=shapes.PlaceShape(True))
    def get(self, request: Request) -> Response:
        """All places that figures are about."""
        rows = [_as_numbers(row) for row in Place.objects.values(*PLACE_FIELDS)]
        return Response({"results": rows})


class Indicators(PublicView):
    """The indicator library."""

    columns = INDICATOR_FIELDS

    @extend_schema(
        summary="The indicator library",
        parameters=[FORMAT],
        responses=shapes.IndicatorShape(many=True),
    )
    def get(self, request: Request) -> Response:
        """Every national indicator in its newest version."""
        return Response({"results": [_indicator(row) for row in queries.library()]})


class IndicatorDetail(PublicView):
    """One indicator."""

    @extend_schema(summary="One indicator", parameters=[FORMAT], responses=shapes.IndicatorShape)
    def get(self, request: Request, code: str) -> Response:
        """Definition, unit and direction of one indicator."""
        return Response(_indicator(_find_indicator(code)))

    def table(self, data: Any) -> tuple[Sequence[str], Sequence[Mapping[str, Any]]]:
        """One row."""
        return INDICATOR_FIELDS, [data]


class Observations(PublicView):
    """Published figures, a page at a time."""

    parameters = ("place", "indicator", "period", "group", "cursor", "format")
    columns = queries.FIELDS

    @extend_schema(
        summary="Published figures",
        description="Up to 1,000 at a time; next (in CSV the Link header) leads on.",
        parameters=[
            OpenApiParameter("place", description="geoid, such as 0667000"),
            OpenApiParameter("indicator", description="code, such as employment_rate_25_54"),
            OpenApiParameter("period", description="a year or a window: 2023 or 2019-2023"),
            OpenApiParameter("group", description="empty for all people, or such as sex=female"),
            OpenApiParameter("cursor", description="from next"),
            FORMAT,
        ],
        responses={200: shapes.PageShape, 400: shapes.RefusalShape},
        examples=[
            OpenApiExample(
                "Women at work in San Francisco",
                value={"results": [EXAMPLE], "next": None},
                response_only=True,
                status_codes=["200"],
            )
        ],
    )
    def get(self, request: Request) -> Response:
        """Published figures by place, indicator, period and group."""
        rows, following = queries.find_rows(_filters(request), _cursor(request), PAGE)
        address = None if following is None else _next(request, following)
        headers = {} if address is None else {"Link": f'<{address}>; rel="next"'}
        return Response({"results": rows, "next": address}, headers=headers)


class Series(PublicView):
    """One indicator in one place over time."""

    @extend_schema(summary="A series", parameters=[FORMAT], responses={200: shapes.SeriesShape})
    def get(self, request: Request, geoid: str, code: str) -> Response:
        """Every figure of one indicator in one place, by group, oldest first."""
        place, indicator = get_object_or_404(Place, geoid=geoid), _find_indicator(code)
        names = dict(DemographicGroup.objects.values_list("key", "name"))
        unit, found = unit_of(indicator), queries.series(place, indicator)
        return Response(
            {
                "place": place.geoid,
                "place_name": place.name,
                "indicator": indicator.code,
                "name": indicator.name,
                "unit": {
                    name: getattr(unit, name) for name in ("scale", "decimals", "prefix", "suffix")
                },
                "groups": [
                    {"key": key, "name": names[key], "points": [_point(p) for p in points]}
                    for key, points in sorted(found.items())
                ],
            }
        )

    def table(self, data: Any) -> tuple[Sequence[str], Sequence[Mapping[str, Any]]]:
        """The same long rows as the list of figures gives."""
        filters = {
            "place__geoid": data["place"],
            "indicator__code": data["indicator"],
        }
        return queries.FIELDS, queries.find_rows(filters)[0]


class Scores(PublicView):
    """A chapter on the national scorecard."""

    @extend_schema(
        summary="A chapter's score", parameters=[FORMAT], responses={200: shapes.ScoreShape}
    )
    def get(self, request: Request, chapter: str) -> Response:
        """N of M with every comparison behind it."""
        found = get_object_or_404(Chapter.objects.select_related("place"), slug=chapter)
        score = queries.chapter_score(found)
        return Response(
            {
                "chapter": found.slug,
                "place": found.place.geoid,
                "improved": score.improved,
                "m": score.m,
                "counts": score.tally.counts,
                "naive_up": score.tally.naive_up,
                "expected_by_chance": round(score.tally.expected_by_chance, 4),
                "level": score.scorecard.level if score.scorecard else 90,
                "indicators": [_change(item) for item in score.changes + score.beside],
            }
        )

    def table(self, data: Any) -> tuple[Sequence[str], Sequence[Mapping[str, Any]]]:
        """A row for each indicator."""
        return tuple(shapes.ChangeShape().fields), data["indicators"]


# --- What the addresses say ------------------------------------------------------------------


def _find_indicator(code: str) -> Indicator:
    indicator = queries.find_indicator(code)
    if indicator is None:
        raise Http404
    return indicator


def _filters(request: Request) -> dict[str, Any]:
    paths = {"place": "place__geoid", "indicator": "indicator__code", "group": "group__key"}
    asked = {
        path: request.query_params[name]
        for name, path in paths.items()
        if name in request.query_params
    }
    if any("\x00" in value for value in asked.values()):
        raise ParseError("A parameter holds a character that no name has.")
    return asked | _years(request.query_params.get("period"))


def _years(period: str | None) -> dict[str, Any]:
    if period is None:
        return {}
    first, _, last = period.replace("–", "-").partition("-")
    ends = (first, last or first)
    if not all(end.isascii() and end.isdigit() and len(end) == 4 for end in ends):
        raise ParseError("period is a year or a window, such as 2023 or 2019-2023.")
    return {"period__start__year": int(ends[0]), "period__end__year": int(ends[1])}


def _cursor(request: Request) -> queries.Key | None:
    cursor = request.query_params.get("cursor")
    if cursor is None:
        return None
    if not CURSOR.fullmatch(cursor):
        raise ParseError("cursor comes from `next`; leave it out for the first page.")
    place, group, indicator, period, source = map(int, cursor.split("."))
    return place, group, indicator, period, source


def _next(request: Request, following: queries.Key) -> str:
    parameters = request.query_params.copy()
    parameters["cursor"] = ".".join(map(str, following))
    return request.build_absolute_uri(f"{request.path}?{parameters.urlencode()}")


# --- What the answers hold -------------------------------------------------------------------


def _as_numbers(row: dict[str, Any]) -> dict[str, Any]:
    numbers = {name: row[name] for name in ("latitude", "longitude")}
    return row | {name: None if n is None else float(n) for name, n in numbers.items()}


def _indicator(indicator: Indicator) -> dict[str, Any]:
    fields = {name: getattr(indicator, name) for name in INDICATOR_FIELDS}
    return fields | {"min_change": float(indicator.min_change)}


def _point(point: queries.Point) -> dict[str, Any]:
    return {
        "period": point.label,
        "start": point.start,
        "end": point.end,
        "value": point.value,
        "margin_90": None if point.margin is None else round(point.margin, 6),
        "reliability": point.reliability,
    }


def _change(change: queries.Change) -> dict[str, Any]:
    return {
        "indicator": change.indicator.code,
        "name": change.indicator.name,
        "counted": change.line.counted,
        "baseline_period": change.line.baseline.label,
        "baseline_value": change.baseline.value if change.baseline else None,
        "current_period": change.line.current.label,
        "current_value": change.current.value if change.current else None,
        "difference": _rounded(change.difference),
        "margin_90": _rounded(change.margin),
        "status": change.status,
        "tested": change.progress.tested,
        "z": _rounded(change.progress.z),
        "gap_widened": change.gap_widened,
        "reason": change.reason,
    }


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 6)
