"""The national map: where each chapter stands, and which states it lights."""

from dataclasses import dataclass

from chapters.models import Chapter
from chapters.projection import albers_usa

# East of here a name would run off the map: it is written to the left of its dot.
_EASTERN = 700
# With more chapters than this their names would cover each other; the list beside has them.
_MOST_NAMES = 14


@dataclass(frozen=True)
class Dot:
    """A chapter on the national map, in the map's units (975 by 610); `anchor` as SVG has it."""

    chapter: Chapter
    x: float
    y: float
    label_x: float
    anchor: str


@dataclass(frozen=True)
class NetworkMap:
    """The dots, the two-digit codes of the states to light, and whether names find room."""

    dots: list[Dot]
    states: set[str]

    @property
    def is_dense(self) -> bool:
        """True where names would cover each other."""
        return len(self.dots) > _MOST_NAMES


def draw_map(chapters: list[Chapter]) -> NetworkMap:
    """The map of these chapters; one without coordinates, or off the map, has no dot."""
    dots = [dot for dot in map(_dot, chapters) if dot]
    active = [chapter for chapter in chapters if chapter.status == Chapter.Status.ACTIVE]
    return NetworkMap(dots, {chapter.place.geoid[:2] for chapter in active})


def _dot(chapter: Chapter) -> Dot | None:
    place = chapter.place
    if place.longitude is None or place.latitude is None:
        return None
    point = albers_usa(float(place.longitude), float(place.latitude))
    if point is None:
        return None
    x, y = (round(value, 1) for value in point)
    side, anchor = (-1, "end") if x > _EASTERN else (1, "start")
    return Dot(chapter, x, y, round(x + side * 18, 1), anchor)
