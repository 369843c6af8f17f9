"""What staff decide about a membership by hand: a year without dues, an end before its time."""

from typing import Any

from django.db import transaction

from chapters import audit
from members.actions.memberships import (
    MoveRefused,
    extend_membership,
    lock_chapter,
    lock_membership,
    move_membership,
)
from members.actions.reminding import withdraw_reminders
from members.actions.renewals import end_renewal
from members.dues import period_bought
from members.models import Membership


def mark_of(membership: Membership) -> str:
    """What a page showed of a membership: an act that was meant for it changes no other state."""
    return f"{membership.status} {membership.paid_until or '-'}"


def grant_year(membership: Membership, *, by: Any, reason: str, seen: str) -> Membership:
    """Waive a year's dues, from the end of what is paid or from today; in the chapter's scope.

    seen: `mark_of` the membership that staff decided on. Raises MoveRefused where it has changed
    since, so a form that is sent twice gives one year.
    """
    with transaction.atomic():
        chapter = lock_chapter(membership.chapter_id)
        held = _still(lock_membership(membership.pk), seen)
        today = chapter.today
        start, until = period_bought(today, held.paid_until)
        extend_membership(held, chapter, today, until)
        withdraw_reminders(held)
        facts = {"covers_from": start, "covers_until": until}
        details = {"reason": reason}
        audit.record(
            "dues.waived", subject=held, chapter=chapter, by=by, facts=facts, details=details
        )
    return held


def cancel_membership(membership: Membership, *, by: Any, reason: str, seen: str) -> Membership:
    """End a membership today and its renewal at Stripe; nothing is refunded by it.

    In the chapter's scope. Raises MoveRefused where it has changed since staff saw it.
    """
    with transaction.atomic():
        chapter = lock_chapter(membership.chapter_id)
        held = _still(lock_membership(membership.pk), seen)
        if held.status == Membership.Status.CANCELLED:
            raise MoveRefused("This membership is cancelled already.")
        end_renewal(held)
        withdraw_reminders(held)
        move_membership(held, chapter, Membership.Status.CANCELLED, why="staff", by=by)
        details = {"reason": reason}
        audit.record("membership.cancelled", subject=held, chapter=chapter, by=by, details=details)
    return held


def _still(membership: Membership, seen: str) -> Membership:
    if mark_of(membership) != seen:
        until = f", paid until {membership.paid_until}" if membership.paid_until else ""
        status = membership.get_status_display().lower()
        raise MoveRefused(f"This membership has changed since: it is {status}{until} now.")
    return membership
