"""Dues as arithmetic: sums in cents, years and months that end on the right day."""

import calendar
import datetime
import re

MINIMUM_CENTS = 1_200
MONTHLY_MINIMUM_CENTS = 100
GRACE_DAYS = 30
MAXIMUM_CENTS = 1_000_000
CHOICES_CENTS = (1_200, 3_600, 12_000)
_AMOUNT = re.compile(r"\$?(\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.(\d{1,2}))?", re.ASCII)


def read_dollars(text: str) -> int | None:
    """Cents of an amount as people type it ("$1,200.50", "36"), or None. No floats on the way."""
    found = _AMOUNT.fullmatch(re.sub(r"\s", "", text))
    if found is None:
        return None
    dollars, cents = found.groups()
    return int(dollars.replace(",", "")) * 100 + int((cents or "").ljust(2, "0"))


def show_dollars(cents: int, *, whole: bool = False) -> str:
    """Cents as $1,200.50; with `whole`, full dollars lose their zeros, as in $36."""
    dollars, rest = divmod(abs(cents), 100)
    sign = "−" if cents < 0 else ""
    return f"{sign}${dollars:,}" if whole and not rest else f"{sign}${dollars:,}.{rest:02}"


def say_dues(cents: int, interval: str) -> str:
    """Dues with their rhythm: $36 a year, $3 a month, or $36 for 12 months where paid once."""
    rhythm = {"year": "a year", "month": "a month"}.get(interval, "for 12 months")
    return f"{show_dollars(cents, whole=True)} {rhythm}"


def a_year_after(day: datetime.date) -> datetime.date:
    """The same day twelve months later; February 29 becomes February 28."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def a_month_after(day: datetime.date) -> datetime.date:
    """The same day of the next month, or its last one: January 31 becomes February 28."""
    first = (day.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)
    longest = calendar.monthrange(first.year, first.month)[1]
    return first.replace(day=min(day.day, longest))


def period_bought(
    paid_on: datetime.date, paid_until: datetime.date | None, interval: str = "year"
) -> tuple[datetime.date, datetime.date]:
    """What dues cover: from the later of the payment's day and the paid end, a year or a month."""
    start = max(paid_on, paid_until or paid_on)
    return start, (a_month_after if interval == "month" else a_year_after)(start)


def last_day_of_grace(paid_until: datetime.date) -> datetime.date:
    """The day until which unpaid dues leave a person a member."""
    return paid_until + datetime.timedelta(days=GRACE_DAYS)
