"""What a person paid in a calendar year, by chapter, less what was given back."""

import datetime
from collections import defaultdict
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from chapters.models import Chapter
from members.models import Dispute, Payment, Refund, User


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
    parts = [Part(chapter, _of_year(found, year)) for chapter, found in _rows(person).items()]
    return sorted((part for part in parts if part.rows), key=lambda part: part.chapter.name)


def years_of(person: User) -> list[int]:
    """The calendar years in which money came from the person or went back, newest first."""
    given = Refund.mine(person).filter(status=Refund.Status.SUCCEEDED)
    lost = Dispute.mine(person).filter(status=Dispute.Status.LOST)
    moments = (
        Payment.mine(person)
        .values_list("chapter__zone", "paid_at")
        .union(
            given.values_list("chapter__zone", "settled_at"),
            lost.values_list("chapter__zone", "closed_at"),
        )
    )
    return sorted({at.astimezone(ZoneInfo(zone)).year for zone, at in moments}, reverse=True)


def _rows(person: User) -> dict[Chapter, list[Row]]:
    rows: dict[Chapter, list[Row]] = defaultdict(list)
    for payment in Payment.mine(person).select_related("chapter"):
        rows[payment.chapter].append(
            Row(
                payment.chapter.day_of(payment.paid_at),
                payment.receipt_number,
                payment.get_purpose_display(),
                payment.amount_cents,
            )
        )
    refunds = Refund.mine(person).filter(status=Refund.Status.SUCCEEDED)
    for refund in refunds.select_related("chapter", "payment"):
        rows[refund.chapter].append(_given_back(refund, refund.settled_at, "Refund"))
    lost = Dispute.mine(person).filter(status=Dispute.Status.LOST)
    for dispute in lost.select_related("chapter", "payment"):
        words = "Taken back by the bank"
        rows[dispute.chapter].append(_given_back(dispute, dispute.closed_at, words))
    return rows


def _given_back(row: Refund | Dispute, moment: datetime.datetime | None, words: str) -> Row:
    assert moment is not None
    return Row(row.chapter.day_of(moment), row.payment.receipt_number, words, -row.amount_cents)


def _of_year(rows: list[Row], year: int) -> tuple[Row, ...]:
    found = (row for row in rows if row.day.year == year)
    return tuple(sorted(found, key=lambda row: (row.day, row.receipt_number)))
