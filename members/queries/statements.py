"""What a person paid in a calendar year, by chapter, less what was given back."""

import datetime
from dataclasses import dataclass

from chapters.models import Chapter
from members.models import Payment, Refund, User


@dataclass(frozen=True)
class Row:
    """Money that came (cents above zero) or went back (below), on the chapter's calendar."""

    day: datetime.date
    receipt_number: str
    words: str
    cents: int


@dataclass(frozen=True)
class Part:
    """One chapter's rows of the year, oldest first."""

    chapter: Chapter
    rows: tuple[Row, ...]

    @property
    def cents(self) -> int:
        """What the chapter kept of it."""
        return sum(row.cents for row in self.rows)


def statement_of(person: User, year: int) -> list[Part]:
    """The person's year in every chapter with a row in it, by name. Needs a scope of the person."""
    rows: dict[Chapter, list[Row]] = {}
    for payment in Payment.mine(person).select_related("chapter"):
        row = Row(
            payment.chapter.day_of(payment.paid_at),
            payment.receipt_number,
            payment.get_purpose_display(),
            payment.amount_cents,
        )
        rows.setdefault(payment.chapter, []).append(row)
    given_back = Refund.mine(person).filter(
        status=Refund.Status.SUCCEEDED, settled_at__isnull=False
    )
    for refund in given_back.select_related("chapter", "payment"):
        assert refund.settled_at
        row = Row(
            refund.chapter.day_of(refund.settled_at),
            refund.payment.receipt_number,
            "Refund",
            -refund.amount_cents,
        )
        rows.setdefault(refund.chapter, []).append(row)
    parts = [Part(chapter, _of_year(found, year)) for chapter, found in rows.items()]
    return sorted((part for part in parts if part.rows), key=lambda part: part.chapter.name)


def years_of(person: User) -> list[int]:
    """The calendar years in which the person paid, newest first."""
    paid = Payment.mine(person).select_related("chapter")
    return sorted({row.chapter.day_of(row.paid_at).year for row in paid}, reverse=True)


def _of_year(rows: list[Row], year: int) -> tuple[Row, ...]:
    found = (row for row in rows if row.day.year == year)
    return tuple(sorted(found, key=lambda row: (row.day, row.receipt_number)))
