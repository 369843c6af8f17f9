"""What people do with comments: write, answer, resolve, remove with a reason, appeal."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from agendas.anchors import quote_of
from agendas.models import Agenda, Comment, Section
from agendas.queries.editions import in_public_words
from chapters import audit
from chapters.once import store_once
from chapters.post import post
from chapters.ready import forget


class Closed(Exception):
    """It can't be done any more: the comment is removed, or the appeal has its answer."""


@transaction.atomic
def let_members_speak(agenda: Agenda, by: Any, *, allowed: bool) -> None:
    """Let members of the chapter comment on the published agenda and suggest texts, or stop it."""
    agenda.members_speak = allowed
    agenda.save(update_fields=["members_speak"])
    forget(agenda.chapter)
    facts = {"allowed": allowed}
    audit.record("agenda.members_speak", subject=agenda, chapter=agenda.chapter, by=by, facts=facts)


def add_comment(
    section: Section, by: Any, body: str, anchor: str = "", key: UUID | None = None
) -> Comment:
    """Say something about a paragraph, or about the section where `anchor` is empty.

    A paragraph that has changed meanwhile makes it a comment on the whole section. The same one
    sent twice is one (`key`: see `chapters.once`).
    """
    quote = quote_of(section, anchor) if anchor else None
    fresh = Comment(
        chapter_id=section.chapter_id,
        section=section,
        author=by,
        body=body,
        anchor=anchor if quote is not None else "",
        quote=quote or "",
        on_version=section.version,
        sent_key=key,
    )
    return store_once(fresh, "author")[0]


def answer_comment(first: Comment, by: Any, body: str, key: UUID | None = None) -> Comment:
    """Answer in a thread, and open it again if it was resolved; sent twice it is one answer."""
    fresh = Comment(
        chapter_id=first.chapter_id,
        section_id=first.section_id,
        thread=first,
        author=by,
        body=body,
        on_version=first.section.version,
        sent_key=key,
    )
    stored, is_new = store_once(fresh, "author")
    if is_new and first.resolved_at:
        reopen_thread(first)
    return stored


def edit_comment(comment: Comment, body: str) -> None:
    """Change one's own words. Raises Closed once they were removed."""
    if comment.removed_at:
        raise Closed
    comment.body, comment.edited_at = body, timezone.now()
    comment.save(update_fields=["body", "edited_at"])


def resolve_thread(first: Comment, by: Any) -> None:
    """Nothing is left to do about it."""
    first.resolved_at, first.resolved_by = timezone.now(), by
    first.save(update_fields=["resolved_at", "resolved_by"])


def reopen_thread(first: Comment) -> None:
    """Something is left to do after all."""
    first.resolved_at = first.resolved_by = None
    first.save(update_fields=["resolved_at", "resolved_by"])


def take_back_comment(comment: Comment) -> None:
    """Remove one's own comment, words and all."""
    if comment.removed_at:
        return
    comment.body, comment.removed_at, comment.removed_by = "", timezone.now(), comment.author
    comment.save(update_fields=["body", "removed_at", "removed_by"])


@transaction.atomic
def remove_comment(comment: Comment, by: Any, reason: str) -> None:
    """Take another person's comment off, with a reason that its author is told. Raises Closed."""
    held = Comment.objects.select_for_update().get(pk=comment.pk)
    if held.removed_at:
        raise Closed
    comment.removed_at, comment.removed_by = timezone.now(), by
    comment.removal_reason, comment.appeal = reason, Comment.Appeal.NONE
    comment.save(update_fields=["removed_at", "removed_by", "removal_reason", "appeal"])
    _tell("comment-removed", comment, "agendas:comment-appeal", comment.pk)
    audit.record("comment.removed", subject=comment, chapter=comment.chapter, by=by)


def appeal_removal(comment: Comment, words: str) -> None:
    """Ask the council to look once more. Raises Closed where that was done before."""
    if not comment.removal_reason or comment.appeal:
        raise Closed
    comment.appeal, comment.appeal_words = Comment.Appeal.ASKED, words
    comment.save(update_fields=["appeal", "appeal_words"])


@transaction.atomic
def decide_appeal(comment: Comment, by: Any, *, put_back: bool) -> None:
    """Answer an appeal; the author is told. Raises Closed where it has its answer."""
    held = Comment.objects.select_for_update().get(pk=comment.pk)
    if held.appeal != Comment.Appeal.ASKED:
        raise Closed
    comment.appeal = Comment.Appeal.GRANTED if put_back else Comment.Appeal.REFUSED
    if put_back:
        comment.removed_at = comment.removed_by = None
        comment.removal_reason = ""
    comment.save(update_fields=["appeal", "removed_at", "removed_by", "removal_reason"])
    _tell("appeal-answered", comment, "agendas:section", comment.section_id)
    facts = {"put_back": put_back}
    audit.record("comment.appeal", subject=comment, chapter=comment.chapter, by=by, facts=facts)


def _tell(kind: str, comment: Comment, page: str, pk: Any) -> None:
    context = {
        "comment": comment,
        "section": in_public_words(comment.section),
        "put_back": comment.appeal == Comment.Appeal.GRANTED,
        "url": settings.SITE_URL + reverse(page, args=[comment.chapter.slug, pk]),
    }
    post(kind, comment.author.email, context, chapter=comment.chapter)
