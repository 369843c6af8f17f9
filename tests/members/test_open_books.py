"""What the public reads of the books, and that nobody can read what one person paid."""

import csv
import datetime
import io
from typing import Any

import pytest

from chapters.scope import as_self, in_chapter
from members.actions import books
from members.bookkeeping import BANK, DUES
from members.models import Entry, Line, OpenEntry, OpenLine
from members.queries import books as queries
from tests.factories import make_booked_payment, make_membership, make_user

DAY = datetime.date(2026, 3, 1)


def pay(chapter: Any, cents: int = 2500, person: Any = None, membership: Any = None) -> Any:
    membership = membership or make_membership(chapter, person or make_user())
    return make_booked_payment(membership, amount_cents=cents)


def give(chapter: Any, key: str, cents: int, memo: str = "") -> None:
    with in_chapter(chapter):
        books.record_donation(chapter, key=key, cents=cents, occurred_on=DAY, memo=memo)


def test_two_payers_stay_hidden_and_three_are_shown_as_one_sum(sf):
    for cents in (2500, 3600):
        pay(sf, cents)
    with as_self():
        assert not OpenEntry.published.exists()
    pay(sf, 1200)
    with as_self():
        (shown,) = OpenEntry.published.all()
        assert (shown.kind, shown.people, shown.memo) == ("together", 3, "")
        lines = OpenLine.published.order_by("account_code")
        assert [(line.account_code, line.amount_cents) for line in lines] == [
            (BANK, 7300),
            (DUES, -7300),
        ]


def test_one_person_three_times_is_still_one_person(sf):
    membership = make_membership(sf)
    for _ in range(3):
        pay(sf, membership=membership)
    with as_self():
        assert not OpenEntry.published.exists()


def test_each_step_of_the_public_sum_holds_three_people(sf):
    steps = []
    for cents in range(1201, 1211):
        pay(sf, cents)
        with as_self():
            steps.append(sum(one.income for one in queries.monthly(sf)))
    assert steps == [0, 0, 3606, 3606, 3606, 7221, 7221, 7221, 10845, 10845]
    with in_chapter(sf):
        assert queries.waiting_count(sf) == 1


def test_fees_and_refunds_wait_like_the_dues(sf):
    payments = [pay(sf) for _ in range(3)]
    with in_chapter(sf):
        for payment in payments[:2]:
            books.record_fee(payment, 103)
        assert OpenEntry.objects.count() == 1
        books.record_fee(payments[2], 104)
        assert OpenLine.objects.get(account_code="5900").amount_cents == 310


def test_payouts_and_disputes_do_not_show_single_sums(sf):
    pay(sf)
    with in_chapter(sf):
        books.record_payout(sf, payout_id="po_1", cents=2397, occurred_on=DAY)
        assert Entry.objects.count() == 2
        assert not OpenEntry.objects.exists()


def test_what_the_council_receives_is_public_at_once(sf):
    give(sf, "grant", 500_000, "Grant of the city")
    with as_self():
        assert OpenEntry.published.get().memo == "Grant of the city"
        assert queries.trial_balance(sf).difference == 0


def test_the_open_books_can_not_be_changed(sf):
    give(sf, "grant", 500)
    with in_chapter(sf):
        line = OpenLine.objects.first()
        assert line
        with pytest.raises(Exception, match="never changed"):
            line.save()


# --- Pages ---------------------------------------------------------------------------------------


def test_a_visitor_reads_the_books(client, sf):
    give(sf, "grant", 500_000, "Grant of the city")
    page = client.get("/san-francisco/books/").content.decode()
    for words in ("Trial balance: $0", "$5,000 came in", "Grant of the city", "March 2026"):
        assert words in page


