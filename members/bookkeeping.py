"""The craft of double entry: the chart of accounts, and postings that balance."""

from collections.abc import Sequence
from dataclasses import dataclass

GENERAL = "general"
GENERAL_FUND = (GENERAL, "General fund")  # Code and name.
BANK, CLEARING, DISPUTED, DUE_FROM = "1000", "1100", "1150", "1300"
PAYABLE, DUE_TO = "2100", "2300"
DUES, ORGANIZATION_DUES, DONATIONS, GRANTS, PLEDGES = "4000", "4050", "4100", "4150", "4200"
FEES = "5900"
CHAPTER_IN, FUND_IN, CHAPTER_OUT, FUND_OUT = "4910", "4920", "5910", "5920"

# code, name, kind: the same in every chapter, so that the nation can add them up.
ACCOUNTS = (
    (BANK, "Bank", "asset"),
    (CLEARING, "Card payments on the way to the bank", "asset"),
    (DISPUTED, "Disputed payments held by the card network", "asset"),
    (DUE_FROM, "Due from other chapters", "asset"),
    (PAYABLE, "Approved expenses to be paid", "liability"),
    (DUE_TO, "Due to other chapters", "liability"),
    (DUES, "Membership dues", "income"),
    (ORGANIZATION_DUES, "Dues of organizations", "income"),
    (DONATIONS, "Donations", "income"),
    (GRANTS, "Grants", "income"),
    (PLEDGES, "Pledges collected", "income"),
    (CHAPTER_IN, "Received from other chapters", "income"),
    (FUND_IN, "Received from other funds", "income"),
    ("5000", "Convenings and rooms", "expense"),
    ("5100", "Childcare, food and language access", "expense"),
    ("5200", "Printing and outreach", "expense"),
    ("5300", "Data and research", "expense"),
    ("5400", "Projects of the common agenda", "expense"),
    ("5500", "Administration", "expense"),
    (FEES, "Card payment fees", "expense"),
    (CHAPTER_OUT, "Given to other chapters", "expense"),
    (FUND_OUT, "Given to other funds", "expense"),
)
ACCOUNT_NAMES = {code: name for code, name, _ in ACCOUNTS}
ACCOUNT_KINDS = {code: kind for code, _, kind in ACCOUNTS}
# To the public these are one: how much of it is where would tell of single payments.
CASH = (BANK, CLEARING, DISPUTED)
OPEN_NAMES = ACCOUNT_NAMES | {BANK: "Cash, in the bank and on the way there"}
# What moves from one pocket of the network into another is neither earned nor spent.
INTERNAL = (CHAPTER_IN, FUND_IN, CHAPTER_OUT, FUND_OUT)
# What the council can ask to spend on.
SPENDING = tuple(
    (code, name)
    for code, name, kind in ACCOUNTS
    if kind == "expense" and code != FEES and code not in INTERNAL
)


@dataclass(frozen=True)
class Posting:
    """One side of an entry in cents: a debit where positive, a credit where negative."""

    account_code: str
    fund_code: str
    cents: int


def move(cents: int, *, debit: str, credit: str, fund: str = GENERAL) -> list[Posting]:
    """The two sides of a plain entry within one fund."""
    return [Posting(debit, fund, cents), Posting(credit, fund, -cents)]


def move_between_funds(cents: int, source: str, target: str, cash: str = BANK) -> list[Posting]:
    """Four sides that carry money from one fund into another; each fund stays balanced."""
    out = move(cents, debit=FUND_OUT, credit=cash, fund=source)
    return [*out, *move(cents, debit=cash, credit=FUND_IN, fund=target)]


def mirror(lines: Sequence[Posting]) -> list[Posting]:
    """The lines that undo others."""
    return [Posting(line.account_code, line.fund_code, -line.cents) for line in lines]


def is_balanced(lines: Sequence[Posting]) -> bool:
    """Whether there are two sides or more, and those of each fund sum to zero."""
    sums: dict[str, int] = {}
    for line in lines:
        sums[line.fund_code] = sums.get(line.fund_code, 0) + line.cents
    return len(lines) > 1 and not any(sums.values())


def open_sums(lines: Sequence[Posting]) -> dict[tuple[str, str], int]:
    """Lines as the public sees them: cents by account and fund, all cash in one, zeros left out."""
    sums: dict[tuple[str, str], int] = {}
    for line in lines:
        place = (BANK if line.account_code in CASH else line.account_code, line.fund_code)
        sums[place] = sums.get(place, 0) + line.cents
    return {place: cents for place, cents in sums.items() if cents}
