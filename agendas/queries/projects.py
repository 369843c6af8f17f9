"""Reads over projects: lists with their headway, and one with all that hangs on it."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Min, Q, QuerySet

from agendas.headway import Headway, of_children, of_promises
from agendas.models import (
    Commitment,
    Idea,
    Project,
    ProjectIndicator,
    Section,
    Tag,
    Update,
)
from agendas.queries.editions import Headings
from chapters.models import Chapter
from measurement.models import Indicator

WITH_NAMES = ("section", "organization", "owner", "chapter")


@dataclass(frozen=True)
class ProjectFilter:
    """What a reader of projects looks for; empty: anything."""

    q: str = ""
    status: str = ""


@dataclass(frozen=True)
class Line:
    """A project in a list."""

    project: Project
    headway: Headway
    # What stands above it, as the reader may call it.
    under: str = ""


@dataclass(frozen=True)
class Whole:
    """A project as its page shows it."""

    project: Project
    headway: Headway
    commitments: list[Commitment]
    updates: list[Update]
    tags: list[Tag]
    indicators: list[ProjectIndicator]
    ideas: list[Idea]


def projects(*, everything: bool) -> QuerySet[Project]:
    """The open chapter's projects by section; without `everything` the published ones alone."""
    rows = Project.objects.select_related(*WITH_NAMES).order_by("section__position", "title", "pk")
    return rows if everything else rows.filter(is_published=True)


def listed_projects(wanted: ProjectFilter, *, everything: bool) -> QuerySet[Project]:
    """The projects that match, those under way first by their place in the agenda."""
    rows = projects(everything=everything)
    if wanted.status:
        rows = rows.filter(status=wanted.status)
    if wanted.q:
        words = wanted.q
        rows = rows.filter(
            Q(title__icontains=words) | Q(summary__icontains=words) | Q(area__icontains=words)
        )
    return rows


def with_headway(rows: Iterable[Project]) -> list[Line]:
    """Each project with its headway, in one more query."""
    found = list(rows)
    statuses: dict[int, list[str]] = {project.pk: [] for project in found}
    promised = Commitment.objects.filter(project__in=statuses).order_by()
    for project, status in promised.values_list("project_id", "status"):
        statuses[project].append(status)
    return [Line(project, of_promises(statuses[project.pk])) for project in found]


def named(lines: Iterable[Line], headings: Headings) -> list[Line]:
    """The same with the sections' headings as a reader may know them."""
    return [replace(one, under=headings.of(one.project.section)) for one in lines]


def projects_under(section: Section, *, everything: bool) -> list[Line]:
    """The projects of a section and of the actions under it."""
    rows = projects(everything=everything)
    return with_headway(rows.filter(Q(section=section) | Q(section__parent=section)))


def headway_of(lines: Iterable[Line]) -> Headway:
    """How far a strategy is, from its projects; stopped ones do not count."""
    counted = (one for one in lines if one.project.status != Project.Status.STOPPED)
    return of_children(one.headway for one in counted)


def headways(chapter: Chapter) -> dict[int, Headway]:
    """How far each section is that has published projects, actions counted for their strategy."""
    rows = projects(everything=False).filter(section__chapter=chapter)
    by_section: dict[int, list[Line]] = {}
    for one in with_headway(rows):
        section = one.project.section
        place = section.parent_id if section.kind == Section.Kind.ACTION else section.pk
        by_section.setdefault(place or section.pk, []).append(one)
    return {pk: headway_of(lines) for pk, lines in by_section.items()}


def known_project(pk: int) -> Project | None:
    """A project of the open chapter, published or not."""
    return Project.objects.select_related(*WITH_NAMES).filter(pk=pk).first()


def whole(project: Project) -> Whole:
    """Everything on a project's page."""
    promised = Commitment.objects.filter(project=project).select_related("organization", "owner")
    commitments = list(promised)
    for one in commitments:
        one.project = project
    contributed = ProjectIndicator.objects.filter(project=project).select_related("indicator")
    return Whole(
        project=project,
        headway=of_promises(one.status for one in commitments),
        commitments=commitments,
        updates=list(Update.objects.filter(project=project).select_related("author")),
        tags=list(open_tags(project)),
        indicators=list(contributed),
        ideas=list(Idea.objects.filter(project=project, is_shown=True).select_related("chapter")),
    )


def open_tags(project: Project) -> QuerySet[Tag]:
    """What a project is evidence of."""
    return Tag.objects.filter(project=project, removed_at__isnull=True)


def known_commitment(pk: int) -> Commitment | None:
    """A commitment of the open chapter."""
    rows = Commitment.objects.select_related("project__chapter", "organization", "owner")
    return rows.filter(pk=pk).first()


def first_due(project: Project) -> datetime.date | None:
    """The day of a project's earliest open promise."""
    rows = Commitment.objects.filter(project=project, status=Commitment.Status.OPEN)
    found: datetime.date | None = rows.aggregate(first=Min("due_on"))["first"]
    return found


def overdue_commitments(chapter: Chapter) -> QuerySet[Commitment]:
    """Promises whose day is over on the chapter's calendar, of projects that are not ended."""
    rows = Commitment.objects.filter(
        status=Commitment.Status.OPEN, due_on__lt=chapter.today, project__status__in=Project.OPEN
    )
    return rows.select_related("project__chapter", "organization", "owner")


def linkable_indicators() -> list[tuple[str, str]]:
    """The newest versions of the indicators that a project can be linked to."""
    rows = Indicator.objects.order_by("name", "-version").values_list("pk", "name", "code")
    newest: dict[str, tuple[str, str]] = {}
    for pk, name, code in rows:
        newest.setdefault(code, (str(pk), name))
    return list(newest.values())


def sections_for_projects() -> list[tuple[str, str]]:
    """Where a project can stand: strategies and actions, in the agenda's order."""
    kinds = (Section.Kind.STRATEGY, Section.Kind.ACTION)
    rows = Section.objects.filter(kind__in=kinds, status=Section.Status.STANDS)
    rows = rows.order_by("position", "pk")
    return [(str(pk), heading) for pk, heading in rows.values_list("pk", "heading")]
