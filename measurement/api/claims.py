"""Claims in the public API: the frozen figures, and how they stand today."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from measurement import claiming, shapes
from measurement.api.doors import PublicView, Table, limit_of, page_of, paged
from measurement.api.parameters import CHAPTER, FORMAT, LIMIT, Parameter
from measurement.models import Claim

COLUMNS = ("indicator", "version", "name", "status", "tested", "z", "gap_widened",
           "baseline_period", "baseline_value", "baseline_se", "baseline_source",
           "baseline_release", "current_period", "current_value", "current_se", "current_source",
           "current_release")  # fmt: skip


class DifferenceShape(serializers.Serializer):
    """An indicator that stands otherwise today."""

    name = serializers.CharField()
    was = serializers.CharField()
    now = serializers.CharField()
    reasons = serializers.ListField(child=serializers.CharField())


class TodayShape(serializers.Serializer):
    """The claim on the figures of today."""

    improved = serializers.IntegerField()
    m = serializers.IntegerField()
    holds = serializers.BooleanField()
    restated = serializers.IntegerField(help_text="Indicators with a restated figure")
    differences = DifferenceShape(many=True)


class ClaimRowShape(serializers.Serializer):
    """A claim in the list."""

    code = serializers.CharField()
    chapter = serializers.CharField()
    made_at = serializers.DateTimeField()
    sentence = serializers.CharField()
    improved = serializers.IntegerField()
    m = serializers.IntegerField()
    naive_up = serializers.IntegerField(help_text="Merely moved the better way, tested or not")
    expected_by_chance = serializers.FloatField()
    level = serializers.IntegerField(help_text="Confidence in percent")
    sha256 = serializers.CharField(help_text="Of the snapshot as canonical JSON")


class ClaimShape(ClaimRowShape):
    """A claim with every figure behind it."""

    rule = serializers.CharField()
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Per status")
    snapshot = serializers.DictField(help_text="The frozen lines with both figures of each")
    today = TodayShape()


ClaimPage = shapes.paged(ClaimRowShape)
ROW = tuple(ClaimRowShape().fields)
OLDER = Parameter("cursor", "[0-9]{1,18}", "taken from next; left out for the first page", "10")


class Claims(PublicView):
    """The claims."""

    parameters = (CHAPTER, LIMIT, OLDER, FORMAT)
    columns = ROW

    @extend_schema(summary="All claims", responses=ClaimPage)
    def get(self, request: Request) -> Response:
        """What chapters claimed, the newest first; `claims/{code}/` has the figures behind one."""
        rows, given = Claim.published.order_by("-pk"), request.query_params
        if "chapter" in given:
            rows = rows.filter(chapter__slug=given["chapter"])
        if "cursor" in given:
            rows = rows.filter(pk__lt=int(given["cursor"]))
        paths = [{"code": "token", "chapter": "chapter__slug"}.get(name, name) for name in ROW]
        limit = limit_of(request)
        page, last = page_of(list(rows.values_list("pk", *paths)[: limit + 1]), limit)
        found = [dict(zip(ROW, cells, strict=True)) for _, *cells in page]
        return paged(request, found, last and str(last[0]))


class ClaimDetail(PublicView):
    """One claim."""

    columns = COLUMNS

    @extend_schema(summary="A claim", responses=ClaimShape)
    def get(self, request: Request, code: str) -> Response:
        """What was claimed, the figures behind it, and what today's figures say."""
        rows = Claim.published.select_related("chapter", "place", "scorecard")
        claim = rows.filter(token=code).first()
        if claim is None:
            raise NotFound("There is no such claim; /api/v1/claims/ lists all.")
        review = claiming.review(claim)
        plain = ("made_at", "sentence", "rule", "improved", "m", "counts", "naive_up",
                 "expected_by_chance", "level", "sha256", "snapshot")  # fmt: skip
        today = {
            "improved": review.improved,
            "m": review.m,
            "holds": review.holds,
            "restated": review.restated,
            "differences": [vars(difference) for difference in review.differences],
        }
        fields = {name: getattr(claim, name) for name in plain}
        return Response(
            fields | {"code": claim.token, "chapter": claim.chapter.slug, "today": today}
        )

    def table(self, data: Any) -> Table:
        """A row for each line, with the figures of the total."""
        return COLUMNS, [_flat(line) for line in data["snapshot"].get("lines", [])]


def _flat(line: dict[str, Any]) -> dict[str, Any]:
    total = line["groups"][0]
    ends = {
        f"{end}_{key}": (total[end] or {}).get(key)
        for end in claiming.ENDS
        for key in ("value", "se", "source", "release")
    }
    return {name: line.get(name, ends.get(name)) for name in COLUMNS}
