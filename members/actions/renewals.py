"""Dues that renew by themselves: what Stripe's subscriptions and invoices make of memberships.

Any word about a subscription leads to the same act: read it and its invoices from Stripe, then
settle all of it at once. Paid invoices become payments, oldest first and each once, however old
the answer is; the rest follows only from an answer that was asked for later than the last one.
"""

import datetime
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection

from chapters.doorbell import ring
from chapters.models import Chapter
from chapters.scope import in_chapter
from chapters.sweeping import sweep_chapters, sweep_rows
from members import billing_gateway, gateway
from members.actions.memberships import lock_chapter, lock_membership, move_membership
from members.actions.payables import Receipt
from members.actions.paying import finish_checkout, store_payment
from members.actions.reminding import remind
from members.billing_gateway import Charge, Invoice, SubscriptionState
from members.dues import last_day_of_grace
from members.models import Checkout, Membership, Payment, Subscription

log = logging.getLogger(__name__)
END_SUBSCRIPTIONS = "members.tasks.end_subscriptions"


@dataclass(frozen=True)
class Answer:
    """What Stripe said of a subscription, when it was asked, and the charges of new payments."""

    state: SubscriptionState
    asked_at: datetime.datetime
    charges: dict[str, Charge] = field(default_factory=dict)


# --- Asking, between transactions ----------------------------------------------------------------


def sync_subscription(stripe_id: str) -> bool:
    """Read a subscription from Stripe and settle it; False where it isn't one of ours.

    Opens its own scopes. Raises GatewayDown, GatewayRefused.
    """
    asked_at = _clock_of_database()
    state = billing_gateway.retrieve_subscription(stripe_id)
    if state.place is None:
        return False
    chapter_id, checkout_id = state.place
    if not Chapter.objects.filter(pk=chapter_id).exists():
        return False
    with in_chapter(chapter_id):
        ids = [one.id for one in state.invoices]
        stored = set(
            Payment.objects.filter(invoice_id__in=ids).values_list("invoice_id", flat=True)
        )
    fresh = [one for one in state.invoices if one.is_paid and one.id not in stored]
    charges = {one.id: billing_gateway.retrieve_charge(one.payment_intent) for one in fresh}
    with in_chapter(chapter_id):
        return settle_subscription(checkout_id, Answer(state, asked_at, charges)) is not None


def _clock_of_database() -> datetime.datetime:
    """One clock for all workers: who asks after a change has a later time than who asked before."""
    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        moment: datetime.datetime = cursor.fetchone()[0]
    return moment


# --- Settling, in the chapter's scope ------------------------------------------------------------


def settle_subscription(checkout_id: UUID, answer: Answer) -> Subscription | None:
    """Bring a subscription of the open chapter to what Stripe said; None where it has none such."""
    rows = Checkout.objects.select_for_update(no_key=True)
    checkout = rows.filter(pk=checkout_id).first()
    if checkout is None:
        log.warning("Subscription %s names a checkout that is not there", answer.state.id)
        return None
    if wrong := _mismatch(checkout, answer.state):
        finish_checkout(checkout, Checkout.Status.QUARANTINED, wrong)
        return None
    lock_chapter(checkout.chapter_id)
    row, is_newer = _store(checkout, answer)
    for invoice in answer.state.invoices:
        if invoice.is_paid:
            _take_invoice(checkout, row, invoice, answer.charges.get(invoice.id))
    if is_newer:
        _follow(checkout, row, answer.state)
    return row


def _mismatch(checkout: Checkout, state: SubscriptionState) -> str:
    found = {
        "amount": (state.amount_cents, checkout.amount_cents),
        "currency": (state.currency, checkout.currency),
        "interval": (state.interval, checkout.interval),
        "chapter": (state.metadata.get("chapter"), str(checkout.chapter_id)),
        "livemode": (state.livemode, gateway.is_live()),
    }
    wrong = [f"{name}: {a!r} instead of {b!r}" for name, (a, b) in found.items() if a != b]
    return "; ".join(wrong)


def _store(checkout: Checkout, answer: Answer) -> tuple[Subscription, bool]:
    """The row, and whether this answer is newer than what it held."""
    state = answer.state
    found = Subscription.objects.select_for_update(no_key=True).filter(checkout=checkout).first()
    row = found or Subscription(
        chapter_id=checkout.chapter_id,
        checkout=checkout,
        membership_id=checkout.membership_id,
        user_id=checkout.user_id,
        stripe_id=state.id,
        # Never set again: of an erased person it stays empty.
        customer_id=state.customer,
        interval=state.interval,
        amount_cents=state.amount_cents,
        currency=state.currency,
    )
    if found and found.seen_at >= answer.asked_at:
        return row, False
    row.status = state.status
    row.current_period_end = state.current_period_end
    row.cancel_at_period_end = state.cancel_at_period_end
    row.seen_at = answer.asked_at
    row.save()
    return row, True


