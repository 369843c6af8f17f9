"""What follows from a payment page: checkouts are settled, payments stored, receipts posted."""

import datetime
import logging
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from chapters.models import Chapter, Mail
from chapters.post import post
from members import gateway
from members.actions.books import record_dues, record_fee
from members.actions.invitations import credit_invitations
from members.actions.memberships import extend_membership, lock_chapter, lock_membership
from members.actions.payables import Receipt, fulfils, payable_of
from members.actions.reminding import withdraw_reminders
from members.dues import last_day_of_grace, period_bought, show_dollars
from members.gateway import Session
from members.models import Checkout, Membership, Payment, Purpose

log = logging.getLogger(__name__)
_Status = Checkout.Status
# A checkout only ever moves to a higher rank; what is paid or held back stays so.
_RANK = {
    _Status.OPEN: 0,
    _Status.CLOSING: 0,
    _Status.PENDING: 1,
    _Status.FAILED: 2,
    _Status.EXPIRED: 2,
    _Status.PAID: 3,
    _Status.QUARANTINED: 3,
}


# --- One checkout -------------------------------------------------------------------------------


def settle_checkout(checkout_id: UUID, session: Session) -> Checkout | None:
    """Bring a checkout of the open chapter to what its session says, never backwards.

    None where the chapter has no such checkout.
    """
    with transaction.atomic():
        rows = Checkout.objects.select_for_update(no_key=True)
        checkout = rows.filter(pk=checkout_id).first()
        if checkout is None:
            log.warning("Session %s names a checkout that is not there", session.id)
            return None
        verdict, reason = _judge(checkout, session)
        if _RANK[verdict] > _RANK[_Status(checkout.status)]:
            _move(checkout, verdict, reason, session)
        return checkout


def _judge(checkout: Checkout, session: Session) -> tuple[Checkout.Status, str]:
    """What a session makes of a checkout, and why where it is held back."""
    if reason := _mismatch(checkout, session):
        return _Status.QUARANTINED, reason
    if session.payment_status == "paid":
        # Of a subscription, each paid invoice makes the payment; the page only leads there.
        return (_Status.PENDING if checkout.renews else _Status.PAID), ""
    if session.status == "expired":
        return _Status.EXPIRED, ""
    if session.payment_failed:
        return _Status.FAILED, ""
    return (_Status.PENDING if session.status == "complete" else _Status.OPEN), ""


def _mismatch(checkout: Checkout, session: Session) -> str:
    """The first thing in which a session differs from the row that it was made for."""
    found = {
        "session": (session.id, checkout.session_id or session.id),
        "amount": (session.amount_cents, checkout.amount_cents),
        "currency": (session.currency, checkout.currency),
        "chapter": (session.metadata.get("chapter"), str(checkout.chapter_id)),
        "checkout": (session.metadata.get("checkout"), str(checkout.pk)),
        "mode": (session.mode, "subscription" if checkout.renews else "payment"),
        "livemode": (session.livemode, gateway.is_live()),
    }
    wrong = [f"{name}: {a!r} instead of {b!r}" for name, (a, b) in found.items() if a != b]
    if session.payment_status == "no_payment_required":
        wrong.append("nothing was to be paid")
    return "; ".join(wrong)


def _move(checkout: Checkout, status: Checkout.Status, reason: str, session: Session) -> None:
    checkout.session_id = checkout.session_id or session.id
    checkout.save(update_fields=["session_id"])
    finish_checkout(checkout, status, reason)
    if status == _Status.PAID:
        _take_payment(checkout, session)


def finish_checkout(checkout: Checkout, status: Checkout.Status, reason: str = "") -> None:
    """Move a locked checkout up to a status; one that stands as high already stays as it is."""
    if _RANK[status] <= _RANK[_Status(checkout.status)]:
        return
    checkout.status = status
    checkout.error = reason
    checkout.save(update_fields=["status", "error", "changed_at"])
    if status == _Status.QUARANTINED:
        log.error("Checkout %s is held back: %s", checkout.pk, reason)
    if status == _Status.FAILED:
        _tell_failure(checkout)


def _take_payment(checkout: Checkout, session: Session) -> None:
    received = Receipt(
        checkout.amount_cents,
        checkout.currency,
        session.payment_intent,
        session.paid_at or timezone.now(),
        session.fee_cents,
    )
    store_payment(checkout, received, is_first=True)


