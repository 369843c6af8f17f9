"""Money in reports, frozen: the published sums of the open books, and what spending is linked to.

Every sum is one of `members.queries.books`, so that a report and the open books can't disagree.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Sum

from agendas.models import Section, SpendingLink
from agendas.queries.report_figures import Figures, Json
from agendas.queries.report_links import name_section, name_work, open_headings
from chapters.models import Chapter, Pledge
from members.bookkeeping import PLEDGES
from members.dues import show_dollars
from members.models import Expense
from members.queries.books import FundIncome, fund_incomes, fund_sums, monthly

LINKED = ("section__parent", "indicator", "project", "activity__organization")
SPENT = (Expense.State.APPROVED, Expense.State.PAID)


@dataclass(frozen=True)
class Spending:
    """An expense that was approved, with the council's link where there is one."""

    expense: Expense
    link: SpendingLink | None


def spendings(chapter: Chapter) -> list[Spending]:
    """Every approved expense, newest first; two queries."""
    rows = Expense.objects.filter(chapter=chapter, state__in=SPENT)
    links = SpendingLink.objects.filter(chapter=chapter).select_related(*LINKED)
    known = {link.expense_id: link for link in links}
    ordered = rows.select_related("fund", "account").order_by("-spent_on", "-id")
    return [Spending(expense, known.get(expense.pk)) for expense in ordered]


def freeze_money(chapter: Chapter, figures: Figures) -> Json:
    """Pledges, receipts, funds, spending and its links, as JSON with every sum named."""
    funds, receipts = fund_sums(chapter), fund_incomes(chapter)
    spent = spendings(chapter)
    income, spending = sum(fund.income for fund in funds), sum(fund.spending for fund in funds)
    linked = sum(one.expense.amount_cents for one in spent if one.link)
    listed = sum(one.expense.amount_cents for one in spent)
    sums = {
        "income": income,
        "spending": spending,
        "linked": linked,
        "unlinked": spending - linked,
        "other": spending - listed,
        "balance": sum(fund.balance for fund in funds),
        "collected": sum(one.cents for one in receipts if one.code == PLEDGES),
    }
    return {
        "cents": sums,
        "shown": {name: show_dollars(cents) for name, cents in sums.items()},
        "figures": [_sum(figures, f"Ledger, {name}", cents) for name, cents in sums.items()],
        "pledges": _pledges(chapter, figures),
        "receipts": [_receipt(one, figures) for one in receipts],
        "funds": [
            {
                "cells": [
                    fund.name, fund.purpose or "Any purpose of the chapter",
                    *(show_dollars(cents) for cents in (fund.income, fund.spending, fund.balance)),
                ],
                "figures": [
                    _sum(figures, f"{fund.name}, {name}", cents)
                    for name, cents in (
                        ("income", fund.income), ("spending", fund.spending),
                        ("balance", fund.balance),
                    )
                ],
            }
            for fund in funds
        ],
        "strategies": _strategies(spent, figures),
        "unlinked": [_unlinked(one, figures) for one in spent if not one.link],
    }  # fmt: skip


def freeze_months(chapter: Chapter, year: int, figures: Figures) -> Json:
    """Income and spending of a year by month, and their sums."""
    rows = [row for row in monthly(chapter) if row.month.year == year]
    totals = sum(row.income for row in rows), sum(row.spending for row in rows)
    return {
        "rows": [
            {
                "cells": [
                    f"{row.month:%B}", show_dollars(row.income), show_dollars(row.spending)
                ],
                "figures": [
                    _sum(figures, f"{row.month:%B %Y}, income", row.income),
                    _sum(figures, f"{row.month:%B %Y}, spending", row.spending),
                ],
            }
            for row in rows
        ],
        "income": show_dollars(totals[0]),
        "spending": show_dollars(totals[1]),
        "figures": [
            _sum(figures, f"{year}, income", totals[0]),
            _sum(figures, f"{year}, spending", totals[1]),
        ],
    }  # fmt: skip


def _sum(figures: Figures, what: str, cents: int) -> str:
    return figures.derived(what, show_dollars(cents), how="Open books")


def _pledges(chapter: Chapter, figures: Figures) -> list[Json]:
    rows = Pledge.objects.filter(chapter=chapter).values_list("state").order_by("state")
    found = []
    for state, count, cents in rows.annotate(count=Count("pk"), cents=Sum("amount_cents")):
        label = Pledge.State(state).label
        named = [
            figures.derived(f"Pledges, {label.lower()}", str(count), how="Pledges"),
            figures.derived(f"Pledged, {label.lower()}", show_dollars(cents), how="Pledges"),
        ]
        found.append({"cells": [label, str(count), show_dollars(cents)], "figures": named})
    return found


def _receipt(one: FundIncome, figures: Figures) -> Json:
    return {
        "cells": [one.name, one.fund, show_dollars(one.cents)],
        "figures": [_sum(figures, f"{one.name}, {one.fund}", one.cents)],
    }


def _strategies(spent: Sequence[Spending], figures: Figures) -> list[Json]:
    """The linked spending by strategy in the agenda's order, with its sum and its indicators."""
    headings = open_headings()
    known: dict[int, list[tuple[Spending, SpendingLink]]] = {}
    for one in spent:
        if one.link:
            known.setdefault(one.link.section_id, []).append((one, one.link))
    ordered = sorted(known.values(), key=lambda rows: _place(rows[0][1].section))
    return [
        _strategy(name_section(rows[0][1].section, headings), rows, figures) for rows in ordered
    ]


def _place(section: Section) -> tuple[int, int, int]:
    """Where a strategy stands in the agenda."""
    return (section.parent.position if section.parent else 0, section.position, section.pk)


def _strategy(
    heading: str, rows: Sequence[tuple[Spending, SpendingLink]], figures: Figures
) -> Json:
    cents = sum(one.expense.amount_cents for one, _ in rows)
    codes = [link.indicator.code for _, link in rows if link.indicator]
    return {
        "heading": heading,
        "cents": cents,
        "shown": show_dollars(cents),
        "figures": [_sum(figures, f"Contributed to {heading}", cents)],
        "rows": [_linked(one, link, figures) for one, link in rows],
        "words": [f"{one.expense.title}: {link.words}" for one, link in rows if link.words],
        "indicators": list(dict.fromkeys(codes)),
    }


def _linked(one: Spending, link: SpendingLink, figures: Figures) -> Json:
    cents = one.expense.amount_cents
    return {
        "cells": [
            one.expense.title, show_dollars(cents), one.expense.fund.name, name_work(link),
            link.indicator.name if link.indicator else "None named",
        ],
        "figures": [_sum(figures, f"Expense, {one.expense.title}", cents)],
    }  # fmt: skip


def _unlinked(one: Spending, figures: Figures) -> Json:
    cents = one.expense.amount_cents
    cells = [one.expense.title, show_dollars(cents), one.expense.fund.name]
    return {"cells": cells, "figures": [_sum(figures, f"Expense, {one.expense.title}", cents)]}
