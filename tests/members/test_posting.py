"""The rules of the books: what the actions refuse, and what the database refuses to every role."""

import datetime
import threading
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from chapters.scope import as_self, in_chapter
from chapters.unscoped import as_backbone
from members.actions import books
from members.bookkeeping import BANK, DUES, GRANTS, Posting, move
from members.models import Account, Entry, Fund, Line
from tests.conftest import owner_connection

DAY = datetime.date(2026, 3, 1)


def post(chapter: Any, key: str, lines: list[Posting], **fields: Any) -> Entry:
    return books.post_entry(chapter, key=key, kind="grant", occurred_on=DAY, lines=lines, **fields)


def give(chapter: Any, key: str, cents: int, fund: str = "general") -> Entry:
    return post(chapter, key, move(cents, debit=BANK, credit=GRANTS, fund=fund))


@pytest.fixture
def books_of(db, sf):
    with in_chapter(sf):
        books.ensure_books(sf)
        books.open_fund(sf, "childcare", "Childcare fund", "Childcare", restricted=True)
    return sf


# --- The action ----------------------------------------------------------------------------------


def test_an_entry_opens_the_books_of_a_chapter(sf):
    with in_chapter(sf):
        entry = give(sf, "first", 500)
        assert [line.amount_cents for line in entry.lines(manager="objects").all()] == [500, -500]
        assert Fund.objects.get().code == "general"


def test_a_key_is_booked_once(sf):
    with in_chapter(sf):
        assert give(sf, "gift", 500) == give(sf, "gift", 500)
        with pytest.raises(books.KeyTaken):
            give(sf, "gift", 700)
        assert Entry.objects.count() == 1


def test_a_key_of_one_chapter_is_free_in_another(sf, denver):
    for chapter in (sf, denver):
        with in_chapter(chapter):
            give(chapter, "gift", 500)
            assert Entry.objects.count() == 1


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [Posting(BANK, "general", 5)],
        [Posting(BANK, "general", 5), Posting(DUES, "general", -4)],
        [Posting(BANK, "general", 5), Posting(DUES, "childcare", -5)],
        [Posting(BANK, "general", 5), Posting("9999", "general", -5)],
        [Posting(BANK, "nowhere", 5), Posting(DUES, "nowhere", -5)],
    ],
)
def test_lines_that_do_not_balance_are_refused(books_of, lines):
    with in_chapter(books_of):
        with pytest.raises(ValueError):
            post(books_of, "wrong", lines)
        assert not Entry.objects.exists()


def test_a_restricted_fund_gives_no_more_than_it_holds(books_of):
    with in_chapter(books_of):
        give(books_of, "in", 500, "childcare")
        books.record_transfer(
            books_of, key="all", cents=500, source_fund="childcare", target_fund="general",
            occurred_on=DAY,
        )  # fmt: skip
        with pytest.raises(books.FundShort):
            books.record_transfer(
                books_of, key="more", cents=1, source_fund="childcare", target_fund="general",
                occurred_on=DAY,
            )  # fmt: skip
        assert Entry.objects.count() == 2


def test_an_entry_is_reversed_once(sf):
    with in_chapter(sf):
        entry = give(sf, "gift", 500)
        undone = books.reverse_entry(entry, occurred_on=DAY, memo="Typed twice")
        assert books.reverse_entry(entry, occurred_on=DAY, memo="Typed twice") == undone
        assert books.fund_balance(Fund.objects.get()) == 0
        with pytest.raises(IntegrityError), transaction.atomic():
            Entry.objects.create(key="other", kind="reversal", occurred_on=DAY, reverses=entry)


# --- The database --------------------------------------------------------------------------------


