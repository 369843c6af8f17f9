"""Payments that a member's bank takes back: booked when the money leaves, final when it is lost."""

import logging
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from chapters.models import Seat
from chapters.post import post
from chapters.queries import backbone_staff, list_council
from chapters.scope import in_chapter
from members import billing_gateway
from members.actions import books
from members.actions.refunds import find_chapter, is_gone, take_months
from members.billing_gateway import DisputeState
from members.dues import show_dollars
from members.models import Dispute, Payment

log = logging.getLogger(__name__)
_Status = Dispute.Status
# Stripe's words for what is over; a closed inquiry took no money.
_CLOSED = {"won", "lost", "warning_closed"}
_RANK = {_Status.WARNING: 0, _Status.OPEN: 1, _Status.WON: 2, _Status.LOST: 2}


def sync_dispute(stripe_id: str) -> bool:
    """Read a dispute from Stripe and settle it; False where its payment isn't one of ours."""
    state = billing_gateway.retrieve_dispute(stripe_id)
    chapter_id = find_chapter(state.payment_intent)
    if chapter_id is None:
        return False
    with in_chapter(chapter_id):
        return settle_dispute(state) is not None


def settle_dispute(state: DisputeState) -> Dispute | None:
    """Bring a dispute of the open chapter to what Stripe says, never backwards."""
    with transaction.atomic():
        rows = Payment.objects.select_for_update(no_key=True)
        payment = rows.filter(payment_intent=state.payment_intent).first()
        if payment is None:
            return None
        dispute, is_new = _row_of(payment, state)
        if is_new or _is_news(dispute, state):
            _move(dispute, _status(state), state)
        return dispute


def _is_news(dispute: Dispute, state: DisputeState) -> bool:
    status = _status(state)
    has_closed = state.status in _CLOSED and dispute.closed_at is None
    is_higher = _RANK[status] > _RANK[_Status(dispute.status)]
    return is_higher or (has_closed and status == dispute.status)


def _status(state: DisputeState) -> Dispute.Status:
    if state.status in {"won", "lost"}:
        return _Status(state.status)
    # An inquiry takes no money; most are closed without becoming a dispute.
    return _Status.WARNING if state.status.startswith("warning") else _Status.OPEN


def _row_of(payment: Payment, state: DisputeState) -> tuple[Dispute, bool]:
    return Dispute.objects.get_or_create(
        stripe_id=state.id,
        defaults={
            "chapter_id": payment.chapter_id,
            "payment": payment,
            "user_id": payment.user_id,
            "amount_cents": state.amount_cents,
            "fee_cents": state.fee_cents,
            "currency": state.currency,
            "reason": state.reason[:80],
            "status": _Status.WARNING,
            "opened_at": state.opened_at,
            "answer_by": state.answer_by,
        },
    )


def _move(dispute: Dispute, status: Dispute.Status, state: DisputeState) -> None:
    if dispute.status == _Status.WARNING:
        dispute.amount_cents, dispute.fee_cents = state.amount_cents, state.fee_cents
    dispute.status = status
    dispute.closed_at = timezone.now() if state.status in _CLOSED else None
    dispute.answer_by = state.answer_by or dispute.answer_by
    changed = ["status", "closed_at", "amount_cents", "fee_cents", "answer_by"]
    dispute.save(update_fields=changed)
    books.record_dispute(dispute)
    if status == _Status.LOST and is_gone(dispute.payment):
        take_months(dispute.payment, "dispute lost")
    log.warning("Dispute %s of %s is %s", dispute.pk, dispute.payment, status)
    _tell(dispute)


# --- Letters -------------------------------------------------------------------------------------


def _tell(dispute: Dispute) -> None:
    """Write to the chapter's chair and to the backbone, once for each state of the dispute.

    The letters name a receipt and no person: the council need not know whose bank it was.
    """
    kind = "dispute-closed" if dispute.closed_at else "dispute-opened"
    known, chapter = _letter(dispute), dispute.chapter
    admin = reverse("admin:members_dispute_change", args=[dispute.pk])
    staff = {person.email: (True, admin) for person in backbone_staff()}
    books_page = reverse("members:books", args=[chapter.slug])
    chairs = {seat.user.email: (False, books_page) for seat in _answerable(dispute)}
    for email, (is_staff, path) in {**chairs, **staff}.items():
        letter = {**known, "is_staff": is_staff, "url": settings.SITE_URL + path}
        post(kind, email, letter, chapter=chapter)


def _answerable(dispute: Dispute) -> list[Seat]:
    """The chair; where the chair is empty, everybody on the council."""
    council = list_council(dispute.chapter)
    return [seat for seat in council if seat.role == Seat.Role.CHAIR] or council


def _letter(dispute: Dispute) -> dict[str, Any]:
    payment, due = dispute.payment, dispute.answer_by
    return {
        "payment": payment,
        "paid": show_dollars(payment.amount_cents),
        "amount": show_dollars(dispute.amount_cents),
        "fee": show_dollars(dispute.fee_cents),
        "reason": dispute.reason.replace("_", " "),
        "answer_by": f"{dispute.chapter.day_of(due):%B %-d, %Y}" if due else "",
        "is_inquiry": dispute.status == _Status.WARNING,
        "is_won": dispute.status == _Status.WON,
        "ends_months": is_gone(payment),
    }
