"""Refunds and disputes: the money, the books and the membership agree at every step."""

import datetime

import pytest

from chapters.models import Mail
from chapters.scope import in_chapter
from members import actions, gateway
from members.actions.refunds import RefundRefused, refund_payment, send_refund
from members.dues import a_year_after
from members.models import Dispute, Line, Membership, Payment, Refund
from tests.factories import make_seat, make_user
from tests.payments import open_page, pay
from tests.sandboxes import DISPUTED, GOOD, REFUND_FAILS, Sandbox
from tests.subscribing import advance, apply_news, membership, paid_until, subscribe

pytestmark = pytest.mark.django_db(transaction=True)


def paid(provider: Sandbox, user, chapter, card: str = GOOD, cents: int = 3600) -> Payment:
    pay(provider, open_page(user, chapter, cents), card)
    apply_news(provider)
    with in_chapter(chapter):
        return Payment.objects.select_related("chapter").latest("id")


def refund(chapter, payment: Payment, cents: int) -> Refund:
    with in_chapter(chapter):
        row = refund_payment(payment, cents, None, "Asked for by the member")
    send_refund(row.pk, chapter.pk)
    with in_chapter(chapter):
        return Refund.objects.get(pk=row.pk)


def books(chapter) -> dict[str, int]:
    """Account code to balance in cents; debit is positive."""
    sums: dict[str, int] = {}
    with in_chapter(chapter):
        for code, cents in Line.objects.values_list("account__code", "amount_cents"):
            sums[code] = sums.get(code, 0) + cents
    assert sum(sums.values()) == 0
    return {code: cents for code, cents in sums.items() if cents}


def test_refund_in_part_leaves_the_membership(provider, mia, sf):
    payment = paid(provider, mia, sf)
    before, until = books(sf), membership(sf).paid_until
    row = refund(sf, payment, 1000)
    assert (row.status, row.is_booked, row.took_days) == ("succeeded", True, 0)
    held = membership(sf)
    assert (held.status, held.paid_until) == ("active", until)
    moved = {code: cents - before.get(code, 0) for code, cents in books(sf).items()}
    assert sorted(cents for cents in moved.values() if cents) == [-1000, 1000]


@pytest.mark.fault(18)
def test_full_refund_in_two_parts_ends_the_membership_that_day_and_no_more_can_be_had(
    provider, mia, sf
):
    payment = paid(provider, mia, sf)
    refund(sf, payment, 1000)
    refund(sf, payment, 2600)
    held = membership(sf)
    assert (held.status, held.paid_until) == ("cancelled", payment.covers_from)
    with in_chapter(sf), pytest.raises(RefundRefused):
        refund_payment(payment, 1, None, "Once more")
    with in_chapter(sf):
        again = list(Refund.objects.values_list("pk", flat=True))
    for ident in again:
        send_refund(ident, sf.pk)
    apply_news(provider)
    with in_chapter(sf):
        assert Refund.objects.count() == 2
    sf.refresh_from_db()
    assert sf.member_count == 0
    found = books(sf)
    assert set(found.values()) <= {134, -134} and len(found) == 2  # the fee alone stays spent


def test_refund_of_an_early_renewal_takes_its_year_alone(provider, mia, sf):
    paid(provider, mia, sf)
    until = paid_until(sf)
    renewal = paid(provider, mia, sf)
    assert membership(sf).paid_until == a_year_after(until)
    refund(sf, renewal, 3600)
    held = membership(sf)
    assert (held.status, held.paid_until) == ("active", until)


def test_full_refund_ends_the_subscription_too(provider, mia, sf):
    row = subscribe(provider, mia, sf)
    with in_chapter(sf):
        payment = Payment.objects.get()
    refund(sf, payment, 3600)
    assert actions.end_subscriptions() == 1
    assert provider.client().v1.subscriptions.retrieve(row.stripe_id).status == "canceled"
    assert membership(sf).status == "cancelled"


def test_refund_that_fails_later_is_undone(provider, mia, sf):
    payment = paid(provider, mia, sf, REFUND_FAILS)
    before, until = books(sf), membership(sf).paid_until
    row = refund(sf, payment, 3600)
    assert membership(sf).status == "cancelled"
    provider.control("POST", f"refunds/{row.stripe_id}/fail")
    apply_news(provider)
    apply_news(provider)
    with in_chapter(sf):
        row = Refund.objects.get()
    assert (row.status, row.is_booked) == ("failed", False)
    held = membership(sf)
    assert (held.status, held.paid_until) == ("active", until)
    assert books(sf) == before
    sf.refresh_from_db()
    assert sf.member_count == 1