def store_payment(checkout: Checkout, received: Receipt, *, is_first: bool) -> Payment:
    """Store money that arrived for a checkout, or for its renewal, and do what follows from it.

    Once: the database holds one payment an intent and an invoice. In the open chapter.
    """
    chapter = lock_chapter(checkout.chapter_id)
    known = payable_of(checkout.purpose)
    paid_on = chapter.day_of(received.paid_at)
    start, until = known.covers(checkout, received) if known.covers else (None, None)
    payment = Payment.objects.create(
        chapter=chapter,
        purpose=checkout.purpose,
        membership_id=checkout.membership_id,
        checkout=checkout if is_first else None,
        invoice_id=received.invoice_id,
        user_id=checkout.user_id,
        receipt_number=_next_receipt(chapter, paid_on.year),
        amount_cents=received.amount_cents,
        currency=received.currency,
        payment_intent=received.payment_intent,
        covers_from=start,
        covers_until=until,
        paid_at=received.paid_at,
    )
    record_dues(payment)
    record_fee(payment, received.fee_cents or 0)
    known.handler(checkout, payment)
    send_receipt(checkout, payment)
    return payment


def _next_receipt(chapter: Chapter, year: int) -> str:
    """The next number of the year without a gap; the chapter is locked and no row is deleted."""
    prefix = f"{chapter.code}-{year}-"
    given = Payment.objects.filter(chapter=chapter, receipt_number__startswith=prefix).count()
    return f"{prefix}{given + 1:05}"


def letter(checkout: Checkout, payment: Payment) -> dict[str, Any]:
    """What letters about a payment say of it."""
    return {
        "name": payment.user.get_short_name(),
        "chapter": payment.chapter,
        "checkout": checkout,
        "membership": payment.membership,
        "payment": payment,
        "amount": show_dollars(payment.amount_cents),
        "paid_on": payment.chapter.day_of(payment.paid_at),
    }


def send_receipt(checkout: Checkout, payment: Payment) -> Mail:
    """Post the receipt of a payment; `checkout` says whether the same is charged again."""
    known = letter(checkout, payment)
    return post("receipt", payment.user.email, known, chapter=payment.chapter)


# --- Dues ---------------------------------------------------------------------------------------


def _covered_by_dues(checkout: Checkout, received: Receipt) -> tuple[datetime.date, datetime.date]:
    """From the end of what is paid, so that nothing is lost; without a gap while grace lasts."""
    membership = lock_membership(checkout.membership_id or 0)
    chapter = checkout.chapter
    paid_on, paid_until = chapter.day_of(received.paid_at), membership.paid_until
    # By dates alone: whether anybody saw that the card failed meanwhile must not matter.
    if (
        membership.status in Membership.CURRENT
        and paid_until
        and paid_until < paid_on <= last_day_of_grace(paid_until)
    ):
        paid_on = paid_until
    start, until = period_bought(paid_on, paid_until, checkout.interval)
    # The 31st: Stripe's month may end later than ours, and nobody is past due in between.
    return start, max(until, chapter.day_of(received.ends_at)) if received.ends_at else until


@fulfils(
    Purpose.DUES,
    title="membership dues",
    done="members:join-done",
    back="members:join-returned",
    covers=_covered_by_dues,
)
def _extend_by_dues(checkout: Checkout, payment: Payment) -> None:
    chapter = lock_chapter(checkout.chapter_id)
    membership = lock_membership(checkout.membership_id or 0)
    paid_on = chapter.day_of(payment.paid_at)
    assert payment.covers_until is not None
    is_new = extend_membership(membership, chapter, paid_on, payment.covers_until)
    payment.membership = membership
    credit_invitations(chapter, payment.user)
    withdraw_reminders(membership)
    if is_new:
        post("welcome", payment.user.email, letter(checkout, payment), chapter=payment.chapter)


def _tell_failure(checkout: Checkout) -> None:
    context = {
        "name": checkout.user.get_short_name(),
        "chapter": checkout.chapter,
        "amount": show_dollars(checkout.amount_cents),
    }
    post("payment-failed", checkout.user.email, context, chapter=checkout.chapter)
