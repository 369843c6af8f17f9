"""A convening as a calendar file (RFC 5545).

The library is loaded by the first file: few web workers ever make one.
"""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings

from convenings.models import Convening

if TYPE_CHECKING:
    from icalendar import Event

CONTENT_TYPE = "text/calendar; method=PUBLISH; charset=utf-8"


def calendar_file(convening: Convening, *, online_url: str = "") -> str:
    """The text of an .ics file.

    PUBLISH and not REQUEST: nobody reads replies to an invitation, and the registration is
    made on our page. Times are in UTC, which no calendar's own zone table can shift; the UID
    stays and SEQUENCE grows, so a file sent later replaces the entry. `online_url` is given
    only for somebody who has a place.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.SITE_NAME}//Convenings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(_event(convening, online_url))
    return str(calendar.to_ical().decode())


def _event(convening: Convening, online_url: str) -> "Event":
    from icalendar import Event

    page = settings.SITE_URL + convening.get_absolute_url()
    event = Event()
    event.add("uid", f"{convening.uid}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("sequence", convening.sequence)
    event.add("dtstamp", convening.changed_at)
    event.add("dtstart", convening.starts_at)
    event.add("dtend", convening.ends_at)
    event.add("summary", convening.title)
    event.add("description", f"{convening.summary}\n\n{online_url or page}")
    event.add("location", convening.place or online_url or "Online")
    event.add("url", online_url or page)
    event.add("status", "CONFIRMED")
    return event
