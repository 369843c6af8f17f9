"""Who does what in the public API: activities of partners, and published projects."""

from typing import Any

from django.db.models import Model, QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from agendas.headway import of_promises
from agendas.models import Activity, Commitment, Project, ProjectIndicator
from agendas.queries.editions import headings_in, in_public_text
from measurement import shapes
from measurement.api.doors import PublicView, limit_of, page_of, paged
from measurement.api.parameters import CHAPTER, FORMAT, LIMIT, Parameter

OLDER = Parameter("cursor", "[0-9]{1,18}", "taken from next; left out for the first page", "10")


class ActivityShape(serializers.Serializer):
    """What an organization contributes to a strategy."""

    id = serializers.IntegerField()
    chapter = serializers.CharField()
    section = serializers.IntegerField(help_text="id of the strategy in the agenda")
    strategy = serializers.CharField()
    organization = serializers.CharField()
    role = serializers.CharField(help_text=", ".join(Activity.Role.values))
    kind = serializers.CharField(help_text="skill, service, space, data or funding")
    what = serializers.CharField()
    area = serializers.CharField(help_text="Empty: the whole city")
    since = serializers.DateField()
    until = serializers.DateField(allow_null=True)
    is_sample = serializers.BooleanField(help_text="Invented for a demonstration")


class ProjectShape(serializers.Serializer):
    """A project; its progress is computed from its commitments."""

    id = serializers.IntegerField()
    chapter = serializers.CharField()
    section = serializers.IntegerField(help_text="id of the strategy or action in the agenda")
    strategy = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()
    status = serializers.CharField(help_text=", ".join(Project.Status.values))
    organization = serializers.CharField(help_text="Empty where a person carries it")
    area = serializers.CharField(help_text="Empty: the whole city")
    due_on = serializers.DateField(allow_null=True)
    outcome = serializers.CharField()
    commitments = serializers.IntegerField(help_text="Without withdrawn ones")
    kept = serializers.IntegerField(help_text="How many of them were kept")
    percent = serializers.IntegerField(allow_null=True, help_text="Null without commitments")
    contributed_to = serializers.CharField(
        help_text="Codes of indicators, with commas between; contribution, not cause"
    )
    is_sample = serializers.BooleanField(help_text="Invented for a demonstration")


ActivityPage = shapes.paged(ActivityShape)
ProjectPage = shapes.paged(ProjectShape)
_PLACE = {"chapter": "san-francisco", "section": 7, "strategy": "Publish pay"}


def _example(name: str, row: dict[str, Any]) -> OpenApiExample:
    return OpenApiExample(
        name, value={"results": [{"id": 3, **_PLACE, **row}], "next": None},
        response_only=True, status_codes=["200"], media_type="application/json",
    )  # fmt: skip


ACTIVITY = _example(
    "An organization that leads",
    {"organization": "Harbor Pay Project", "role": "lead", "kind": "skill",
     "what": "Pay audits and one disclosure template", "area": "", "since": "2026-03-01",
     "until": None, "is_sample": False},
)  # fmt: skip
PROJECT = _example(
    "A project with a third of its commitments kept",
    {"title": "One template for pay reports", "summary": "One page for six employers.",
     "status": "active", "organization": "Harbor Pay Project", "area": "", "due_on": None,
     "outcome": "", "commitments": 3, "kept": 1, "percent": 33,
     "contributed_to": "earnings_ratio", "is_sample": False},
)  # fmt: skip


def _page(
    request: Request, rows: QuerySet[Any], names: tuple[str, ...]
) -> tuple[list[Any], str | None]:
    """The asked page, the newest first, of what stands under a text that everybody reads."""
    given = request.query_params
    rows = in_public_text(rows)
    if "chapter" in given:
        rows = rows.filter(chapter__slug=given["chapter"])
    if "cursor" in given:
        rows = rows.filter(pk__lt=int(given["cursor"]))
    limit = limit_of(request)
    found = list(rows.select_related(*names).order_by("-pk")[: limit + 1])
    page, last = page_of(found, limit)
    return page, str(last.pk) if isinstance(last, Model) else None


class Activities(PublicView):
    """Activities."""

    parameters = (CHAPTER, LIMIT, OLDER, FORMAT)
    columns = tuple(ActivityShape().fields)

    @extend_schema(summary="Who does what", responses=ActivityPage, examples=[ACTIVITY])
    def get(self, request: Request) -> Response:
        """What organizations contribute to published strategies, the newest first."""
        rows = Activity.published.all()
        page, last = _page(request, rows, ("chapter", "organization"))
        names = _headings(page)
        return paged(request, [_activity(one, names) for one in page], last)


class Projects(PublicView):
    """Projects."""

    parameters = (CHAPTER, LIMIT, OLDER, FORMAT)
    columns = tuple(ProjectShape().fields)

    @extend_schema(summary="Published projects", responses=ProjectPage, examples=[PROJECT])
    def get(self, request: Request) -> Response:
        """Projects under published strategies with how far they are, the newest first."""
        rows = Project.published.all()
        page, last = _page(request, rows, ("chapter", "organization"))
        statuses = _by_project(Commitment, page, "status")
        codes = _by_project(ProjectIndicator, page, "indicator__code")
        names = _headings(page)
        found = [
            _project(one, names, statuses.get(one.pk, []), codes.get(one.pk, [])) for one in page
        ]
        return paged(request, found, last)


def _headings(page: list[Any]) -> dict[int, str]:
    return headings_in((one.chapter_id for one in page), (one.section_id for one in page))


def _by_project(model: Any, page: list[Project], name: str) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = model.published.filter(project__in=[one.pk for one in page])
    for pk, value in rows.values_list("project_id", name):
        found.setdefault(pk, []).append(value)
    return found


def _under(row: Any, names: dict[int, str]) -> dict[str, Any]:
    return {
        "id": row.pk,
        "chapter": row.chapter.slug,
        "section": row.section_id,
        "strategy": names[row.section_id],
        "area": row.area,
        "is_sample": row.is_sample,
    }


def _activity(row: Activity, names: dict[int, str]) -> dict[str, Any]:
    plain = ("role", "kind", "what", "since", "until")
    fields = {name: getattr(row, name) for name in plain}
    return {**_under(row, names), "organization": row.organization.name, **fields}


def _project(
    row: Project, names: dict[int, str], statuses: list[str], codes: list[str]
) -> dict[str, Any]:
    headway = of_promises(statuses)
    fields = {
        name: getattr(row, name) for name in ("title", "summary", "status", "due_on", "outcome")
    }
    return {
        **_under(row, names),
        **fields,
        "organization": row.organization.name if row.organization else "",
        "commitments": headway.counted,
        "kept": headway.done,
        "percent": headway.percent,
        "contributed_to": ",".join(sorted(codes)),
    }
