"""What a full refund of a gift or of organization dues takes along, and how it is undone.

The rule is that of dues: the days that are not over go with the money. What nobody took of a gift
is withdrawn; whoever had taken it is told.
"""

import datetime
from typing import Any

from chapters.audit import record
from chapters.models import Chapter
from chapters.post import post
from members.actions.memberships import lock_chapter, lock_membership
from members.actions.organizations import primary_contact, record_standing
from members.actions.payables import Return, returns
from members.actions.refunds import days_left, give_days, take_days
from members.models import (
    Gift,
    GiftedPlace,
    OrganizationDues,
    OrganizationMembership,
    Payment,
    Purpose,
)
from members.plain import plain_name

_State = Gift.State
_Standing = OrganizationMembership.Status


# --- Gifts and sponsored places ------------------------------------------------------------------


def withdraw_gift(payment: Payment, why: str) -> int:
    """Withdraw the gift that a payment was for. Always 0: each place keeps its own days."""
    chapter = lock_chapter(payment.chapter_id)
    gift = _gift(payment)
    if gift is None or gift.state in {_State.UNPAID, _State.WITHDRAWN}:
        return 0
    was_offered = gift.state == _State.OFFERED
    gift.state = _State.WITHDRAWN
    gift.save(update_fields=["state"])
    for place in GiftedPlace.objects.filter(gift=gift):
        _end_place(place, gift, chapter, why)
    if was_offered:
        context = _letter(gift, gift.recipient_name, "offered")
        post("months-withdrawn", gift.recipient_email, context, chapter=chapter)
    facts = {"places": gift.places, "taken": gift.places_taken, "why": why}
    record("gift.withdrawn", subject=gift, chapter=chapter, facts=facts)
    return 0


def _end_place(place: GiftedPlace, gift: Gift, chapter: Chapter, why: str) -> None:
    membership = lock_membership(place.membership_id)
    days = take_days(membership, chapter, place.covers_from, place.covers_until, why)
    if not days:
        return
    place.took_days = days
    place.save(update_fields=["took_days"])
    context = _letter(gift, membership.user.get_short_name(), "taken")
    post(
        "months-withdrawn", membership.user.email, {**context, "membership": membership},
        chapter=chapter,
    )  # fmt: skip


def restore_gift(payment: Payment, days: int) -> None:
    """Put a withdrawn gift back as it was: its refund failed."""
    chapter = lock_chapter(payment.chapter_id)
    gift = _gift(payment)
    if gift is None or gift.state != _State.WITHDRAWN:
        return
    gift.state = _former_state(gift)
    gift.save(update_fields=["state"])
    for place in GiftedPlace.objects.filter(gift=gift, took_days__gt=0):
        give_days(lock_membership(place.membership_id), chapter, place.took_days)
        place.took_days = 0
        place.save(update_fields=["took_days"])
    record("gift.restored", subject=gift, chapter=chapter, facts={"state": str(gift.state)})


def _former_state(gift: Gift) -> str:
    if gift.accepted_by_id:
        return _State.ACCEPTED
    return _State.SPONSORED if gift.sponsored_at else _State.OFFERED


def _gift(payment: Payment) -> Gift | None:
    rows = Gift.objects.select_for_update(no_key=True, of=["self"])
    return rows.select_related("chapter").filter(checkout=payment.checkout_id).first()


def _letter(gift: Gift, name: str, what: str) -> dict[str, Any]:
    giver = plain_name(gift.giver_name, "Somebody") if gift.is_personal else "Somebody"
    return {"name": plain_name(name, ""), "chapter": gift.chapter, "giver": giver, "what": what}


def _gift_words(payment: Payment) -> str:
    gift = Gift.objects.filter(checkout=payment.checkout_id, state=_State.WITHDRAWN).first()
    if gift is None:
        return ""
    if not gift.places_taken:
        return "What you gave is withdrawn: nobody can take it any more."
    return "What you gave is withdrawn, and the memberships that came from it end."


returns(Purpose.GIFT, Return(withdraw_gift, restore_gift, _gift_words))


# --- Organization dues ---------------------------------------------------------------------------


def _take_from_organization(payment: Payment, why: str) -> int:
    order, held = _order(payment)
    if order is None or held is None or order.covers_from is None or held.paid_until is None:
        return 0
    assert order.covers_until is not None
    today = held.chapter.today
    days = days_left(order.covers_from, order.covers_until, today)
    if not days or held.status != _Standing.ACTIVE:
        return 0
    until = held.paid_until - datetime.timedelta(days=days)
    _store(held, until, _Standing.ACTIVE if until > today else _Standing.CANCELLED, why, today)
    _tell_contact(held, payment)
    return days


def _give_to_organization(payment: Payment, days: int) -> None:
    _, held = _order(payment)
    if held is not None and held.paid_until is not None and days:
        until = held.paid_until + datetime.timedelta(days=days)
        _store(held, until, _Standing.ACTIVE, "refund failed", until)


def _store(
    held: OrganizationMembership, until: datetime.date, status: str, why: str, today: datetime.date
) -> None:
    held.paid_until, held.status = max(until, today), status
    held.save(update_fields=["paid_until", "status"])
    record_standing(held, why)


def _order(payment: Payment) -> tuple[OrganizationDues | None, OrganizationMembership | None]:
    order = OrganizationDues.objects.filter(checkout=payment.checkout_id).first()
    if order is None:
        return None, None
    rows = OrganizationMembership.objects.select_for_update(no_key=True, of=["self"])
    rows = rows.select_related("chapter", "organization")
    return order, rows.get(pk=order.organization_membership_id)


def _tell_contact(held: OrganizationMembership, payment: Payment) -> None:
    """The payer reads it in the letter about the refund; the primary contact in one of its own."""
    contact = primary_contact(held)
    if contact is None or contact == payment.user:
        return
    context = {
        "name": contact.get_short_name(),
        "chapter": held.chapter,
        "membership": held,
        "organization": held.organization,
        "what": "organization",
    }
    post("months-withdrawn", contact.email, context, chapter=held.chapter)


def _organization_words(payment: Payment) -> str:
    rows = OrganizationDues.objects.select_related("organization_membership__organization")
    order = rows.filter(checkout=payment.checkout_id).first()
    if order is None or order.organization_membership.paid_until is None:
        return ""
    held = order.organization_membership
    verb = "runs until" if held.status == _Standing.ACTIVE else "ended on"
    return f"The membership of {held.organization.name} {verb} {_words(held.paid_until)}."


def _words(day: datetime.date | None) -> str:
    return f"{day:%B} {day.day}, {day.year}" if day else ""


returns(
    Purpose.ORGANIZATION,
    Return(_take_from_organization, _give_to_organization, _organization_words),
)
