"""Reads over agendas, sections and their history."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet

from agendas.models import Agenda, Revision, Section
from agendas.queries.editions import adopted_edition, edition_sections
from agendas.queries.links import Measure, adopted_measures, measures, sections_of
from agendas.queries.talk import (
    Thread,
    count_open,
    open_suggestions,
    own_comment,
    suggestions_of,
    threads,
)
from agendas.queries.working import Here, draft_of, who_is_here
from chapters.models import Chapter
from chapters.prose import plain

__all__ = [
    "Entry",
    "Here",
    "Measure",
    "Outline",
    "PriorityLine",
    "Summary",
    "Thread",
    "adopted_measures",
    "chapter_agenda",
    "count_open",
    "draft_of",
    "history",
    "measures",
    "open_suggestions",
    "outline",
    "own_comment",
    "public_outline",
    "published_summary",
    "saved_text",
    "sections_of",
    "suggestions_of",
    "threads",
    "who_is_here",
    "withdrawn",
]


@dataclass(frozen=True)
class Entry:
    """A section with its number ("2", "2.1", or empty), what hangs on it, and how it is known."""

    section: Section
    number: str = ""
    children: list["Entry"] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)

    @property
    def is_losing(self) -> bool:
        """True where every indicator beside it got worse."""
        return bool(self.measures) and all(one.look == "worsened" for one in self.measures)

    @property
    def all(self) -> list["Entry"]:
        """Itself and everything below it, in reading order."""
        return [self, *(one for child in self.children for one in child.all)]


@dataclass(frozen=True)
class Outline:
    """An agenda as its page shows it."""

    agenda: Agenda
    vision: Section | None
    problem: Section | None
    priorities: list[Entry]
    texts: list[Section]
    terms: list[Section]

    @property
    def entries(self) -> list[Entry]:
        """All sections in reading order, what hangs under a section after it."""
        first = [Entry(section) for section in (self.vision, self.problem) if section]
        numbered = [one for entry in self.priorities for one in entry.all]
        return [*first, *numbered, *(Entry(section) for section in [*self.texts, *self.terms])]


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


def outline(
    agenda: Agenda,
    known: dict[int, list[Measure]] | None = None,
    sections: Iterable[Section] | None = None,
) -> Outline:
    """The agenda's standing sections as a tree, in one query; `known` as `measures` gives it.

    sections: those of an edition instead, without a query.
    """
    kinds: dict[str, list[Section]] = {kind: [] for kind in Section.Kind.values}
    standing = Section.objects.filter(agenda=agenda, status=Section.Status.STANDS)
    for section in standing if sections is None else sections:
        kinds[section.kind].append(section)
    return Outline(
        agenda=agenda,
        vision=next(iter(kinds["vision"]), None),
        problem=next(iter(kinds["problem"]), None),
        priorities=_number(kinds, known or {}),
        texts=kinds["text"],
        terms=sorted(kinds["term"], key=lambda term: term.heading.casefold()),
    )


def public_outline(agenda: Agenda, *, measured: bool = False) -> Outline:
    """What everybody reads: the adopted edition, or the live texts where there is none.

    measured: with what became of the indicators.
    """
    edition = adopted_edition(agenda)
    known = measures(agenda, edition) if measured else None
    return outline(agenda, known, edition_sections(edition) if edition else None)


def withdrawn(agenda: Agenda) -> list[Section]:
    """The sections that were taken off, the newest first; what went with another is left out."""
    gone = list(
        Section.objects.filter(agenda=agenda, status=Section.Status.WITHDRAWN)
        .select_related("parent")
        .order_by("-withdrawn_at", "position")
    )
    return [one for one in gone if not one.parent or one.parent.withdrawn_at != one.withdrawn_at]


def published_summary(chapter: Chapter) -> Summary | None:
    """The chapter's published agenda for other pages, in any scope; None while there is none.

    Where the council adopted an edition, its texts and no later ones.
    """
    agenda = Agenda.published.filter(chapter=chapter).first()
    if agenda is None:
        return None
    edition = adopted_edition(agenda)
    sections = (
        edition_sections(edition)
        if edition
        else list(
            Section.published.filter(
                chapter=chapter, agenda=agenda, kind__in=["vision", "priority"]
            )
        )
    )
    priorities = [section for section in sections if section.kind == Section.Kind.PRIORITY]
    return Summary(
        title=agenda.title,
        adopted_note=agenda.adopted_note,
        published_at=agenda.published_at,
        vision=next((plain(one.body) for one in sections if one.kind == "vision"), ""),
        priorities=[
            PriorityLine(number, section.heading, section.strand)
            for number, section in enumerate(priorities, start=1)
        ],
    )


def history(section: Section) -> QuerySet[Revision]:
    """Every text the section had, the newest first, with its author."""
    people = ("author", "suggestion__author")
    return Revision.objects.filter(section=section).select_related(*people)


def saved_text(section: Section, version: int) -> Revision | None:
    """The text of one version."""
    return history(section).filter(version=version, state=Revision.State.SAVED).first()


def _number(kinds: dict[str, list[Section]], known: dict[int, list[Measure]]) -> list[Entry]:
    def branch(section: Section, number: str) -> Entry:
        below = [one for one in hanging if one.parent_id == section.pk]
        # Actions are told apart by their words.
        numbers = [f"{number}.{n}" if number and one.kind == "strategy" else ""
                   for n, one in enumerate(below, start=1)]  # fmt: skip
        children = [branch(one, n) for one, n in zip(below, numbers, strict=True)]
        return Entry(section, number, children, known.get(section.pk, []))

    hanging = [*kinds["strategy"], *kinds["action"]]
    return [branch(one, str(n)) for n, one in enumerate(kinds["priority"], start=1)]
