"""What follows from a payment: events come in, checkouts are settled, memberships become active.

Events only say where to look. What counts is the session as Stripe has it at the moment of
acting, so events may come twice, late, in any order or not at all (`reconcile_checkouts`).
"""

import datetime
import logging
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from chapters.doorbell import ring
from chapters.models import Chapter
from chapters.post import post
from chapters.scope import in_chapter
from members import gateway
from members.actions.memberships import extend_membership, lock_chapter
from members.dues import day_in, period_bought, receipt_prefix, show_dollars
from members.gateway import Session
from members.models import Checkout, Membership, Payment, StripeEvent

log = logging.getLogger(__name__)
APPLY_EVENT = "members.tasks.apply_event"
MAX_ATTEMPTS = 5
_Status = Checkout.Status
# A checkout only ever moves to a higher rank; what is paid or held back stays so.
_RANK = {
    _Status.OPEN: 0,
    _Status.PENDING: 1,
    _Status.FAILED: 2,
    _Status.EXPIRED: 2,
    _Status.PAID: 3,
    _Status.QUARANTINED: 3,
}


# --- The inbox ----------------------------------------------------------------------------------


def receive_event(event: dict[str, Any]) -> None:
    """Store a verified event and ring for it; the second delivery of one changes nothing.

    It is applied by a worker and not here: Stripe must be asked how things stand, and the
    acknowledgement must not wait for that. A bell that nobody hears is made good by the sweep.
    """
    row = StripeEvent(
        id=event["id"],
        type=event["type"],
        livemode=event["livemode"],
        payload=event,
        created_at=datetime.datetime.fromtimestamp(event["created"], datetime.UTC),
    )
    StripeEvent.objects.bulk_create([row], ignore_conflicts=True)
    ring(APPLY_EVENT, row.pk)


def retry_events(event_ids: list[str]) -> int:
    """Let events that failed or were not ours be applied anew; gives how many will be."""
    waiting = StripeEvent.objects.filter(pk__in=event_ids).exclude(state=StripeEvent.State.APPLIED)
    count = waiting.update(state=StripeEvent.State.RECEIVED, attempts=0, error="")
    for event_id in event_ids:
        ring(APPLY_EVENT, event_id)
    return count


def apply_event(event_id: str) -> bool:
    """Do what a stored event calls for, once; False: it waits, since Stripe does not answer."""
    event = StripeEvent.objects.filter(pk=event_id, state=StripeEvent.State.RECEIVED).first()
    if event is None:
        return True
    if event.type not in gateway.SESSION_EVENTS:
        _finish(event, StripeEvent.State.IGNORED)
        return True
    try:
        _apply(event)
    except gateway.GatewayDown as error:
        StripeEvent.objects.filter(pk=event.pk).update(error=f"Waiting: {error}"[:500])
        return False
    except Exception as error:
        log.exception("Event %s could not be applied", event.pk)
        _count_failure(event, error)
    return True


def _apply(event: StripeEvent) -> None:
    session = gateway.retrieve_session(event.payload["data"]["object"]["id"])
    if session.place is None:
        _finish(event, StripeEvent.State.IGNORED)
        return
    chapter_id, checkout_id = session.place
    with in_chapter(chapter_id):
        # The lock makes "once" true when two workers have the same event in hand.
        rows = StripeEvent.objects.select_for_update(skip_locked=True)
        held = rows.filter(pk=event.pk, state=StripeEvent.State.RECEIVED).first()
        if held is not None:
            known = settle_checkout(checkout_id, session) is not None
            _finish(held, StripeEvent.State.APPLIED if known else StripeEvent.State.IGNORED)


def _finish(event: StripeEvent, state: StripeEvent.State) -> None:
    waiting = StripeEvent.objects.filter(pk=event.pk, state=StripeEvent.State.RECEIVED)
    waiting.update(state=state, error="", applied_at=timezone.now())


def _count_failure(event: StripeEvent, error: Exception) -> None:
    event.attempts += 1
    event.error = f"{type(error).__name__}: {error}"[:500]
    if event.attempts >= MAX_ATTEMPTS:
        event.state = StripeEvent.State.FAILED
    event.save(update_fields=["attempts", "error", "state"])


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
        return _Status.PAID, ""
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
        "mode": (session.mode, "payment"),
        "livemode": (session.livemode, gateway.is_live()),
    }
    wrong = [f"{name}: {a!r} instead of {b!r}" for name, (a, b) in found.items() if a != b]
    if session.payment_status == "no_payment_required":
        wrong.append("nothing was to be paid")
    return "; ".join(wrong)


