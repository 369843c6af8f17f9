"""Payouts: one account at the provider, many chapters, and books that agree to the cent."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.urls import reverse
from django.utils import timezone

from chapters.scope import in_chapter
from chapters.unscoped import as_backbone
from members.actions.payouts import _settle_part, place, reconcile_payouts, settle_payout
from members.actions.refunds import refund_payment, send_refund
from members.bookkeeping import BANK
from members.models import Entry, Line, Movement, Payment, Payout, PayoutPart
from members.payout_gateway import MovementState, PayoutState, list_paid_out
from members.queries.payouts import add_up, compare_balances
from tests.factories import make_booked_payment, make_chapter, make_membership, make_user
from tests.payments import open_page, pay
from tests.sandboxes import DISPUTED, GOOD, Sandbox, open_session
from tests.subscribing import advance, apply_news

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def chapters(sf, provider) -> list:
    provider.control("POST", "clock", days=0)
    return [sf, make_chapter("Denver", zone="America/Denver")]


def pay_dues(provider: Sandbox, chapter, cents: int, card: str = GOOD) -> Payment:
    pay(provider, open_page(make_user(password=None), chapter, cents), card)
    apply_news(provider)
    with in_chapter(chapter):
        return Payment.objects.select_related("chapter").latest("id")


def give_back(payment: Payment, cents: int) -> None:
    with in_chapter(payment.chapter):
        row = refund_payment(payment, cents, None, "Asked for")
    send_refund(row.pk, payment.chapter_id)


def clearing() -> int:
    with as_backbone():
        rows = Line.objects.filter(account__code="1100")
        return sum(rows.values_list("amount_cents", flat=True))


def held(provider: Sandbox) -> int:
    """The provider's balance: all that moved it, payouts too."""
    rows = provider.client().v1.balance_transactions.list({"limit": 100})
    return sum(row.net for row in rows.auto_paging_iter())


def compared():
    with as_backbone():
        return compare_balances()


def parts() -> dict[int, int]:
    with as_backbone():
        return dict(PayoutPart.objects.values_list("chapter", "net_cents"))


def test_a_payout_is_split_by_chapter_and_booked_once(provider, chapters):
    sf, denver = chapters
    first = pay_dues(provider, sf, 3600)
    pay_dues(provider, sf, 2400)
    pay_dues(provider, denver, 5000)
    give_back(first, 1000)
    sent = provider.control("POST", "payouts", all=True)
    for _ in range(2):
        reconcile_payouts()
    assert parts() == {sf.pk: 3600 - 134 + 2400 - 100 - 1000, denver.pk: 5000 - 175}
    payout = Payout.objects.get()
    assert (payout.amount_cents, payout.unmatched_cents) == (sent["amount"], 0)
    assert sum(parts().values()) == sent["amount"]
    with as_backbone():
        booked = Entry.objects.filter(kind="payout").values_list("chapter", "key")
        assert sorted(booked) == sorted((pk, f"payout-{payout.pk}") for pk in parts())
        assert Movement.objects.filter(part__isnull=True).count() == 0
    assert clearing() == held(provider) == 0
    assert all(row.agrees for row in compared())


def one_payment_paid_out(chapter) -> tuple[PayoutState, MovementState]:
    """A payout of $24.00 with the payment of $25.00 that it pays out."""
    payment, now = make_booked_payment(make_membership(chapter)), timezone.now()
    moved = MovementState("txn_1", "charge", 2500, 100, 2400, "usd", now, "ch_1", "charge",
                          payment.payment_intent, str(chapter.pk))  # fmt: skip
    return PayoutState("po_1", "paid", 2400, "usd", now.date(), now), moved


def test_a_payout_that_two_workers_read_at_once_is_booked_once(sf):
    state, moved = one_payment_paid_out(sf)
    settle_payout(state, [])
    with in_chapter(sf):
        PayoutPart.objects.create(payout=Payout.objects.get(), net_cents=0)

    def read() -> None:
        try:
            settle_payout(state, [moved])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as other:
        with in_chapter(sf):
            _settle_part(Payout.objects.get(), sf.pk, place([moved]), 0)
            later = other.submit(read)
            until_somebody_waits()
        later.result()
    with in_chapter(sf):
        assert [entry.key for entry in Entry.objects.filter(kind="payout")] == ["payout-po_1"]


def test_a_part_that_changes_to_and_fro_is_booked_each_time(sf):
    state, moved = one_payment_paid_out(sf)
    settle_payout(state, [])
    with in_chapter(sf):
        for known in ([moved], [], [moved], [], [moved]):
            _settle_part(Payout.objects.get(), sf.pk, place(known), 0)
        bank = Line.objects.filter(account__code=BANK).values_list("amount_cents", flat=True)
        assert sum(bank) == 2400
        keys = [f"payout-po_1{again}" for again in ("", "/2", "/3")]
        assert sorted(Entry.objects.filter(kind="payout").values_list("key", flat=True)) == keys
    assert clearing() == 0


def until_somebody_waits() -> None:
    """Until another connection waits for a lock of this one."""
    for _ in range(1000):
        with connection.cursor() as cursor:
            cursor.execute("select exists (select from pg_locks where not granted), pg_sleep(0.01)")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("Nobody waits.")


