"""Texts that people propose for a section: accepted as a revision, or declined with a reason."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from agendas.actions.editing import Conflict, revise_section
from agendas.drafts import Draft, merge_drafts
from agendas.models import Revision, Section, Suggestion
from agendas.queries import saved_text
from agendas.queries.editions import in_public_words
from chapters.once import store_once
from chapters.post import post


class Answered(Exception):
    """The suggestion has its answer, or was taken back."""


class NothingNew(Exception):
    """The section says this already."""


def suggest_text(
    section: Section,
    by: Any,
    base_version: int,
    draft: Draft,
    reason: str,
    key: UUID | None = None,
) -> Suggestion:
    """Propose a text that was written on `base_version`; the same again gives the same.

    key: see `chapters.once`. Raises NothingNew for the text that stands there.
    """
    text = {"heading": draft.heading, "body": draft.body}
    same = Q(section=section, state=Suggestion.State.OPEN, **text)
    if key:
        same |= Q(sent_key=key)
    if held := Suggestion.objects.filter(same, author=by).first():
        return held
    if draft == Draft(section.heading, section.body):
        raise NothingNew
    fresh = Suggestion(
        chapter_id=section.chapter_id,
        section=section,
        author=by,
        base_version=min(base_version, section.version),
        reason=reason,
        sent_key=key,
        **text,
    )
    return store_once(fresh, "author")[0]


@transaction.atomic
def accept_suggestion(suggestion: Suggestion, by: Any, base_version: int) -> Revision:
    """Save a suggested text, with later changes of others kept where both fit together.

    base_version: the version that the acceptor has seen. Raises Answered; NothingNew; Conflict,
    with both texts, where the section has changed since, or touches the same words.
    """
    _lock(suggestion)
    section, proposed = suggestion.section, Draft(suggestion.heading, suggestion.body)
    section.refresh_from_db()
    newest = saved_text(section, section.version)
    ground = saved_text(section, suggestion.base_version)
    assert newest
    current = Draft(newest.heading, newest.body)
    text: Draft | None = proposed
    if suggestion.base_version != section.version:
        base = Draft(ground.heading, ground.body) if ground else current
        text = merge_drafts(base, proposed, current)
    if text is None or base_version != section.version:
        raise Conflict(proposed, newest)
    if text == current:
        raise NothingNew
    revision = revise_section(
        section, by, section.version, text.heading, text.body, suggestion.reason
    )
    return _accept(suggestion, by, revision)


@transaction.atomic
def accept_edited(suggestion: Suggestion, by: Any, revision: Revision) -> Revision:
    """A revision was written from the suggestion: it is answered with that. Raises Answered."""
    _lock(suggestion)
    if Suggestion.objects.filter(revision=revision).exists():
        raise Answered
    return _accept(suggestion, by, revision)


@transaction.atomic
def decline_suggestion(suggestion: Suggestion, by: Any, reason: str) -> None:
    """Say no, and why; the author is told. Raises Answered."""
    _lock(suggestion)
    suggestion.state, suggestion.answer = Suggestion.State.DECLINED, reason
    suggestion.answered_by, suggestion.answered_at = by, timezone.now()
    suggestion.save()
    _tell(suggestion)


@transaction.atomic
def take_back_suggestion(suggestion: Suggestion) -> None:
    """Its author does not propose it any more; its text stays in the history. Raises Answered."""
    _lock(suggestion)
    suggestion.state, suggestion.answered_at = Suggestion.State.WITHDRAWN, timezone.now()
    suggestion.save()


def _lock(suggestion: Suggestion) -> None:
    held = Suggestion.objects.select_for_update().get(pk=suggestion.pk)
    if held.state != Suggestion.State.OPEN:
        raise Answered


def _accept(suggestion: Suggestion, by: Any, revision: Revision) -> Revision:
    suggestion.state, suggestion.revision = Suggestion.State.ACCEPTED, revision
    suggestion.answered_by, suggestion.answered_at = by, timezone.now()
    suggestion.save()
    _tell(suggestion)
    return revision


def _tell(suggestion: Suggestion) -> None:
    address = reverse("agendas:suggestion", args=[suggestion.chapter.slug, suggestion.pk])
    context = {
        "suggestion": suggestion,
        "section": in_public_words(suggestion.section),
        "accepted": suggestion.state == Suggestion.State.ACCEPTED,
        "url": settings.SITE_URL + address,
    }
    post("suggestion-answered", suggestion.author.email, context, chapter=suggestion.chapter)
