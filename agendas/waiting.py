"""What waits for the council on the floor of agendas, and what happened there."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, QuerySet
from django.urls import reverse

from agendas.models import (
    Agenda,
    Commitment,
    Decision,
    Gap,
    Idea,
    Objection,
    Project,
    Revision,
    Suggestion,
)
from agendas.queries.under_way import waiting_votes
from chapters.models import Chapter, Seat
from chapters.worklist import News, Task

MOST = 10


def tasks_of(user: Any, chapter: Chapter) -> list[Task]:
    """Votes, promises, suggestions and ideas; objections and gaps for the chair. Eight queries."""
    found: list[Iterable[Task]] = [
        _votes(user, chapter),
        _promises(user, chapter),
        _objections(user, chapter),
        _suggestions(user, chapter),
        _gaps(user, chapter),
        _ideas(chapter),
        _agenda(chapter),
    ]
    return [task for tasks in found for task in tasks]


def _votes(user: Any, chapter: Chapter) -> Iterable[Task]:
    for row in waiting_votes(user)[:MOST]:
        one = row.decision
        due = chapter.day_of(one.closes_at) if one.closes_at else None
        yield Task(f"Vote: {one.question}", _decision(chapter, one.pk), due)


def _decision(chapter: Chapter, pk: int) -> str:
    return reverse("agendas:decision", args=[chapter.slug, pk])


def _promises(user: Any, chapter: Chapter) -> Iterable[Task]:
    rows = Commitment.objects.filter(
        owner=user, status=Commitment.Status.OPEN, project__status__in=Project.OPEN
    )
    for one in rows.select_related("project")[:MOST]:
        url = reverse("agendas:project", args=[chapter.slug, one.project_id])
        yield Task(one.what, url, due=one.due_on, note=one.project.title)


def _objections(user: Any, chapter: Chapter) -> Iterable[Task]:
    waiting = Objection.objects.filter(
        Exists(_chair(user, chapter)),
        decision__chapter=chapter,
        decision__state=Decision.State.OPEN,
        withdrawn_at__isnull=True,
        answers__isnull=True,
    )
    for row in waiting.select_related("decision", "elector").order_by("made_at")[:MOST]:
        words = f"Answer the objection of {row.elector.shown_as}"
        yield Task(words, _decision(chapter, row.decision_id), note=row.decision.question)


def _chair(user: Any, chapter: Chapter) -> QuerySet[Seat]:
    return Seat.objects.current().filter(chapter=chapter, user=user, role=Seat.Role.CHAIR)


def _suggestions(user: Any, chapter: Chapter) -> Iterable[Task]:
    rows = Suggestion.objects.filter(state=Suggestion.State.OPEN).exclude(author=user)
    for one in rows.select_related("section")[:MOST]:
        url = reverse("agendas:suggestion", args=[chapter.slug, one.pk])
        yield Task(f"Answer a suggested text: {one.section.heading}", url)


def _gaps(user: Any, chapter: Chapter) -> Iterable[Task]:
    rows = Gap.objects.filter(Exists(_chair(user, chapter)), closed_at=None).select_related(
        "section"
    )
    for one in rows[:MOST]:
        url = reverse("agendas:strategy", args=[chapter.slug, one.section_id])
        yield Task(f"{one.get_kind_display()}: {one.section.heading}", url)


def _ideas(chapter: Chapter) -> Iterable[Task]:
    number = Idea.objects.filter(way="", is_shown=True).count()
    if number:
        words = "Answer an idea" if number == 1 else f"Answer {number} ideas"
        yield Task(f"{words} of members", reverse("agendas:ideas", args=[chapter.slug]))


def _agenda(chapter: Chapter) -> Iterable[Task]:
    """Where a chapter begins: an agenda that is there, and that everybody can read."""
    url = reverse("agendas:agenda-edit", args=[chapter.slug])
    status = Agenda.objects.filter(chapter=chapter).values_list("status", flat=True).first()
    if status is None:
        yield Task("Begin the common agenda", url)
    elif status == Agenda.Status.DRAFT:
        yield Task("Finish the common agenda and publish it", url, note="Only the council sees it")


def news_of(chapter: Chapter, since: datetime.datetime) -> list[News]:
    """Texts that were saved and decisions that were made; two queries."""
    saved = Revision.objects.filter(state=Revision.State.SAVED, made_at__gte=since)
    closed = Decision.objects.filter(state=Decision.State.CLOSED, closed_at__gte=since)
    return [
        *(_text(row, chapter) for row in saved.select_related("author", "section")[:MOST]),
        *(_outcome(row, chapter) for row in closed.order_by("-closed_at")[:MOST]),
    ]


def _text(row: Revision, chapter: Chapter) -> News:
    url = reverse("agendas:section-history", args=[chapter.slug, row.section_id])
    words = f"saved version {row.version} of {row.section.heading}"
    return News(words, row.made_at, who=str(row.author), url=url)


def _outcome(row: Decision, chapter: Chapter) -> News:
    assert row.closed_at is not None
    words = f"{row.get_outcome_display()}: {row.question}"
    return News(words, row.closed_at, url=_decision(chapter, row.pk))
