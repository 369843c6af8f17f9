"""Dues that renew by themselves, lived through with the sandbox's clock."""

import datetime
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chapters.models import Mail
from chapters.scope import in_chapter
from chapters.unscoped import as_backbone
from members import actions, billing_gateway, gateway
from members.dues import a_month_after, a_year_after, last_day_of_grace
from members.models import Checkout, Membership, Payment, StripeEvent, Subscription
from tests.factories import make_chapter, make_user
from tests.payments import open_page, pay
from tests.sandboxes import BOUNCES, GOOD, ONCE
from tests.subscribing import advance, apply_news, membership, outcome, paid_until, subscribe

pytestmark = pytest.mark.django_db(transaction=True)


def mail_kinds() -> list[str]:
    with as_backbone():
        return sorted(Mail.objects.values_list("kind", flat=True))


def reread(row: Subscription) -> Subscription:
    with in_chapter(row.chapter_id):
        return Subscription.objects.get(pk=row.pk)


@pytest.mark.parametrize(
    ("interval", "cents", "after"), [("year", 1200, a_year_after), ("month", 100, a_month_after)]
)
def test_first_payment_begins_a_membership_that_renews(provider, mia, sf, interval, cents, after):
    row = subscribe(provider, mia, sf, interval, cents=cents)
    assert (row.status, row.interval, row.amount_cents) == ("active", interval, cents)
    assert row.will_renew
    with in_chapter(sf):
        payment = Payment.objects.get()
        assert Checkout.objects.get().status == "paid"
    paid_on = sf.day_of(payment.paid_at)
    held = membership(sf)
    assert (held.status, held.paid_until) == ("active", after(paid_on))
    assert (payment.invoice_id or "").startswith("in_")
    assert payment.checkout_id == row.checkout_id
    assert mail_kinds() == ["receipt", "welcome"]
    assert StripeEvent.objects.filter(state__in=["received", "failed"]).count() == 0


def test_each_paid_invoice_is_one_payment_and_one_period(provider, mia, sf):
    subscribe(provider, mia, sf)
    until = paid_until(sf)
    advance(provider, 366)
    apply_news(provider)
    apply_news(provider)
    with in_chapter(sf):
        payments = list(Payment.objects.order_by("id"))
    assert [one.checkout_id is None for one in payments] == [False, True]
    assert payments[1].covers_from == until
    assert membership(sf).paid_until == a_year_after(until)
    assert mail_kinds() == ["receipt", "receipt", "welcome"]
    sf.refresh_from_db()
    assert sf.member_count == 1


def test_a_year_of_months_leaves_no_gap(provider, mia, sf):
    subscribe(provider, mia, sf, "month", cents=100)
    for _ in range(12):
        advance(provider, 31)
        apply_news(provider)
    with in_chapter(sf):
        covered = list(Payment.objects.order_by("id").values_list("covers_from", "covers_until"))
    assert len(covered) >= 12
    assert all(end == start for (_, end), (start, _) in zip(covered, covered[1:], strict=False))
    assert membership(sf).status == "active"


def test_failed_card_gives_grace_and_a_new_card_leaves_no_gap(provider, mia, sf):
    row = subscribe(provider, mia, sf, card=ONCE)
    until = paid_until(sf)
    advance(provider, 366)
    apply_news(provider)
    held = membership(sf)
    assert (held.status, held.grace_until) == ("past_due", last_day_of_grace(until))
    assert mail_kinds() == ["card-failed", "receipt", "welcome"]
    sf.refresh_from_db()
    assert sf.member_count == 1
    provider.control("POST", f"subscriptions/{row.stripe_id}/card", card=GOOD)
    apply_news(provider)
    held = membership(sf)
    assert (held.status, held.grace_until) == ("active", None)
    assert held.paid_until == a_year_after(until)
    with in_chapter(sf):
        assert list(Payment.objects.values_list("covers_from", flat=True))[0] == until
    assert mail_kinds() == ["card-failed", "receipt", "receipt", "welcome"]


def test_dues_that_end_with_failed_cards_lapse_after_the_grace(provider, mia, sf):
    subscribe(provider, mia, sf, card=ONCE)
    until = paid_until(sf)
    advance(provider, 366)
    apply_news(provider)
    advance(provider, 20)
    apply_news(provider)
    with in_chapter(sf):
        assert Subscription.objects.get().status == "canceled"
    grace = last_day_of_grace(until)
    actions.sweep_chapter(sf, grace)
    assert membership(sf).status == "past_due"
    actions.sweep_chapter(sf, grace + datetime.timedelta(days=1))
    actions.sweep_chapter(sf, grace + datetime.timedelta(days=1))
    assert membership(sf).status == "lapsed"
    assert mail_kinds().count("membership-lapsed") == 1
    sf.refresh_from_db()
    assert sf.member_count == 0


def test_stopped_dues_run_to_their_end_and_resume_before_it(provider, mia, sf):
    row = subscribe(provider, mia, sf)
    until = paid_until(sf)
    actions.change_renewal(row, goes_on=False)
    row = reread(row)
    assert not row.will_renew
    actions.change_renewal(row, goes_on=True)
    row = reread(row)
    assert row.will_renew
    actions.change_renewal(row, goes_on=False)
    assert mail_kinds() == ["receipt", "renewal-stopped", "welcome"]
    advance(provider, 366)
    apply_news(provider)
    with in_chapter(sf):
        assert Subscription.objects.get().status == "canceled"
        assert Payment.objects.count() == 1
    actions.sweep_chapter(sf, until)
    assert membership(sf).status == "active"
    actions.sweep_chapter(sf, until + datetime.timedelta(days=1))
    assert membership(sf).status == "lapsed"


