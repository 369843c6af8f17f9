"""Calendar files, read back with the library that calendars are tested against."""

import datetime as dt
import uuid

from icalendar import Calendar

from chapters.models import Chapter
from convenings.calendars import calendar_file
from convenings.clock import wall_time
from convenings.models import Convening


def _convening(**fields):
    start = wall_time(dt.date(2017, 5, 2), dt.time(12), "America/Los_Angeles")
    fields = {
        "pk": 7, "chapter": Chapter(slug="san-francisco"), "title": "Act; now, “together”",
        "summary": "One line\nand another", "starts_at": start,
        "ends_at": start + dt.timedelta(hours=1), "zone": "America/Los_Angeles",
        "uid": uuid.UUID(int=5), "sequence": 3, "changed_at": start,
    } | fields  # fmt: skip
    return Convening(**fields)


def _event(text):
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    return event


def test_calendar_file_is_in_universal_time(settings):
    settings.SITE_URL = "https://city.example.org"
    text = calendar_file(_convening())
    lines = text.split("\r\n")
    assert "DTSTART:20170502T190000Z" in lines
    assert "DTEND:20170502T200000Z" in lines
    assert "METHOD:PUBLISH" in lines
    assert "SEQUENCE:3" in lines
    assert "UID:00000000-0000-0000-0000-000000000005@city.example.org" in lines
    assert all(len(line.encode()) <= 75 for line in lines)


def test_calendar_file_keeps_the_wall_time_over_the_change_of_clocks():
    starts = [
        wall_time(day, dt.time(12), "America/Los_Angeles")
        for day in (dt.date(2017, 3, 7), dt.date(2017, 3, 14))
    ]
    texts = [calendar_file(_convening(starts_at=one, ends_at=one)) for one in starts]
    assert [_event(text).decoded("dtstart").hour for text in texts] == [20, 19]


def test_calendar_file_escapes_and_hides_the_link_until_there_is_a_place():
    link = "https://meet.example.org/secret"
    hidden = _event(calendar_file(_convening(online_url=link)))
    assert str(hidden["summary"]) == "Act; now, “together”"
    assert "secret" not in hidden.to_ical().decode()
    assert str(hidden["url"]).endswith("/san-francisco/convenings/7/")
    shown = _event(calendar_file(_convening(online_url=link), online_url=link))
    assert str(shown["url"]) == str(shown["location"]) == link
