"""Sums over a chapter's books, taken from its lines and from nothing else."""

from django.db.models import QuerySet, Sum

from chapters.models import Chapter
from members.bookkeeping import INTERNAL
from members.models import Line, Payment


def person_cents(payments: QuerySet[Payment]) -> int:
    """What people gave in cents by the ledger, refunds taken off. Needs the chapter's scope.

    Give it the payments of one person, or of one person in a year.
    """
    rows = Line.objects.filter(entry__payment__in=payments, account__kind="income")
    cents = rows.exclude(account__code__in=INTERNAL).aggregate(cents=Sum("amount_cents"))["cents"]
    return -(cents or 0)


def ledger_balance(chapter: Chapter) -> int:
    """The sum of every line of the chapter's books: zero."""
    rows = Line.objects.filter(chapter=chapter)
    return rows.aggregate(cents=Sum("amount_cents"))["cents"] or 0
