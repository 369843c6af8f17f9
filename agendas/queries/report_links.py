"""What the council can link an expense to: strategies, the work under them, indicators."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from agendas.models import Activity, Project, Section, SpendingLink
from agendas.queries import chapter_agenda
from agendas.queries.editions import Headings, public_headings
from chapters.models import Chapter
from measurement.models import Indicator
from measurement.queries import current_lines

Row = Section | Project | Activity | Indicator
Choices = list[tuple[str, Any]]


@dataclass(frozen=True)
class LinkChoices:
    """The choices of the form, and the row behind each by field and value."""

    sections: Choices
    works: Choices
    indicators: Choices
    rows: dict[tuple[str, str], Row]

    def key_of(self, link: SpendingLink | None, name: str) -> str:
        """What a field of a stored link is set to; empty without one."""
        if link is None:
            return ""
        row = (link.project or link.activity) if name == "work" else getattr(link, name)
        return _key(row) if row else ""


def strategies() -> QuerySet[Section]:
    """The strategies of the open chapter's agenda, that spending can contribute to."""
    rows = Section.objects.filter(kind=Section.Kind.STRATEGY, status=Section.Status.STANDS)
    return rows.order_by("parent__position", "position")


def indicators() -> QuerySet[Indicator]:
    """The indicators of the national scorecard."""
    lines = [line.indicator_id for line in current_lines()]
    return Indicator.published.filter(pk__in=lines).order_by("position", "name")


def link_choices(chapter: Chapter) -> LinkChoices:
    """Everything that expenses of the chapter can be linked to; the same queries for any number."""
    sections, measured = list(strategies()), list(indicators())
    works: list[Project | Activity] = [*_projects(chapter), *_activities(chapter)]
    rows: dict[tuple[str, str], Row] = {}
    rows |= {("section", _key(row)): row for row in sections}
    rows |= {("work", _key(row)): row for row in works}
    rows |= {("indicator", _key(row)): row for row in measured}
    return LinkChoices(
        sections=[("", "Not linked"), *((_key(row), row.heading) for row in sections)],
        works=[("", "None named"), *_grouped(sections, works)],
        indicators=[("", "None named"), *((_key(row), row.name) for row in measured)],
        rows=rows,
    )


def name_work(link: SpendingLink) -> str:
    """The project or the partner's activity in words; what is not public stays unnamed."""
    if link.project:
        return link.project.title if link.project.is_published else "A project that is not public"
    if link.activity is None:
        return "None named"
    if link.activity.state == Activity.State.RESTING:
        return "An activity that is not public"
    return _title(link.activity)


def open_headings() -> Headings:
    """What everybody may call the sections of the open chapter's agenda."""
    return public_headings(chapter_agenda())


def name_section(section: Section, known: Headings) -> str:
    """A strategy's heading as everybody reads it; a draft's stays with the council."""
    return known.of(section) or "A strategy that is not adopted yet"


def _projects(chapter: Chapter) -> list[Project]:
    linked = SpendingLink.objects.filter(chapter=chapter).values("project")
    rows = Project.objects.filter(Q(is_published=True) | Q(pk__in=linked), chapter=chapter)
    return list(rows.select_related("section"))


def _activities(chapter: Chapter) -> list[Activity]:
    linked = SpendingLink.objects.filter(chapter=chapter).values("activity")
    shown = Q(state=Activity.State.PUBLISHED) | Q(pk__in=linked)
    rows = Activity.objects.filter(shown, chapter=chapter)
    return list(rows.select_related("section", "organization"))


def _grouped(sections: Sequence[Section], works: Sequence[Project | Activity]) -> Choices:
    """Work by its strategy; what stands under an action counts for the action's strategy."""
    below: dict[int, list[tuple[str, str]]] = {}
    for work in works:
        place = work.section.parent_id if work.section.kind == "action" else work.section_id
        below.setdefault(place or work.section_id, []).append((_key(work), _title(work)))
    return [(row.heading, below[row.pk]) for row in sections if row.pk in below]


def _title(work: Project | Activity) -> str:
    return work.title if isinstance(work, Project) else f"{work.organization}: {work.what}"


def _key(row: Row) -> str:
    return f"{row._meta.model_name}-{row.pk}"
