"""Finds a city by what people type: its name, its state, or a ZIP code."""

import csv
import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import Lower

from chapters.models import Chapter, Place, WaitlistEntry
from chapters.queries import open_chapters

ZIP_AREAS = Path(__file__).parent / "data" / "zip_areas.csv"
MOST_CITIES = 12
STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California",
    "CO": "Colorado", "CT": "Connecticut", "DC": "District of Columbia", "DE": "Delaware",
    "FL": "Florida", "GA": "Georgia", "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois",
    "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana",
    "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota",
    "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada",
    "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York",
    "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon",
    "PA": "Pennsylvania", "PR": "Puerto Rico", "RI": "Rhode Island", "SC": "South Carolina",
    "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont",
    "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin",
    "WY": "Wyoming",
}  # fmt: skip
_CODES = {name.lower(): code for code, name in STATES.items()}
_ZIP = re.compile(r"(\d{3})\d\d(?:-?\d{4})?", re.ASCII)


@dataclass(frozen=True)
class City:
    """A city of the map: its chapter, where one takes members, or how many people wait for one."""

    place: Place
    chapter: Chapter | None
    waiting: int

    @property
    def key(self) -> str:
        """What stands for it in a form: the chapter's slug, or `place:` and the Census code."""
        return self.chapter.slug if self.chapter else f"place:{self.place.geoid}"


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for: part of a name, states, cities by their Census codes."""

    name: str = ""
    states: tuple[str, ...] = ()
    geoids: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """The one state that is meant, or nothing."""
        return self.states[0] if len(self.states) == 1 else ""


def read_wanted(text: str) -> Wanted:
    """Understand "Boise", "boise, id", "Idaho", "ID" or "83702"."""
    words = " ".join(text.split())
    if code := _ZIP.fullmatch(words.replace(" ", "")):
        return _read_zip(code.group(1))
    name, comma, rest = (part.strip() for part in words.rpartition(","))
    if comma and (state := _state(rest)):
        return Wanted(name=name, states=(state,))
    if len(words) == 2 and _state(words):
        return Wanted(states=(words.upper(),))
    # New York and Washington are a city and a state.
    state = _state(words)
    return Wanted(name=words, states=(state,) if state else ())


def _state(words: str) -> str:
    return words.upper() if words.upper() in STATES else _CODES.get(words.lower(), "")


def _read_zip(digits: str) -> Wanted:
    found = [row for row in _zip_areas() if row["first"] <= digits <= row["last"]]
    states = dict.fromkeys(row["state"] for row in found)
    return Wanted(states=tuple(states), geoids=tuple(r["geoid"] for r in found if r["geoid"]))


@functools.cache
def _zip_areas() -> list[dict[str, str]]:
    with ZIP_AREAS.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def find_cities(text: str) -> list[City]:
    """The cities that a text may mean, the likeliest first; three queries."""
    wanted = read_wanted(text)
    places = list(_places(wanted)[: 4 * MOST_CITIES])
    chapters = {chapter.place_id: chapter for chapter in open_chapters().filter(place__in=places)}
    waiting = count_waiting(places)
    cities = [
        City(p, chapters.get(p.pk), waiting.get((p.name.lower(), p.state), 0)) for p in places
    ]
    cities.sort(key=lambda city: _distance(city, wanted))
    return cities[:MOST_CITIES]


def _places(wanted: Wanted) -> QuerySet[Place]:
    names = Q(name__icontains=wanted.name) | Q(chapters__name__icontains=wanted.name)
    states = Q(state__in=wanted.states)
    if wanted.name and wanted.states and wanted.name.lower() not in _CODES:
        rule = names & states
    elif wanted.name:
        rule = names | states
    else:
        rule = states | Q(geoid__in=wanted.geoids)
    return Place.objects.filter(rule, level=Place.Level.CITY).distinct()


def _distance(city: City, wanted: Wanted) -> tuple[bool, bool, bool, str]:
    name = wanted.name.lower()
    return (
        city.place.geoid not in wanted.geoids,
        not (name and city.place.name.lower().startswith(name)),
        city.chapter is None,
        city.place.name,
    )


def count_waiting(places: list[Place]) -> dict[tuple[str, str], int]:
    """How many confirmed people wait in each of these cities, by small name and state."""
    rows = waiting_by_city().filter(small__in=[place.name.lower() for place in places])
    return {(row["small"], row["state"]): row["people"] for row in rows}


def waiting_by_city() -> QuerySet[Any, Any]:
    """Rows of `small` (the name in small letters), `state`, `people` and `name`, most first."""
    waiting = WaitlistEntry.objects.filter(confirmed_at__isnull=False, told_at__isnull=True)
    cities = waiting.annotate(small=Lower("city")).order_by().values("small", "state")
    return cities.annotate(people=Count("pk"), name=Min("city")).order_by("-people", "small")
