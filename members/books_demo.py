"""Demo books: grants, pledges that were collected, expenses that two of the council agreed on."""

import datetime

from chapters.models import Chapter, Pledge, Seat
from chapters.scope import in_chapter
from members.actions import books, expenses
from members.models import Entry, User

# chapter: months ago, fund, cents, what; a grant where nobody asked for it, else an expense
BOOKS: dict[str, list[tuple[int, str, int, str, str]]] = {
    "san-francisco": [
        (8, "general", 2_500_000, "", "Grant of a city foundation (sample)"),
        (7, "childcare", 800_000, "", "Grant for childcare at convenings (sample)"),
        (6, "general", 42_000, "5000", "Room for the winter convening (sample)"),
        (6, "childcare", 36_500, "5100", "Childcare at the winter convening (sample)"),
        (4, "general", 118_050, "5200", "Printing of the baseline report (sample)"),
        (3, "general", 64_000, "5000", "Room for the spring convening (sample)"),
        (3, "childcare", 41_200, "5100", "Childcare at the spring convening (sample)"),
        (1, "general", 250_000, "5300", "Survey of night-shift workers (sample)"),
    ],
    "denver": [(5, "general", 1_200_000, "", "Grant of a community fund (sample)")],
}
# How many months ago the pledges of a chapter's start came in.
PLEDGED_MONTHS = 9


def load() -> None:
    """Fill the books of chapters that have no entry yet, and book what pledges brought."""
    for slug, rows in BOOKS.items():
        chapter = Chapter.objects.get(slug=slug)
        with in_chapter(chapter):
            _load_books(chapter, rows)


def _load_books(chapter: Chapter, rows: list[tuple[int, str, int, str, str]]) -> None:
    is_new = not Entry.objects.exists()
    _load_receipts(chapter)
    if not is_new:
        return
    purpose = "Childcare while people meet (sample)"
    books.open_fund(chapter, "childcare", "Childcare fund", purpose, restricted=True)
    council = [seat.user for seat in Seat.objects.current().order_by("id")]
    today = chapter.today
    for number, (months, fund, cents, account, words) in enumerate(rows):
        day = today - datetime.timedelta(days=30 * months)
        if account:
            _load_expense(chapter, council, (day, fund, cents, account, words))
        else:
            books.record_donation(
                chapter, key=f"demo-{number}", cents=cents, occurred_on=day, fund_code=fund,
                memo=words,
            )  # fmt: skip


def _load_receipts(chapter: Chapter) -> None:
    """Pledges of a demo that was loaded before there were any are booked too, each once."""
    day = chapter.today - datetime.timedelta(days=30 * PLEDGED_MONTHS)
    for pledge in Pledge.objects.filter(chapter=chapter, state=Pledge.State.COLLECTED):
        if not Entry.objects.filter(key=f"pledge-{pledge.pk}").exists():
            books.record_pledge_receipt(pledge, occurred_on=day)


def _load_expense(
    chapter: Chapter, council: list[User], row: tuple[datetime.date, str, int, str, str]
) -> None:
    day, fund, cents, account, words = row
    asks, decides = council[:2]
    expense = expenses.request_expense(
        chapter, asks, title=words, payee="A neighbor’s business (sample)", amount_cents=cents,
        account_code=account, fund_code=fund, spent_on=day,
    )  # fmt: skip
    expenses.approve_expense(expense, decides, today=day)
    expenses.pay_expense(expense, decides, paid_on=day)