def test_what_no_webhook_told_is_found_by_the_balance(provider, chapters):
    sf, denver = chapters
    pay(provider, open_page(make_user(password=None), sf, 3600))
    payment = pay_dues(provider, denver, 3600)  # brings the news of the other one too
    pay(provider, open_page(make_user(password=None), sf, 4800))
    client = provider.client().v1
    client.refunds.create({"payment_intent": payment.payment_intent, "amount": 700})
    charge = client.payment_intents.retrieve(payment.payment_intent).latest_charge
    provider.control("POST", f"charges/{charge}/dispute", amount=500)
    reconcile_payouts()
    with in_chapter(sf):
        assert sorted(Payment.objects.values_list("amount_cents", flat=True)) == [3600, 4800]
        assert Entry.objects.filter(kind="fee").count() == 2
    with in_chapter(denver):
        assert Entry.objects.filter(kind__in=["refund", "dispute"]).count() == 2
    assert clearing() == held(provider)
    assert all(row.agrees for row in compared())


def test_a_strangers_charge_stays_at_the_payout_and_never_in_a_chapter(provider, chapters):
    sf, _ = chapters
    pay_dues(provider, sf, 3600)
    stranger = open_session(provider, client_reference_id="shop-1", metadata={"chapter": "x"})
    provider.control("POST", f"sessions/{stranger.id}/pay", card=GOOD)
    sent = provider.control("POST", "payouts", all=True)
    reconcile_payouts()
    payout = Payout.objects.get()
    assert parts() == {sf.pk: 3600 - 134}
    assert payout.unmatched_cents == 3600 - 134 == sent["amount"] - sum(parts().values())
    assert [row["cents"] for row in payout.unmatched] == [3600 - 134]


def test_sums_of_matched_missing_and_extra_agree(provider, chapters, client):
    sf, denver = chapters
    pay_dues(provider, sf, 3600)
    pay_dues(provider, denver, 2400)
    reconcile_payouts()
    with in_chapter(denver):
        movement = Movement.objects.get()
        movement.amount_cents, movement.net_cents = 2500, 2500 - movement.fee_cents
        movement.save()
    with in_chapter(sf):
        Movement.objects.all().delete()
    total = add_up(compared())
    assert (total.matched, total.missing, total.extra) == (0, 2400, 3466 + 2300)
    assert total.provider == total.matched + total.missing == 2400
    assert total.clearing == clearing() == 3466 + 2300
    staff = make_user(is_staff=True, is_superuser=True)
    client.force_login(staff)
    page = client.get(reverse("admin:members_payout_books"))
    assert page.status_code == 200
    for words in ("$57.66", "$24.00", "San Francisco", "Denver"):
        assert words in page.content.decode()


def test_a_payout_that_comes_back_leaves_the_books_as_before(provider, chapters):
    sf, denver = chapters
    pay_dues(provider, sf, 3600)
    pay_dues(provider, denver, 5000)
    before = clearing()
    provider.control("POST", "payouts", all=True)
    reconcile_payouts()
    payout, shares = Payout.objects.get(), parts()
    assert clearing() == 0
    state = PayoutState(
        payout.pk, "failed", payout.amount_cents, "usd", payout.arrives_on, payout.created_at
    )
    settle_payout(state, list_paid_out(payout.pk))
    settle_payout(state, list_paid_out(payout.pk))
    assert clearing() == before
    back = MovementState(
        "txn_back", "payout_failure", payout.amount_cents, 0, payout.amount_cents, "usd",
        payout.created_at, payout.pk, "payout", "", "",
    )  # fmt: skip
    again = PayoutState(
        "po_again", "paid", payout.amount_cents, "usd", payout.arrives_on, payout.created_at
    )
    assert settle_payout(again, [back]).unmatched_cents == 0
    with as_backbone():
        found = PayoutPart.objects.filter(payout="po_again").values_list("chapter", "net_cents")
        assert dict(found) == shares
    assert clearing() == 0


def history(provider: Sandbox, chapters: list, draw: random.Random) -> Iterator[str]:
    payments: list[Payment] = []
    for _ in range(10):
        step = draw.choice(["pay", "pay", "pay", "refund", "payout", "wait", "settle"])
        if step == "pay" or not payments:
            card = draw.choice([GOOD, GOOD, DISPUTED])
            payments.append(
                pay_dues(provider, draw.choice(chapters), draw.randint(1200, 9000), card)
            )
        elif step == "refund":
            client, payment = provider.client().v1, draw.choice(payments)
            charge = client.charges.list({"payment_intent": payment.payment_intent}).data[0]
            if not charge.disputed and charge.amount_refunded == 0:
                give_back(payment, draw.randint(1, payment.amount_cents))
        elif step == "payout" and held(provider) > 0:
            provider.control("POST", "payouts", all=True)
        elif step == "wait":
            advance(provider, draw.choice([0.5, 1, 3]))
            apply_news(provider)
        yield step


def until_quiet(provider: Sandbox) -> None:
    """Read until nothing more happens there: a bank disputes some moments after it paid."""
    before = None
    while before != held(provider):
        before = held(provider)
        apply_news(provider)
        reconcile_payouts()


@pytest.mark.parametrize("seed", [3, 8])
def test_clearing_of_all_chapters_is_the_providers_balance(provider, chapters, seed):
    for _ in history(provider, chapters, random.Random(seed)):
        until_quiet(provider)
        assert clearing() == held(provider)
    total = add_up(compared())
    assert (total.missing, total.extra) == (0, 0)
    assert total.provider == total.clearing == held(provider)
