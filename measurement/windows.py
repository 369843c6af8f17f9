"""Windows of time: how long they are, what they share, and what they are called. Pure."""

import datetime as dt
from collections.abc import Sequence
from typing import Protocol, TypeVar

# How long a window is: whole calendar months (“M”), else days (“D”), and how many.
Length = tuple[str, int]


class Window(Protocol):
    """First and last day, inclusive."""

    @property
    def start(self) -> dt.date: ...

    @property
    def end(self) -> dt.date: ...


One = TypeVar("One", bound=Window)


def months_of(window: Window) -> int:
    """Calendar months that a window touches: 12 for a year, 3 for a quarter, 60 for five years."""
    return _month(window.end) - _month(window.start) + 1


def length_of(window: Window) -> Length:
    """What two windows must have alike to be of one kind: ("M", 12), ("M", 3) or ("D", 11)."""
    return ("M", months_of(window)) if _is_whole(window) else ("D", _days(window))


def length_among(windows: Sequence[Window], wanted: Window) -> Length:
    """The length of `wanted`, or of the last one where none is as long."""
    length = length_of(wanted)
    return length if not windows or of_length(windows, length) else length_of(windows[-1])


def of_length(windows: Sequence[One], length: Length) -> list[One]:
    """Those of a length, in their order: a quarter is no point on a line of years."""
    return [window for window in windows if length_of(window) == length]


def year_of(window: Window) -> float:
    """Where a window ends on an axis of years: 2023 for December 2023, 2022.25 for March 2023."""
    rest = 12 - window.end.month
    return round(window.end.year - rest / 12, 4) if rest else window.end.year


def share_of_both(a: Window, b: Window) -> float:
    """Share of the longer window that both have, 0 to 1; in days where one is no whole months."""
    if _is_whole(a) and _is_whole(b):
        both = min(_month(a.end), _month(b.end)) - max(_month(a.start), _month(b.start)) + 1
        return max(both, 0) / max(months_of(a), months_of(b))
    days = (min(a.end, b.end) - max(a.start, b.start)).days + 1
    return max(days, 0) / max(_days(a), _days(b))


def label_of(start: dt.date, end: dt.date) -> str:
    """“2023”, “2019–2023”, “2023 Q1”, “Mar 2023”, “Jul 2022–Jun 2023”, “1/24/23–2/3/23”."""
    if not _is_months(start, end):
        return f"{_day(start)}–{_day(end)}"
    number = _month(end) - _month(start) + 1
    if start.month == 1 and end.month == 12:
        return str(start.year) if number == 12 else f"{start.year}–{end.year}"
    if number == 3 and start.month % 3 == 1:
        return f"{start.year} Q{end.month // 3}"
    first, last = f"{start:%b} {start.year}", f"{end:%b} {end.year}"
    return first if number == 1 else f"{first}–{last}"


def years_of(start: dt.date, end: dt.date) -> int:
    """Years that a window lasts; 0 for less than one."""
    after = end + dt.timedelta(days=1)
    return (_month(after) - _month(start) - (after.day < start.day)) // 12


def _is_whole(window: Window) -> bool:
    return _is_months(window.start, window.end)


def _is_months(start: dt.date, end: dt.date) -> bool:
    """Whether it is whole calendar months, from a first to a last day."""
    return start.day == 1 and (end + dt.timedelta(days=1)).day == 1


def _days(window: Window) -> int:
    return (window.end - window.start).days + 1


def _month(day: dt.date) -> int:
    return day.year * 12 + day.month


def _day(day: dt.date) -> str:
    return f"{day.month}/{day.day}/{day.year % 100:02}"
