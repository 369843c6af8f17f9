"""What is written into the books: one entry for each event, and never a second one.

Everything here runs in the caller's transaction and in the chapter's scope. The database holds
the rules whatever is called; here they become answers that a caller can act on.
"""

import datetime
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from chapters.models import Chapter
from members.actions.memberships import lock_chapter
from members.actions.publishing import publish_entry, stream_of
from members.bookkeeping import ACCOUNTS, GENERAL_FUND, Posting, is_balanced, mirror
from members.models import Account, Entry, Fund, Line, Payment


class KeyTaken(ValueError):
    """The key names an entry with other lines: two events want the same one."""


class FundShort(ValueError):
    """A restricted fund does not hold what is to be taken from it."""


def ensure_books(chapter: Chapter) -> None:
    """The standard accounts and the general fund, made where the chapter has none yet."""
    accounts = [
        Account(chapter=chapter, code=code, name=name, kind=kind) for code, name, kind in ACCOUNTS
    ]
    Account.objects.bulk_create(accounts, ignore_conflicts=True)
    code, name = GENERAL_FUND
    general = Fund(chapter=chapter, code=code, name=name, purpose="Whatever the chapter needs")
    Fund.objects.bulk_create([general], ignore_conflicts=True)


def open_fund(chapter: Chapter, code: str, name: str, purpose: str, *, restricted: bool) -> Fund:
    """A fund of the chapter by its code, made where it is not there yet."""
    ensure_books(chapter)
    given = {"name": name, "purpose": purpose, "restricted": restricted}
    return Fund.objects.get_or_create(chapter=chapter, code=code, defaults=given)[0]


def post_entry(
    chapter: Chapter,
    *,
    key: str,
    kind: str,
    occurred_on: datetime.date,
    lines: Sequence[Posting],
    memo: str = "",
    by: Any = None,
    reverses: Entry | None = None,
    payment: Payment | None = None,
) -> Entry:
    """Add one entry; the same key a second time gives the first entry back.

    Args:
        key: names the event within the chapter, such as `dues-17`.
        lines: two or more, cents, debits positive; they sum to zero in each fund.
        memo: may be read by all, so it names nobody.
        payment: whose money it is, where it is one person's.

    Raises:
        ValueError: the lines do not balance, or an account or fund is not there.
        KeyTaken: the key has another entry with other lines.
        FundShort: a restricted fund would hold less than nothing.
    """
    if not is_balanced(lines):
        raise ValueError(f"{key}: the lines do not sum to zero in each fund.")
    with transaction.atomic():
        # One posting at a time in a chapter: funds are counted and keys looked for under it.
        held = lock_chapter(chapter.pk)
        known = Entry.objects.filter(chapter=held, key=key).first()
        if known:
            return _same(known, lines)
        entry = Entry.objects.create(
            chapter=held, key=key, kind=kind, occurred_on=occurred_on, memo=memo, by=by,
            reverses=reverses, payment=payment, stream=stream_of(kind, reverses, payment, lines),
        )  # fmt: skip
        _add_lines(entry, lines)
        publish_entry(entry)
        return entry


def reverse_entry(entry: Entry, *, occurred_on: datetime.date, memo: str, by: Any = None) -> Entry:
    """Undo an entry by its mirror image; an entry is undone once. Raises as `post_entry`."""
    return post_entry(
        entry.chapter,
        key=f"reversal-{entry.pk}",
        kind=Entry.Kind.REVERSAL,
        occurred_on=occurred_on,
        lines=mirror(postings_of(entry)),
        memo=memo,
        by=by,
        reverses=entry,
        payment=entry.payment,
    )


def postings_of(entry: Entry) -> list[Posting]:
    """The lines of an entry as postings, in their order."""
    rows = Line.objects.filter(entry=entry).order_by("id")
    found = rows.values_list("account__code", "fund__code", "amount_cents")
    return [Posting(account, fund, cents) for account, fund, cents in found]


def fund_balance(fund: Fund) -> int:
    """What a fund holds in cents: what it owns less what it owes."""
    kinds = [Account.Kind.ASSET, Account.Kind.LIABILITY]
    rows = Line.objects.filter(fund=fund, account__kind__in=kinds)
    return rows.aggregate(cents=Sum("amount_cents"))["cents"] or 0


def _same(entry: Entry, lines: Sequence[Posting]) -> Entry:
    if sorted(map(_key, postings_of(entry))) != sorted(map(_key, lines)):
        raise KeyTaken(f"{entry.key}: there is an entry of this key with other lines.")
    return entry


def _key(line: Posting) -> tuple[str, str, int]:
    return line.account_code, line.fund_code, line.cents


def _add_lines(entry: Entry, lines: Sequence[Posting]) -> None:
    accounts, funds = _names(entry.chapter, lines)
    Line.objects.bulk_create(
        Line(
            chapter_id=entry.chapter_id,
            entry=entry,
            account=accounts[line.account_code],
            fund=funds[line.fund_code],
            amount_cents=line.cents,
            currency=settings.CURRENCY,
        )
        for line in lines
    )
    for fund in funds.values():
        if fund.restricted and fund_balance(fund) < 0:
            raise FundShort(f"The fund “{fund.name}” does not hold that much.")


def _names(
    chapter: Chapter, lines: Sequence[Posting]
) -> tuple[dict[str, Account], dict[str, Fund]]:
    accounts, funds, missing = _find(chapter, lines)
    if missing:
        ensure_books(chapter)
        accounts, funds, missing = _find(chapter, lines)
    if missing:
        raise ValueError(f"The books have no {', '.join(sorted(missing))}.")
    return accounts, funds


def _find(
    chapter: Chapter, lines: Sequence[Posting]
) -> tuple[dict[str, Account], dict[str, Fund], set[str]]:
    codes = {line.account_code for line in lines}
    fund_codes = {line.fund_code for line in lines}
    accounts = Account.objects.filter(chapter=chapter, code__in=codes)
    funds = Fund.objects.filter(chapter=chapter, code__in=fund_codes)
    by_code = {account.code: account for account in accounts}, {fund.code: fund for fund in funds}
    return *by_code, (codes - set(by_code[0])) | (fund_codes - set(by_code[1]))
