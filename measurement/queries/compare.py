"""What cities can be held against each other by, and their figures; always the same few reads."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from chapters.models import Chapter, Place
from measurement.models import Indicator, Observation, ScorecardLine
from measurement.queries.series import TOTAL, Point, find_figures

MOST_OFFERED = 150


@dataclass(frozen=True)
class Choices:
    """Groups (key to name) and period labels, newest first, that an indicator has figures for."""

    groups: dict[str, str]
    periods: tuple[str, ...]


def find_choices(indicator: Indicator) -> Choices:
    """Everything published of an indicator; one query, along the index across places."""
    rows = Observation.published.filter(indicator=indicator, is_current=True)
    names = ("group__key", "group__name", "period__label", "period__end")
    found = list(rows.values_list(*names).distinct().order_by("-period__end", "group__key"))
    groups = dict(sorted({key: name for key, name, *_ in found}.items()))
    return Choices(groups, tuple(dict.fromkeys(label for _, _, label, _ in found)))


def find_places(asked: Collection[str]) -> tuple[Sequence[Place], Sequence[Place]]:
    """Cities to offer and cities to compare; two queries.

    asked: geoids. Nothing asked means the cities with an open chapter; unknown ones are left out.
    """
    here = Chapter.objects.filter(place=OuterRef("pk"))
    rows = Place.objects.annotate(
        has_chapter=Exists(here), is_open=Exists(here.filter(status__in=Chapter.OPEN))
    )
    cities = rows.filter(Q(level=Place.Level.CITY) | Q(has_chapter=True))
    offered = list(cities.order_by("-has_chapter", "name", "geoid")[:MOST_OFFERED])
    wanted = Q(geoid__in=asked) if asked else Q(is_open=True)
    return offered, list(rows.filter(wanted).order_by("name", "geoid")[:MOST_OFFERED])


def find_nation() -> Place | None:
    """The country as a place of its own; one query."""
    return Place.objects.filter(level=Place.Level.NATION).order_by("geoid").first()


def find_standings(
    places: Sequence[Place], indicator: Indicator, group: str
) -> dict[int, list[Point]]:
    """Each place's figures for one group, oldest first; empty where there are none; one query."""
    found = find_figures(places, [indicator.pk], groups=[group])
    return {
        place.pk: list(found.get((place.pk, indicator.pk, group), {}).values()) for place in places
    }


def find_parts(
    places: Sequence[Place], line: ScorecardLine, period: str
) -> dict[int, dict[str, list[Point]]]:
    """Each place's figures of every group but the total: baseline, a period, and breaks.

    One query.
    """
    rows = find_figures(places, [line.indicator_id])
    found: dict[int, dict[str, list[Point]]] = {}
    for (place, _, group), points in rows.items():
        if group != TOTAL:
            wanted = (line.baseline.label, period)
            ends = [p for p in points.values() if p.label in wanted or p.status == "B"]
            found.setdefault(place, {})[group] = ends
    return found
