"""Organization dues: an order becomes a checkout, and its payment adds twelve months."""

import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from chapters.post import post
from members.actions.checkouts import close_checkout, make_way, may_stay, open_checkout
from members.actions.organizations import extend_organization, primary_contact
from members.actions.payables import Receipt, fulfils
from members.dues import period_bought, show_dollars
from members.models import (
    Checkout,
    OrganizationDues,
    OrganizationMembership,
    OrganizationTier,
    Payment,
    Purpose,
)
from members.queries.organizations import order_under_way, replaced_checkouts


@transaction.atomic
def order_dues(user: Any, membership: OrganizationMembership, tier: OrganizationTier) -> Checkout:
    """The organization's one checkout under way for a tier, made where there is none.

    The second half of a double click finds the first one's. One for another tier, or of another
    person, makes way (`close_replaced`); one whose payment is on its way comes back as it is.
    """
    held = OrganizationMembership.objects.select_for_update(no_key=True).get(pk=membership.pk)
    order = order_under_way(held)
    if order is not None:
        if may_stay(order.checkout, _is_wanted(order, user, tier)):
            return order.checkout
        make_way(order.checkout)
    checkout = open_checkout(
        user, membership.chapter, tier.yearly_cents, purpose=Purpose.ORGANIZATION
    )
    OrganizationDues.objects.create(
        chapter_id=held.chapter_id, organization_membership=held, tier=tier, checkout=checkout
    )
    return checkout


def _is_wanted(order: OrganizationDues, user: Any, tier: OrganizationTier) -> bool:
    same = order.tier_id == tier.pk and order.checkout.user_id == user.pk
    return same and order.checkout.amount_cents == tier.yearly_cents


def close_replaced(checkouts: list[Checkout]) -> bool:
    """Close the pages that a newer order replaces; True where one of them was paid after all.

    Opens its own scopes and must be called outside of any; raises GatewayDown.
    """
    return any(close_checkout(one).status == Checkout.Status.PAID for one in checkouts)


def find_replaced(checkout: Checkout) -> list[Checkout]:
    """The checkouts whose pages have to be closed before this one's opens."""
    order = OrganizationDues.objects.get(checkout=checkout)
    return list(replaced_checkouts(order.organization_membership_id))


def _covers(checkout: Checkout, received: Receipt) -> tuple[datetime.date, datetime.date]:
    rows = OrganizationDues.objects.select_related("organization_membership")
    held = rows.get(checkout=checkout).organization_membership
    # Held until the payment is stored, so that two payments add up.
    held = OrganizationMembership.objects.select_for_update(no_key=True).get(pk=held.pk)
    paid_on = checkout.chapter.day_of(received.paid_at)
    return period_bought(paid_on, held.paid_until)


@fulfils(
    Purpose.ORGANIZATION,
    title="organization dues, 12 months",
    done="members:organization-paid",
    back="members:organization-returned",
    covers=_covers,
)
def extend_by_payment(checkout: Checkout, payment: Payment) -> None:
    """Give the organization the days that it paid for, and write to its primary contact."""
    order = OrganizationDues.objects.select_related(
        "organization_membership__organization", "organization_membership__chapter", "tier"
    ).get(checkout=checkout)
    membership = order.organization_membership
    is_new = membership.joined_on is None
    order.covers_from, order.covers_until = payment.covers_from, payment.covers_until
    order.save(update_fields=["covers_from", "covers_until"])
    assert payment.covers_until is not None
    paid_on = membership.chapter.day_of(payment.paid_at)
    extend_organization(membership, order.tier, paid_on, payment.covers_until)
    membership.refresh_from_db(fields=["paid_until", "seats", "status", "joined_on"])
    _thank(membership, payment, is_new)


def _thank(membership: OrganizationMembership, payment: Payment, is_new: bool) -> None:
    contact = primary_contact(membership) or payment.user
    address = reverse("members:organization-seats", args=[membership.chapter.slug, membership.pk])
    context = {
        "organization": membership.organization,
        "membership": membership,
        "payment": payment,
        "payer": payment.user,
        "amount": show_dollars(payment.amount_cents),
        "is_new": is_new,
        "url": settings.SITE_URL + address,
    }
    post("organization-paid", contact.email, context, chapter=membership.chapter)