def _take_invoice(
    checkout: Checkout, row: Subscription, invoice: Invoice, charge: Charge | None
) -> None:
    if Payment.objects.filter(invoice_id=invoice.id).exists():
        return
    if (invoice.amount_cents, invoice.currency) != (row.amount_cents, row.currency):
        log.error("Invoice %s is held back: the sums differ", invoice.id)
        return
    received = Receipt(
        amount_cents=invoice.amount_cents,
        currency=invoice.currency,
        payment_intent=invoice.payment_intent,
        paid_at=(charge and charge.paid_at) or invoice.paid_at or invoice.created_at,
        fee_cents=charge.fee_cents if charge else None,
        invoice_id=invoice.id,
        ends_at=invoice.ends_at,
    )
    is_first = not Payment.objects.filter(checkout=checkout).exists()
    if is_first:
        finish_checkout(checkout, Checkout.Status.PAID)
        _replace_others(row)
    store_payment(checkout, received, is_first=is_first)


def _replace_others(row: Subscription) -> None:
    """Nobody pays twice by themselves: what the new subscription replaces is ended at Stripe."""
    if row.membership_id:
        others = Subscription.objects.filter(membership=row.membership_id).exclude(pk=row.pk)
        _want_end(others.exclude(status__in=Subscription.ENDED).values_list("pk", flat=True))


def _want_end(ids: Iterable[int]) -> None:
    if Subscription.objects.filter(pk__in=ids, end_wanted=False).update(end_wanted=True):
        ring(END_SUBSCRIPTIONS)


def end_renewal(membership: Membership) -> None:
    """Have every subscription of a membership ended at Stripe, soon and at the latest by sweep."""
    rows = Subscription.objects.filter(membership=membership)
    _want_end(rows.exclude(status__in=Subscription.ENDED).values_list("pk", flat=True))


def _follow(checkout: Checkout, row: Subscription, state: SubscriptionState) -> None:
    """What a failing or ended subscription means for the checkout and the membership."""
    if not Payment.objects.filter(checkout=checkout).exists():
        # The very first payment failed: nothing began, and nothing shall be charged later.
        if row.status in (*Subscription.FAILING, *Subscription.ENDED):
            finish_checkout(checkout, Checkout.Status.FAILED)
            if not row.has_ended:
                _want_end([row.pk])
        return
    if row.status in Subscription.FAILING and row.membership_id and state.unpaid:
        _fall_behind(row, state.unpaid)


def _fall_behind(row: Subscription, unpaid: Invoice) -> None:
    """Grace begins with the end of what is paid; who has paid ahead stays active."""
    chapter = lock_chapter(row.chapter_id)
    membership = lock_membership(row.membership_id or 0)
    due_on = chapter.day_of(unpaid.created_at)
    until = membership.paid_until
    if membership.status != Membership.Status.ACTIVE or until is None or until > due_on:
        return
    move_membership(
        membership,
        chapter,
        Membership.Status.PAST_DUE,
        why="card failed",
        grace_until=last_day_of_grace(until),
    )
    remind(membership, "card-failed-0", row)


# --- Ending at Stripe ----------------------------------------------------------------------------


def end_subscriptions() -> int:
    """End at Stripe what shall not renew any more; gives how many were. Raises GatewayDown."""
    return sweep_chapters(_end_in, stops=(gateway.GatewayDown,))


def _end_in(chapter: Chapter) -> int:
    with in_chapter(chapter):
        rows = Subscription.objects.filter(end_wanted=True)
        wanted = list(rows.exclude(status__in=Subscription.ENDED))
    # Whoever has left is charged again if another's row can hold theirs up.
    return sweep_rows(_end, wanted, stops=(gateway.GatewayDown,))


def _end(row: Subscription) -> bool:
    try:
        billing_gateway.end_now(row.stripe_id)
    except gateway.GatewayUnknown:
        log.info("Subscription %s had ended already", row.stripe_id)
    except gateway.GatewayRefused:
        log.exception("Subscription %s can't be ended", row.stripe_id)
        return False
    refresh_subscription(row)
    return True


def refresh_subscription(row: Subscription) -> None:
    """Look a subscription up at Stripe and settle it; one that Stripe does not know has ended.

    Opens its own scopes. Raises GatewayDown, GatewayRefused.
    """
    try:
        sync_subscription(row.stripe_id)
    except gateway.GatewayUnknown:
        with in_chapter(row.chapter_id, row.user_id):
            rows = Subscription.objects.filter(pk=row.pk)
            rows.update(status=Subscription.Status.CANCELED)


# --- The member's choice -------------------------------------------------------------------------


def change_renewal(row: Subscription, *, goes_on: bool) -> None:
    """Let dues end with what is paid, or renew after all; who stops it gets that in writing.

    Opens its own scopes. Raises GatewayDown, GatewayRefused.
    """
    if row.status in Subscription.FAILING and not goes_on:
        # Its period has begun and is not paid: only an end now keeps the card from being tried.
        billing_gateway.end_now(row.stripe_id)
    else:
        billing_gateway.end_at_period(row.stripe_id, ends=not goes_on)
    refresh_subscription(row)
    if goes_on or row.membership_id is None:
        return
    with in_chapter(row.chapter_id, row.user_id):
        lock_chapter(row.chapter_id)
        remind(lock_membership(row.membership_id), "stopped", row)
