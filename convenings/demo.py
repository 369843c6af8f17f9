"""Sample convenings in the weeks to come, at fixed times on their city's clock."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils import timezone

from chapters.models import Chapter
from chapters.scope import in_chapter
from convenings import actions
from convenings.clock import wall_time
from convenings.models import Convening

MINUTES = 75
# slug, days from today, hour and minute, title, summary, description, place, online, capacity.
CONVENINGS = [
    ("san-francisco", 10, (12, 0), "Building a common agenda",
     "Hear what the newest figures say, meet people who work on the same thing, and leave with "
     "one action for your city.",
     "- 12:00 Connect: small groups by topic\n- 12:20 Learn: what improved, what got worse, what "
     "we cannot tell\n- 12:50 Act: three open actions, and who needs help with them\n\n"
     "Live captions for everybody.", "", "https://meet.example.org/common-agenda", 250),
    ("san-francisco", 24, (18, 0), "Kitchen table: rent and care",
     "Eight people, one table, and the question of which two funds to join first.",
     "A small round in person. Food is there, and somebody looks after the children.",
     "Bayview branch library, community room (sample)", "", 8),
    ("denver", 13, (17, 30), "What the figures say about Denver",
     "The dashboard, read together, with time for questions.",
     "Bring one figure that you do not believe. We look up where it comes from.", "",
     "https://meet.example.org/denver-figures", 120),
    ("denver", 31, (9, 0), "Night buses: the map that is missing",
     "Draw the trips that nobody can make after the late shift.", "",
     "Sample hall, Colfax Avenue", "https://meet.example.org/denver-buses", None),
    ("minneapolis", 17, (12, 0), "Care that is shared",
     "Three employers tell what changed when fathers took leave.", "", "",
     "https://meet.example.org/minneapolis-care", None),
]  # fmt: skip
GUESTS = [("Ana (sample)", "ana"), ("Bo (sample)", "bo"), ("Cleo (sample)", "cleo"),
          ("Dot (sample)", "dot"), ("Eve (sample)", "eve")]  # fmt: skip


def load() -> None:
    """Announce what a chapter does not have yet, and seat a few guests at the small one."""
    for slug, days, hour, title, summary, description, place, online_url, capacity in CONVENINGS:
        chapter = Chapter.objects.get(slug=slug)
        with in_chapter(chapter):
            if Convening.objects.filter(title=title).exists():
                continue
            starts_at = _moment(chapter.zone, days, *hour)
            convening = actions.save_convening(
                Convening(
                    chapter=chapter, title=title, summary=summary, description=description,
                    starts_at=starts_at, ends_at=starts_at + dt.timedelta(minutes=MINUTES),
                    zone=chapter.zone, place=place, online_url=online_url, capacity=capacity,
                    published_at=timezone.now(),
                )
            )  # fmt: skip
            for name, mailbox in GUESTS if capacity == 8 else ():
                actions.register(convening, name, f"{mailbox}@demo.network-city.example")


def _moment(zone: str, days: int, hour: int, minute: int) -> dt.datetime:
    day = timezone.now().astimezone(ZoneInfo(zone)).date() + dt.timedelta(days=days)
    return wall_time(day, dt.time(hour, minute), zone)
