"""The verbs of the books: what happened to money, as entries.

Each is called in the transaction and in the scope of the chapter in which it happened, and each
may be repeated: the same event finds its entry.
"""

import datetime
from typing import Any

from django.db import transaction

from chapters.models import Chapter, Pledge
from chapters.scope import in_chapter
from members import bookkeeping as chart
from members.actions.expenses import record_expense
from members.actions.posting import (
    FundShort,
    KeyTaken,
    ensure_books,
    fund_balance,
    open_fund,
    post_entry,
    postings_of,
    reverse_entry,
)
from members.bookkeeping import GENERAL, Posting, move, move_between_funds
from members.models import Dispute, Entry, Fund, Payment, Purpose, Refund

__all__ = [
    "FundShort",
    "KeyTaken",
    "Posting",
    "ensure_books",
    "fund_balance",
    "open_fund",
    "post_entry",
    "record_chapter_transfer",
    "record_dispute",
    "record_donation",
    "record_dues",
    "record_expense",
    "record_fee",
    "record_missing_dues",
    "record_payout",
    "record_pledge_receipt",
    "record_refund",
    "record_transfer",
    "reverse_entry",
]
_INCOME_OF = {Purpose.ORGANIZATION.value: chart.ORGANIZATION_DUES}
_Kind = Entry.Kind


# --- Payments by card ----------------------------------------------------------------------------


def record_dues(payment: Payment) -> Entry:
    """Dues that arrived by card; they wait at the payment provider until it pays them out."""
    income = _INCOME_OF.get(payment.purpose, chart.DUES)
    return post_entry(
        payment.chapter,
        key=f"dues-{payment.pk}",
        kind=_Kind.DUES,
        occurred_on=payment.chapter.day_of(payment.paid_at),
        lines=move(payment.amount_cents, debit=chart.CLEARING, credit=income),
        payment=payment,
    )


def record_missing_dues(chapter: Chapter) -> int:
    """Book the payments of the open chapter that are in no entry, oldest first; gives how many."""
    booked = Entry.objects.filter(chapter=chapter, kind=_Kind.DUES).values("payment")
    missing = Payment.objects.filter(chapter=chapter).exclude(pk__in=booked)
    payments = list(missing.select_related("chapter").order_by("paid_at", "id"))
    for payment in payments:
        record_dues(payment)
    return len(payments)


def record_fee(
    payment: Payment, fee_cents: int, *, occurred_on: datetime.date | None = None
) -> Entry | None:
    """What the payment provider kept of a payment; None where it kept nothing."""
    if fee_cents <= 0:
        return None
    return post_entry(
        payment.chapter,
        key=f"fee-{payment.pk}",
        kind=_Kind.FEE,
        occurred_on=occurred_on or payment.chapter.day_of(payment.paid_at),
        lines=move(fee_cents, debit=chart.FEES, credit=chart.CLEARING),
        payment=payment,
    )


def record_refund(refund: Refund, *, occurred_on: datetime.date | None = None) -> Entry:
    """Money given back to who paid it, taken from the income and the fund that it had gone to."""
    return _post_return(
        refund.payment,
        f"refund-{refund.pk}",
        _Kind.REFUND,
        refund.amount_cents,
        chart.CLEARING,
        occurred_on,
    )


def record_dispute(dispute: Dispute, *, occurred_on: datetime.date | None = None) -> Entry | None:
    """Where a disputed payment stands; call it at each change. None for a mere inquiry.

    While it is open the card network holds the money; won, it comes back; lost, it is given back
    like a refund. The fee stays spent. Gives the entry of the state that it is in.
    """
    if dispute.status == Dispute.Status.WARNING:
        return None
    payment, cents, day = dispute.payment, dispute.amount_cents, occurred_on
    entry = _hold(dispute, day)
    if dispute.status == Dispute.Status.WON:
        back = move(cents, debit=chart.CLEARING, credit=chart.DISPUTED)
        return _post_about(payment, f"dispute-{dispute.pk}-won", _Kind.DISPUTE, back, day)
    if dispute.status == Dispute.Status.LOST:
        key = f"dispute-{dispute.pk}-lost"
        return _post_return(payment, key, _Kind.DISPUTE, cents, chart.DISPUTED, day)
    return entry


def _hold(dispute: Dispute, day: datetime.date | None) -> Entry:
    lines = move(dispute.amount_cents, debit=chart.DISPUTED, credit=chart.CLEARING)
    if dispute.fee_cents:
        lines += move(dispute.fee_cents, debit=chart.FEES, credit=chart.CLEARING)
    key = f"dispute-{dispute.pk}-opened"
    return _post_about(dispute.payment, key, _Kind.DISPUTE, lines, day)


def _post_about(
    payment: Payment, key: str, kind: str, lines: list[Posting], day: datetime.date | None
) -> Entry:
    chapter = payment.chapter
    return post_entry(
        chapter, key=key, kind=kind, occurred_on=day or chapter.today, lines=lines,
        payment=payment,
    )  # fmt: skip


