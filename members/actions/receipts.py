"""Receipts once more, for who has lost one."""

import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from chapters import audit
from chapters.models import Mail
from members.actions.paying import send_receipt
from members.models import Checkout, Payment, Purpose, Subscription

_JUST_NOW = datetime.timedelta(minutes=5)


class ReceiptRefused(Exception):
    """The receipt is on its way already."""


def resend_receipt(payment: Payment, *, by: Any) -> Mail:
    """Post the receipt of a payment again, as a letter of its own; in the chapter's scope.

    A new letter has a new Message-ID: with the old one, mail programs would hide it as known.
    Raises ReceiptRefused while one waits or was sent just now.
    """
    with transaction.atomic():
        held = Payment.objects.select_for_update(no_key=True).get(pk=payment.pk)
        if _is_on_its_way(held):
            raise ReceiptRefused("This receipt was posted in the last minutes; wait for it first.")
        mail = send_receipt(_what_renews(held), held)
        facts = {"receipt": held.receipt_number}
        audit.record("receipt.resent", subject=held, chapter=held.chapter, by=by, facts=facts)
    return mail


def _is_on_its_way(payment: Payment) -> bool:
    rows = Mail.objects.filter(chapter_id=payment.chapter_id, kind="receipt")
    recent = Q(created_at__gte=timezone.now() - _JUST_NOW)
    waiting = Q(state__in=[Mail.State.QUEUED, Mail.State.SENDING])
    return rows.filter(recent | waiting, text__contains=payment.receipt_number).exists()


def _what_renews(payment: Payment) -> Checkout:
    """The checkout whose dues go on by themselves today, else one of nothing that does."""
    rows = Subscription.objects.filter(membership=payment.membership_id)
    newest = rows.select_related("checkout").order_by("-created_at", "-pk").first()
    goes_on = newest and newest.will_renew and payment.purpose == Purpose.DUES
    return newest.checkout if newest and goes_on else Checkout()
