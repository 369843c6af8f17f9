"""Published agendas: their texts as a tree, each with the indicators it will be known by."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from agendas import queries
from agendas.models import Agenda, Section
from agendas.queries.editions import with_size
from measurement.api import FORMAT, PublicView
from measurement.api.doors import Table


class _AgendaShape(serializers.Serializer):
    chapter = serializers.CharField()
    title = serializers.CharField()
    adopted_note = serializers.CharField(help_text="How it was agreed; may be empty")
    published_at = serializers.DateTimeField()
    is_sample = serializers.BooleanField(help_text="Invented for a demonstration")


class AgendaRowShape(_AgendaShape):
    """A published agenda in the list."""

    sections = serializers.IntegerField(help_text="How many everybody reads")


class MeasureShape(serializers.Serializer):
    """An indicator that a section will be known by."""

    indicator = serializers.CharField()
    name = serializers.CharField()
    status = serializers.CharField(help_text="As in scores; empty off the scorecard")
    gap_widened = serializers.BooleanField(help_text="A group lost ground while all improved")
    target = serializers.CharField(help_text="In words; empty where none was chosen")


class SectionShape(serializers.Serializer):
    """One part of an agenda with its newest text, or the one that was adopted."""

    id = serializers.IntegerField()
    kind = serializers.CharField(help_text=", ".join(Section.Kind.values))
    number = serializers.CharField(help_text="Of a priority or strategy, such as 2.1")
    parent = serializers.IntegerField(  # type: ignore[assignment]
        allow_null=True, help_text="id of what it stands under"
    )
    heading = serializers.CharField()
    text = serializers.CharField(help_text="As typed, with its marks; never HTML")
    version = serializers.IntegerField()
    changed_at = serializers.DateTimeField()
    indicators = MeasureShape(many=True)


class AgendaListShape(serializers.Serializer):
    """All published agendas."""

    results = AgendaRowShape(many=True)


class AgendaShape(_AgendaShape):
    """A published agenda in full."""

    sections = SectionShape(many=True)


ROW = tuple(AgendaRowShape().fields)
COLUMNS = ("id", "kind", "number", "parent", "heading", "text", "version", "changed_at")
EXAMPLE = OpenApiExample(
    "A strategy of San Francisco",
    value={
        "chapter": "san-francisco", "title": "San Francisco’s common agenda",
        "adopted_note": "Adopted by consent", "published_at": "2026-03-10T17:00:00Z",
        "is_sample": True,
        "sections": [{
            "id": 7, "kind": "strategy", "number": "1.1", "parent": 3, "heading": "Publish pay",
            "text": "What is published gets **fixed** sooner.", "version": 2,
            "changed_at": "2026-03-09T17:00:00Z",
            "indicators": [{"indicator": "earnings_ratio", "name": "Women’s earnings",
                            "status": "improved", "gap_widened": False,
                            "target": "95.0% by 2030"}],
        }],
    },
    response_only=True, status_codes=["200"], media_type="application/json",
)  # fmt: skip


class Agendas(PublicView):
    """The agendas."""

    columns = ROW

    @extend_schema(summary="All published agendas", responses=AgendaListShape)
    def get(self, request: Request) -> Response:
        """The agendas that chapters have published; `agendas/{chapter}/` has the texts of one."""
        found = with_size(Agenda.published.select_related("chapter"))
        rows = [_row(one) | {"sections": one.size} for one in found.order_by("chapter__slug")]
        return Response({"results": rows})


class AgendaDetail(PublicView):
    """One agenda."""

    parameters = (FORMAT,)
    columns = COLUMNS

    @extend_schema(summary="A published agenda", responses=AgendaShape, examples=[EXAMPLE])
    def get(self, request: Request, chapter: str) -> Response:
        """Its sections in reading order, each with its text and what it will be known by."""
        agenda = Agenda.published.filter(chapter__slug=chapter).select_related("chapter").first()
        if agenda is None:
            raise NotFound("This chapter has published no agenda; /api/v1/agendas/ lists all.")
        tree = queries.public_outline(agenda, measured=True)
        return Response(_row(agenda) | {"sections": [_section(one) for one in tree.entries]})

    def table(self, data: Any) -> Table:
        """A row for each section."""
        return COLUMNS, [{name: one[name] for name in COLUMNS} for one in data["sections"]]


def _row(agenda: Agenda) -> dict[str, Any]:
    plain = ("title", "adopted_note", "published_at", "is_sample")
    return {"chapter": agenda.chapter.slug} | {name: getattr(agenda, name) for name in plain}


def _section(entry: queries.Entry) -> dict[str, Any]:
    section = entry.section
    return {
        "id": section.pk,
        "kind": section.kind,
        "number": entry.number,
        "parent": section.parent_id,
        "heading": section.heading,
        "text": section.body,
        "version": section.version,
        "changed_at": section.changed_at,
        "indicators": [
            {
                "indicator": one.indicator.code,
                "name": one.indicator.name,
                "status": one.status,
                "gap_widened": one.gap_widened,
                "target": one.target,
            }
            for one in entry.measures
        ],
    }
