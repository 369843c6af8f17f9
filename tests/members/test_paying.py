"""From a paid page to an active membership, through the real sandbox."""

import datetime
from zoneinfo import ZoneInfo

import pytest
import stripe
from django.utils import timezone

from chapters.models import Mail
from chapters.scope import in_chapter
from chapters.unscoped import as_backbone
from members import actions, gateway
from members.dues import a_year_after
from members.models import Checkout, Entry, Membership, Payment, StripeEvent
from members.queries import membership_of
from members.tasks import sweep_events
from tests.books import ledger_balance, person_cents
from tests.factories import make_membership, make_stripe_event
from tests.payments import deliver, open_page, pay, session_events
from tests.sandboxes import BOUNCES, LATER

pytestmark = pytest.mark.django_db(transaction=True)


def apply_all():
    for event_id in StripeEvent.objects.values_list("pk", flat=True):
        actions.apply_event(event_id)


def paid_once(provider, user, chapter, amount_cents=3600):
    checkout = open_page(user, chapter, amount_cents)
    pay(provider, checkout)
    for event in session_events(provider):
        actions.receive_event(event)
    apply_all()
    return checkout


def mails():
    with as_backbone():
        return sorted(Mail.objects.values_list("kind", "to"))


def test_payment_makes_an_active_member_with_receipt_and_letters(provider, mia, sf):
    paid_once(provider, mia, sf)
    today = sf.today
    with in_chapter(sf):
        membership = Membership.objects.get()
        payment = Payment.objects.get()
    assert (membership.status, membership.number) == ("active", 1)
    assert (membership.joined_on, membership.paid_until) == (today, a_year_after(today))
    assert payment.receipt_number == f"SF-{today.year}-00001"
    assert (payment.amount_cents, payment.currency) == (3600, "usd")
    assert (payment.covers_from, payment.covers_until) == (today, a_year_after(today))
    assert mails() == [("receipt", mia.email), ("welcome", mia.email)]
    sf.refresh_from_db()
    assert sf.member_count == 1


def test_two_renewals_add_twenty_four_months(provider, mia, sf):
    for _ in range(3):
        paid_once(provider, mia, sf)
    today = sf.today
    with in_chapter(sf, mia):
        membership = membership_of(mia, sf)
        receipts = list(Payment.objects.order_by("id").values_list("receipt_number", flat=True))
    assert membership and membership.paid_until == today.replace(year=today.year + 3)
    assert receipts == [f"SF-{today.year}-{number:05}" for number in (1, 2, 3)]
    assert [kind for kind, _ in mails()] == ["receipt", "receipt", "receipt", "welcome"]
    sf.refresh_from_db()
    assert sf.member_count == 1


def test_member_numbers_and_receipts_belong_to_the_chapter(provider, mia, otto, sf, denver):
    paid_once(provider, mia, sf)
    paid_once(provider, mia, denver)
    today = denver.today
    with in_chapter(denver):
        assert Payment.objects.get().receipt_number == f"DEN-{today.year}-00001"
        numbers = set(Membership.objects.values_list("number", flat=True))
    assert len(numbers) == 2


def test_lapsed_member_starts_again_today_with_the_old_number(provider, mia, sf):
    long_ago = datetime.date(2024, 3, 1)
    make_membership(sf, mia, number=7, status="lapsed", joined_on=long_ago, paid_until=long_ago)
    paid_once(provider, mia, sf)
    today = sf.today
    with in_chapter(sf):
        membership = Membership.objects.get()
    assert (membership.number, membership.joined_on) == (7, long_ago)
    assert membership.paid_until == a_year_after(today)


def test_bank_debit_is_pending_until_the_money_arrives(provider, mia, sf):
    checkout = open_page(mia, sf)
    pay(provider, checkout, LATER)
    for event in session_events(provider):
        actions.receive_event(event)
    apply_all()
    with in_chapter(sf):
        checkout.refresh_from_db()
        assert checkout.status == "pending"
        assert Membership.objects.get().status == "pending"
        assert not Payment.objects.exists()
    provider.control("POST", f"sessions/{checkout.session_id}/settle", outcome="succeeded")
    for event in session_events(provider):
        actions.receive_event(event)
    apply_all()
    with in_chapter(sf):
        checkout.refresh_from_db()
        assert checkout.status == "paid"
        assert Membership.objects.get().status == "active"


def test_bank_debit_that_fails_says_so_and_takes_no_money(provider, mia, sf):
    checkout = open_page(mia, sf)
    pay(provider, checkout, BOUNCES)
    provider.control("POST", f"sessions/{checkout.session_id}/settle", outcome="failed")
    for event in reversed(session_events(provider)):
        actions.receive_event(event)
        actions.apply_event(event["id"])
    with in_chapter(sf):
        checkout.refresh_from_db()
        assert checkout.status == "failed"
        assert Membership.objects.get().status == "pending"
    assert mails() == [("payment-failed", mia.email)]


