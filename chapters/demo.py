"""The demo network's ground: six chapters in real cities, pledges by invented givers."""

import datetime as dt

from django.utils import timezone

from chapters.actions import recount_pledges
from chapters.loading import load_places
from chapters.models import Chapter, Place, Pledge, WaitlistEntry
from chapters.scope import in_chapter

# slug, geoid, zone, status, launched, vision, art
CHAPTERS = [
    ("san-francisco", "0667000", "active", dt.date(2016, 5, 2),
     "Every woman and girl here can earn a fair living, live safely and be heard.",
     "san-francisco"),
    ("denver", "0820000", "active", dt.date(2017, 6, 6),
     "Women and girls in Denver set the terms of their work, homes and safety.", ""),
    ("minneapolis", "2743000", "active", dt.date(2018, 3, 8),
     "A city where care is shared and pay is equal.", ""),
    ("atlanta", "1304000", "launching", None, "", ""),
    ("tucson", "0477000", "launching", None, "", ""),
    ("richmond", "5167000", "gathering", None, "", ""),
]  # fmt: skip
# Who promised what toward the start of a chapter: name, dollars, what became of it.
PLEDGES = {
    "richmond": [
        ("River City Fund (sample)", 25_000, Pledge.State.PLEDGED),
        ("Two employers (sample)", 12_000, Pledge.State.PLEDGED),
        ("Eleven residents (sample)", 4_500, Pledge.State.PLEDGED),
    ],
    "san-francisco": [
        ("Golden Gate Families Fund (sample)", 40_000, Pledge.State.COLLECTED),
        ("Three employers of the Mission (sample)", 22_500, Pledge.State.COLLECTED),
        ("A hotel owner (sample)", 10_000, Pledge.State.CONFIRMED),
        ("Twenty residents (sample)", 6_000, Pledge.State.PLEDGED),
        ("A firm that moved away (sample)", 5_000, Pledge.State.RELEASED),
    ],
}

WAITING = [("Boise", "ID"), ("Boise", "ID"), ("Boise", "ID"), ("Richmond", "VA")]


def load() -> None:
    """Create places, chapters and pledges that are not there yet."""
    load_places()
    for slug, geoid, status, launched_on, vision, art in CHAPTERS:
        place = Place.objects.get(geoid=geoid)
        Chapter.objects.get_or_create(
            slug=slug,
            defaults={
                "name": place.name, "place": place, "zone": place.zone, "status": status,
                "launched_on": launched_on, "vision": vision, "art": art,
            },
        )  # fmt: skip
    for slug, pledges in PLEDGES.items():
        _load_pledges(Chapter.objects.get(slug=slug), pledges)
    _load_waiting()


def _load_pledges(chapter: Chapter, pledges: list[tuple[str, int, Pledge.State]]) -> None:
    with in_chapter(chapter):
        for name, dollars, state in pledges:
            Pledge.objects.get_or_create(
                chapter=chapter,
                name=name,
                defaults={"amount_cents": dollars * 100, "state": state},
            )
        recount_pledges(chapter)


def _load_waiting() -> None:
    for number, (city, state) in enumerate(WAITING, 1):
        WaitlistEntry.objects.get_or_create(
            email=f"waiting-{number}@demo.network-city.example",
            defaults={
                "city": city, "state": state, "name": f"Sample person {number}",
                "place": Place.objects.filter(name=city, state=state).first(),
                "confirmed_at": timezone.now(),
            },
        )  # fmt: skip
