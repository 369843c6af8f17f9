"""Reads over people and money; those over the books are in `members.queries.books`."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from chapters.models import Chapter
from members.models import Checkout, Membership, Payment, Purpose


def membership_of(user: Any, chapter: Chapter) -> Membership | None:
    """The person's membership of this chapter, whatever its state."""
    if not user.is_authenticated:
        return None
    return Membership.mine(user).filter(chapter=chapter).select_related("chapter").first()


def my_memberships(user: Any) -> QuerySet[Membership]:
    """The person's memberships in all chapters, each with its chapter, by chapter name."""
    return Membership.mine(user).select_related("chapter").order_by("chapter__name")


def my_payments(user: Any) -> QuerySet[Payment]:
    """The person's payments in all chapters, each with its chapter, newest first."""
    return Payment.mine(user).select_related("chapter").order_by("-paid_at", "-id")


def checkout_under_way(user: Any, chapter: Chapter) -> Checkout | None:
    """The person's one checkout of dues of this chapter that is neither paid nor over."""
    return (
        Checkout.mine(user)
        .filter(chapter=chapter, purpose=Purpose.DUES, status__in=Checkout.UNDER_WAY)
        .select_related("chapter", "user")
        .first()
    )


def my_checkout(user: Any, chapter: Chapter, checkout_id: UUID) -> Checkout | None:
    """One checkout of the person in this chapter, whatever it is for."""
    rows = Checkout.mine(user).filter(chapter=chapter, pk=checkout_id)
    return rows.select_related("chapter", "user").first()


def last_checkout(user: Any, chapter: Chapter) -> Checkout | None:
    """The person's newest checkout of dues of this chapter that was not replaced by another."""
    rows = Checkout.mine(user).filter(chapter=chapter, purpose=Purpose.DUES)
    rows = rows.exclude(status=Checkout.Status.CLOSING)
    return rows.select_related("chapter", "user").first()


def payment_of(checkout: Checkout) -> Payment | None:
    """The payment that a checkout led to, in any scope of its owner."""
    return Payment.mine(checkout.user_id).filter(checkout=checkout).first()
