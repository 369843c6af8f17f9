"""What people pay and give."""

import datetime
from typing import Any

from django.utils import timezone

from chapters.models import Chapter
from chapters.scope import in_chapter
from members.actions import books
from members.models import Checkout, Gift, Membership, Payment, StripeEvent, User
from tests.factories.members import make_user
from tests.factories.words import count


def make_checkout(membership: Membership, **fields: Any) -> Checkout:
    """An open checkout of $25."""
    number = next(count)
    mark = fields.pop("mark", "checkout")
    fields = {
        "amount_cents": 2500,
        "session_id": f"cs_{mark}_{number}",
        "session_url": f"https://pay.example.org/{mark}/{number}",
        "error": f"{mark} error",
    } | fields
    with in_chapter(membership.chapter_id):
        return Checkout.objects.create(
            chapter_id=membership.chapter_id,
            membership=membership,
            user_id=membership.user_id,
            **fields,
        )


def make_payment(membership: Membership, **fields: Any) -> Payment:
    """A payment of $25 with its checkout, for the year that ends with the membership's."""
    number = next(count)
    mark = fields.pop("mark", "payment")
    checkout = fields.pop("checkout", None) or make_checkout(
        membership, mark=mark, status=Checkout.Status.PAID
    )
    until = membership.paid_until or timezone.localdate()
    fields = {
        "receipt_number": f"{mark[:12]}-{number}",
        "amount_cents": 2500,
        "currency": "usd",
        "payment_intent": f"pi_{mark}_{number}",
        "covers_from": until - datetime.timedelta(days=365),
        "covers_until": until,
        "paid_at": timezone.now(),
    } | fields
    with in_chapter(membership.chapter_id):
        return Payment.objects.create(
            chapter_id=membership.chapter_id,
            membership=membership,
            checkout=checkout,
            user_id=membership.user_id,
            **fields,
        )


def make_booked_payment(membership: Membership, **fields: Any) -> Payment:
    """A payment that stands in the books, as every real one does."""
    payment = make_payment(membership, **fields)
    with in_chapter(membership.chapter_id):
        books.record_dues(payment)
    return payment


def make_gift(chapter: Chapter, giver: User | None = None, **fields: Any) -> Gift:
    """A gift to one person that is paid and waits; `places=5` makes sponsored places of it."""
    mark = fields.pop("mark", f"Gift{next(count)}")
    places = fields.get("places", 1)
    now = timezone.now()
    person = {
        "recipient_name": f"{mark} name",
        "recipient_email": f"{mark.lower()}@example.org",
        "message": f"{mark} message",
        "state": Gift.State.OFFERED,
        "offered_at": now,
    }
    of_kind = person if places == 1 else {"state": Gift.State.SPONSORED, "sponsored_at": now}
    fields = {"giver_name": f"{mark} giver", "amount_cents": 1200 * places} | of_kind | fields
    with in_chapter(chapter):
        return Gift.objects.create(chapter=chapter, giver=giver or make_user(), **fields)


def make_stripe_event(**fields: Any) -> StripeEvent:
    """An event that waits to be applied."""
    number = next(count)
    fields = {
        "id": f"evt_{number}",
        "type": "checkout.session.completed",
        "livemode": False,
        "payload": {"id": f"evt_{number}", "object": "event"},
        "created_at": timezone.now(),
    } | fields
    return StripeEvent.objects.create(**fields)
