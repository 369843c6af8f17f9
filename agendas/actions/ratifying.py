"""Ratification: texts are frozen for a decision, and reach everybody when it passes."""

import hashlib
import json
from typing import Any

from django.utils import timezone

from agendas.actions.editing import publish_agenda
from agendas.models import Agenda, Decision, Edition
from agendas.queries.editions import adopted_edition, live_sections
from agendas.rules import NAMES
from chapters import audit


class Refused(Exception):
    """What was asked for can't be done now; the message is said to the person as it stands."""


class NothingToAdopt(Refused):
    """There is no new text to decide on."""


def lock_agenda() -> Agenda | None:
    """The open chapter's agenda, held until the transaction ends."""
    return Agenda.objects.select_for_update().first()


def freeze_edition(decision: Decision) -> Edition:
    """Keep the agenda as it stands for a decision that opens. Raises NothingToAdopt."""
    agenda = lock_agenda()
    sections = live_sections(agenda) if agenda else []
    if agenda is None or not sections:
        raise NothingToAdopt("The agenda has no sections yet, so there is nothing to adopt.")
    digest = seal(sections)
    adopted = adopted_edition(agenda)
    if adopted and adopted.sha256 == digest:
        raise NothingToAdopt(f"Nothing has changed since edition {adopted.number} was adopted.")
    newest = Edition.objects.filter(agenda=agenda).order_by("-number").first()
    if newest and newest.status == Edition.Status.PROPOSED:
        raise NothingToAdopt(f"Edition {newest.number} is being decided on already.")
    return Edition.objects.create(
        chapter_id=agenda.chapter_id,
        agenda=agenda,
        decision=decision,
        number=newest.number + 1 if newest else 1,
        title=agenda.title,
        sections=sections,
        sha256=digest,
        is_sample=decision.is_sample,
    )


def seal(sections: list[dict[str, Any]]) -> str:
    """SHA-256 of the sections as canonical JSON."""
    text = json.dumps(sections, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def settle_edition(decision: Decision, by: Any) -> None:
    """Adopt or drop the edition of a decision that was closed just now."""
    edition = Edition.objects.filter(decision=decision).select_related("agenda__chapter").first()
    if edition is None:
        return
    passed = decision.outcome == Decision.Outcome.PASSED
    edition.status = Edition.Status.ADOPTED if passed else Edition.Status.REJECTED
    edition.adopted_at = timezone.now() if passed else None
    edition.save(update_fields=["status", "adopted_at"])
    if passed:
        method = NAMES.get(decision.record.get("decided_by", ""), "decision")
        publish_agenda(edition.agenda, f"Adopted by {method}", by=by)
        facts = {"number": edition.number, "sha256": edition.sha256}
        audit.record(
            "edition.adopted", subject=edition, chapter=edition.agenda.chapter, by=by, facts=facts
        )
