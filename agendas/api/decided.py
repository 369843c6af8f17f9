"""Closed decisions in the public API: rule, tally, dissent and evidence, without names."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from agendas.models import Decision, Evidence
from agendas.queries.evidence import voices_percent
from measurement import shapes
from measurement.api import FORMAT, PublicView
from measurement.api.doors import limit_of, page_of, paged
from measurement.api.parameters import CHAPTER, LIMIT, Parameter


class DecisionRowShape(serializers.Serializer):
    """A decision in the list."""

    id = serializers.IntegerField()
    chapter = serializers.CharField()
    kind = serializers.CharField(help_text=", ".join(Decision.Kind.values))
    question = serializers.CharField()
    rule = serializers.CharField(help_text=", ".join(Decision.Rule.values))
    quorum = serializers.IntegerField(help_text="Percent of the seats")
    outcome = serializers.CharField(help_text=", ".join(Decision.Outcome.values))
    sentence = serializers.CharField(help_text="The outcome in words")
    opened_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    review_on = serializers.DateField(allow_null=True)
    is_sample = serializers.BooleanField(help_text="Invented for a demonstration")


class DissentShape(serializers.Serializer):
    """A vote that did not simply agree."""

    choice = serializers.CharField(help_text="object, aside or against")
    reason = serializers.CharField(help_text="May be empty")


class ObjectionShape(serializers.Serializer):
    """An objection with what was answered."""

    reason = serializers.CharField()
    stands = serializers.BooleanField(help_text="Nobody withdrew it")
    answers = serializers.ListField(child=serializers.CharField())


class EvidenceShape(serializers.Serializer):
    """What it rests on, with the figure as it stood."""

    kind = serializers.CharField(help_text=", ".join(Evidence.Kind.values))
    title = serializers.CharField()
    figure = serializers.CharField(help_text="May be empty")
    source = serializers.CharField(help_text="Release, version or digest; may be empty")  # type: ignore[assignment]


class DecisionShape(DecisionRowShape):
    """A decision with its text, tally, dissent and evidence."""

    background = serializers.CharField()
    proposal = serializers.CharField()
    tally = serializers.DictField(
        child=serializers.IntegerField(),
        help_text="electorate, took_part, needed, and how many chose what; empty if withdrawn",
    )
    affected_voices = serializers.IntegerField(
        allow_null=True,
        help_text="Percent of the people heard who live what it is about; null: unknown, or too "
        "few people to tell",
    )
    dissents = DissentShape(many=True)
    objections = ObjectionShape(many=True)
    evidence = EvidenceShape(many=True)


DecisionPage = shapes.paged(DecisionRowShape)
ROW = tuple(DecisionRowShape().fields)
LATER = Parameter("cursor", "[0-9]{1,18}", "taken from next; left out for the first page", "10")
_EXAMPLE: dict[str, Any] = {
    "id": 7, "chapter": "san-francisco", "kind": "question",
    "question": "Do we ask the city to publish pay first?", "rule": "consent", "quorum": 50,
    "outcome": "passed",
    "sentence": "Passed by consent: 4 consented, 1 stood aside, 0 objected. "
    "5 of 6 seats took part; the quorum was 3.",
    "opened_at": "2026-03-01T17:00:00Z", "closed_at": "2026-03-08T17:00:00Z",
    "review_on": "2027-03-01", "is_sample": True,
}  # fmt: skip
EXAMPLE = OpenApiExample(
    "A decision of San Francisco",
    value=_EXAMPLE | {
        "background": "", "proposal": "We ask the city.",
        "tally": {"electorate": 6, "took_part": 5, "needed": 3, "consent": 4, "aside": 1,
                  "object": 0},
        "affected_voices": 60,
        "dissents": [{"choice": "aside", "reason": "I work for the city."}],
        "objections": [], "evidence": [],
    },
    response_only=True, status_codes=["200"], media_type="application/json",
)  # fmt: skip


class Decisions(PublicView):
    """The decisions."""

    parameters = (CHAPTER, LIMIT, LATER, FORMAT)
    columns = ROW

    @extend_schema(summary="All public decisions", responses=DecisionPage)
    def get(self, request: Request) -> Response:
        """What councils decided in public, the newest first."""
        given = request.query_params
        rows = Decision.published.select_related("chapter").order_by("-pk")
        if "chapter" in given:
            rows = rows.filter(chapter__slug=given["chapter"])
        if "cursor" in given:
            rows = rows.filter(pk__lt=int(given["cursor"]))
        limit = limit_of(request)
        page, last = page_of(list(rows[: limit + 1]), limit)
        return paged(request, [_row(one) for one in page], last and str(last.pk))


class DecisionDetail(PublicView):
    """One decision."""

    parameters = (FORMAT,)
    columns = ROW

    @extend_schema(summary="A public decision", responses=DecisionShape, examples=[EXAMPLE])
    def get(self, request: Request, pk: str) -> Response:
        """Its text, the tally, every dissent with what was answered, and the evidence."""
        is_number = pk.isascii() and pk.isdecimal() and len(pk) < 19
        rows = Decision.published.select_related("chapter")
        found = rows.filter(pk=int(pk)).first() if is_number else None
        if found is None:
            raise NotFound("There is no such decision; /api/v1/decisions/ lists all.")
        frozen = {name: found.record.get(name, []) for name in ("dissents", "objections",
                                                               "evidence")}  # fmt: skip
        texts = {"background": found.background, "proposal": found.proposal,
                 "affected_voices": voices_percent(found)}  # fmt: skip
        return Response(_row(found) | texts | {"tally": found.record.get("tally", {})} | frozen)

    def table(self, data: Any) -> Any:
        """One row."""
        return ROW, [{name: data[name] for name in ROW}]


def _row(decision: Decision) -> dict[str, Any]:
    plain = {name: getattr(decision, name) for name in ROW if name != "chapter"}
    return {name: decision.chapter.slug if name == "chapter" else plain[name] for name in ROW}
