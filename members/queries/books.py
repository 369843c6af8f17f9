"""Reads over the open books: what everybody may see, of one chapter and of the nation.

All sums are of published rows, so a chapter's page and the nation's can't disagree. Income and
balances of debts are shown positive, as people read them; `debit` and `credit` stay as booked.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from chapters.models import Chapter
from members.bookkeeping import DUES, GENERAL_FUND, INTERNAL, ORGANIZATION_DUES
from members.models import Entry, Expense, Fund, OpenEntry, OpenLine

INCOME, EXPENSE = "income", "expense"


@dataclass(frozen=True)
class AccountSum:
    """An account's balance in cents; one of the two sides is zero."""

    code: str
    name: str
    kind: str
    debit: int
    credit: int


@dataclass(frozen=True)
class TrialBalance:
    """Every account with its balance; in right books both sums are the same."""

    accounts: tuple[AccountSum, ...]
    debit: int
    credit: int

    @property
    def difference(self) -> int:
        """Zero, or the books are wrong."""
        return self.debit - self.credit


@dataclass(frozen=True)
class MonthSum:
    """Income and spending of a calendar month in cents; `month` is its first day."""

    month: datetime.date
    income: int
    spending: int


@dataclass(frozen=True)
class FundSum:
    """A fund in cents: what came in, what was spent, and what it holds now."""

    code: str
    name: str
    restricted: bool
    purpose: str
    income: int
    spending: int
    balance: int


@dataclass(frozen=True)
class FundIncome:
    """What came into one fund by one income account, in cents; `fund` is the fund's name."""

    code: str
    name: str
    fund: str
    cents: int


@dataclass(frozen=True)
class ChapterSum:
    """One chapter's line in the books of the nation, in cents."""

    chapter: Chapter
    income: int
    spending: int
    balance: int


# --- One chapter, or all -------------------------------------------------------------------------


def open_lines(chapter: Chapter | None = None) -> QuerySet[OpenLine]:
    """The published lines of a chapter, or of the nation."""
    rows = OpenLine.published.order_by()
    return rows.filter(chapter=chapter) if chapter else rows


def trial_balance(chapter: Chapter | None = None) -> TrialBalance:
    """Every account's published balance; the nation's is the sum of the chapters'."""
    rows = (
        open_lines(chapter)
        .values_list("account_code", "account_name", "account_kind")
        .annotate(cents=Sum("amount_cents"))
        .order_by("account_code")
    )
    accounts = tuple(
        AccountSum(code, name, kind, max(cents, 0), max(-cents, 0))
        for code, name, kind, cents in rows
    )
    return TrialBalance(
        accounts, sum(one.debit for one in accounts), sum(one.credit for one in accounts)
    )


def monthly(chapter: Chapter | None = None) -> tuple[MonthSum, ...]:
    """Income and spending by month, oldest first; moves within the network are neither.

    A month between two others is there with zeros: nothing moved is what the books say of it.
    """
    rows = _earned_or_spent(open_lines(chapter)).annotate(month=TruncMonth("occurred_on"))
    months: dict[datetime.date, dict[str, int]] = {}
    found = rows.values_list("month", "account_kind").annotate(cents=Sum("amount_cents"))
    for month, kind, cents in found:
        months.setdefault(month, {})[kind] = cents
    return tuple(
        MonthSum(month, -sums.get(INCOME, 0), sums.get(EXPENSE, 0))
        for month in _months_through(months)
        for sums in [months.get(month, {})]
    )


