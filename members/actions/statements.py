"""Receipts and yearly statements on paper: made by a job, kept for a week for their person."""

from typing import Any

from django.conf import settings

from chapters.actions import request_job
from chapters.jobs import Hopeless, Work
from chapters.models import Job, PersonFile
from chapters.press import press
from members.actions.privacy import store_for
from members.dues import show_dollars
from members.models import Payment, User
from members.queries.statements import Part, Row, statement_of

STATEMENT, RECEIPT = "members.statement", "members.receipt"


def request_statement(person: User, year: int) -> Job:
    """Ask for a calendar year's statement as a PDF."""
    return request_job(
        STATEMENT, f"Statement of {year}", chapter=None, by=person, arguments={"year": year}
    )


def request_receipt(person: User, payment: Payment) -> Job:
    """Ask for one receipt as a PDF."""
    title = f"Receipt {payment.receipt_number}"
    return request_job(RECEIPT, title, chapter=None, by=person, arguments={"payment": payment.pk})


def make_statement(work: Work) -> PersonFile:
    """Print the year of who asked, in all chapters."""
    person, year = _asker(work), int(work.arguments["year"])
    work.report(0, 1, "Adding up the year")
    parts = statement_of(person, year)
    if not parts:
        raise Hopeless(f"There are no payments in {year}.")
    total = sum(part.cents for part in parts)
    lines = [("Paid by", str(person)), ("Year", str(year)), ("Total", show_dollars(total))]
    data = _document(f"Statement of {year}", lines, parts)
    return store_for(
        person, work.job, f"statement-{year}.pdf", "application/pdf", _printed(data, parts)
    )


def make_receipt(work: Work) -> PersonFile:
    """Print one receipt of who asked."""
    person = _asker(work)
    payment = Payment.mine(person).select_related("chapter").get(pk=work.arguments["payment"])
    (row,) = [
        row
        for part in statement_of(person, payment.chapter.day_of(payment.paid_at).year)
        for row in part.rows
        if row.receipt_number == payment.receipt_number and row.cents > 0
    ]
    title = f"Receipt {payment.receipt_number}"
    parts = [Part(payment.chapter, (row,))]
    data = _document(title, [("Received from", str(person))], parts)
    return store_for(
        person, work.job, f"{payment.receipt_number}.pdf", "application/pdf",
        _printed(data, parts),
    )  # fmt: skip


def _printed(data: dict[str, Any], parts: list[Part]) -> bytes:
    """The pages, dated by the last row on them: a true day, and the same however often printed."""
    return press("statement", data, max(row.day for part in parts for row in part.rows))


def _asker(work: Work) -> User:
    person = work.job.asked_by
    assert person is not None
    return person


def _document(title: str, lines: list[tuple[str, str]], parts: list[Part]) -> dict[str, Any]:
    """What `chapters/print/statement.typ` reads."""
    return {
        "title": title,
        "issuer": settings.SITE_NAME,
        "address": f"{settings.POSTAL_ADDRESS} · {settings.CONTACT_EMAIL}",
        "lines": [*lines, ("Received by", f"{settings.SITE_NAME}, for its chapters")],
        "parts": [
            {
                "heading": part.chapter.name,
                "rows": [_cells(row) for row in part.rows],
                "sum": show_dollars(part.cents),
            }
            for part in parts
        ],
        "note": "Sums are in US dollars. Refunds are shown with a minus sign.",
    }


def _cells(row: Row) -> list[str]:
    day = f"{row.day:%B} {row.day.day}, {row.day.year}"
    return [day, row.receipt_number, row.words, show_dollars(row.cents)]
