"""Money that goes back: refunds that staff ask for, and payments that a bank disputes.

Asking stores a row; a worker sends it with the row's id as idempotency key. What Stripe says of
it later is settled like everything else: read there, compared, moved up, booked once.
A payment that goes back in full takes the months along that it paid for and that are not over;
a part of it takes none.
"""

import datetime
import logging
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from chapters.audit import record
from chapters.doorbell import ring
from chapters.models import Chapter
from chapters.post import post
from chapters.scope import in_chapter
from members import billing_gateway, gateway
from members.actions import books
from members.actions.memberships import lock_chapter, lock_membership, move_membership
from members.actions.payables import return_of
from members.actions.renewals import end_renewal
from members.billing_gateway import RefundState
from members.dues import show_dollars
from members.models import Dispute, Membership, Payment, Refund

log = logging.getLogger(__name__)
SEND_REFUND = "members.tasks.send_refund"
_Status = Refund.Status
# A refund only moves up; a bank may send back even one that had succeeded.
_RANK = {
    _Status.ASKED: 0,
    _Status.PENDING: 1,
    _Status.SUCCEEDED: 2,
    _Status.FAILED: 3,
    _Status.REFUSED: 3,
}
_STATUS = {
    "pending": _Status.PENDING,
    "requires_action": _Status.PENDING,
    "succeeded": _Status.SUCCEEDED,
    "failed": _Status.FAILED,
    "canceled": _Status.FAILED,
}


class RefundRefused(Exception):
    """More than is left of a payment can't be refunded."""


# --- Asking --------------------------------------------------------------------------------------


def refund_payment(
    payment: Payment, cents: int, by: Any, reason: str, key: UUID | None = None
) -> Refund:
    """Ask for a refund of `cents` of a payment; a worker sends it. In the chapter's scope.

    key: the refund's id, made with the form; the same form sent twice is one refund.
    Raises RefundRefused where less is left.
    """
    with transaction.atomic():
        held = Payment.objects.select_for_update(no_key=True).get(pk=payment.pk)
        asked = Refund.objects.filter(pk=key, payment=held).first() if key else None
        if asked:
            return asked
        left = refundable_cents(held)
        if not 0 < cents <= left:
            raise RefundRefused(f"{show_dollars(left)} of this payment can be refunded.")
        refund = Refund.objects.create(
            id=key or uuid4(),
            chapter_id=held.chapter_id,
            payment=held,
            user_id=held.user_id,
            amount_cents=cents,
            currency=held.currency,
            reason=reason[:400],
            by=by,
        )
        ring(SEND_REFUND, str(refund.pk), held.chapter_id)
        facts = {"cents": cents, "receipt": held.receipt_number}
        record("refund.asked", subject=refund, chapter=held.chapter, by=by, facts=facts)
    return refund


def refundable_cents(payment: Payment) -> int:
    """What is left of a payment after refunds, and after disputes that hold or took money.

    An inquiry takes none; most are settled by a refund.
    """
    refunds = Refund.objects.filter(payment=payment, status__in=Refund.COUNTED)
    disputes = Dispute.objects.filter(payment=payment, status__in=Dispute.TAKING)
    return payment.amount_cents - _sum(refunds) - _sum(disputes)


def is_gone(payment: Payment) -> bool:
    """True where all of a payment went back for good, and its months were not taken yet."""
    refunds = Refund.objects.filter(payment=payment, is_booked=True)
    lost = Dispute.objects.filter(payment=payment, status=Dispute.Status.LOST)
    is_whole = _sum(refunds) + _sum(lost) >= payment.amount_cents
    return is_whole and not refunds.filter(took_days__gt=0).exists()


def _sum(rows: QuerySet[Refund] | QuerySet[Dispute]) -> int:
    return rows.aggregate(cents=Sum("amount_cents"))["cents"] or 0


def send_refund(refund_id: UUID | str, chapter_id: int) -> None:
    """Send a refund that waits to Stripe; again and again it is the same one.

    Opens its own scopes. Raises GatewayDown: it goes on waiting; LookupError where the chapter
    has no such refund.
    """
    with in_chapter(chapter_id):
        rows = Refund.objects.filter(pk=refund_id)
        refund = rows.select_related("payment").first()
    if refund is None:
        raise LookupError(f"There is no refund {refund_id} in chapter {chapter_id}.")
    if refund.status != _Status.ASKED:
        return
    try:
        state = billing_gateway.create_refund(refund, refund.payment.payment_intent)
    except gateway.GatewayRefused as error:
        with in_chapter(chapter_id):
            rows.update(status=_Status.REFUSED, error=str(error)[:500], settled_at=timezone.now())
        log.error("Refund %s was refused: %s", refund.pk, error)
        return
    with in_chapter(chapter_id):
        settle_refund(state)


# --- Settling ------------------------------------------------------------------------------------


def sync_refund(stripe_id: str) -> bool:
    """Read a refund from Stripe and settle it; False where its payment isn't one of ours."""
    state = billing_gateway.retrieve_refund(stripe_id)
    chapter_id = state.place[0] if state.place else find_chapter(state.payment_intent)
    if chapter_id is None:
        return False
    with in_chapter(chapter_id):
        return settle_refund(state) is not None


def find_chapter(payment_intent: str) -> int | None:
    """The chapter that has a payment; each is asked, since no scope sees them all."""
    for chapter_id in Chapter.objects.values_list("pk", flat=True):
        with in_chapter(chapter_id):
            if Payment.objects.filter(payment_intent=payment_intent).exists():
                return chapter_id
    return None


