"""Expenses: two people of the council, and nothing in the books before both agree."""

import datetime
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from chapters.scope import in_chapter
from members.actions import books, expenses
from members.models import Account, Entry, Expense, Fund
from members.queries import books as queries
from tests.factories import make_seat, make_user

DAY = datetime.date(2026, 3, 1)
FORM = {
    "title": "Room for the spring convening",
    "payee": "Canary Hall",
    "amount": "$1,200.50",
    "account_code": "5000",
    "fund_code": "general",
    "spent_on": "2026-03-01",
}


@pytest.fixture
def ann(sf):
    """Another person on the council of San Francisco."""
    return make_seat(sf, make_user("ann")).user


def request(chapter: Any, by: Any, cents: int = 500, fund: str = "general") -> Expense:
    return expenses.request_expense(
        chapter, by, title="Chairs", payee="A shop", amount_cents=cents, account_code="5000",
        fund_code=fund, spent_on=DAY,
    )  # fmt: skip


def test_a_request_is_not_in_the_books(sf, lou):
    with in_chapter(sf):
        request(sf, lou)
        assert not Entry.objects.exists()


def test_nobody_approves_their_own_expense(sf, lou):
    with in_chapter(sf):
        expense = request(sf, lou)
        with pytest.raises(expenses.SamePerson):
            expenses.approve_expense(expense, lou, today=DAY)
        with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
            Expense.objects.update(state="approved", decided_by=lou, decided_at=timezone.now())


def test_an_approved_expense_is_owed_and_then_paid(sf, lou, ann):
    with in_chapter(sf):
        expense = request(sf, lou)
        expenses.approve_expense(expense, ann, today=DAY)
        sums = {one.code: one.credit - one.debit for one in queries.trial_balance(sf).accounts}
        assert sums == {"2100": 500, "5000": -500}
        expenses.pay_expense(expense, lou, paid_on=DAY)
        sums = {one.code: one.credit - one.debit for one in queries.trial_balance(sf).accounts}
        assert sums == {"1000": 500, "2100": 0, "5000": -500}


def test_an_expense_is_decided_and_paid_once(sf, lou, ann):
    with in_chapter(sf):
        expense = request(sf, lou)
        expenses.approve_expense(expense, ann, today=DAY)
        for again in (
            lambda: expenses.approve_expense(expense, ann, today=DAY),
            lambda: expenses.reject_expense(expense, ann, reason="Too late"),
        ):
            with pytest.raises(expenses.AlreadyDecided):
                again()
        expenses.pay_expense(expense, ann, paid_on=DAY)
        with pytest.raises(expenses.AlreadyDecided):
            expenses.pay_expense(expense, ann, paid_on=DAY)
        assert Entry.objects.count() == 2


def test_a_restricted_fund_pays_no_more_than_it_holds(sf, lou, ann):
    with in_chapter(sf):
        books.open_fund(sf, "childcare", "Childcare fund", "", restricted=True)
        books.record_donation(sf, key="in", cents=400, occurred_on=DAY, fund_code="childcare")
        expense = request(sf, lou, 500, "childcare")
        with pytest.raises(books.FundShort):
            expenses.approve_expense(expense, ann, today=DAY)
        expense.refresh_from_db()
        assert expense.state == "requested"
        assert books.fund_balance(Fund.objects.get(code="childcare")) == 400


@pytest.mark.parametrize(
    "change",
    [
        {"amount_cents": 1},
        {"title": "Other"},
        {"state": "paid", "paid_on": DAY},
        {"state": "requested", "decided_by": None, "decided_at": None},
    ],
)
def test_what_was_approved_stays(sf, lou, ann, change):
    with in_chapter(sf):
        expense = request(sf, lou)
        if "paid_on" not in change:
            expenses.approve_expense(expense, ann, today=DAY)
        with pytest.raises(IntegrityError), transaction.atomic():
            Expense.objects.update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            expense.delete()


def test_a_request_for_an_account_of_another_chapter_is_refused(sf, denver, lou):
    with in_chapter(denver):
        books.ensure_books(denver)
        theirs = Account.objects.get(code="5000")
    with in_chapter(sf):
        expense = request(sf, lou)
        with pytest.raises(IntegrityError), transaction.atomic():
            Expense.objects.filter(pk=expense.pk).update(account=theirs)


# --- Pages ---------------------------------------------------------------------------------------


def test_one_asks_another_approves_and_everybody_reads_it(client_for, sf, lou, ann):
    page = client_for(lou).post("/san-francisco/expenses/", FORM, follow=True).content.decode()
    assert "1 waiting for a decision" in page and "You asked for this" in page
    with in_chapter(sf):
        expense = Expense.objects.get()
    assert expense.amount_cents == 120_050
    page = (
        client_for(lou)
        .post(f"/san-francisco/expenses/{expense.pk}/approve/", follow=True)
        .content.decode()
    )
    assert "Somebody else on the council decides about this." in page
    client_for(ann).post(f"/san-francisco/expenses/{expense.pk}/approve/")
    client_for(ann).post(f"/san-francisco/expenses/{expense.pk}/pay/")
    books_page = client_for(None).get("/san-francisco/books/").content.decode()
    assert "Room for the spring convening" in books_page and "$1,200.50" in books_page
    assert "Canary" not in books_page


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("title", "", "Enter what the money is for"),
        ("payee", "", "Enter who is paid"),
        ("amount", "much", "Enter an amount in dollars, like 48 or 48.50"),
        ("amount", "0", "Enter an amount in dollars, like 48 or 48.50"),
        ("amount", "9999999.00", "Enter $1,000,000 or less"),
        ("account_code", "4000", "Choose a kind"),
        ("fund_code", "other", "Choose a fund"),
        ("spent_on", "soon", "Enter a date like 2026-11-22"),
    ],
)
def test_a_bad_request_says_what_to_change(client_for, sf, lou, field, value, words):
    answer = client_for(lou).post("/san-francisco/expenses/", FORM | {field: value})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "<title>Error: " in page and page.count(words) >= 2
    with in_chapter(sf):
        assert not Expense.objects.exists()


def test_a_rejection_needs_a_reason(client_for, sf, lou, ann):
    with in_chapter(sf):
        expense = request(sf, lou)
    path = f"/san-francisco/expenses/{expense.pk}/reject/"
    page = client_for(ann).post(path, {"reason": ""}, follow=True).content.decode()
    assert "Enter a reason before you reject an expense" in page
    page = client_for(ann).post(path, {"reason": "Too many chairs"}, follow=True).content.decode()
    assert "Too many chairs" in page


def test_expenses_are_for_the_council_alone(client_for, sf, lou, otto, mia, bea):
    with in_chapter(sf):
        expense = request(sf, lou)
    for person in (otto, mia, bea):
        client = client_for(person)
        assert client.get("/san-francisco/expenses/").status_code == 404
        for verb in ("approve", "reject", "pay"):
            path = f"/san-francisco/expenses/{expense.pk}/{verb}/"
            assert client.post(path).status_code == 404
    assert client_for(None).get("/san-francisco/expenses/").status_code == 302


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_asks_the_same_few_questions(
    client_for, sf, lou, ann, django_assert_num_queries, count
):
    with in_chapter(sf):
        for _ in range(count):
            request(sf, ann)
    client = client_for(lou)
    with django_assert_num_queries(20):
        client.get("/san-francisco/expenses/")
