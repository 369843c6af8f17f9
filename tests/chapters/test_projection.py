"""Cities land in their own states on the map."""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path

import pytest

from chapters.projection import HEIGHT, WIDTH, albers_usa

ROOT = Path(__file__).parents[2]
MAP = (ROOT / "templates/chapters/map/states.svg").read_text()
NEAR = 2.0  # map units by which a simplified coast may lie inland of a city

Point = tuple[float, float]


def rings(state: str) -> list[list[Point]]:
    """The outlines of a state: each ring is "Mx yl dx dy ... z"."""
    path = re.search(rf'data-state="{state}" d="([^"]+)"', MAP)
    assert path, state
    outlines = []
    for ring in path[1].split("z")[:-1]:
        figures = [float(figure) for figure in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", ring)]
        points = [(figures[0], figures[1])]
        for dx, dy in zip(figures[2::2], figures[3::2], strict=True):
            points.append((points[-1][0] + dx, points[-1][1] + dy))
        outlines.append(points)
    return outlines


def is_inside(point: Point, ring: list[Point]) -> bool:
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
            inside = not inside
    return inside


def distance(point: Point, ring: list[Point]) -> float:
    return min(_to_segment(point, a, b) for a, b in zip(ring, ring[1:] + ring[:1], strict=True))


def _to_segment(point: Point, a: Point, b: Point) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    along = (point[0] - a[0]) * dx + (point[1] - a[1]) * dy
    share = max(0.0, min(1.0, along / (dx * dx + dy * dy or 1.0)))
    return math.dist(point, (a[0] + share * dx, a[1] + share * dy))


def lies_in(lon: float, lat: float, state: str) -> bool:
    point = albers_usa(lon, lat)
    assert point is not None
    return any(is_inside(point, ring) or distance(point, ring) < NEAR for ring in rings(state))


def places() -> list[dict[str, str]]:
    with (ROOT / "chapters/data/places.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("place", places(), ids=lambda place: place["name"])
def test_city_lands_in_its_state(place: dict[str, str]) -> None:
    assert lies_in(float(place["lon"]), float(place["lat"]), place["geoid"][:2])


def test_san_francisco_and_denver_land_in_no_other_state() -> None:
    assert not lies_in(-122.42, 37.77, "32")
    assert not lies_in(-104.99, 39.74, "56")


# Computed with d3-geo: geoAlbersUsa().scale(1300).translate([487.5, 305]).
@pytest.mark.parametrize(
    ("lon", "lat", "x", "y"),
    [
        (-122.42, 37.77, 34.80003839932533, 261.5405760847491),
        (-104.99, 39.74, 342.85225427103035, 273.86683496173646),
        (-149.9, 61.22, 112.27763385875359, 544.2627302213003),
        (-157.86, 21.31, 266.9239952779229, 549.12040378991),
        (-80.2, 25.8, 822.4290350651306, 571.7201011788592),
        (-68.5, 47.2, 918.3039529304092, 50.0723536310652),
    ],
)
def test_projection_is_that_of_the_map(lon: float, lat: float, x: float, y: float) -> None:
    assert albers_usa(lon, lat) == pytest.approx((x, y), abs=1e-9)


def test_insets_lie_below_california() -> None:
    juneau, hilo, honolulu = (
        albers_usa(*place) for place in ((-134.42, 58.30), (-155.09, 19.72), (-157.86, 21.31))
    )
    assert juneau
    assert hilo
    assert honolulu
    for x, y in (juneau, hilo, honolulu):
        assert 0 < x < WIDTH / 2
        assert HEIGHT * 3 / 4 < y < HEIGHT
    assert lies_in(-134.42, 58.30, "02")
    assert lies_in(-157.86, 21.31, "15")
    assert lies_in(-155.09, 19.72, "15")


@pytest.mark.parametrize(
    ("lon", "lat"),
    [(-66.11, 18.47), (144.79, 13.47), (173.2, 52.9), (2.35, 48.86), (-64.93, 18.34)],
)
def test_places_off_the_map_have_no_point(lon: float, lat: float) -> None:
    assert albers_usa(lon, lat) is None


def test_map_has_every_state_and_is_small() -> None:
    states = re.findall(r'data-state="(\d\d)"', MAP)
    assert len(states) == len(set(states)) == 51
    assert len(MAP.encode()) < 60_000
    corners = [point for state in states for ring in rings(state) for point in ring]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in corners)