def test_refund_waits_while_stripe_is_away_and_is_sent_once(provider, mia, sf, settings):
    payment = paid(provider, mia, sf)
    with in_chapter(sf):
        row = refund_payment(payment, 500, None, "Late")
        Refund.objects.update(created_at=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    with pytest.raises(gateway.GatewayDown):
        send_refund(row.pk, sf.pk)
    settings.STRIPE_API_BASE = provider.url
    for look_up in actions.reconciling._looks(sf, datetime.datetime.now(datetime.UTC)):
        look_up()
    send_refund(row.pk, sf.pk)
    assert len(list(provider.client().v1.refunds.list())) == 1
    with in_chapter(sf):
        assert Refund.objects.get().status == "succeeded"


def test_refund_made_at_stripe_is_found_and_booked(provider, mia, sf):
    payment = paid(provider, mia, sf)
    given = {"payment_intent": payment.payment_intent, "amount": 700}
    provider.client().v1.refunds.create(given)
    apply_news(provider)
    with in_chapter(sf):
        row = Refund.objects.get()
        assert (row.amount_cents, row.status, row.is_booked) == (700, "succeeded", True)
        assert Mail.objects.filter(chapter=sf, kind="refund").count() == 1


@pytest.mark.parametrize(("outcome", "status"), [("won", "active"), ("lost", "cancelled")])
def test_disputed_payment_keeps_the_membership_until_it_is_lost(provider, mia, sf, outcome, status):
    paid(provider, mia, sf, DISPUTED)
    advance(provider, 0)  # the bank has reacted
    apply_news(provider)
    with in_chapter(sf):
        dispute = Dispute.objects.get()
        assert (dispute.status, dispute.fee_cents) == ("open", 1500)
        assert Membership.objects.get().status == "active"
    books(sf)
    provider.control("POST", f"disputes/{dispute.stripe_id}/close", outcome=outcome)
    apply_news(provider)
    apply_news(provider)
    with in_chapter(sf):
        assert Dispute.objects.get().status == outcome
    assert membership(sf).status == status
    assert 1500 + 134 in books(sf).values()


def told(chapter) -> list[tuple[str, str, str]]:
    with in_chapter(chapter):
        rows = Mail.objects.filter(chapter=chapter, kind__startswith="dispute")
        return sorted(rows.values_list("kind", "to", "subject"))


@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_chair_and_backbone_are_told_of_a_dispute_once(provider, mia, sf, lou, bea, outcome):
    paid(provider, mia, sf, DISPUTED)
    advance(provider, 0)
    apply_news(provider)
    apply_news(provider)
    with in_chapter(sf):
        dispute = Dispute.objects.get()
        assert dispute.answer_by is not None
        due = sf.day_of(dispute.answer_by)
        number = dispute.payment.receipt_number
        letters = Mail.objects.filter(kind="dispute-opened")
        texts = {one.to: one.text for one in letters}
    opened = f"A payment of $36.00 is disputed: San Francisco, {number}"
    assert told(sf) == [("dispute-opened", one.email, opened) for one in (bea, lou)]
    for text in texts.values():
        assert f"Evidence is due by: {due:%B %-d, %Y}" in text
        assert mia.name not in text and mia.email not in text
    assert f"/admin/members/dispute/{dispute.pk}/change/" in texts[bea.email]
    assert "/san-francisco/books/" in texts[lou.email]
    provider.control("POST", f"disputes/{dispute.stripe_id}/close", outcome=outcome)
    apply_news(provider)
    apply_news(provider)
    closed = f"{outcome.capitalize()}: the dispute over $36.00 in San Francisco, {number}"
    assert told(sf)[:2] == [("dispute-closed", one.email, closed) for one in (bea, lou)]
    assert len(told(sf)) == 4


def test_council_without_a_chair_is_told_together(provider, mia, sf):
    people = [make_seat(sf, make_user(name)).user for name in ("ann", "ben")]
    paid(provider, mia, sf, DISPUTED)
    advance(provider, 0)
    apply_news(provider)
    assert [to for _, to, _ in told(sf)] == [one.email for one in people]