@pytest.mark.parametrize(("field", "value"), [("amount_cents", 1200), ("currency", "eur")])
def test_a_session_that_differs_from_its_checkout_is_held_back(provider, mia, sf, field, value):
    checkout = open_page(mia, sf)
    pay(provider, checkout)
    with in_chapter(sf):
        Checkout.objects.filter(pk=checkout.pk).update(**{field: value})
    for event in session_events(provider):
        actions.receive_event(event)
    apply_all()
    with in_chapter(sf):
        checkout.refresh_from_db()
        assert checkout.status == "quarantined"
        assert field.removesuffix("_cents") in checkout.error
        assert not Payment.objects.exists()


def test_a_session_that_names_another_chapter_is_held_back(provider, mia, sf, denver):
    checkout = open_page(mia, sf)
    pay(provider, checkout)
    session = gateway.retrieve_session(checkout.session_id)
    session.metadata["chapter"] = str(denver.pk)
    with in_chapter(sf):
        settled = actions.paying.settle_checkout(checkout.pk, session)
        assert settled and settled.status == "quarantined"
        assert not Payment.objects.exists()
    with in_chapter(denver):
        assert actions.paying.settle_checkout(checkout.pk, session) is None


def test_events_that_are_not_ours_are_ignored(provider):
    given = {
        "mode": "payment",
        "success_url": "https://example.org/",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": "usd", "unit_amount": 5000, "product_data": {"name": "Mug"},
                },
            }
        ],
    }  # fmt: skip
    session = provider.client().v1.checkout.sessions.create(given)
    provider.control("POST", f"sessions/{session.id}/pay")
    for event in session_events(provider):
        assert deliver(event) == 200
    apply_all()
    assert set(StripeEvent.objects.values_list("state", flat=True)) == {"ignored"}


def test_event_waits_while_stripe_does_not_answer(provider, mia, sf, settings):
    checkout = open_page(mia, sf)
    pay(provider, checkout)
    (event,) = session_events(provider)
    actions.receive_event(event)
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    actions.apply_event(event["id"])
    row = StripeEvent.objects.get()
    assert (row.state, row.attempts) == ("received", 0)
    settings.STRIPE_API_BASE = provider.url
    actions.apply_event(event["id"])
    assert StripeEvent.objects.get().state == "applied"


def test_sweep_ends_after_three_events_in_a_row_without_an_answer(settings):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    settings.STRIPE_SECRET_KEY = "sk_test_sandbox"
    for number in range(5):
        make_stripe_event(
            payload={"data": {"object": {"id": f"cs_test_{number}", "object": "checkout.session"}}}
        )
    sweep_events()
    assert StripeEvent.objects.filter(error__startswith="Waiting: ").count() == 3
    assert StripeEvent.objects.filter(error="").count() == 2


def test_checkout_whose_page_stripe_has_lost_does_not_bar_another(provider, mia, sf):
    lost = open_page(mia, sf, 3600)
    provider.control("POST", "reset")
    fresh = open_page(mia, sf, 4800)
    with in_chapter(sf):
        lost.refresh_from_db()
    assert (lost.status, fresh.status) == ("expired", "open")
    assert fresh.session_url


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (409, gateway.GatewayDown),
        (500, gateway.GatewayDown),
        (404, gateway.GatewayUnknown),
        (400, gateway.GatewayRefused),
    ],
)
def test_answers_that_may_be_asked_for_again_are_told_from_a_no(status, kind):
    def answer():
        raise stripe.StripeError("No.", http_status=status)

    with pytest.raises(kind) as found:
        gateway.ask(answer)
    assert found.type is kind


@pytest.mark.parametrize(("hour", "is_current"), [(23, True), (24, False)])
def test_membership_lasts_until_midnight_on_the_chapters_clock(
    mia, sf, monkeypatch, hour, is_current
):
    last_day = datetime.datetime(2026, 5, 15, tzinfo=ZoneInfo(sf.zone))
    membership = make_membership(sf, user=mia, paid_until=last_day.date())
    now = last_day + datetime.timedelta(hours=hour)
    monkeypatch.setattr(timezone, "now", lambda: now.astimezone(datetime.UTC))
    assert membership.is_current is is_current


def test_reconciling_finds_a_payment_of_which_no_webhook_told(provider, mia, sf):
    checkout = open_page(mia, sf)
    pay(provider, checkout)
    actions.reconcile()
    with in_chapter(sf):
        checkout.refresh_from_db()
        assert checkout.status == "paid"


def test_reconciling_looks_up_checkouts_whose_events_are_gone(provider, mia, sf):
    checkout = open_page(mia, sf)
    pay(provider, checkout)
    with in_chapter(sf):
        old = timezone.now() - datetime.timedelta(hours=3)
        Checkout.objects.filter(pk=checkout.pk).update(created_at=old)
    (look_up,) = actions.reconciling._looks(sf, timezone.now())
    look_up()
    with in_chapter(sf):
        assert Membership.objects.get().status == "active"


def test_each_payment_is_booked_once(provider, mia, lou, sf):
    paid_once(provider, mia, sf, 3600)
    paid_once(provider, lou, sf, 1250)
    with in_chapter(sf):
        entries = Entry.objects.filter(kind="dues").order_by("id")
        amounts = entries.values_list("payment__amount_cents", flat=True)
        assert list(amounts) == [3600, 1250]
        assert person_cents(Payment.objects.all()) == 4850
        assert ledger_balance(sf) == 0
