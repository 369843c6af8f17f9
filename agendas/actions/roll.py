"""The roll call: who is there, and which delegates know what they vote on."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from agendas.actions.ratifying import Refused
from agendas.actions.voting import hold_open
from agendas.models import Decision, Delegation, Elector, Vote
from agendas.queries.decisions import seats_of
from agendas.rules import Mark
from chapters import audit


@transaction.atomic
def call_roll(decision: Decision, by: Any, marks: Iterable[Mark]) -> None:
    """Note who is there and who was briefed; what others said meanwhile stays.

    Raises Refused, and stores nothing, once the vote is over, or where a mark is taken back on
    which a delegate's vote rests.
    """
    held, changed = hold_open(decision), list(marks)
    for mark in changed:
        _store(held, mark)
    if changed:
        here = sum(seat.is_here for seat in seats_of(held))
        facts = {"changed": len(changed), "present": here, "electorate": held.electorate}
        audit.record("decision.roll", subject=held, chapter=held.chapter, by=by, facts=facts)


def _store(decision: Decision, mark: Mark) -> None:
    now = timezone.now() if mark.on else None
    if not mark.is_delegate:
        Elector.objects.filter(decision=decision, pk=mark.pk).update(present_at=now)
        return
    named = Delegation.objects.filter(decision=decision, pk=mark.pk, ended_at__isnull=True).first()
    if named is None:
        raise Refused("A seat has named another delegate meanwhile. Look at the roll again.")
    if not mark.on and Vote.objects.filter(delegation=named).exists():
        raise Refused(f"{named.shown_as} has voted already, so these marks stay.")
    if mark.what == "present":
        named.present_at = now
    else:
        named.opened_at, named.briefed_at = named.opened_at or now, now
    named.save(update_fields=["present_at", "opened_at", "briefed_at"])