def _move(checkout: Checkout, status: Checkout.Status, reason: str, session: Session) -> None:
    checkout.status = status
    checkout.error = reason
    checkout.session_id = checkout.session_id or session.id
    checkout.save(update_fields=["status", "error", "session_id", "changed_at"])
    if status == _Status.QUARANTINED:
        log.error("Checkout %s is held back: %s", checkout.pk, reason)
    if status == _Status.FAILED:
        _tell_failure(checkout)
    if status == _Status.PAID:
        _take_payment(checkout, session)


def _take_payment(checkout: Checkout, session: Session) -> None:
    chapter = lock_chapter(checkout.chapter_id)
    membership = Membership.objects.select_for_update(no_key=True).get(pk=checkout.membership_id)
    paid_at = session.paid_at or timezone.now()
    paid_on = day_in(chapter.zone, paid_at)
    start, until = period_bought(paid_on, membership.paid_until)
    payment = Payment.objects.create(
        chapter=chapter,
        membership=membership,
        checkout=checkout,
        user_id=checkout.user_id,
        receipt_number=_next_receipt(chapter, paid_on.year),
        amount_cents=checkout.amount_cents,
        currency=checkout.currency,
        payment_intent=session.payment_intent,
        covers_from=start,
        covers_until=until,
        paid_at=paid_at,
    )
    is_new = extend_membership(membership, chapter, paid_on, until)
    _thank(payment, is_new)


def _next_receipt(chapter: Chapter, year: int) -> str:
    """The next number of the year without a gap; the chapter is locked and no row is deleted."""
    prefix = receipt_prefix(chapter.slug, year)
    given = Payment.objects.filter(chapter=chapter, receipt_number__startswith=prefix).count()
    return f"{prefix}{given + 1:05}"


def _thank(payment: Payment, is_new: bool) -> None:
    context = {
        "name": payment.user.get_short_name(),
        "chapter": payment.chapter,
        "membership": payment.membership,
        "payment": payment,
        "amount": show_dollars(payment.amount_cents),
        "paid_on": day_in(payment.chapter.zone, payment.paid_at),
        "site_url": settings.SITE_URL,
    }
    if is_new:
        post("welcome", payment.user.email, context, chapter=payment.chapter)
    post("receipt", payment.user.email, context, chapter=payment.chapter)


def _tell_failure(checkout: Checkout) -> None:
    context = {
        "name": checkout.user.get_short_name(),
        "chapter": checkout.chapter,
        "amount": show_dollars(checkout.amount_cents),
        "site_url": settings.SITE_URL,
    }
    post("payment-failed", checkout.user.email, context, chapter=checkout.chapter)


# --- What no event told us ----------------------------------------------------------------------


def refresh_checkout(checkout: Checkout) -> Checkout:
    """Look a checkout of the open chapter up at Stripe and settle it; raises GatewayDown."""
    if not checkout.session_id:
        return checkout
    session = gateway.retrieve_session(checkout.session_id)
    return settle_checkout(checkout.pk, session) or checkout


def reconcile_checkouts() -> int:
    """Find what webhooks did not bring; gives the number of look-ups. Raises GatewayDown.

    Events of the last hours go through the inbox, then checkouts that are still under way are
    looked up one by one.
    """
    now = timezone.now()
    for event in gateway.list_recent_events(now - datetime.timedelta(hours=2)):
        receive_event(event)
        apply_event(event["id"])
    return sum(_reconcile_chapter(chapter, now) for chapter in Chapter.objects.all())


def _reconcile_chapter(chapter: Chapter, now: datetime.datetime) -> int:
    with in_chapter(chapter):
        waiting = Checkout.objects.filter(
            status__in=Checkout.UNDER_WAY, created_at__lt=now - datetime.timedelta(minutes=5)
        )
        # Without a session nobody was ever sent to pay, so nothing can have been paid.
        day_old = waiting.filter(
            session_id__isnull=True, created_at__lt=now - datetime.timedelta(days=1)
        )
        day_old.update(status=_Status.EXPIRED)
        checkouts = list(waiting.filter(session_id__isnull=False))
    for checkout in checkouts:
        try:
            with in_chapter(chapter):
                refresh_checkout(checkout)
        except gateway.GatewayRefused:
            log.exception("Checkout %s has a session that Stripe does not know", checkout.pk)
    return len(checkouts)