def test_dues_that_lapse_unpaid_are_ended_at_stripe(provider, mia, sf):
    provider.control("POST", "dunning", retry_days=[60], then="past_due")
    subscribe(provider, mia, sf, card=ONCE)
    advance(provider, 366)
    apply_news(provider)
    over = last_day_of_grace(paid_until(sf)) + datetime.timedelta(days=1)
    actions.sweep_chapter(sf, over)
    assert actions.end_subscriptions() == 1
    assert actions.end_subscriptions() == 0
    with in_chapter(sf):
        assert Subscription.objects.get().status == "canceled"


def test_another_amount_replaces_the_subscription(provider, mia, sf):
    first = subscribe(provider, mia, sf)
    second = subscribe(provider, mia, sf, cents=4800)
    assert actions.end_subscriptions() == 1
    assert (reread(first).status, reread(second).status) == ("canceled", "active")
    with in_chapter(sf):
        assert Membership.objects.count() == 1
        starts, ends = zip(*Payment.objects.values_list("covers_from", "covers_until"), strict=True)
    assert a_year_after(min(ends)) == max(ends) == membership(sf).paid_until
    assert max(starts) == min(ends)


def test_first_debit_that_bounces_begins_nothing(provider, mia, sf):
    checkout = open_page(mia, sf, 3600, "year")
    pay(provider, checkout, BOUNCES)
    provider.control("POST", f"sessions/{checkout.session_id}/settle", outcome="failed")
    apply_news(provider)
    actions.end_subscriptions()
    with in_chapter(sf):
        checkout.refresh_from_db()
        assert checkout.status == "failed"
        assert Membership.objects.get().status == "pending"
        assert Subscription.objects.get().status == "canceled"
    assert mail_kinds() == ["payment-failed"]


def test_subscription_of_another_price_is_held_back(provider, mia, sf):
    checkout = open_page(mia, sf, 3600, "year")
    with in_chapter(sf):
        Checkout.objects.filter(pk=checkout.pk).update(amount_cents=4800)
    pay(provider, checkout)
    apply_news(provider)
    with in_chapter(sf):
        checkout.refresh_from_db()
        assert checkout.status == "quarantined"
        assert not Payment.objects.exists()


def test_reconciling_finds_a_renewal_of_which_no_webhook_told(provider, mia, sf):
    subscribe(provider, mia, sf)
    until = paid_until(sf)
    advance(provider, 366)
    with in_chapter(sf):
        old = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
        Subscription.objects.update(seen_at=old, current_period_end=old)
    for look_up in actions.reconciling._looks(sf, datetime.datetime.now(datetime.UTC)):
        look_up()
    assert membership(sf).paid_until == a_year_after(until)


def test_an_older_answer_changes_nothing(provider, mia, sf):
    row = subscribe(provider, mia, sf, card=ONCE)
    renewals = actions.renewals
    asked_at = renewals._clock_of_database()
    early = billing_gateway.retrieve_subscription(row.stripe_id)
    advance(provider, 366)
    apply_news(provider)
    before = outcome(sf)
    with in_chapter(sf):
        renewals.settle_subscription(row.checkout_id, renewals.Answer(early, asked_at))
    assert outcome(sf) == before
    assert before["membership"][0] == "past_due"


def test_stripe_is_never_asked_inside_a_transaction(provider, sf):
    with in_chapter(sf), pytest.raises(RuntimeError):
        gateway.retrieve_session("cs_1")


# --- Fault 13 for subscriptions ------------------------------------------------------------------


def live(provider, disorder, chapter) -> dict:
    provider.control("POST", "reset")
    provider.control("POST", "settle_after", seconds=None)
    provider.control("POST", "webhooks", hold=True)
    StripeEvent.objects.all().delete()
    person = make_user(f"ada{chapter.pk}")
    checkout = open_page(person, chapter, 3600, "year")
    pay(provider, checkout, ONCE)
    acts = [
        lambda: advance(provider, 366),
        lambda: new_card(provider),
        lambda: advance(provider, 370),
    ]
    for act in acts:
        if disorder is None or disorder.random() < 0.5:
            apply_news(provider, disorder)
        act()
    apply_news(provider, disorder)
    assert not StripeEvent.objects.filter(state__in=["received", "failed"]).exists()
    return outcome(chapter)


def new_card(provider) -> None:
    (found,) = provider.client().v1.subscriptions.list()
    provider.control("POST", f"subscriptions/{found.id}/card", card=GOOD)


def without_prefix(found: dict) -> dict:
    payments = [(number[-5:], *rest) for number, *rest in found["payments"]]
    return {**found, "payments": payments}


@pytest.mark.fault(13)
def test_shuffled_life_of_a_subscription_ends_as_the_ordered_one(provider):
    ordered = without_prefix(live(provider, None, make_chapter()))
    assert ordered["membership"][0] == "active"
    assert len(ordered["payments"]) == 3

    @settings(max_examples=4, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, 2**32))
    def check(seed):
        assert without_prefix(live(provider, random.Random(seed), make_chapter())) == ordered

    check()
