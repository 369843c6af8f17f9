"""Money that goes back in parts: refunds beside inquiries and disputes, in any order."""

import datetime

import pytest
from django.utils import timezone

from chapters.models import Mail
from chapters.scope import in_chapter
from members.actions.disputes import settle_dispute
from members.actions.reconciling import _waiting_disputes
from members.actions.refunds import refundable_cents, settle_refund
from members.billing_gateway import DisputeState, RefundState
from members.models import Dispute, Membership, Payment
from tests.factories import make_booked_payment, make_membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment(sf, mia) -> Payment:
    """$25 for a year of which 185 days are left, and another year paid after it."""
    today = sf.today
    day = datetime.timedelta(days=1)
    membership = make_membership(sf, mia, paid_until=today + 550 * day)
    return make_booked_payment(
        membership, covers_from=today - 180 * day, covers_until=today + 185 * day
    )


def dispute(payment: Payment, status: str, cents: int = 2500) -> None:
    opened = timezone.now() - datetime.timedelta(days=2)
    with in_chapter(payment.chapter):
        settle_dispute(
            DisputeState(
                id="du_1", status=status, amount_cents=cents, fee_cents=1500, currency="usd",
                reason="general", payment_intent=payment.payment_intent, opened_at=opened,
                answer_by=None,
            )
        )  # fmt: skip


def refund(payment: Payment, ident: str, cents: int, status: str = "succeeded") -> None:
    with in_chapter(payment.chapter):
        settle_refund(RefundState(ident, status, cents, "usd", payment.payment_intent, {}))


def days_paid(payment: Payment) -> int:
    with in_chapter(payment.chapter):
        until = Membership.objects.get().paid_until
    assert until is not None
    return (until - payment.chapter.today).days


@pytest.mark.parametrize(
    ("status", "cents"),
    [("warning_needs_response", 2500), ("warning_closed", 2500), ("needs_response", 0),
     ("lost", 0), ("won", 2500)],
)  # fmt: skip
def test_an_inquiry_keeps_nothing_from_being_refunded(payment, status, cents):
    dispute(payment, status)
    with in_chapter(payment.chapter):
        assert refundable_cents(payment) == cents


def test_a_closed_inquiry_is_asked_about_no_more(payment):
    dispute(payment, "warning_needs_response")
    assert len(_waiting_disputes(payment.chapter, timezone.now())) == 1
    dispute(payment, "warning_closed")
    assert _waiting_disputes(payment.chapter, timezone.now()) == []
    dispute(payment, "needs_response")
    with in_chapter(payment.chapter):
        assert Dispute.objects.get().status == "open"
    assert len(_waiting_disputes(payment.chapter, timezone.now())) == 1


def test_letters_tell_an_inquiry_from_a_dispute_and_its_end(payment, lou):
    for status in ("warning_needs_response", "warning_closed", "needs_response", "lost"):
        dispute(payment, status)
        dispute(payment, status)
    with in_chapter(payment.chapter):
        rows = Mail.objects.filter(to=lou.email).order_by("created_at")
        subjects = [
            subject.partition("San")[0] for subject in rows.values_list("subject", flat=True)
        ]
    assert subjects == [
        "A bank asks about $25.00: ",
        "Closed: the inquiry about $25.00 in ",
        "A payment of $25.00 is disputed: ",
        "Lost: the dispute over $25.00 in ",
    ]


def test_half_refunded_and_half_disputed_is_gone_when_the_dispute_is_lost(payment):
    dispute(payment, "needs_response", 1250)
    refund(payment, "re_1", 1250)
    assert days_paid(payment) == 550
    dispute(payment, "lost", 1250)
    assert days_paid(payment) == 365


def test_what_was_refunded_is_not_taken_again_by_a_lost_dispute(payment):
    refund(payment, "re_1", 2500)
    assert days_paid(payment) == 365
    dispute(payment, "lost")
    assert days_paid(payment) == 365


def test_the_months_come_back_whichever_of_two_refunds_fails(payment):
    refund(payment, "re_1", 1250)
    refund(payment, "re_2", 1250)
    assert days_paid(payment) == 365
    refund(payment, "re_1", 1250, "failed")
    assert days_paid(payment) == 550
