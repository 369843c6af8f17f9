"""Giving: paid by one person, taken by another or assigned by the council.

What nobody takes is not lost: a declined gift, and one that nobody answered for 120 days, becomes
a sponsored place of its chapter. The page says so before anybody pays.
"""

import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from chapters.audit import record
from chapters.models import Chapter
from chapters.post import post
from members.actions.checkouts import open_checkout
from members.actions.invitations import credit_invitations
from members.actions.memberships import extend_membership, lock_chapter
from members.actions.payables import fulfils
from members.dues import period_bought, show_dollars
from members.models import Checkout, Gift, GiftedPlace, Membership, Payment, Purpose
from members.plain import plain_name
from members.queries.gifts import gifts_with_places
from members.queries.invitations import digests_of

REMIND_AFTER = datetime.timedelta(days=60)
SPONSOR_AFTER = datetime.timedelta(days=120)
_State = Gift.State


def start_gift(user: Any, chapter: Chapter, key: UUID, answers: dict[str, Any]) -> Gift:
    """A gift and its checkout, in the open chapter; the same key finds the same gift.

    answers: giver_name, recipient_name, recipient_email, message, places, and amount (cents of
    one place).
    """
    with transaction.atomic():
        lock_chapter(chapter.pk)
        held = Gift.objects.filter(chapter=chapter, giver=user, key=key).first()
        if held:
            return held
        kept = {name: answers[name] for name in _KEPT}
        total = answers["amount"] * answers["places"]
        checkout = open_checkout(user, chapter, total, purpose=Purpose.GIFT)
        return Gift.objects.create(
            chapter=chapter, giver=user, key=key, checkout=checkout, amount_cents=total, **kept
        )


_KEPT = ("giver_name", "recipient_name", "recipient_email", "message", "places")


@fulfils(
    Purpose.GIFT, title="gift membership", done="members:gift-done", back="members:gift-review"
)
def _fulfil(checkout: Checkout, payment: Payment) -> None:
    """A gift was paid: offer it to its person, or put its places before the council."""
    gift = Gift.objects.select_for_update(no_key=True).get(checkout=checkout)
    if gift.state != _State.UNPAID:
        return
    now = timezone.now()
    gift.state = _State.OFFERED if gift.is_personal else _State.SPONSORED
    gift.offered_at = now if gift.is_personal else None
    gift.sponsored_at = None if gift.is_personal else now
    gift.save(update_fields=["state", "offered_at", "sponsored_at"])
    if gift.is_personal:
        post("gift", gift.recipient_email, letter(gift), chapter=gift.chapter)
    _note("gift.paid", gift, gift.giver)


def _note(action: str, gift: Gift, by: Any = None) -> None:
    """Leave on record what became of a gift, in the transaction in which it did."""
    facts = {"places": gift.places, "cents": gift.amount_cents}
    record(action, subject=gift, chapter=gift.chapter, by=by, facts=facts)


def letter(gift: Gift) -> dict[str, Any]:
    """What letters about a gift say of it."""
    path = reverse("members:gift-answer", args=[gift.chapter.slug, gift.token])
    return {
        "gift": gift,
        "giver": plain_name(gift.giver_name, "Somebody"),
        "recipient": plain_name(gift.recipient_name, ""),
        "amount": show_dollars(gift.amount_cents),
        "gift_url": settings.SITE_URL + path,
    }


# --- The recipient's answer -----------------------------------------------------------------------


def accept_gift(user: Any, gift: Gift) -> Membership | None:
    """Extend the person's membership by twelve months; None where the gift is not theirs to take.

    It is for an address that the person has confirmed, and for whoever is first: once. Needs the
    chapter's scope.
    """
    if gift.address_digest not in digests_of(user):
        return None
    with transaction.atomic():
        chapter = lock_chapter(gift.chapter_id)
        taken = Gift.objects.filter(pk=gift.pk, state=_State.OFFERED).update(
            state=_State.ACCEPTED, accepted_by=user, accepted_at=timezone.now(), places_taken=1
        )
        if not taken:
            return None
        membership = _use(gift, chapter, user)
        context = {**letter(gift), "name": gift.giver.get_short_name(), "what": "accepted"}
        post("gift-answered", gift.giver.email, context, chapter=chapter)
        _note("gift.accepted", gift, user)
    return membership


def decline_gift(gift: Gift) -> bool:
    """Say no: the place goes to the council, and the giver is told. Needs the chapter's scope."""
    return _sponsor(gift, "declined")


def _sponsor(gift: Gift, what: str) -> bool:
    offered = Gift.objects.filter(pk=gift.pk, state=_State.OFFERED)
    with transaction.atomic():
        if not offered.update(state=_State.SPONSORED, sponsored_at=timezone.now()):
            return False
        context = {**letter(gift), "name": gift.giver.get_short_name(), "what": what}
        post("gift-answered", gift.giver.email, context, chapter=gift.chapter)
        _note(f"gift.{what}", gift)
        return True


def _use(gift: Gift, chapter: Chapter, user: Any, by: Any = None) -> Membership:
    """Twelve months from today, or from the end of what is paid already; `chapter` is held."""
    membership, _ = Membership.objects.get_or_create(chapter=chapter, user=user)
    today = chapter.today
    start, until = period_bought(today, membership.paid_until)
    extend_membership(membership, chapter, today, until)
    GiftedPlace.objects.create(
        chapter=chapter,
        gift=gift,
        membership=membership,
        assigned_by=by,
        covers_from=start,
        covers_until=until,
    )
    credit_invitations(chapter, user)
    return membership


# --- The council's places -------------------------------------------------------------------------


def take_sponsored_place(user: Any, chapter: Chapter, *, by: Any) -> Membership | None:
    """Give the person the chapter's oldest sponsored place: twelve months that somebody paid for.

    None where none is left. Needs the chapter's scope.
    """
    with transaction.atomic():
        held = lock_chapter(chapter.pk)
        gift = gifts_with_places(held).first()
        if gift is None:
            return None
        left = Gift.objects.filter(pk=gift.pk, places_taken__lt=F("places"))
        left.update(places_taken=F("places_taken") + 1)
        membership = _use(gift, held, user, by)
        _note("gift.assigned", gift, by)
        return membership


# --- What nobody answered -------------------------------------------------------------------------


def tend_gifts(chapter: Chapter) -> int:
    """Remind of gifts after 60 days, make sponsored places of them after 120.

    Idempotent; gives how many became places. Needs the chapter's scope.
    """
    now = timezone.now()
    offered = Gift.objects.filter(chapter=chapter, state=_State.OFFERED).select_related(
        "chapter", "giver"
    )
    late = list(offered.filter(offered_at__lte=now - SPONSOR_AFTER))
    count = sum(_sponsor(gift, "unanswered") for gift in late)
    for gift in offered.filter(offered_at__lte=now - REMIND_AFTER, reminded_at=None):
        once = Gift.objects.filter(pk=gift.pk, reminded_at=None, state=_State.OFFERED)
        if once.update(reminded_at=now):
            ends = {"until": gift.offered_at + SPONSOR_AFTER} if gift.offered_at else {}
            post("gift-reminder", gift.recipient_email, {**letter(gift), **ends}, chapter=chapter)
    return count
