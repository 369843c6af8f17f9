"""Reads over gifts: what somebody gave, and which places a chapter has to assign."""

from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce

from chapters.models import Chapter
from members.models import Gift
from members.queries.invitations import digests_of


def my_gifts(user: Any) -> QuerySet[Gift]:
    """What the person gave in all chapters, paid only, newest first."""
    return Gift.mine(user).exclude(state=Gift.State.UNPAID).select_related("chapter")


def gifts_with_places(chapter: Chapter) -> QuerySet[Gift]:
    """Sponsored places that can be assigned, the oldest first. Needs the chapter's scope."""
    rows = Gift.objects.filter(chapter=chapter, state=Gift.State.SPONSORED)
    return rows.filter(places_taken__lt=F("places")).order_by("sponsored_at", "pk")


def sponsored_places_left(chapter: Chapter) -> int:
    """How many sponsored places the council can assign now. Needs the chapter's scope."""
    left = Sum(F("places") - F("places_taken"))
    count: int = gifts_with_places(chapter).aggregate(left=Coalesce(left, 0))["left"]
    return count


def gift_by_key(user: Any, chapter: Chapter, key: str) -> Gift | None:
    """The giver's gift of this browser session, or None."""
    rows = Gift.mine(user).filter(chapter=chapter, key=key)
    return rows.select_related("chapter", "checkout").first()


def gift_of_checkout(user: Any, chapter: Chapter, checkout_id: str) -> Gift | None:
    """The giver's gift that this checkout pays for, or None."""
    try:
        pk = UUID(checkout_id)
    except ValueError:
        return None
    rows = Gift.mine(user).filter(chapter=chapter, checkout_id=pk)
    return rows.select_related("chapter", "checkout").first()


def gift_standing(gift: Gift, user: Any) -> str:
    """What a visitor with the letter's link finds.

    “offered” to a visitor, “yours” to somebody whose confirmed address it was sent to, “other” to
    anybody else; “mine” when they have taken it, “taken” when another has, “gone” when it became
    a sponsored place or was paid back.
    """
    if gift.state == Gift.State.ACCEPTED:
        return "mine" if gift.accepted_by_id == user.pk else "taken"
    if gift.state != Gift.State.OFFERED:
        return "gone"
    if not user.is_authenticated:
        return "offered"
    return "yours" if gift.address_digest in digests_of(user) else "other"
