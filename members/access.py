"""Who may do what with people and money; answers are for the chapter whose scope is open."""

from typing import Any

from chapters.access import is_council
from chapters.models import Chapter
from members import queries
from members.models import Offer, OrganizationMembership, Representative


def can_join(chapter: Chapter) -> bool:
    """True where dues are taken: launching and active chapters."""
    return chapter.is_open


def is_member(user: Any, chapter: Chapter) -> bool:
    """True while the person's own dues are paid, or those of an organization they represent."""
    if not user.is_authenticated:
        return False
    own = queries.membership_of(user, chapter)
    return bool(own and own.is_current) or is_seated(user, chapter)


def is_seated(user: Any, chapter: Chapter) -> bool:
    """True while the person holds a seat of an organization whose dues are paid."""
    return (
        Representative.mine(user)
        .filter(
            chapter=chapter,
            ended_at__isnull=True,
            organization_membership__status=OrganizationMembership.Status.ACTIVE,
            organization_membership__paid_until__gte=chapter.today,
        )
        .exists()
    )


def is_inside(user: Any, chapter: Chapter) -> bool:
    """True for those who see what members offer: members, and the council."""
    return is_member(user, chapter) or is_council(user)


def can_manage(user: Any, membership: OrganizationMembership) -> bool:
    """True for managers on a seat of the organization in this chapter."""
    seats = Representative.objects.managing().filter(organization_membership=membership)
    return user.is_authenticated and seats.filter(user=user).exists()


def can_edit_offer(user: Any, offer: Offer) -> bool:
    """The person whose offer it is; for an organization's, its managers."""
    if offer.organization_membership is None:
        return bool(user.is_authenticated) and offer.user_id == user.pk
    return can_manage(user, offer.organization_membership)
