"""Keeps what people type before they save it, and notes that they are there."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from agendas.actions.editing import set_aside
from agendas.drafts import Draft
from agendas.models import KeptDraft, Presence, Section
from agendas.queries.working import GONE_AFTER


class ElsewhereToo(Exception):
    """The person has typed something newer in another window; nothing was kept."""


@transaction.atomic
def keep_draft(
    section: Section, by: Any, base_version: int, draft: Draft, reason: str, seen: str
) -> KeptDraft:
    """Keep what somebody has typed; `seen` is the moment of the draft they began with, or empty.

    Raises ElsewhereToo where that is not the one that is kept, so that no window overwrites
    another's. What says the same as the saved text holds nothing that could be lost.
    """
    saved = Section.objects.select_for_update(no_key=True).get(pk=section.pk)
    held = _held(section, by)
    if held and held.token != seen and not _says(held, Draft(saved.heading, saved.body)):
        raise ElsewhereToo
    return _write(section, by, held, base_version, draft, reason)


@transaction.atomic
def hold_text(
    section: Section, by: Any, base_version: int, draft: Draft, reason: str, seen: str
) -> str:
    """Keep a text that met a newer one, so that closing the window loses nothing.

    Gives what the window then knows its draft by. Where another window's draft is kept already,
    that one stays, and the history takes this text.
    """
    Section.objects.select_for_update(no_key=True).get(pk=section.pk)
    held = _held(section, by)
    if held and held.token != seen and not (held.was_submitted or _says(held, draft)):
        set_aside(section, by, draft, base_version)
        return seen
    return _write(section, by, held, base_version, draft, reason, was_submitted=True).token


@transaction.atomic
def discard_draft(section: Section, by: Any) -> None:
    """Forget what somebody has typed: it is not wanted."""
    _end(_held(section, by))


@transaction.atomic
def end_draft(section: Section, by: Any, seen: str, saved: Draft | None) -> None:
    """Forget the draft of a text that was saved; one of another window stays for its writer."""
    held = _held(section, by)
    if held and (held.token == seen or (saved and _says(held, saved))):
        _end(held)


def note_presence(section: Section, by: Any, *, is_typing: bool) -> None:
    """The person has the section open now; sweeps out who left long ago."""
    now = timezone.now()
    typed = {"typed_at": now} if is_typing else {}
    Presence.objects.update_or_create(
        chapter_id=section.chapter_id,
        section=section,
        person=by,
        defaults={"seen_at": now, **typed},
    )
    Presence.objects.filter(section=section, seen_at__lt=now - 10 * GONE_AFTER).delete()


def leave_section(section: Section, by: Any) -> None:
    """The person has closed the section."""
    Presence.objects.filter(section=section, person=by).delete()


def _write(
    section: Section,
    by: Any,
    held: KeptDraft | None,
    base_version: int,
    draft: Draft,
    reason: str,
    *,
    was_submitted: bool = False,
) -> KeptDraft:
    if held and Draft(held.heading, held.body) != draft:
        _release(held)
    kept = held or KeptDraft(chapter_id=section.chapter_id, section=section, author=by)
    kept.base_version, kept.reason, kept.was_submitted = base_version, reason, was_submitted
    kept.heading, kept.body = draft.heading, draft.body
    kept.save()
    return kept


def _held(section: Section, by: Any) -> KeptDraft | None:
    return KeptDraft.objects.filter(section=section, author=by).first()


def _says(held: KeptDraft, text: Draft) -> bool:
    """Whether a draft is a text but for the space around it, which a save takes off."""
    return (held.heading.strip(), held.body.strip()) == (text.heading.strip(), text.body.strip())


def _end(held: KeptDraft | None) -> None:
    if held:
        _release(held)
        held.delete()


def _release(held: KeptDraft) -> None:
    """What was once sent to be saved is never lost: the history takes it."""
    if held.was_submitted:
        text = Draft(held.heading, held.body)
        set_aside(held.section, held.author, text, held.base_version)
