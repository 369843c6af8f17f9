"""Published reports in the public API: which there are, and every number that one rests on."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from agendas.models import Report
from measurement import shapes
from measurement.api.doors import PublicView, Table, limit_of, page_of, paged
from measurement.api.parameters import CHAPTER, FORMAT, LIMIT, Parameter

FIGURE = ("id", "what", "place", "group", "period", "shown", "margin", "value", "se", "source")
OLDER = Parameter("cursor", "[0-9]{1,18}", "taken from next; left out for the first page", "10")


class ReportRowShape(serializers.Serializer):
    """A published report."""

    number = serializers.IntegerField()
    chapter = serializers.CharField()
    kind = serializers.ChoiceField(choices=Report.Kind.choices)
    title = serializers.CharField()
    year = serializers.IntegerField(allow_null=True)
    published_at = serializers.DateTimeField()
    pages = serializers.IntegerField(help_text="Of the PDF")
    inputs_sha256 = serializers.CharField(help_text="Of the inputs as canonical JSON")
    pdf_sha256 = serializers.CharField()


class ReportFigureShape(serializers.Serializer):
    """A number in a report."""

    id = serializers.CharField()
    what = serializers.CharField()
    place = serializers.CharField(allow_blank=True)
    group = serializers.CharField(allow_blank=True)
    period = serializers.CharField(allow_blank=True)
    shown = serializers.CharField(help_text="As the report writes it")
    margin = serializers.CharField(allow_blank=True)
    value = serializers.FloatField(allow_null=True)
    se = serializers.FloatField(allow_null=True)
    source = serializers.IntegerField(  # type: ignore[assignment]
        allow_null=True, help_text="Number in inputs.sources; null for what was worked out"
    )


class ReportShape(ReportRowShape):
    """A report with everything it was made from."""

    figures = ReportFigureShape(many=True)
    inputs = serializers.DictField(help_text="All that was frozen when the report was built")


ReportPage = shapes.paged(ReportRowShape)
ROW = tuple(ReportRowShape().fields)
PATHS = {"number": "pk", "chapter": "chapter__slug"}


class Reports(PublicView):
    """The published reports."""

    parameters = (CHAPTER, LIMIT, OLDER, FORMAT)
    columns = ROW

    @extend_schema(summary="All published reports", responses=ReportPage)
    def get(self, request: Request) -> Response:
        """Reports of every chapter, the newest first; `reports/{number}/` has the inputs of one."""
        rows, given = Report.published.order_by("-pk"), request.query_params
        if "chapter" in given:
            rows = rows.filter(chapter__slug=given["chapter"])
        if "cursor" in given:
            rows = rows.filter(pk__lt=int(given["cursor"]))
        limit = limit_of(request)
        page, last = page_of(_rows(rows[: limit + 1]), limit)
        return paged(request, page, last and str(last["number"]))


class ReportDetail(PublicView):
    """One published report."""

    columns = FIGURE

    @extend_schema(summary="A published report", responses=ReportShape)
    def get(self, request: Request, number: str) -> Response:
        """A report with every number in it, its source and its release."""
        is_number = number.isascii() and number.isdecimal() and len(number) < 19
        rows = Report.published.filter(pk=int(number) if is_number else 0)
        found = _rows(rows)
        if not found:
            raise NotFound("There is no such report; /api/v1/reports/ lists all.")
        inputs = rows.values_list("inputs", flat=True)[0]
        figures = [{name: one.get(name) for name in FIGURE} for one in inputs.get("figures", [])]
        return Response(found[0] | {"figures": figures, "inputs": inputs})

    def table(self, data: Any) -> Table:
        """A row for each figure."""
        return FIGURE, data["figures"]


def _rows(rows: Any) -> list[dict[str, Any]]:
    cells = rows.values_list(*(PATHS.get(name, name) for name in ROW))
    return [dict(zip(ROW, row, strict=True)) for row in cells]
