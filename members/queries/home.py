"""What stands on a member's own page: a function a section, composed in `home`."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from members.models import (
    Gift,
    Membership,
    Offer,
    OfferRequest,
    Payment,
    Representative,
)
from members.queries import my_memberships, my_payments
from members.queries.gifts import my_gifts
from members.queries.invitations import InvitationsOfMember, home_invitations
from members.queries.offers import my_offers, waiting_requests
from members.queries.organizations import my_seats
from members.queries.statements import years_of


@dataclass(frozen=True)
class Home:
    """One person's page; each section's template reads its own field."""

    memberships: list[Membership]
    payments: QuerySet[Payment]
    invitations: list[InvitationsOfMember]
    gifts: QuerySet[Gift]
    years: list[int]
    seats: list[Representative]
    offers: list[Offer]
    requests: list[OfferRequest]


def home(user: Any) -> Home:
    """Everything on the page of one person, across chapters."""
    memberships = list(my_memberships(user))
    return Home(
        memberships=memberships,
        payments=my_payments(user),
        invitations=home_invitations(user, memberships),
        gifts=my_gifts(user),
        years=years_of(user),
        seats=list(my_seats(user)),
        offers=list(my_offers(user)),
        requests=list(waiting_requests(user)),
    )