def _post_return(
    payment: Payment, key: str, kind: str, cents: int, cash: str, day: datetime.date | None
) -> Entry:
    # Asked again, the fund may hold another sum: what was posted then stands.
    known = Entry.objects.filter(chapter_id=payment.chapter_id, key=key).first()
    return known or _post_about(payment, key, kind, _give_back(payment, cents, cash), day)


def _give_back(payment: Payment, cents: int, cash: str) -> list[Posting]:
    """Undo as much of the payment's own income.

    The money is gone whatever it had been given for, so what a restricted fund has spent already
    is borne by the general fund.
    """
    rows = Entry.objects.filter(chapter_id=payment.chapter_id, payment=payment)
    receipt = rows.filter(kind__in=[_Kind.DUES, _Kind.DONATION]).earliest("id")
    (income,) = [line for line in postings_of(receipt) if line.cents < 0]
    lines = move(cents, debit=income.account_code, credit=cash, fund=income.fund_code)
    short = _shortage(payment.chapter, income.fund_code, cents)
    return [*move_between_funds(short, GENERAL, income.fund_code, cash), *lines] if short else lines


def _shortage(chapter: Chapter, fund_code: str, cents: int) -> int:
    """What a restricted fund lacks toward a sum."""
    fund = Fund.objects.get(chapter=chapter, code=fund_code)
    return max(cents - fund_balance(fund), 0) if fund.restricted else 0


def record_payout(
    chapter: Chapter, *, payout_id: str, cents: int, occurred_on: datetime.date
) -> Entry:
    """What the payment provider sent to the bank; negative where it took something back."""
    return post_entry(
        chapter,
        key=f"payout-{payout_id}",
        kind=_Kind.PAYOUT,
        occurred_on=occurred_on,
        lines=move(cents, debit=chart.BANK, credit=chart.CLEARING),
    )


# --- Gifts and pledges ---------------------------------------------------------------------------


def record_donation(
    chapter: Chapter,
    *,
    key: str,
    cents: int,
    occurred_on: datetime.date,
    fund_code: str = GENERAL,
    payment: Payment | None = None,
    memo: str = "",
    by: Any = None,
) -> Entry:
    """A gift: by card where there is a payment, else a grant that arrived at the bank."""
    kind, income, cash = (
        (_Kind.DONATION, chart.DONATIONS, chart.CLEARING)
        if payment
        else (_Kind.GRANT, chart.GRANTS, chart.BANK)
    )
    lines = move(cents, debit=cash, credit=income, fund=fund_code)
    return post_entry(
        chapter,
        key=key,
        kind=kind,
        occurred_on=occurred_on,
        lines=lines,
        memo=memo,
        by=by,
        payment=payment,
    )


def record_pledge_receipt(
    pledge: Pledge, *, occurred_on: datetime.date, fund_code: str = GENERAL, by: Any = None
) -> Entry:
    """A pledge that was paid to the bank, once, whole."""
    return post_entry(
        pledge.chapter,
        key=f"pledge-{pledge.pk}",
        kind=_Kind.PLEDGE,
        occurred_on=occurred_on,
        lines=move(pledge.amount_cents, debit=chart.BANK, credit=chart.PLEDGES, fund=fund_code),
        by=by,
    )


# --- Transfers -----------------------------------------------------------------------------------


def record_transfer(
    chapter: Chapter,
    *,
    key: str,
    cents: int,
    source_fund: str,
    target_fund: str,
    occurred_on: datetime.date,
    memo: str = "",
    by: Any = None,
) -> Entry:
    """Money that moves from one fund of a chapter to another. Raises FundShort."""
    return post_entry(
        chapter,
        key=f"transfer-{key}",
        kind=_Kind.TRANSFER,
        occurred_on=occurred_on,
        lines=move_between_funds(cents, source_fund, target_fund),
        memo=memo,
        by=by,
    )


def record_chapter_transfer(
    source: Chapter,
    target: Chapter,
    *,
    key: str,
    cents: int,
    occurred_on: datetime.date,
    source_fund: str = GENERAL,
    target_fund: str = GENERAL,
    by: Any = None,
) -> tuple[Entry, Entry]:
    """Money that one chapter gives another: it owes it, the other has it to come.

    Both entries are written or neither, under one key. Raises FundShort.
    """
    given = move(cents, debit=chart.CHAPTER_OUT, credit=chart.DUE_TO, fund=source_fund)
    received = move(cents, debit=chart.DUE_FROM, credit=chart.CHAPTER_IN, fund=target_fund)
    sides = {source: (given, f"To {target.name}"), target: (received, f"From {source.name}")}
    entries = {}
    with transaction.atomic():
        # Always in the same order, so that two transfers never wait for each other.
        for chapter, (lines, memo) in sorted(sides.items(), key=lambda side: side[0].pk):
            with in_chapter(chapter):
                entries[chapter] = post_entry(
                    chapter, key=f"chapters-{key}", kind=_Kind.TRANSFER,
                    occurred_on=occurred_on, lines=lines, memo=memo, by=by,
                )  # fmt: skip
    return entries[source], entries[target]
