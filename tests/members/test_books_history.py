"""Whatever happens in whatever order: the books balance, and everything adds up.

Histories are drawn at random over two chapters with a restricted fund each and three people.
"""

import datetime
import itertools
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chapters.scope import as_self, in_chapter
from members.actions import books, expenses
from members.models import Dispute, Entry, Fund, Payment, Refund
from members.queries import books as queries
from tests.books import ledger_balance, person_cents
from tests.factories import make_chapter, make_membership, make_payment, make_user

DAY = datetime.date(2026, 3, 1)
FUNDS = ("general", "childcare")
_count = itertools.count(1)
SIDES, CENTS = st.integers(0, 1), st.integers(1, 50_000)
FUND, PICK = st.sampled_from(FUNDS), st.integers(0, 30)
STEPS = st.one_of(
    st.tuples(st.just("dues"), SIDES, st.integers(0, 2), st.integers(1200, 50_000)),
    st.tuples(st.just("donate"), SIDES, FUND, CENTS),
    st.tuples(st.just("fee"), PICK, CENTS),
    st.tuples(st.just("refund"), PICK, st.integers(1, 100)),
    st.tuples(st.just("dispute"), PICK, st.sampled_from(["warning", "open", "won", "lost"])),
    st.tuples(st.just("payout"), SIDES, CENTS),
    st.tuples(st.just("expense"), SIDES, FUND, CENTS, st.booleans()),
    st.tuples(st.just("transfer"), SIDES, FUND, CENTS),
    st.tuples(st.just("help"), SIDES, FUND, CENTS),
    st.tuples(st.just("reverse"), SIDES, PICK),
)


@dataclass
class World:
    """Two chapters and what a plain list of sums says that must have happened."""

    chapters: list[Any] = field(default_factory=list)
    people: list[Any] = field(default_factory=list)
    members: dict[tuple[int, int], Any] = field(default_factory=dict)
    payments: list[Payment] = field(default_factory=list)
    left: dict[int, int] = field(default_factory=dict)
    given: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def step(self, name: str, *values: Any) -> None:
        try:
            with transaction.atomic():
                getattr(self, name)(*values)
        except books.FundShort:
            pass

    def dues(self, side: int, person: int, cents: int) -> None:
        payment = make_payment(self.members[side, person], amount_cents=cents)
        with in_chapter(self.chapters[side]):
            books.record_dues(payment)
            books.record_dues(payment)
        self.payments.append(payment)
        self.left[payment.pk] = cents
        self.given[payment.user_id] += cents

    def donate(self, side: int, fund: str, cents: int) -> None:
        chapter = self.chapters[side]
        with in_chapter(chapter):
            key = f"gift-{next(_count)}"
            books.record_donation(chapter, key=key, cents=cents, occurred_on=DAY, fund_code=fund)

    def fee(self, pick: int, cents: int) -> None:
        if payment := self._payment(pick):
            with in_chapter(payment.chapter_id):
                known = Entry.objects.filter(key=f"fee-{payment.pk}").exists()
                if not known:
                    books.record_fee(payment, cents)

    def refund(self, pick: int, percent: int) -> None:
        payment = self._payment(pick)
        cents = self.left[payment.pk] * percent // 100 if payment else 0
        if payment and cents:
            with in_chapter(payment.chapter_id):
                refund = Refund.objects.create(
                    payment=payment, user=payment.user, amount_cents=cents, currency="usd",
                    reason="Asked for it",
                )  # fmt: skip
                assert books.record_refund(refund) == books.record_refund(refund)
            self._return(payment, cents)

    def dispute(self, pick: int, status: str) -> None:
        payment = self._payment(pick)
        if not payment or not self.left[payment.pk]:
            return
        cents = self.left[payment.pk]
        with in_chapter(payment.chapter_id):
            dispute = Dispute.objects.create(
                payment=payment, user=payment.user, amount_cents=cents, currency="usd",
                stripe_id=f"dp_{next(_count)}", reason="fraudulent", status=status,
                fee_cents=1500, opened_at=timezone.now(),
            )  # fmt: skip
            assert books.record_dispute(dispute) == books.record_dispute(dispute)
        if status == "lost":
            self._return(payment, cents)

    def payout(self, side: int, cents: int) -> None:
        chapter = self.chapters[side]
        with in_chapter(chapter):
            books.record_payout(
                chapter, payout_id=f"po_{next(_count)}", cents=cents, occurred_on=DAY
            )

    def expense(self, side: int, fund: str, cents: int, is_paid: bool) -> None:
        chapter = self.chapters[side]
        with in_chapter(chapter):
            expense = expenses.request_expense(
                chapter, self.people[0], title="Chairs", payee="A shop", amount_cents=cents,
                account_code="5000", fund_code=fund, spent_on=DAY,
            )  # fmt: skip
            expenses.approve_expense(expense, self.people[1], today=DAY)
            if is_paid:
                expenses.pay_expense(expense, self.people[1], paid_on=DAY)

    def transfer(self, side: int, source: str, cents: int) -> None:
        chapter = self.chapters[side]
        target = FUNDS[1 - FUNDS.index(source)]
        with in_chapter(chapter):
            books.record_transfer(
                chapter, key=str(next(_count)), cents=cents, source_fund=source,
                target_fund=target, occurred_on=DAY,
            )  # fmt: skip

    def help(self, side: int, fund: str, cents: int) -> None:
        source, target = self.chapters[side], self.chapters[1 - side]
        with in_chapter(source):
            books.record_chapter_transfer(
                source, target, key=str(next(_count)), cents=cents, occurred_on=DAY,
                source_fund=fund,
            )  # fmt: skip

    def reverse(self, side: int, pick: int) -> None:
        with in_chapter(self.chapters[side]):
            rows = list(Entry.objects.filter(kind__in=["grant", "expense"]).order_by("id"))
            if rows:
                books.reverse_entry(rows[pick % len(rows)], occurred_on=DAY, memo="Wrong")

    def _payment(self, pick: int) -> Payment | None:
        return self.payments[pick % len(self.payments)] if self.payments else None

    def _return(self, payment: Payment, cents: int) -> None:
        self.left[payment.pk] -= cents
        self.given[payment.user_id] -= cents


