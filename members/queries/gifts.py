"""Reads over gifts: what somebody gave, and which places a chapter has to assign."""

from typing import Any

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce

from chapters.models import Chapter
from members.models import Gift


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
