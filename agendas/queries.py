"""Reads over agendas, sections and their history."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from agendas.models import Agenda, Revision, Section
from chapters.models import Chapter


@dataclass(frozen=True)
class Entry:
    """A section with its number ("2" or "2.1", empty for unnumbered ones) and what hangs on it."""

    section: Section
    number: str = ""
    children: list["Entry"] = field(default_factory=list)


@dataclass(frozen=True)
class Outline:
    """An agenda as its page shows it."""

    agenda: Agenda
    vision: Section | None
    problem: Section | None
    priorities: list[Entry]
    texts: list[Section]

    @property
    def entries(self) -> list[Entry]:
        """All sections in reading order, strategies after their priority."""
        first = [Entry(section) for section in (self.vision, self.problem) if section]
        numbered = [one for entry in self.priorities for one in (entry, *entry.children)]
        return [*first, *numbered, *(Entry(section) for section in self.texts)]


@dataclass(frozen=True)
class PriorityLine:
    """A priority as the chapter's page lists it."""

    number: int
    heading: str
    strand: int


@dataclass(frozen=True)
class Summary:
    """A published agenda in a few lines."""

    title: str
    adopted_note: str
    published_at: datetime | None
    vision: str
    priorities: list[PriorityLine]


def chapter_agenda() -> Agenda | None:
    """The open chapter's agenda, draft or published."""
    return Agenda.objects.select_related("chapter").first()


def outline(agenda: Agenda) -> Outline:
    """The agenda's sections as a tree, in one query."""
    kinds: dict[str, list[Section]] = {kind: [] for kind in Section.Kind.values}
    for section in Section.objects.filter(agenda=agenda):
        kinds[section.kind].append(section)
    return Outline(
        agenda=agenda,
        vision=next(iter(kinds["vision"]), None),
        problem=next(iter(kinds["problem"]), None),
        priorities=_number(kinds["priority"], kinds["strategy"]),
        texts=kinds["text"],
    )


def published_summary(chapter: Chapter) -> Summary | None:
    """The chapter's published agenda for other pages, in any scope; None while there is none."""
    agenda = Agenda.published.filter(chapter=chapter).first()
    if agenda is None:
        return None
    sections = list(
        Section.published.filter(chapter=chapter, agenda=agenda, kind__in=["vision", "priority"])
    )
    priorities = [section for section in sections if section.kind == Section.Kind.PRIORITY]
    return Summary(
        title=agenda.title,
        adopted_note=agenda.adopted_note,
        published_at=agenda.published_at,
        vision=next((one.body for one in sections if one.kind == Section.Kind.VISION), ""),
        priorities=[
            PriorityLine(number, section.heading, section.strand)
            for number, section in enumerate(priorities, start=1)
        ],
    )


def history(section: Section) -> QuerySet[Revision]:
    """Every text the section had, the newest first, with its author."""
    return Revision.objects.filter(section=section).select_related("author")


def saved_text(section: Section, version: int) -> Revision | None:
    """The text of one version."""
    return history(section).filter(version=version, state=Revision.State.SAVED).first()


def compared(section: Section, older: Any, newer: Any) -> tuple[Revision | None, Revision | None]:
    """Two revisions by id, or the newest saved one beside the one before it."""
    texts = list(history(section))
    by_id = {str(text.pk): text for text in texts}
    saved = [text for text in texts if text.state == Revision.State.SAVED]
    before = by_id.get(str(older)) or (saved[1] if len(saved) > 1 else None)
    return before, by_id.get(str(newer)) or (saved[0] if saved else None)


def _number(priorities: list[Section], strategies: list[Section]) -> list[Entry]:
    entries = []
    for number, priority in enumerate(priorities, start=1):
        own = [section for section in strategies if section.parent_id == priority.pk]
        children = [Entry(one, f"{number}.{place}") for place, one in enumerate(own, start=1)]
        entries.append(Entry(priority, str(number), children))
    return entries
