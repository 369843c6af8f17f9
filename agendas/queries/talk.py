"""Comments in threads, and suggestions with what became of them."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, QuerySet

from agendas.models import Agenda, Comment, Section, Suggestion


@dataclass(frozen=True)
class Thread:
    """A comment and its answers, the oldest first."""

    first: Comment
    answers: list[Comment] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Neither resolved nor removed with nothing under it."""
        return self.first.resolved_at is None and self.is_shown

    @property
    def is_shown(self) -> bool:
        """Something is left to read, or somebody appeals."""
        every = [self.first, *self.answers]
        return any(one.removed_at is None or one.appeal == "asked" for one in every)


def threads(section: Section, seen_by: Any = None) -> list[Thread]:
    """All threads of a section that have something left to read; one query.

    seen_by: a reader of this text alone, who sees their own threads and those begun on its
    version or an earlier one; None sees all.
    """
    rows = Comment.objects.filter(section=section).select_related(
        "author", "removed_by", "resolved_by"
    )
    found: dict[int, Thread] = {}
    for row in rows:
        if row.thread_id is None:
            newer = row.on_version > section.version
            if not (seen_by and newer and row.author_id != seen_by.pk):
                found[row.pk] = Thread(row)
        elif row.thread_id in found:
            found[row.thread_id].answers.append(row)
    return [thread for thread in found.values() if thread.is_shown]


def count_open(agenda: Agenda) -> dict[int, int]:
    """How many threads wait, by section."""
    rows = Comment.objects.filter(
        section__agenda=agenda, thread=None, resolved_at=None, removed_at=None
    )
    counted = rows.order_by().values_list("section").annotate(count=Count("pk"))
    return dict(counted.values_list("section", "count"))


def suggestions_of(section: Section) -> QuerySet[Suggestion]:
    """Every text proposed for a section, the newest first, with its people."""
    return Suggestion.objects.filter(section=section).select_related(
        "author", "answered_by", "revision"
    )


def open_suggestions(section: Section, seen_by: Any = None) -> QuerySet[Suggestion]:
    """Those that wait for an answer; `seen_by` as in `threads`."""
    rows = suggestions_of(section).filter(state=Suggestion.State.OPEN)
    if seen_by is None:
        return rows
    return rows.filter(Q(base_version__lte=section.version) | Q(author=seen_by))


def own_comment(user: Any, pk: int) -> Comment | None:
    """A comment of the open chapter, for its author alone."""
    rows = Comment.objects.select_related("section__agenda", "chapter")
    return rows.filter(pk=pk, author=user).first()
