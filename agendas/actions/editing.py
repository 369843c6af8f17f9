"""What changes an agenda. Texts are only ever added: a section's row shows its newest revision."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from agendas.drafts import Draft, Resolution
from agendas.models import Agenda, Revision, Section
from chapters import audit
from chapters.models import Chapter
from chapters.ready import forget


class Conflict(Exception):
    """Somebody saved a newer text meanwhile; both are here, nothing was stored."""

    def __init__(self, mine: Draft, theirs: Revision) -> None:
        super().__init__(f"Version {theirs.version} is newer.")
        self.mine, self.theirs = mine, theirs


class Misplaced(Exception):
    """A section of this kind can't stand there; the words say why."""


def start_agenda(chapter: Chapter, title: str, *, is_sample: bool = False) -> Agenda:
    """Begin a chapter's agenda as a draft."""
    return Agenda.objects.create(chapter=chapter, title=title, is_sample=is_sample)


@transaction.atomic
def add_section(
    agenda: Agenda,
    by: Any,
    kind: str,
    draft: Draft,
    *,
    parent: Section | None = None,
    strand: int = 1,
    key: UUID | None = None,
) -> Section:
    """Append a section with its first revision; what hangs under another runs on its strand.

    Sent twice (`key`: see `chapters.once`) it is one. Raises Misplaced where such a section can't
    stand there.
    """
    Agenda.objects.select_for_update().get(pk=agenda.pk)
    same = Revision.objects.filter(author=by, sent_key=key) if key else Revision.objects.none()
    if made := same.select_related("section__chapter").first():
        return made.section
    check_place(agenda, kind, parent)
    section = Section.objects.create(
        chapter_id=agenda.chapter_id,
        agenda=agenda,
        parent=parent,
        kind=kind,
        position=Section.objects.filter(agenda=agenda).count() + 1,
        strand=parent.strand if parent else strand,
        heading=draft.heading,
        body=draft.body,
    )
    _append(section, by, draft, "First text", key)
    forget(agenda.chapter)
    return section


@transaction.atomic
def revise_section(
    section: Section, by: Any, base_version: int, heading: str, body: str, reason: str = ""
) -> Revision:
    """Save a new text of a section that was written on `base_version`.

    The same text again (a double click) gives the revision that holds it. Raises Conflict, with
    both texts, where the section has a newer version.
    """
    draft = Draft(heading, body)
    current = Section.objects.select_for_update().get(pk=section.pk)
    newest = Revision.objects.select_related("author").get(
        section=current, version=current.version, state=Revision.State.SAVED
    )
    if draft == Draft(newest.heading, newest.body):
        return newest
    if current.version != base_version:
        raise Conflict(draft, newest)
    current.version += 1
    current.heading, current.body = heading, body
    current.save()
    forget(current.chapter)
    return _append(current, by, draft, reason)


def set_aside(section: Section, by: Any, draft: Draft, written_on: int) -> Revision:
    """Keep a text that was not chosen, unless the history holds it already."""
    held = Revision.objects.filter(section=section, heading=draft.heading, body=draft.body).first()
    return held or Revision.objects.create(
        chapter_id=section.chapter_id,
        section=section,
        state=Revision.State.SET_ASIDE,
        version=written_on,
        heading=draft.heading,
        body=draft.body,
        author=by,
    )


def resolve_conflict(
    section: Section, by: Any, base_version: int, choice: Resolution, reason: str = ""
) -> Revision | None:
    """Settle a conflict: the chosen text is saved on `base_version`, the others are set aside.

    Returns the new revision, or None for “keep theirs”. Raises Conflict where somebody was
    faster once more; what was not chosen is set aside even then, so there is no transaction
    here that the exception could undo.
    """
    chosen = {"merge": choice.merged, "mine": choice.mine}.get(choice.fix)
    for draft in {choice.mine, choice.merged} - {chosen}:
        set_aside(section, by, draft, choice.written_on)
    if chosen is None:
        return None
    return revise_section(section, by, base_version, chosen.heading, chosen.body, reason)


def restore_revision(revision: Revision, by: Any, base_version: int) -> Revision:
    """Save an older text anew. Raises Conflict like `revise_section`."""
    reason = f"Restored: {revision.label.lower()}"
    text = (revision.heading, revision.body)
    return revise_section(revision.section, by, base_version, *text, reason)


@transaction.atomic
def publish_agenda(agenda: Agenda, adopted_note: str, *, by: Any = None) -> Agenda:
    """Show the agenda to everybody from now on."""
    agenda.status = Agenda.Status.PUBLISHED
    agenda.published_at = agenda.published_at or timezone.now()
    agenda.adopted_note = adopted_note
    agenda.save()
    forget(agenda.chapter)
    audit.record("agenda.published", subject=agenda, chapter=agenda.chapter, by=by)
    return agenda


def check_place(agenda: Agenda, kind: str, parent: Section | None) -> None:
    """Raise Misplaced unless a section of this kind can stand there now."""
    wanted = Section.PARENTS.get(kind, "")
    if (parent.kind if parent else "") != wanted or (parent and not parent.stands):
        raise Misplaced("A strategy stands under a priority, an action under a strategy.")
    standing = Section.objects.filter(agenda=agenda, kind=kind, status=Section.Status.STANDS)
    if kind in Section.SINGLE and standing.exists():
        raise Misplaced("The agenda has one already. Edit that one.")


def _append(
    section: Section, by: Any, draft: Draft, reason: str, key: UUID | None = None
) -> Revision:
    return Revision.objects.create(
        chapter_id=section.chapter_id,
        section=section,
        version=section.version,
        heading=draft.heading,
        body=draft.body,
        author=by,
        reason=reason,
        sent_key=key,
    )
