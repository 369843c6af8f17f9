"""The calendar of due figures in words and dates: when, how late, and who is told what."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from chapters.models import Chapter
from measurement.models import Duty, Indicator, Source

BEFORE_DAYS, DEPUTY_DAYS, HANDED_DAYS = 14, 14, 90
# Month and day of release, and how many years after a period's end, by programme.
RELEASES: dict[str, tuple[int, int, int]] = {
    Source.Programme.ACS1: (1, 10, 15),
    Source.Programme.ACS5: (2, 1, 31),
    Source.Programme.VITAL: (2, 1, 31),
    Source.Programme.ADMINISTRATIVE: (1, 6, 30),
    Source.Programme.OWN_SURVEY: (1, 6, 30),
}
DEFAULT_RELEASE = (1, 6, 30)
LATE, SOON, PLANNED = "late", "soon", "planned"


@dataclass(frozen=True)
class Line:
    """A row of the calendar: how it stands, its words and people, the end of the newest figures."""

    duty: Duty
    indicator: Indicator
    state: str
    words: str
    owner: str
    deputy: str
    until: dt.date | None


def first_due(indicator: Indicator, known_until: dt.date | None, today: dt.date) -> dt.date:
    """The next day on which figures after the newest ones usually are out; never before today."""
    years, month, day = RELEASES.get(indicator.programme, DEFAULT_RELEASE)
    ended = known_until.year + 1 if known_until else today.year - years
    # The first figures that are not there yet are those of the year after.
    due = dt.date(ended + years, month, day)
    while due <= today:
        due = add_months(due, Duty.Rhythm.YEAR)
    return due


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day some months later, or the last of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    first = dt.date(day.year + years, month + 1, 1)
    following = dt.date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first.replace(day=min(day.day, (following - dt.timedelta(days=1)).day))


def next_due(duty: Duty, today: dt.date) -> dt.date:
    """The day after this turn's by the rhythm, which lies ahead."""
    due = add_months(duty.due_on, duty.every_months)
    while due <= today:
        due = add_months(due, duty.every_months)
    return due


def stage(duty: Duty, today: dt.date) -> Duty.Told:
    """The last reminder that this turn calls for by today."""
    days = (today - duty.due_on).days
    if days >= HANDED_DAYS:
        return Duty.Told.HANDED
    if days >= DEPUTY_DAYS:
        return Duty.Told.DEPUTY
    if days >= 0:
        return Duty.Told.DUE
    return Duty.Told.BEFORE if days >= -BEFORE_DAYS else Duty.Told.NOBODY


def line(duty: Duty, today: dt.date, names: Mapping[int, str], newest: dt.date | None) -> Line:
    """A row in words; names of the council by user id; newest: the end of the newest figures."""
    days, known = (duty.due_on - today).days, duty.known_until
    is_new = newest is not None and (known is None or newest > known)
    if is_new:
        state, words = PLANNED, "Figures have come in; the next turn is set overnight"
    elif days < 0:
        state, words = LATE, f"{-days} day{_s(-days)} late"
    elif days <= Duty.SOON_DAYS:
        state, words = SOON, "Due today" if not days else f"Due in {days} day{_s(days)}"
    else:
        state, words = PLANNED, f"Due in {days} days"
    return Line(duty, duty.indicator, state, words, _name(duty.owner_id, names),
                _name(duty.deputy_id, names), newest or known)  # fmt: skip


def _s(number: int) -> str:
    return "" if number == 1 else "s"


def _name(pk: Any, names: Mapping[int, str]) -> str:
    if pk is None:
        return "Nobody"
    return names.get(pk, "No longer on the council")


def calendar_file(chapter: Chapter, rows: Iterable[Duty]) -> str:
    """An .ics file (RFC 5545) of whole days; the UID stays, so that a later file replaces them."""
    # Few web workers ever make such a file, and all would carry its library: 3 MB.
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.SITE_NAME}//Figures due//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"Figures due in {chapter.name}")
    for duty in rows:
        event = Event()
        event.add("uid", f"duty-{duty.pk}@{urlsplit(settings.SITE_URL).hostname}")
        event.add("dtstamp", duty.made_at)
        event.add("dtstart", duty.due_on)
        event.add("summary", f"Figures due: {duty.indicator.name}, {chapter.name}")
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return str(calendar.to_ical().decode())