def begin() -> World:
    world = World()
    world.people = [make_user(password=None) for _ in range(3)]
    for side in range(2):
        chapter = make_chapter()
        world.chapters.append(chapter)
        for number, person in enumerate(world.people):
            world.members[side, number] = make_membership(chapter, person)
        with in_chapter(chapter):
            books.open_fund(chapter, "childcare", "Childcare fund", "", restricted=True)
    return world


def check(world: World) -> None:
    balances = {}
    for chapter in world.chapters:
        with in_chapter(chapter):
            assert ledger_balance(chapter) == 0
            assert books.fund_balance(Fund.objects.get(code="childcare")) >= 0
            opened = queries.trial_balance(chapter)
            assert opened.difference == 0
            balances[chapter.pk] = {one.code: one.debit - one.credit for one in opened.accounts}
    codes = {code for sums in balances.values() for code in sums}
    with as_self():
        nation = queries.trial_balance()
        assert {one.code: one.debit - one.credit for one in nation.accounts} == {
            code: sum(sums.get(code, 0) for sums in balances.values()) for code in codes
        }
        between = {one.code: one.debit - one.credit for one in nation.accounts}
        assert between.get("1300", 0) + between.get("2300", 0) == 0
    for person in world.people:
        found = 0
        for chapter in world.chapters:
            with in_chapter(chapter):
                found += person_cents(Payment.objects.filter(user=person))
        assert found == world.given[person.pk]


@pytest.mark.django_db
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=25))
def test_the_books_hold_through_any_history(steps):
    with transaction.atomic():
        world = begin()
        for step in steps:
            world.step(*step)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        check(world)
        transaction.set_rollback(True)