def check_now() -> None:
    """What otherwise happens at the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def add_lines(entry: Entry, *cents: int, fund: Fund | None = None, code: str = BANK) -> None:
    fund = fund or Fund.objects.get(code="general")
    account = Account.objects.get(code=code)
    for one in cents:
        Line.objects.create(entry=entry, account=account, fund=fund, amount_cents=one)


def add_entry(key: str) -> Entry:
    return Entry.objects.create(key=key, kind="grant", occurred_on=DAY)


@pytest.mark.parametrize("cents", [(), (5,), (5, -4), (5, 5)])
def test_an_unbalanced_entry_fails_at_the_end_of_its_transaction(books_of, cents):
    with in_chapter(books_of), pytest.raises(IntegrityError), transaction.atomic():
        add_lines(add_entry("wrong"), *cents)
        check_now()


def test_each_fund_and_each_currency_balances_by_itself(books_of):
    with in_chapter(books_of):
        childcare = Fund.objects.get(code="childcare")
        with pytest.raises(IntegrityError), transaction.atomic():
            entry = add_entry("funds")
            add_lines(entry, -5)
            add_lines(entry, 5, fund=childcare)
            check_now()
        with pytest.raises(IntegrityError), transaction.atomic():
            entry = add_entry("currencies")
            add_lines(entry, 5)
            Line.objects.create(
                entry=entry, account=Account.objects.get(code=BANK),
                fund=Fund.objects.get(code="general"), amount_cents=-5, currency="cad",
            )  # fmt: skip
            check_now()


def test_an_unbalanced_entry_fails_when_its_chapter_is_closed_again(transactional_db, sf):
    with in_chapter(sf):
        books.ensure_books(sf)
    # Nested, so that the transaction ends after the scope has been left.
    with pytest.raises(IntegrityError), as_self(), in_chapter(sf):
        add_lines(add_entry("wrong"), 5, -4)
    with in_chapter(sf):
        assert not Entry.objects.exists()


def test_a_restricted_fund_is_never_below_zero(books_of):
    with in_chapter(books_of):
        childcare = Fund.objects.get(code="childcare")
        with pytest.raises(IntegrityError, match="below zero"), transaction.atomic():
            entry = add_entry("spent")
            add_lines(entry, -5, fund=childcare)
            add_lines(entry, 5, fund=childcare, code="5000")
            check_now()


def test_an_old_entry_takes_no_more_lines(transactional_db, sf):
    with in_chapter(sf):
        entry = give(sf, "gift", 500)
    with in_chapter(sf), pytest.raises(IntegrityError, match="no more lines"):
        add_lines(entry, 5, -5)


CHANGES = [
    "UPDATE members_line SET amount_cents = amount_cents + 1",
    "DELETE FROM members_line",
    "UPDATE members_entry SET memo = 'Other'",
    "DELETE FROM members_entry",
    "DELETE FROM members_fund",
    "DELETE FROM members_account",
    "UPDATE members_fund SET restricted = NOT restricted",
    "UPDATE members_fund SET code = 'other'",
    "UPDATE members_account SET kind = 'income'",
    "TRUNCATE members_line",
    "TRUNCATE members_entry CASCADE",
    "TRUNCATE members_fund CASCADE",
    "TRUNCATE members_account CASCADE",
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("scope", [in_chapter, lambda chapter: as_backbone()])
def test_neither_the_server_nor_the_backbone_changes_the_books(books_of, scope, change):
    with in_chapter(books_of):
        give(books_of, "gift", 500)
    with (
        scope(books_of),
        connection.cursor() as cursor,
        pytest.raises(DatabaseError),
        transaction.atomic(),
    ):
        cursor.execute(change)


@pytest.mark.parametrize("change", CHANGES)
def test_not_even_their_owner_changes_the_books(transactional_db, sf, change):
    with in_chapter(sf):
        give(sf, "gift", 500)
    owner = owner_connection()
    try:
        with owner.cursor() as cursor:
            cursor.execute("select set_config('app.chapter', %s, false)", [str(sf.pk)])
            with pytest.raises(Exception, match="never changed"):
                cursor.execute(change)
    finally:
        owner.close()


def test_the_orm_changes_no_entry(sf):
    with in_chapter(sf):
        entry = give(sf, "gift", 500)
        line = Line.objects.first()
        assert line
        for change in (entry.save, entry.delete, line.save, line.delete, Line.objects.all().delete):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
        with pytest.raises(IntegrityError), transaction.atomic():
            Line.objects.update(amount_cents=1)


def test_a_fund_can_be_given_a_better_name(books_of):
    with in_chapter(books_of):
        for rows in (Fund.objects.all(), Account.objects.all()):
            rows.update(name="Better")
            assert set(rows.values_list("name", flat=True)) == {"Better"}


def test_of_two_who_spend_the_same_money_at_once_one_succeeds(transactional_db, sf):
    with in_chapter(sf):
        books.open_fund(sf, "childcare", "Childcare fund", "", restricted=True)
        give(sf, "in", 500, "childcare")
    both, results = threading.Barrier(2), []

    def spend(key: str) -> None:
        """Past the action, straight to the table: only the trigger stands in the way."""
        try:
            with in_chapter(sf):
                fund = Fund.objects.get(code="childcare")
                entry = add_entry(key)
                add_lines(entry, -400, fund=fund)
                add_lines(entry, 400, fund=fund, code="5000")
                both.wait(10)
            results.append("spent")
        except IntegrityError as error:
            results.append("below zero" if "below zero" in str(error) else str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=spend, args=[key]) for key in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(results) == ["below zero", "spent"]
    with in_chapter(sf):
        assert books.fund_balance(Fund.objects.get(code="childcare")) == 100


def test_payments_from_before_the_books_are_booked_once(sf, denver):
    from io import StringIO

    from django.core.management import call_command

    from tests.factories import make_membership, make_payment

    payments = [make_payment(make_membership(chapter)) for chapter in (sf, sf, denver)]
    for lines in (["San Francisco: 2 payments booked", "Denver: 1 payments booked"], []):
        out = StringIO()
        call_command("book_payments", stdout=out)
        assert sorted(out.getvalue().splitlines()) == sorted(lines)
    for payment in payments:
        with in_chapter(payment.chapter):
            assert Entry.objects.get(payment=payment).kind == "dues"
