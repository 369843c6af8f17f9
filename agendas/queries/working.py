"""Who works on a section now, and what a person has typed there so far."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from agendas.models import KeptDraft, Presence, Section

GONE_AFTER = datetime.timedelta(seconds=45)
TYPING_FOR = datetime.timedelta(seconds=20)


@dataclass(frozen=True)
class Here:
    """Somebody else who has the section open."""

    name: str
    is_typing: bool


def who_is_here(section: Section, but: Any) -> list[Here]:
    """Everybody else seen in the last 45 seconds, by name."""
    now = timezone.now()
    rows = Presence.objects.filter(section=section, seen_at__gt=now - GONE_AFTER)
    rows = rows.exclude(person=but).select_related("person").order_by("person__name", "pk")
    return [
        Here(str(row.person), bool(row.typed_at and row.typed_at > now - TYPING_FOR))
        for row in rows
    ]


def draft_of(section: Section, user: Any) -> KeptDraft | None:
    """What the person has typed and not saved, where it is not what stands there anyway."""
    kept = KeptDraft.objects.filter(section=section, author=user).first()
    if kept and (kept.heading, kept.body) == (section.heading, section.body):
        return None
    return kept
