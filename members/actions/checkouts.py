"""What leads to a payment: an intention to pay, and a page at Stripe on which to do it.

The intention is committed before Stripe hears of it: one request stores the Checkout row, the
next one, which holds no transaction, asks Stripe for the page with the row's id as idempotency
key. So no session exists that we don't know, nothing is locked while a network call lasts, and
pressing twice, going back or losing the connection in between all end on the same page.
"""

import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from chapters.models import Chapter
from chapters.scope import in_chapter
from members import gateway
from members.actions.payables import payable_of
from members.actions.paying import settle_checkout
from members.actions.renewals import sync_subscription
from members.models import Checkout, Interval, Membership, Purpose, User

# Stripe closes a page after 24 hours; an hour before that we open a new one.
_PAGE_LASTS = datetime.timedelta(hours=23)
_UNPAID = {Checkout.Status.EXPIRED, Checkout.Status.FAILED}


def start_checkout(
    user: User, chapter: Chapter, amount_cents: int, interval: str = Interval.ONCE
) -> Checkout:
    """The person's one checkout of dues under way in the open chapter, new where none fits."""
    return open_checkout(user, chapter, amount_cents, interval=interval)


def open_checkout(
    user: User,
    chapter: Chapter,
    amount_cents: int,
    *,
    purpose: str = Purpose.DUES,
    interval: str = Interval.ONCE,
    membership: Membership | None = None,
) -> Checkout:
    """An intention to pay, in the open chapter; Stripe hears of it when its page is opened.

    A membership has one under way: the same price finds it, another price replaces it, and one
    whose payment is on its way comes back as it is (look at its status). Other purposes get a new
    one each time. Send the person to `members:pay` (`members:join-pay` for dues).
    """
    if purpose == Purpose.DUES and membership is None:
        membership, _ = Membership.objects.get_or_create(chapter=chapter, user=user)
    wanted = Checkout(
        chapter=chapter,
        user=user,
        membership=membership,
        purpose=purpose,
        interval=interval,
        amount_cents=amount_cents,
        currency=settings.CURRENCY,
    )
    with transaction.atomic():
        return (membership and _take_place(wanted)) or _store(wanted)


def _take_place(wanted: Checkout) -> Checkout | None:
    """The checkout under way if it will do; otherwise it makes way for the one that is wanted."""
    rows = Checkout.objects.select_for_update(no_key=True)
    held = rows.filter(membership=wanted.membership, status__in=Checkout.UNDER_WAY).first()
    if held is None:
        return None
    same = ("purpose", "interval", "amount_cents")
    if may_stay(held, all(getattr(held, name) == getattr(wanted, name) for name in same)):
        return held
    make_way(held)
    return None


def may_stay(held: Checkout, is_wanted: bool) -> bool:
    """True for a checkout under way whose money is on its way, or whose page will do."""
    fresh = held.created_at > timezone.now() - _PAGE_LASTS
    return held.status == Checkout.Status.PENDING or (fresh and is_wanted)


def make_way(held: Checkout) -> None:
    """Let a checkout give its place to another; its page is closed before the new one opens."""
    held.status = Checkout.Status.CLOSING if held.session_id else Checkout.Status.EXPIRED
    held.save(update_fields=["status", "changed_at"])


def _store(wanted: Checkout) -> Checkout:
    try:
        with transaction.atomic():
            wanted.save(force_insert=True)
            return wanted
    except IntegrityError:
        # The other half of a double click was first; the database lets only one through.
        rows = Checkout.objects.filter(status__in=Checkout.UNDER_WAY)
        held = rows.filter(membership=wanted.membership).first() if wanted.membership else None
        if held is None:
            raise
        return held


# --- The page at Stripe: outside of any transaction ----------------------------------------------


