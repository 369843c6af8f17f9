"""Receipts and yearly statements on paper: what they add up to, and that they print the same."""

import datetime
import zlib
from re import DOTALL, findall

import pytest
from django.db.models import Sum
from django.urls import reverse

from chapters import jobs
from chapters.models import Job, PersonFile
from chapters.press import press
from chapters.scope import as_self, in_chapter
from chapters.unscoped import as_backbone
from members import tasks  # noqa: F401 - its handlers do the jobs
from members.actions.books import record_dispute, record_dues, record_refund
from members.actions.statements import request_statement
from members.models import Account, Dispute, Line, Payment, Refund
from members.queries.statements import statement_of, years_of
from tests.factories import make_chapter, make_membership, make_payment, make_user

pytestmark = pytest.mark.django_db

DATA = {
    "title": "Statement of 2026",
    "issuer": "Network City",
    "address": "100 Sample Street",
    "lines": [["Paid by", "#panic() *x* $y$"]],
    "parts": [{"heading": "= #1", "rows": [["May 1", "R-1", '#eval("1")', "$1"]], "sum": "$1"}],
    "note": "x",
}


def at(year: int, month: int, day: int, hour: int = 0) -> datetime.datetime:
    return datetime.datetime(year, month, day, hour, tzinfo=datetime.UTC)


def refund(payment, cents, moment):
    with in_chapter(payment.chapter):
        row = Refund.objects.create(
            chapter=payment.chapter, payment=payment, user=payment.user, amount_cents=cents,
            currency="usd", reason="x", status="succeeded", settled_at=moment,
        )  # fmt: skip
        record_refund(row, occurred_on=datetime.date(2025, 7, 1))


@pytest.fixture
def mia(client):
    """Paid $25 in 2025 in each of two cities, and once when it was still 2024 in Denver."""
    person = make_user("mia", name="Mia #panic()")
    client.force_login(person)
    for name in ("Denver", "Boulder"):
        chapter = make_chapter(name, zone="America/Denver")
        membership = make_membership(chapter, person)
        paid = [make_payment(membership, paid_at=moment)
                for moment in (at(2025, 1, 1, 3), at(2025, 6, 1))]  # fmt: skip
        with in_chapter(chapter):
            for payment in paid:
                record_dues(payment)
    refund(paid[1], 1000, at(2025, 7, 1, 12))
    return person


def in_the_books(person, year: int) -> int:
    with as_backbone():
        lines = Line.objects.filter(
            account__kind=Account.Kind.INCOME,
            entry__payment__user=person,
            entry__occurred_on__year=year,
        )
        return -lines.aggregate(sum=Sum("amount_cents"))["sum"]


def test_a_year_is_what_the_books_say(mia):
    with as_self(mia):
        parts = statement_of(mia, 2025)
        assert years_of(mia) == [2025, 2024]
        earlier = statement_of(mia, 2024)
    assert [(p.chapter.name, p.cents) for p in parts] == [("Boulder", 1500), ("Denver", 2500)]
    assert sum(p.cents for p in parts) == in_the_books(mia, 2025)
    assert sum(p.cents for p in earlier) == in_the_books(mia, 2024) == 5000


def test_a_year_with_a_refund_alone_has_a_statement(mia):
    with as_self(mia):
        paid = Payment.mine(mia).latest("paid_at")
    refund(paid, 100, at(2026, 2, 1, 12))
    with as_self(mia):
        assert years_of(mia) == [2026, 2025, 2024]


def test_a_payment_that_the_bank_took_back_is_no_part_of_the_year(mia):
    with as_self(mia):
        payment = Payment.mine(mia).filter(paid_at__month=6).earliest("pk")
    with in_chapter(payment.chapter):
        lost = Dispute.objects.create(
            payment=payment, user=mia, stripe_id="du_1", amount_cents=2500, currency="usd",
            status="lost", opened_at=at(2025, 8, 1), closed_at=at(2025, 9, 1, 12),
        )  # fmt: skip
        record_dispute(lost, occurred_on=datetime.date(2025, 9, 1))
    with as_self(mia):
        parts = statement_of(mia, 2025)
    assert sum(p.cents for p in parts) == in_the_books(mia, 2025) == 1500


def test_a_statement_is_made_by_a_job_and_downloaded(transactional_db, client, mia):
    assert client.post(reverse("members:statement"), {"year": "1999"}).status_code == 404
    assert client.post(reverse("members:statement"), {"year": "2025"}).status_code == 303
    with as_backbone():
        job = Job.objects.get(kind="members.statement")
    jobs.run(job.pk, None)
    made = PersonFile.objects.get()
    answer = client.get(reverse("members:file", args=[made.pk]))
    assert (made.name, answer["Content-Type"]) == ("statement-2025.pdf", "application/pdf")
    assert answer.content.startswith(b"%PDF")
    # The day of the last row, on the chapter's calendar.
    with as_self(mia):
        last = max(row.day for part in statement_of(mia, 2025) for row in part.rows)
    assert f"/CreationDate(D:{last:%Y%m%d}000000Z".encode() in answer.content
    with as_self(mia):
        again = request_statement(mia, 2025)
    jobs.run(again.pk, None)
    assert set(PersonFile.objects.values_list("sha256", flat=True)) == {made.sha256}


def test_a_receipt_is_printed_for_its_person_alone(transactional_db, client, mia):
    with as_self(mia):
        payment = Payment.mine(mia).earliest("pk")
    address = reverse("members:receipt-pdf", args=[payment.pk])
    assert client.post(address).status_code == 303
    with as_backbone():
        job = Job.objects.get(kind="members.receipt")
    jobs.run(job.pk, None)
    assert PersonFile.objects.get().name == f"{payment.receipt_number}.pdf"
    client.force_login(make_user("otto"))
    assert client.post(address).status_code == 404


def test_words_are_data_and_never_markup():
    made = press("statement", DATA)
    assert made == press("statement", DATA)
    assert b"pdfuaid:part" in made or b"pdfuaid" in b"".join(_streams(made))


def _streams(pdf: bytes) -> list[bytes]:
    found = []
    for packed in findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, DOTALL):
        try:
            found.append(zlib.decompress(packed))
        except zlib.error:
            found.append(packed)
    return found
