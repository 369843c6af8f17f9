"""Reads over organizations: a chapter's directory, seats, and what a person represents."""

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Q, QuerySet

from chapters.models import Chapter
from members.models import (
    Checkout,
    Organization,
    OrganizationDues,
    OrganizationMembership,
    OrganizationTier,
    Representative,
    SeatInvitation,
)

ORGANIZATION_WORDS = SearchVector(
    "organization__name", "organization__description", config="english"
)


@dataclass(frozen=True)
class DirectoryFilter:
    """What a reader of the directory looks for; empty: anything."""

    q: str = ""
    sector: str = ""
    focus: str = ""
    population: str = ""


def directory(
    chapter: Chapter, wanted: DirectoryFilter | None = None
) -> QuerySet[OrganizationMembership]:
    """The chapter's listed organizations whose dues are paid, by name."""
    wanted = wanted or DirectoryFilter()
    rows: QuerySet[OrganizationMembership] = OrganizationMembership.objects.current(chapter.today)
    rows = rows.filter(is_listed=True).select_related("organization", "chapter")
    if wanted.sector:
        rows = rows.filter(organization__sector=wanted.sector)
    if wanted.focus:
        rows = rows.filter(organization__focus__contains=[wanted.focus])
    if wanted.population:
        rows = rows.filter(organization__populations__contains=[wanted.population])
    if wanted.q:
        query = SearchQuery(wanted.q, search_type="websearch", config="english")
        named = Q(organization__name__icontains=wanted.q)
        near = Q(organization__name__trigram_word_similar=wanted.q)
        rows = rows.annotate(words=ORGANIZATION_WORDS).filter(Q(words=query) | named | near)
    return rows.order_by("organization__name", "pk")


def known_membership(pk: int) -> OrganizationMembership | None:
    """An organization's membership of the open chapter, whatever its state."""
    rows = OrganizationMembership.objects.select_related("organization", "chapter", "tier")
    return rows.filter(pk=pk).first()


def is_named_here(chapter: Chapter, name: str) -> bool:
    """Whether a paying organization of that name is in the chapter already."""
    rows = OrganizationMembership.objects.current(chapter.today)
    return rows.filter(organization__name__iexact=name.strip()).exists()


def open_tiers() -> QuerySet[OrganizationTier]:
    """What organizations can choose from now, the smallest first."""
    return OrganizationTier.objects.filter(is_open=True)


def seats_of(membership: OrganizationMembership) -> QuerySet[Representative]:
    """Who holds the organization's seats, the primary contact first."""
    rows = Representative.objects.seated().filter(organization_membership=membership)
    return rows.select_related("user")


def invitations_of(membership: OrganizationMembership) -> QuerySet[SeatInvitation]:
    """Invitations to seats that are neither accepted nor withdrawn, expired ones too."""
    rows = SeatInvitation.objects.filter(organization_membership=membership)
    return rows.filter(accepted_at__isnull=True, withdrawn_at__isnull=True)


def my_seats(user: Any) -> QuerySet[Representative]:
    """The seats that a person holds, in all chapters."""
    rows = Representative.mine(user).filter(ended_at__isnull=True)
    return rows.select_related(
        "chapter", "organization_membership__organization", "organization_membership__chapter"
    ).order_by("chapter__name", "pk")


def managed_organizations(user: Any) -> QuerySet[Organization]:
    """The organizations for which a person may speak, in whichever chapter."""
    seats = Representative.mine(user).filter(ended_at__isnull=True, role="manager")
    ids = seats.values_list("organization_membership__organization_id", flat=True)
    return Organization.objects.filter(pk__in=set(ids)).order_by("name")


def joinable_organizations(user: Any) -> QuerySet[Organization]:
    """Those that a person may bring to the open chapter; where others manage one here, they ask."""
    managers = Representative.objects.managing()
    here = managers.values("organization_membership__organization")
    theirs = here.exclude(organization_membership__in=_with_manager(managers, user))
    return managed_organizations(user).exclude(pk__in=theirs)


def _with_manager(managers: QuerySet[Representative], user: Any) -> QuerySet[Any, Any]:
    return managers.filter(user=user).values("organization_membership")


def managed_here(user: Any, chapter: Chapter) -> QuerySet[OrganizationMembership]:
    """The paying organizations of the chapter that a person manages."""
    rows = OrganizationMembership.objects.current(chapter.today).filter(
        representatives__user=user,
        representatives__role=Representative.Role.MANAGER,
        representatives__ended_at__isnull=True,
    )
    return rows.select_related("organization")


def dues_of(membership: OrganizationMembership) -> QuerySet[OrganizationDues]:
    """What the organization has paid for in this chapter, newest first."""
    rows = OrganizationDues.objects.filter(
        organization_membership=membership, checkout__status=Checkout.Status.PAID
    )
    return rows.select_related("checkout__payment", "tier")


def order_under_way(membership: OrganizationMembership) -> OrganizationDues | None:
    """The organization's order that is neither paid nor over."""
    rows = OrganizationDues.objects.filter(
        organization_membership=membership, checkout__status__in=Checkout.UNDER_WAY
    )
    return rows.select_related("checkout__chapter", "checkout__user", "tier").first()


def replaced_checkouts(membership_id: int) -> QuerySet[Checkout]:
    """The organization's checkouts that made way for a newer one and may still be open."""
    rows = Checkout.objects.filter(status=Checkout.Status.CLOSING)
    return rows.filter(organization_dues__organization_membership=membership_id)


def order_of(checkout_id: Any) -> OrganizationDues | None:
    """The order that a checkout belongs to, with all that its pages show."""
    rows = OrganizationDues.objects.filter(checkout=checkout_id)
    return rows.select_related(
        "checkout__chapter", "tier", "organization_membership__organization",
        "organization_membership__chapter",
    ).first()  # fmt: skip
