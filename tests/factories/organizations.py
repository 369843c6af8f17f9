"""Organizations, their seats, and what they and people offer."""

import datetime
from typing import Any

from django.utils import timezone

from chapters.models import Chapter
from chapters.scope import in_chapter
from members.models import (
    Need,
    Offer,
    Organization,
    OrganizationMembership,
    OrganizationTier,
    Representative,
    User,
)
from tests.factories.members import make_user
from tests.factories.words import count


def make_organization(**fields: Any) -> Organization:
    """A nonprofit."""
    mark = fields.pop("mark", f"Organization {next(count)}")
    fields = {
        "name": mark,
        "sector": Organization.Sector.NONPROFIT,
        "website": "https://example.org/",
    } | fields
    return Organization.objects.create(**fields)


def make_tier(**fields: Any) -> OrganizationTier:
    """A size of organizations with two seats for $120."""
    fields = {
        "code": f"tier-{next(count)}",
        "name": "Small",
        "hint": "Up to 10 staff",
        "yearly_cents": 12_000,
        "seats": 2,
    } | fields
    return OrganizationTier.objects.create(**fields)


def make_organization_membership(chapter: Chapter, **fields: Any) -> OrganizationMembership:
    """A nonprofit whose dues are paid for another half year, with two seats, listed.

    `manager` sits on the first one, as the primary contact.
    """
    today = timezone.localdate()
    manager = fields.pop("manager", None)
    mark = fields.pop("mark", "")
    fields.setdefault("organization", None)
    fields["organization"] = fields["organization"] or make_organization(
        **({"mark": mark} if mark else {})
    )
    fields = {
        "tier": fields.get("tier") or make_tier(),
        "seats": 2,
        "status": OrganizationMembership.Status.ACTIVE,
        "joined_on": today - datetime.timedelta(days=180),
        "paid_until": today + datetime.timedelta(days=185),
    } | fields
    with in_chapter(chapter):
        membership = OrganizationMembership.objects.create(chapter=chapter, **fields)
    if manager:
        make_representative(membership, manager, role="manager", is_primary=True)
    return membership


def make_representative(
    membership: OrganizationMembership, user: User | None = None, **fields: Any
) -> Representative:
    """Somebody on a seat of the organization."""
    with in_chapter(membership.chapter_id):
        return Representative.objects.create(
            chapter_id=membership.chapter_id,
            organization_membership=membership,
            user=user or make_user(),
            **fields,
        )


def make_offer(chapter: Chapter, user: User, **fields: Any) -> Offer:
    """A skill that a person offers; with `organization_membership` it is the organization's."""
    mark = fields.pop("mark", "Offer")
    fields = {
        "kind": "skill",
        "title": f"{mark} title",
        "description": f"{mark} description",
        "availability": f"{mark} availability",
    } | fields
    with in_chapter(chapter):
        return Offer.objects.create(chapter=chapter, user=user, **fields)


def make_need(chapter: Chapter, by: User, **fields: Any) -> Need:
    """A skill that the council looks for."""
    mark = fields.pop("mark", "Need")
    fields = {
        "kind": "skill",
        "title": f"{mark} title",
        "description": f"{mark} description",
        "quantity": f"{mark} quantity",
    } | fields
    with in_chapter(chapter):
        return Need.objects.create(chapter=chapter, posted_by=by, **fields)
