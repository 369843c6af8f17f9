"""Spending in three steps: one of the council asks, another approves, then it is paid.

Only what was approved is in the books; it is owed until it is paid.
"""

import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from chapters import audit
from chapters.models import Chapter
from members import bookkeeping as chart
from members.actions.posting import ensure_books, post_entry
from members.bookkeeping import move
from members.models import Account, Entry, Expense, Fund

_State = Expense.State


class SamePerson(ValueError):
    """Who asked for an expense does not decide about it."""


class AlreadyDecided(ValueError):
    """Somebody decided about the expense, or paid it, meanwhile."""


def request_expense(
    chapter: Chapter,
    by: Any,
    *,
    title: str,
    payee: str,
    amount_cents: int,
    account_code: str,
    fund_code: str,
    spent_on: datetime.date,
) -> Expense:
    """Ask for money; nothing is booked. `title` will be public, `payee` is not."""
    ensure_books(chapter)
    expense = Expense.objects.create(
        chapter=chapter,
        title=title,
        payee=payee,
        amount_cents=amount_cents,
        account=Account.objects.get(chapter=chapter, code=account_code),
        fund=Fund.objects.get(chapter=chapter, code=fund_code),
        spent_on=spent_on,
        requested_by=by,
    )
    _note("expense.requested", expense, by)
    return expense


def approve_expense(expense: Expense, by: Any, *, today: datetime.date) -> Expense:
    """Approve and book what another person asked for.

    Raises SamePerson, AlreadyDecided, or FundShort where the fund does not hold that much.
    """
    with transaction.atomic():
        held = _decide(expense, by, _State.APPROVED)
        record_expense(held, by=by, occurred_on=today)
        _note("expense.approved", held, by)
    return held


def reject_expense(expense: Expense, by: Any, *, reason: str) -> Expense:
    """Turn a request down, with the reason. Raises SamePerson or AlreadyDecided."""
    with transaction.atomic():
        held = _decide(expense, by, _State.REJECTED, reason)
        _note("expense.rejected", held, by)
    return held


def pay_expense(expense: Expense, by: Any, *, paid_on: datetime.date) -> Expense:
    """Note that an approved expense was paid from the bank. Raises AlreadyDecided."""
    with transaction.atomic():
        held = _hold(expense, _State.APPROVED)
        held.state, held.paid_on = _State.PAID, paid_on
        held.save(update_fields=["state", "paid_on"])
        post_entry(
            held.chapter,
            key=f"expense-{held.pk}-paid",
            kind=Entry.Kind.EXPENSE_PAID,
            occurred_on=paid_on,
            lines=move(
                held.amount_cents, debit=chart.PAYABLE, credit=chart.BANK, fund=held.fund.code
            ),
            memo=held.title,
            by=by,
        )
        _note("expense.paid", held, by)
    return held


def record_expense(expense: Expense, *, occurred_on: datetime.date, by: Any = None) -> Entry:
    """Book an approved expense as spent and owed. Raises FundShort."""
    return post_entry(
        expense.chapter,
        key=f"expense-{expense.pk}",
        kind=Entry.Kind.EXPENSE,
        occurred_on=occurred_on,
        lines=move(
            expense.amount_cents,
            debit=expense.account.code,
            credit=chart.PAYABLE,
            fund=expense.fund.code,
        ),
        memo=expense.title,
        by=by,
    )


def _note(action: str, expense: Expense, by: Any) -> None:
    facts = {"amount_cents": expense.amount_cents, "fund": expense.fund.code}
    audit.record(action, subject=expense, chapter=expense.chapter, by=by, facts=facts)


def _decide(expense: Expense, by: Any, state: str, reason: str = "") -> Expense:
    held = _hold(expense, _State.REQUESTED)
    if held.requested_by_id == by.pk:
        raise SamePerson("Somebody else on the council decides about this.")
    held.state, held.decided_by, held.decided_at, held.reason = state, by, timezone.now(), reason
    held.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    return held


def _hold(expense: Expense, state: str) -> Expense:
    """The row as it is now, locked; raises AlreadyDecided where it is in another state."""
    rows = Expense.objects.select_for_update(no_key=True, of=("self",))
    held = rows.select_related("chapter", "account", "fund").get(pk=expense.pk)
    if held.state != state:
        raise AlreadyDecided(f"It is “{held.get_state_display().lower()}” already.")
    return held
