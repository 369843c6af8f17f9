"""What of the books becomes public, and when.

What the council does (expenses, grants, transfers) is public at once. Receipts of people wait
until three different people are in them, and then stand there as one sum: whoever looks before
and after learns what three or more people paid together, never what one of them did.
"""

from collections.abc import Iterable, Sequence

from django.db.models import Max

from chapters.ready import forget
from members.bookkeeping import ACCOUNT_KINDS, BANK, OPEN_NAMES, Posting, open_sums
from members.models import Account, Entry, Line, OpenEntry, OpenLine, Payment

FEWEST_PEOPLE = 3
TOGETHER = "together"
# Moves between what the public sees as one: nothing to show.
CASH_ONLY = "cash"


def stream_of(
    kind: str, reverses: Entry | None, payment: Payment | None, lines: Sequence[Posting]
) -> str:
    """What an entry is shown together with: the same income in the same fund.

    Empty where it stands alone, because it is nobody's own money.
    """
    is_pledge = Entry.Kind.PLEDGE in {kind, reverses.kind if reverses else ""}
    if payment is None and not is_pledge:
        return ""
    places = sorted(place for place in open_sums(lines) if place[0] != BANK)
    return " ".join(f"{account}/{fund}" for account, fund in places)[:120] or CASH_ONLY


def publish_entry(entry: Entry) -> OpenEntry | None:
    """Make public what has become so by an entry just posted; the chapter's row must be held."""
    if not entry.stream:
        return _publish([entry], kind=entry.kind, memo=entry.memo, people=0)
    if entry.stream == CASH_ONLY:
        return None
    waiting = waiting_entries(entry.chapter_id, entry.stream)
    people = len({_person(one) for one in waiting})
    if people < FEWEST_PEOPLE:
        return None
    return _publish(waiting, kind=TOGETHER, memo="", people=people)


def waiting_entries(chapter_id: int, stream: str) -> list[Entry]:
    """The entries of a chapter's stream that are not public yet, oldest first."""
    rows = OpenEntry.objects.filter(chapter=chapter_id, stream=stream)
    through = rows.aggregate(newest=Max("through"))["newest"] or 0
    waiting = Entry.objects.filter(chapter=chapter_id, stream=stream, id__gt=through)
    return list(waiting.select_related("payment").order_by("id"))


def _person(entry: Entry) -> str:
    return f"person {entry.payment.user_id}" if entry.payment else entry.key


def _publish(entries: Sequence[Entry], *, kind: str, memo: str, people: int) -> OpenEntry | None:
    newest = entries[-1]
    sums = open_sums(_postings(entries))
    if not sums:
        return None
    numbers = OpenEntry.objects.filter(chapter=newest.chapter_id)
    highest = numbers.aggregate(top=Max("number"))["top"] or 0
    shown = OpenEntry.objects.create(
        chapter_id=newest.chapter_id, number=highest + 1, kind=kind, memo=memo, people=people,
        occurred_on=newest.occurred_on, stream=newest.stream, through=newest.pk,
    )  # fmt: skip
    OpenLine.objects.bulk_create(_open_lines(shown, sums))
    forget(newest.chapter)
    return shown


def _postings(entries: Iterable[Entry]) -> list[Posting]:
    rows = Line.objects.filter(entry__in=[entry.pk for entry in entries])
    found = rows.values_list("account__code", "fund__code", "amount_cents")
    return [Posting(account, fund, cents) for account, fund, cents in found]


def _open_lines(shown: OpenEntry, sums: dict[tuple[str, str], int]) -> list[OpenLine]:
    own = {code for code, _ in sums} - set(ACCOUNT_KINDS)
    rows = Account.objects.filter(chapter=shown.chapter_id, code__in=own)
    accounts = rows.values_list("code", "name", "kind")
    known = {code: (name, kind) for code, name, kind in accounts} if own else {}
    known |= {code: (OPEN_NAMES[code], kind) for code, kind in ACCOUNT_KINDS.items()}
    return [
        OpenLine(
            chapter_id=shown.chapter_id,
            entry=shown,
            occurred_on=shown.occurred_on,
            account_code=code,
            account_name=known[code][0],
            account_kind=known[code][1],
            fund_code=fund,
            amount_cents=cents,
        )  # fmt: skip
        for (code, fund), cents in sorted(sums.items())
    ]
