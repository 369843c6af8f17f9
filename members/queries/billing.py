"""Reads over a person's own dues, in all chapters."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from members.models import Membership, Subscription


@dataclass(frozen=True)
class Dues:
    """A membership and the subscription that pays for it, or None where it is paid by hand."""

    membership: Membership
    subscription: Subscription | None


def my_subscriptions(user: Any) -> QuerySet[Subscription]:
    """The person's subscriptions that have not ended, newest first."""
    rows = Subscription.mine(user).exclude(status__in=Subscription.ENDED)
    rows = rows.select_related("chapter", "membership", "user")
    return rows.order_by("-created_at", "-pk")


def my_dues(user: Any) -> list[Dues]:
    """The person's memberships, by chapter name, each with how it is paid."""
    by_membership: dict[int | None, Subscription] = {}
    for subscription in my_subscriptions(user):
        by_membership.setdefault(subscription.membership_id, subscription)
    rows = Membership.mine(user).exclude(status=Membership.Status.PENDING)
    rows = rows.select_related("chapter").order_by("chapter__name")
    return [Dues(membership, by_membership.get(membership.pk)) for membership in rows]