def test_no_name_and_no_single_sum_stands_in_the_books(client, sf):
    person = make_user(name="Canary Person")
    pay(sf, 98_700, person)
    give(sf, "grant", 500)
    for path in ("/san-francisco/books/", "/san-francisco/books.csv", "/books/", "/san-francisco/"):
        page = client.get(path).content.decode()
        assert "Canary" not in page and "987" not in page, path


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("", {"First", "Second"}),
        ("?month=2026-03", {"First"}),
        ("?month=2026-04", {"Second"}),
        ("?month=nonsense", {"First", "Second"}),
        ("?fund=general", {"First", "Second"}),
        ("?fund=elsewhere", set()),
        ("?fund=a%00b&account=%00", set()),
        ("?account=4150", {"First", "Second"}),
        ("?account=5000", set()),
        ("?page=99", {"First", "Second"}),
    ],
)
def test_entries_are_narrowed_by_month_fund_and_account(client, sf, query, seen):
    give(sf, "one", 500, "First")
    with in_chapter(sf):
        april = datetime.date(2026, 4, 2)
        books.record_donation(sf, key="two", cents=700, occurred_on=april, memo="Second")
    page = client.get(f"/san-francisco/books/{query}").content.decode()
    assert {word for word in ("First", "Second") if word in page} == seen


def test_long_books_have_pages(client, sf):
    for number in range(26):
        give(sf, f"gift-{number}", 500, f"Gift no. {number}.")
    first = client.get("/san-francisco/books/?fund=general").content.decode()
    assert "Page 1 of 2" in first and "fund=general&amp;page=2" in first
    assert "Gift no. 0." not in first
    assert "Gift no. 0." in client.get("/san-francisco/books/?page=2").content.decode()


def test_the_csv_starts_no_formula(client, sf):
    give(sf, "grant", 500, "=HYPERLINK(1)")
    answer = client.get("/san-francisco/books.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert {row["memo"] for row in rows} == {"'=HYPERLINK(1)"}
    assert sum(int(r["debit_cents"]) - int(r["credit_cents"]) for r in rows) == 0


def test_the_books_of_the_nation_are_the_sum_of_the_chapters(client, sf, denver):
    give(sf, "grant", 500_000)
    give(denver, "grant", 200_000)
    with in_chapter(sf):
        books.record_chapter_transfer(sf, denver, key="help", cents=50_000, occurred_on=DAY)
    page = client.get("/books/").content.decode()
    assert "$7,000 came in" in page and "Trial balance: $0" in page
    with as_self():
        sums = queries.chapter_sums([sf, denver])
        assert [one.balance for one in sums] == [450_000, 250_000]


@pytest.mark.parametrize("count", [1, 30])
def test_the_pages_ask_the_same_few_questions(client, sf, django_assert_num_queries, count):
    for number in range(count):
        give(sf, f"gift-{number}", 500)
    with django_assert_num_queries(15):
        client.get("/san-francisco/books/?month=")
    with django_assert_num_queries(8):
        client.get("/books/?fresh=1")


def test_people_of_another_chapter_read_the_same(client_for, sf, otto):
    give(sf, "grant", 500, "Grant of the city")
    assert "Grant of the city" in client_for(otto).get("/san-francisco/books/").content.decode()


def test_the_line_count_of_open_and_kept_books(sf):
    give(sf, "grant", 500)
    with in_chapter(sf):
        assert Line.objects.count() == OpenLine.objects.count() == 2


def test_a_quiet_month_stands_with_zeros(sf):
    with in_chapter(sf):
        for month in (11, 14):
            day = datetime.date(2025 + month // 12, month % 12 or 12, 5)
            books.record_donation(sf, key=f"gift-{month}", cents=500, occurred_on=day, memo="")
    with as_self():
        shown = queries.monthly(sf)
    assert [(f"{one.month:%Y-%m-%d}", one.income, one.spending) for one in shown] == [
        ("2025-11-01", 500, 0), ("2025-12-01", 0, 0), ("2026-01-01", 0, 0), ("2026-02-01", 500, 0)
    ]  # fmt: skip
