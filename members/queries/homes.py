"""Reads over a person's chapters: the home, where dues are paid, and those beside it."""

from typing import Any

from chapters.models import Chapter
from members.models import Membership, Subscription


def home_of(user: Any) -> Membership | None:
    """The person's home membership, with its chapter. Needs a scope of the person."""
    return Membership.mine(user).filter(is_home=True).select_related("chapter").first()


def standing(user: Any, chapter: Chapter) -> dict[str, Membership | None]:
    """`membership` of this chapter, and `home` where dues are paid in another one; one query."""
    if not user.is_authenticated:
        return {"membership": None, "home": None}
    rows = list(Membership.mine(user).select_related("chapter"))
    here = next((row for row in rows if row.chapter_id == chapter.pk), None)
    homes = (row for row in rows if row.is_home and row.is_current and row is not here)
    return {"membership": here, "home": next(homes, None)}


def renewal_of(membership: Membership) -> Subscription | None:
    """Dues of a membership that renew by themselves, for its person."""
    rows = Subscription.mine(membership.user_id).filter(membership=membership)
    return next((row for row in rows if row.will_renew), None)