def settle_refund(state: RefundState) -> Refund | None:
    """Bring a refund of the open chapter to what Stripe says; one made there gets a row here."""
    with transaction.atomic():
        rows = Payment.objects.select_for_update(no_key=True)
        payment = rows.filter(payment_intent=state.payment_intent).first()
        if payment is None:
            return None
        refund = _row_of(payment, state)
        if (refund.amount_cents, refund.currency) != (state.amount_cents, state.currency):
            log.error("Refund %s is held back: the sums differ", state.id)
            return refund
        _move(refund, _STATUS.get(state.status, _Status.PENDING), state)
        return refund


def _row_of(payment: Payment, state: RefundState) -> Refund:
    rows = Refund.objects.filter(payment=payment)
    found = rows.filter(stripe_id=state.id).first()
    if found is None and state.place:
        found = rows.filter(pk=state.place[1]).first()
    return found or Refund.objects.create(
        chapter_id=payment.chapter_id,
        payment=payment,
        user_id=payment.user_id,
        amount_cents=state.amount_cents,
        currency=state.currency,
        reason="Made at the payment provider",
        stripe_id=state.id,
    )


def _move(refund: Refund, status: Refund.Status, state: RefundState) -> None:
    if _RANK[status] <= _RANK[_Status(refund.status)]:
        return
    refund.stripe_id = refund.stripe_id or state.id
    refund.status = status
    if status != _Status.PENDING:
        refund.settled_at = timezone.now()
    refund.save(update_fields=["stripe_id", "status", "settled_at"])
    if status == _Status.FAILED:
        _undo(refund)
    elif not refund.is_booked:
        _book(refund)


def _book(refund: Refund) -> None:
    refund.is_booked = True
    refund.save(update_fields=["is_booked"])
    books.record_refund(refund)
    if is_gone(refund.payment):
        refund.took_days = take_months(refund.payment, "refunded")
        refund.save(update_fields=["took_days"])
    _tell(refund)


def _undo(refund: Refund) -> None:
    """A refund that failed was none: the books and the months are as before."""
    if not refund.is_booked:
        return
    refund.is_booked = False
    day = refund.payment.chapter.today
    books.reverse_entry(books.record_refund(refund), occurred_on=day, memo="The refund failed")
    refund.save(update_fields=["is_booked"])
    # Of refunds in parts, the last one took the months, whichever failed.
    took = Refund.objects.filter(payment=refund.payment, took_days__gt=0)
    give_months_back(refund.payment, sum(took.values_list("took_days", flat=True)))
    took.update(took_days=0)


def _tell(refund: Refund) -> None:
    payment = refund.payment
    known = return_of(payment.purpose)
    letter = {
        "note": known.words(payment) if known else "",
        "name": payment.user.get_short_name(),
        "chapter": payment.chapter,
        "payment": payment,
        "refund": refund,
        "membership": payment.membership,
        "amount": show_dollars(refund.amount_cents),
        "of": show_dollars(payment.amount_cents),
    }
    post("refund", payment.user.email, letter, chapter=payment.chapter)


# --- What a payment that went back means for the membership --------------------------------------


def take_months(payment: Payment, why: str) -> int:
    """Take away what is left of a payment's days; gives how many.

    A membership that has none left ends today, and renews no more.
    """
    if known := return_of(payment.purpose):
        return known.take(payment, why)
    if payment.membership_id is None or payment.covers_from is None:
        return 0
    assert payment.covers_until is not None
    chapter = lock_chapter(payment.chapter_id)
    payment.membership = lock_membership(payment.membership_id)
    return take_days(payment.membership, chapter, payment.covers_from, payment.covers_until, why)


def days_left(covers_from: datetime.date, until: datetime.date, today: datetime.date) -> int:
    """How many of the days from `covers_from` to `until` are not over."""
    return (until - max(covers_from, min(today, until))).days


def take_days(
    membership: Membership,
    chapter: Chapter,
    covers_from: datetime.date,
    covers_until: datetime.date,
    why: str,
) -> int:
    """Take what is left of some days from a membership; both rows are held. Gives how many."""
    today = chapter.today
    days, until = days_left(covers_from, covers_until, today), membership.paid_until
    if not days or until is None or membership.status not in Membership.CURRENT:
        return 0
    _end_on(membership, chapter, until - datetime.timedelta(days=days), today, why)
    return days


def _end_on(
    membership: Membership,
    chapter: Chapter,
    until: datetime.date,
    today: datetime.date,
    why: str,
) -> None:
    membership.paid_until = max(until, today)
    if until > today:
        move_membership(membership, chapter, Membership.Status.ACTIVE, why=why)
        return
    end_renewal(membership)
    move_membership(membership, chapter, Membership.Status.CANCELLED, why=why)


def give_months_back(payment: Payment, days: int) -> None:
    """Undo `take_months`: the money stayed with us after all."""
    if known := return_of(payment.purpose):
        known.undo(payment, days)
    elif days and payment.membership_id:
        chapter = lock_chapter(payment.chapter_id)
        give_days(lock_membership(payment.membership_id), chapter, days)


def give_days(membership: Membership, chapter: Chapter, days: int) -> None:
    """Undo `take_days`; both rows are held."""
    if membership.paid_until is None:
        return
    membership.paid_until += datetime.timedelta(days=days)
    move_membership(membership, chapter, Membership.Status.ACTIVE, why="refund failed")
