"""What leads to a payment: a person, a membership that waits, a checkout, a page to pay on.

The intention is committed before Stripe hears of it: one request stores the Checkout row, the
next one, which holds no lock, asks Stripe for the page with the row's id as idempotency key. So
no session exists that we don't know, no row is locked while a network call lasts, and pressing
twice, going back or losing the connection in between all end on the same page.
"""

import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.utils import filter_users_by_email
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from chapters.models import Chapter
from members import gateway
from members.actions.memberships import extend_membership, lock_chapter
from members.actions.paying import settle_checkout
from members.dues import day_in, period_bought
from members.models import Checkout, Membership, User

# Stripe closes a page after 24 hours; an hour before that we open a new one.
_PAGE_LASTS = datetime.timedelta(hours=23)


def greet_person(name: str, email: str) -> User:
    """The person behind an address, or a new one who still has to confirm it by a code.

    The name is taken for new people only, so that nobody renames somebody else.
    """
    known = filter_users_by_email(email, prefer_verified=True)
    if known:
        return known[0]
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, name=name)
            EmailAddress.objects.create(user=user, email=user.email, primary=True)
            return user
    except IntegrityError:
        return User.objects.get(email__iexact=email)


def rename_person(user: User, name: str) -> None:
    """Call a person by another name."""
    user.name = name
    user.save(update_fields=["name"])


def start_checkout(user: User, chapter: Chapter, amount_cents: int) -> Checkout:
    """The person's one checkout under way in the open chapter, made where there is none.

    One with another price, or too old to be paid, is closed at Stripe first. If that finds it
    paid, it comes back as it is: look at its status. Raises GatewayDown.
    """
    membership, _ = Membership.objects.get_or_create(chapter=chapter, user=user)
    checkout = _under_way(membership)
    if checkout and not _fits(checkout, amount_cents):
        checkout = close_checkout(checkout)
        if checkout.status in {Checkout.Status.EXPIRED, Checkout.Status.FAILED}:
            checkout = None
    return checkout or _open_checkout(membership, amount_cents)


def _under_way(membership: Membership) -> Checkout | None:
    return membership.checkouts(manager="objects").filter(status__in=Checkout.UNDER_WAY).first()


def _fits(checkout: Checkout, amount_cents: int) -> bool:
    if checkout.status == Checkout.Status.PENDING:
        return True
    fresh = checkout.created_at > timezone.now() - _PAGE_LASTS
    return fresh and checkout.amount_cents == amount_cents


def _open_checkout(membership: Membership, amount_cents: int) -> Checkout:
    try:
        with transaction.atomic():
            return Checkout.objects.create(
                chapter_id=membership.chapter_id,
                membership=membership,
                user_id=membership.user_id,
                amount_cents=amount_cents,
                currency=settings.CURRENCY,
            )
    except IntegrityError:
        # The other half of a double click was first; the database lets only one through.
        return membership.checkouts(manager="objects").get(status__in=Checkout.UNDER_WAY)


def close_checkout(checkout: Checkout) -> Checkout:
    """Make sure that an open checkout can't be paid any more, or find that it was."""
    rows = Checkout.objects.filter(pk=checkout.pk, status=Checkout.Status.OPEN)
    if checkout.session_id:
        try:
            session = gateway.close_session(checkout.session_id)
            return settle_checkout(checkout.pk, session) or checkout
        except gateway.GatewayUnknown as error:
            # Nobody can pay on a page that is not there, so it must not bar the way to another.
            rows.update(status=Checkout.Status.EXPIRED, error=str(error)[:500])
    rows.filter(session_id__isnull=True).update(status=Checkout.Status.EXPIRED)
    checkout.refresh_from_db()
    return checkout


def open_payment_page(checkout: Checkout) -> str:
    """Where the person pays; empty when the checkout was closed meanwhile.

    Raises GatewayDown, and GatewayRefused after noting the checkout as failed.
    """
    if checkout.session_url:
        return checkout.session_url
    try:
        session = gateway.create_session(
            checkout,
            _address("join-done", checkout),
            _address("join-returned", checkout),
            checkout.user.email,
        )
    except gateway.GatewayRefused as error:
        rows = Checkout.objects.filter(pk=checkout.pk, status=Checkout.Status.OPEN)
        rows.update(status=Checkout.Status.FAILED, error=str(error)[:500])
        raise
    rows = Checkout.objects.filter(pk=checkout.pk, status=Checkout.Status.OPEN)
    rows.filter(session_id__isnull=True).update(session_id=session.id, session_url=session.url)
    checkout.refresh_from_db()
    return checkout.session_url if checkout.status == Checkout.Status.OPEN else ""


def _address(name: str, checkout: Checkout) -> str:
    return settings.SITE_URL + reverse(f"members:{name}", args=[checkout.chapter.slug])


def sponsor_membership(user: Any, chapter: Chapter) -> Membership:
    """Give a person twelve months without dues: a paid place. No payment is recorded.

    Needs the chapter's scope.
    """
    with transaction.atomic():
        held = lock_chapter(chapter.pk)
        membership, _ = Membership.objects.get_or_create(chapter=chapter, user=user)
        today = day_in(held.zone, timezone.now())
        _, until = period_bought(today, membership.paid_until)
        extend_membership(membership, held, today, until)
    return membership