def close_checkout(checkout: Checkout) -> Checkout:
    """Make sure that a checkout can't be paid any more, or find that it was.

    Opens its own scope; raises GatewayDown.
    """
    if checkout.session_id:
        try:
            session = gateway.close_session(checkout.session_id)
        except gateway.GatewayUnknown as error:
            return end_checkout(checkout, Checkout.Status.EXPIRED, str(error))
        return settle_session(checkout, session)
    return end_checkout(checkout, Checkout.Status.EXPIRED)


def _scope_of(checkout: Checkout) -> Any:
    return in_chapter(checkout.chapter_id, checkout.user_id)


def end_checkout(checkout: Checkout, status: Checkout.Status, error: str = "") -> Checkout:
    """Note that nobody can pay here any more, so that it bars no way to another page."""
    with _scope_of(checkout):
        rows = Checkout.objects.filter(pk=checkout.pk, status__in=Checkout.UNSETTLED)
        rows.update(status=status, error=error[:500], changed_at=timezone.now())
        checkout.refresh_from_db()
    return checkout


def refresh_checkout(checkout: Checkout) -> Checkout:
    """Look a checkout up at Stripe and settle it; raises GatewayDown.

    Opens its own scope. One whose page Stripe does not know can't be paid: it has expired.
    """
    if not checkout.session_id:
        return checkout
    try:
        session = gateway.retrieve_session(checkout.session_id)
    except gateway.GatewayUnknown as error:
        return end_checkout(checkout, Checkout.Status.EXPIRED, str(error))
    return settle_session(checkout, session)


def settle_session(checkout: Checkout, session: gateway.Session) -> Checkout:
    """Bring a checkout to what its session says, in a scope of its own. Raises GatewayDown."""
    if session.subscription:
        sync_subscription(session.subscription)
    with _scope_of(checkout):
        return settle_checkout(checkout.pk, session) or checkout


def open_payment_page(checkout: Checkout) -> str:
    """Where the person pays; empty when there is nothing to pay here any more.

    Opens its own short scopes and must be called outside of any; raises GatewayDown, and
    GatewayRefused after noting the checkout as failed.
    """
    if _found_paid(checkout):
        return ""
    if checkout.session_url:
        return checkout.session_url
    try:
        session = _ask_for_page(checkout)
    except gateway.GatewayRefused as error:
        end_checkout(checkout, Checkout.Status.FAILED, str(error))
        raise
    with _scope_of(checkout):
        rows = Checkout.objects.filter(pk=checkout.pk, status=Checkout.Status.OPEN)
        rows.filter(session_id__isnull=True).update(session_id=session.id, session_url=session.url)
        checkout.refresh_from_db()
    return checkout.session_url if checkout.status == Checkout.Status.OPEN else ""


def _found_paid(checkout: Checkout) -> bool:
    """Close the pages that this checkout replaces; True where one of them was paid after all."""
    if checkout.membership_id is None:
        return False
    with _scope_of(checkout):
        rows = Checkout.objects.filter(status=Checkout.Status.CLOSING)
        replaced = list(rows.filter(membership=checkout.membership_id))
    if all(close_checkout(row).status in _UNPAID for row in replaced):
        return False
    with _scope_of(checkout):
        # Nobody has seen its page, and the person has paid.
        Checkout.objects.filter(pk=checkout.pk, session_id__isnull=True).delete()
    return True


def _ask_for_page(checkout: Checkout) -> gateway.Session:
    known = payable_of(checkout.purpose)
    title = f"{settings.SITE_NAME} {checkout.chapter.name}: {known.title}"
    if checkout.renews:
        title += f", every {checkout.interval}"
    return gateway.create_session(
        checkout,
        title,
        _address(known.done, checkout),
        _address(known.back, checkout),
        checkout.user.email,
    )


def _address(name: str, checkout: Checkout) -> str:
    path = reverse(name, args=[checkout.chapter.slug])
    query = "" if checkout.purpose == Purpose.DUES else f"?checkout={checkout.pk}"
    return settings.SITE_URL + path + query
