"""Times as people read them: on the convening's own clock first, then on other clocks."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from chapters.zones import zone_name

# The clocks of most readers, east to west.
NATIONAL = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")


@dataclass(frozen=True)
class Times:
    """One convening's times in words.

    date "Tuesday, May 2, 2017", hours "12 to 1:15 pm Pacific", elsewhere "3 pm Eastern, 1 pm
    Mountain", yours the same for the reader's own zone or empty, machine the start in ISO 8601
    with its offset.
    """

    date: str
    hours: str
    elsewhere: str
    yours: str
    machine: str
    month: str
    day: int
    year: int

    @property
    def full(self) -> str:
        """Date and hours in one line."""
        return f"{self.date}, {self.hours}"


def tell_times(start: dt.datetime, end: dt.datetime, zone: str, reader_zone: str = "") -> Times:
    """Put the times of a convening into words; `start` and `end` are aware, zones IANA names."""
    own = start.astimezone(ZoneInfo(zone))
    others = (_clock(start, other, own) for other in NATIONAL if _differs(start, other, zone))
    yours = reader_zone and _differs(start, reader_zone, zone)
    return Times(
        date=_date(own),
        hours=f"{_span(own, end.astimezone(ZoneInfo(zone)))} {zone_name(start, zone)}",
        elsewhere=", ".join(others),
        yours=_clock(start, reader_zone, own) if yours else "",
        machine=own.isoformat(timespec="minutes"),
        month=f"{own:%b}",
        day=own.day,
        year=own.year,
    )


def wall_time(day: dt.date, time: dt.time, zone: str) -> dt.datetime:
    """The moment at which a clock of `zone` shows `time`.

    Raises ValueError for a time that the clock skips (the hour lost in spring); of a time that
    it shows twice, the first is meant.
    """
    moment = dt.datetime.combine(day, time, ZoneInfo(zone))
    there_and_back = moment.astimezone(dt.UTC).astimezone(ZoneInfo(zone))
    if there_and_back.replace(tzinfo=None) != moment.replace(tzinfo=None):
        raise ValueError(f"{_hour(moment)} does not exist on that day: clocks go forward.")
    return moment.astimezone(dt.UTC)


def _differs(moment: dt.datetime, one: str, other: str) -> bool:
    return (
        moment.astimezone(ZoneInfo(one)).utcoffset()
        != moment.astimezone(ZoneInfo(other)).utcoffset()
    )


def _clock(moment: dt.datetime, zone: str, own: dt.datetime) -> str:
    there = moment.astimezone(ZoneInfo(zone))
    day = "" if there.date() == own.date() else f" on {there:%A}"
    return f"{_hour(there)} {zone_name(moment, zone)}{day}"


def _date(moment: dt.datetime) -> str:
    return f"{moment:%A, %B} {moment.day}, {moment.year}"


def _span(start: dt.datetime, end: dt.datetime) -> str:
    if start.date() != end.date():
        return f"{_hour(start)} to {_hour(end)} on {_date(end)},"
    same_half = (start.hour < 12) == (end.hour < 12)
    return f"{_bare(start) if same_half else _hour(start)} to {_hour(end)}"


def _hour(moment: dt.datetime) -> str:
    return f"{_bare(moment)} {'am' if moment.hour < 12 else 'pm'}"


def _bare(moment: dt.datetime) -> str:
    hour = moment.hour % 12 or 12
    return f"{hour}:{moment.minute:02}" if moment.minute else str(hour)