def _months_through(found: Iterable[datetime.date]) -> list[datetime.date]:
    """Every calendar month from the earliest to the latest, by its first day."""
    numbers = [12 * month.year + month.month - 1 for month in found]
    if not numbers:
        return []
    span = range(min(numbers), max(numbers) + 1)
    return [datetime.date(number // 12, number % 12 + 1, 1) for number in span]


def fund_sums(chapter: Chapter) -> list[FundSum]:
    """The chapter's funds with their published sums. Needs the chapter's scope."""
    by_code = _sums_by("fund_code", open_lines(chapter))
    return [
        FundSum(
            fund.code, fund.name, fund.restricted, fund.purpose, *by_code.get(fund.code, (0, 0, 0))
        )
        for fund in Fund.objects.filter(chapter=chapter)
    ]


def fund_incomes(chapter: Chapter) -> list[FundIncome]:
    """What came in by account and fund; the sum is that of the funds. Needs the scope."""
    names = dict(Fund.objects.filter(chapter=chapter).values_list("code", "name"))
    rows = _earned_or_spent(open_lines(chapter)).filter(account_kind=INCOME)
    found = rows.values_list("account_code", "account_name", "fund_code")
    sums = found.annotate(cents=Sum("amount_cents")).order_by("account_code", "fund_code")
    return [
        FundIncome(code, name, names.get(fund, fund), -cents) for code, name, fund, cents in sums
    ]


def chapter_sums(chapters: Iterable[Chapter]) -> list[ChapterSum]:
    """One line for each chapter; their sum is the nation's."""
    by_chapter = _sums_by("chapter_id", open_lines())
    return [
        ChapterSum(chapter, *by_chapter[chapter.pk])
        for chapter in chapters
        if chapter.pk in by_chapter
    ]


def _sums_by(column: str, rows: QuerySet[OpenLine]) -> dict[Any, tuple[int, int, int]]:
    """Income, spending and balance in cents by a column's values."""
    outside = ~Q(account_code__in=INTERNAL)
    income = Sum("amount_cents", filter=outside & Q(account_kind=INCOME), default=0)
    spending = Sum("amount_cents", filter=outside & Q(account_kind=EXPENSE), default=0)
    held = Sum("amount_cents", filter=Q(account_kind__in=["asset", "liability"]), default=0)
    sums = {"income": income, "spending": spending, "held": held}
    found = rows.values_list(column).annotate(**sums).order_by()
    return {value: (-earned, spent, kept) for value, earned, spent, kept in found}


def _earned_or_spent(rows: QuerySet[OpenLine]) -> QuerySet[OpenLine]:
    return rows.filter(account_kind__in=[INCOME, EXPENSE]).exclude(account_code__in=INTERNAL)


# --- Entry by entry ------------------------------------------------------------------------------


def open_entries(
    chapter: Chapter,
    *,
    month: datetime.date | None = None,
    fund_code: str = "",
    account_code: str = "",
) -> QuerySet[OpenEntry]:
    """The chapter's open entries with their lines, newest first, narrowed where asked."""
    rows = OpenEntry.published.filter(chapter=chapter).order_by("-number")
    if month:
        rows = rows.filter(occurred_on__year=month.year, occurred_on__month=month.month)
    if fund_code or account_code:
        lines = open_lines(chapter)
        lines = lines.filter(fund_code=fund_code) if fund_code else lines
        lines = lines.filter(account_code=account_code) if account_code else lines
        rows = rows.filter(pk__in=lines.values("entry"))
    return rows


def lines_of(entries: Iterable[OpenEntry]) -> dict[int, list[OpenLine]]:
    """The lines of open entries by the entry's id, in one query."""
    found: dict[int, list[OpenLine]] = {entry.pk: [] for entry in entries}
    for line in OpenLine.published.filter(entry__in=found).order_by("id"):
        found[line.entry_id].append(line)
    return found


def open_months(chapter: Chapter) -> list[datetime.date]:
    """The months of which the open books tell, newest first."""
    rows = OpenEntry.published.filter(chapter=chapter).order_by()
    months = rows.annotate(month=TruncMonth("occurred_on")).values_list("month", flat=True)
    return sorted(set(months.distinct()), reverse=True)


# --- The council ----------------------------------------------------------------------------------


def waiting_count(chapter: Chapter) -> int:
    """Receipts that are booked and wait for a third person before they are shown."""
    streams = OpenEntry.objects.filter(chapter=chapter).exclude(stream="").order_by("through")
    through = dict(streams.values_list("stream", "through"))
    rows = Entry.objects.filter(chapter=chapter, kind=Entry.Kind.DUES)
    known = Q(pk__in=[])
    for stream, newest in through.items():
        known |= Q(stream=stream, id__lte=newest)
    return rows.exclude(known).count()


# --- What the council spends ---------------------------------------------------------------------


def fund_choices(chapter: Chapter) -> list[tuple[str, str]]:
    """Code and name of each fund, the general one first; before anything is booked, it alone."""
    funds = Fund.objects.filter(chapter=chapter)
    return [(fund.code, fund.name) for fund in funds] or [GENERAL_FUND]


def expenses(chapter: Chapter) -> QuerySet[Expense]:
    """What the council asked to spend, newest first."""
    rows = Expense.objects.filter(chapter=chapter)
    return rows.select_related("account", "fund", "requested_by", "decided_by")


def expenses_waiting(chapter: Chapter) -> int:
    """How many expenses nobody has decided about."""
    return Expense.objects.filter(chapter=chapter, state=Expense.State.REQUESTED).count()


def open_dues(chapter: Chapter) -> tuple[MonthSum, ...]:
    """Published dues by month, oldest first; spending stays zero."""
    rows = open_lines(chapter).filter(account_code__in=[DUES, ORGANIZATION_DUES])
    found = (
        rows.annotate(month=TruncMonth("occurred_on"))
        .values_list("month")
        .annotate(cents=Sum("amount_cents"))
        .order_by("month")
    )
    sums = dict(found)
    return tuple(MonthSum(month, -sums.get(month, 0), 0) for month in _months_through(sums))
