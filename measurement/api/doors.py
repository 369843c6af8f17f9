"""What all doors of the API have in common: who may ask, in which words, in which form.

The format follows the address alone (`?format=csv`), never a header, so that an answer can be
kept ready by its address.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import NotFound, ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from chapters.gates import Gate, public
from chapters.models import Place
from measurement import queries
from measurement.api.parameters import FORMAT, Parameter, days_of
from measurement.exchange import write_csv
from measurement.models import Indicator

PAGE = 1000
RENDERERS: Sequence[Any] = api_settings.DEFAULT_RENDERER_CLASSES
Table = tuple[Sequence[str], Iterable[Mapping[str, Any]]]
# What an address may name that is not there, or ask that makes no sense; the same everywhere.
REFUSALS = {
    "400": "A parameter is unknown, repeated, missing or not what it must be.",
    "404": "What the address names is not there.",
    "429": "Too many requests; Retry-After says when to come back.",
}


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
        """A table of what the view answers."""
        columns, rows = (renderer_context or {})["view"].table(data)
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
        raise ParseError(f"format must be {FORMAT.means}.")


class PublicView(APIView):
    """A read for everybody; a parameter that it does not know is refused, not ignored."""

    gate: ClassVar[Gate] = public
    authentication_classes: Any = ()
    renderer_classes = (*RENDERERS, CsvRenderer)
    content_negotiation_class = ByAddress
    http_method_names = ["get", "head", "options"]
    parameters: ClassVar[tuple[Parameter, ...]] = (FORMAT,)
    columns: ClassVar[tuple[str, ...]] = ()
    refusals: ClassVar[dict[str, str]] = REFUSALS

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """The view, which says whether anybody must be known before it is asked."""
        view: Any = super().as_view(**initkwargs)
        view.asks_nobody = not cls.authentication_classes
        return view

    @classmethod
    def names(cls) -> list[str]:
        """The parameters that it reads, and no other."""
        return [parameter.name for parameter in cls.parameters]

    @classmethod
    def described(cls) -> list[OpenApiParameter]:
        """Its parameters for the schema."""
        return [parameter.described() for parameter in cls.parameters]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse with 400 what is unknown, repeated, missing or not what it must be."""
        super().initial(request, *args, **kwargs)
        if not hasattr(self, str(request.method).lower()):
            return  # refused in a moment, with what is allowed
        known = {parameter.name: parameter for parameter in self.parameters}
        if unknown := sorted(request.query_params.keys() - known.keys()):
            raise ParseError(f"Unknown: {', '.join(unknown)}. Allowed: {', '.join(known)}.")
        for name, parameter in known.items():
            given = request.query_params.getlist(name)
            if len(given) > 1:
                raise ParseError(f"Give {name} once.")
            if parameter.is_required and not given:
                raise ParseError(f"Give {name}: {parameter.means}.")
            for text in given:
                parameter.check(text)

    def handle_exception(self, exc: Exception) -> Response:
        """Refusals are JSON, whatever form was asked for."""
        self.request.accepted_renderer = self.get_renderers()[0]
        self.request.accepted_media_type = self.request.accepted_renderer.media_type
        return super().handle_exception(exc)

    def table(self, data: Any) -> Table:
        """Columns and rows of the answer, for CSV."""
        return self.columns, queries.rows_of(data["results"])


MISSING = {
    "place": "There is no area {}.",
    "indicator": "There is no such indicator; /api/v1/indicators/ lists all.",
    "period": "There are no figures for the period {}.",
    "group": "There are no figures for the group “{}”.",
}


def find_indicator(code: str, owner: str = queries.NATION) -> Indicator:
    """The newest version of the nation's indicator, or of a chapter's own. Raises NotFound."""
    is_own = owner != queries.NATION
    indicator = queries.find_own(owner, code) if is_own else queries.find_indicator(code)
    if indicator is None:
        raise NotFound(MISSING["indicator"])
    return indicator


def find_place(geoid: str) -> Place:
    """An area by its code. Raises NotFound."""
    place = Place.objects.filter(geoid=geoid).first()
    if place is None:
        raise NotFound(MISSING["place"].format(geoid))
    return place


def find_asked(**asked: str) -> list[queries.Named]:
    """What an address names (place, indicator, period, group), in that order; one query.

    Raises:
        NotFound: one of them is not there.
    """
    first, last = days_of(asked["period"]) if "period" in asked else (None, None)
    found = queries.find_named(list(asked), first=first, last=last, **asked)
    for name, named in found.items():
        if named is None:
            raise NotFound(MISSING[name].format(asked[name]))
    return [named for named in found.values() if named]


def page_of(rows: list[Any], limit: int) -> tuple[list[Any], Any | None]:
    """The rows of a page, and the last one if others follow; `rows` has one more than `limit`."""
    return (rows[:limit], rows[limit - 1]) if len(rows) > limit else (rows, None)


def paged(request: Request, results: list[dict[str, Any]], cursor: str | None) -> Response:
    """A page; `next` and, for CSV, the Link header lead on."""
    if cursor is None:
        return Response({"results": results, "next": None})
    parameters = request.query_params.copy()
    parameters["cursor"] = cursor
    address = request.build_absolute_uri(f"{request.path}?{parameters.urlencode()}")
    return Response(
        {"results": results, "next": address}, headers={"Link": f'<{address}>; rel="next"'}
    )


def limit_of(request: Request) -> int:
    """How many rows a page may have."""
    return int(request.query_params.get("limit", PAGE))
