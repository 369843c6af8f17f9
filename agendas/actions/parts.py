"""The council's texts in a report. They are only ever added: a section's row shows its newest."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from agendas.actions.reports import NotOpen, check_open
from agendas.models import ReportSection, ReportText


class Changed(Exception):
    """Somebody saved a newer text meanwhile; this one was set aside."""

    def __init__(self, mine: str, theirs: ReportText) -> None:
        super().__init__(f"Version {theirs.version} is newer.")
        self.mine, self.theirs = mine, theirs


def revise_part(
    section: ReportSection, by: Any, base_version: int, body: str, reason: str = ""
) -> ReportSection:
    """Save the council's text that was written on `base_version`; gives the section with it.

    The same text again (a double click) changes nothing. Raises Changed where another is newer,
    NotOpen after publication; the text is set aside even then.
    """
    try:
        return _revise(section, by, base_version, body, reason)
    except (Changed, NotOpen):
        set_aside_part(section, by, base_version, body)
        raise


def restore_part(text: ReportText, by: Any, base_version: int) -> ReportSection:
    """Save an older text anew. Raises Changed and NotOpen like `revise_part`."""
    reason = f"Restored: {text.label.lower()}"
    return revise_part(text.part, by, base_version, text.body, reason)


def set_aside_part(section: ReportSection, by: Any, written_on: int, body: str) -> None:
    """Keep a text that was not saved, unless the history holds its words already."""
    if body and not ReportText.objects.filter(part=section, body=body).exists():
        _append(section, by, ReportText.State.SET_ASIDE, written_on, body)


@transaction.atomic
def _revise(
    section: ReportSection, by: Any, base_version: int, body: str, reason: str
) -> ReportSection:
    check_open(section.report)
    held = ReportSection.objects.select_for_update(no_key=True).get(pk=section.pk)
    # Whoever publishes holds the sections: what was waited for may be the end of writing.
    check_open(section.report)
    if held.version != base_version and body != held.body:
        raise Changed(body, newest_text(held))
    if body != held.body:
        held.body, held.version = body, held.version + 1
        held.changed_by, held.changed_at = by, timezone.now()
        held.save(update_fields=["body", "version", "changed_by", "changed_at"])
        _append(held, by, ReportText.State.SAVED, held.version, body, reason)
    section.refresh_from_db()
    return section


def newest_text(section: ReportSection) -> ReportText:
    """What the section says now, as a text that is not stored once more."""
    return ReportText(
        part=section, version=section.version, body=section.body,
        author=section.changed_by, made_at=section.changed_at,
    )  # fmt: skip


def _append(
    section: ReportSection, by: Any, state: str, version: int, body: str, reason: str = ""
) -> ReportText:
    return ReportText.objects.create(
        chapter_id=section.chapter_id, part=section, state=state, version=version, body=body,
        author=by, reason=reason,
    )  # fmt: skip
