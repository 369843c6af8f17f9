"""The common agenda."""

from typing import Any

from django.utils import timezone

from agendas.models import Agenda, Comment, Revision, Section, Suggestion
from chapters.models import Chapter
from chapters.scope import in_chapter
from members.models import User
from tests.factories.members import make_user
from tests.factories.words import count


def make_agenda(chapter: Chapter, **fields: Any) -> Agenda:
    """A published agenda without sections; the same chapter gives the same one."""
    mark = fields.pop("mark", chapter.name)
    fields = {
        "title": f"{mark} common agenda",
        "status": Agenda.Status.PUBLISHED,
        "published_at": timezone.now(),
        "adopted_note": f"{mark} consent",
    } | fields
    with in_chapter(chapter):
        return Agenda.objects.get_or_create(chapter=chapter, defaults=fields)[0]


def make_section(agenda: Agenda, by: User | None = None, **fields: Any) -> Section:
    """A priority with its first revision; `parent` makes a strategy of it."""
    mark = fields.pop("mark", "Section")
    kind = Section.Kind.STRATEGY if fields.get("parent") else Section.Kind.PRIORITY
    fields = {
        "kind": kind,
        "position": next(count),
        "strand": 1,
        "heading": f"{mark} heading",
        "body": f"{mark} body",
    } | fields
    with in_chapter(agenda.chapter_id):
        section = Section.objects.create(chapter_id=agenda.chapter_id, agenda=agenda, **fields)
        Revision.objects.create(
            chapter_id=agenda.chapter_id,
            section=section,
            version=section.version,
            heading=section.heading,
            body=section.body,
            author=by or make_user(),
            reason=f"{mark} reason",
        )
        return section


def make_comment(section: Section, by: User | None = None, **fields: Any) -> Comment:
    """Words about the whole section; `thread` makes them an answer."""
    mark = fields.pop("mark", "Comment")
    fields = {"body": f"{mark} words", "on_version": section.version} | fields
    with in_chapter(section.chapter_id):
        return Comment.objects.create(
            chapter_id=section.chapter_id, section=section, author=by or make_user(), **fields
        )


def make_suggestion(section: Section, by: User | None = None, **fields: Any) -> Suggestion:
    """An open suggestion for the section's newest version."""
    mark = fields.pop("mark", "Suggested")
    fields = {
        "base_version": section.version,
        "heading": section.heading,
        "body": f"{mark} text",
        "reason": f"{mark} reason",
    } | fields
    with in_chapter(section.chapter_id):
        return Suggestion.objects.create(
            chapter_id=section.chapter_id, section=section, author=by or make_user(), **fields
        )
