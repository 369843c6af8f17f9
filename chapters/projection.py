"""Where a place lies on the national map.

The composite Albers projection of the United States that d3-geo calls AlbersUsa: equal-area, the
forty-eight states as they lie, Alaska at a third of its scale and Hawaii below them. The map's
states in templates/chapters/map/states.svg are drawn with it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

WIDTH, HEIGHT = 975, 610
SCALE = 1300.0


@dataclass(frozen=True)
class _Cone:
    """An equal-area cone, and the point of the map where its own center lies."""

    meridian: float
    center: tuple[float, float]  # degrees east of the meridian, degrees north
    parallels: tuple[float, float]  # where the scale is true
    scale: float
    at: tuple[float, float]  # map units

    def project(self, lon: float, lat: float) -> tuple[float, float]:
        """Map units, x to the right and y down."""
        # West of the date line is still near: the Aleutians reach 172 degrees east.
        east = (lon - self.meridian + 180) % 360 - 180
        x, y = self._flat(east, lat)
        center_x, center_y = self._flat(*self.center)
        return self.at[0] + self.scale * (x - center_x), self.at[1] + self.scale * (y - center_y)

    def _flat(self, east: float, lat: float) -> tuple[float, float]:
        first, second = (math.sin(math.radians(parallel)) for parallel in self.parallels)
        n = (first + second) / 2
        spread = 1 + first * (2 * n - first)
        radius = math.sqrt(spread - 2 * n * math.sin(math.radians(lat))) / n
        angle = n * math.radians(east)
        return radius * math.sin(angle), radius * math.cos(angle)


_MIDDLE = (WIDTH / 2, HEIGHT / 2)
_MAINLAND = _Cone(-96.0, (-0.6, 38.7), (29.5, 45.5), SCALE, _MIDDLE)
_ALASKA = _Cone(
    -154.0,
    (-2.0, 58.5),
    (55.0, 65.0),
    0.35 * SCALE,
    (_MIDDLE[0] - 0.307 * SCALE, _MIDDLE[1] + 0.201 * SCALE),
)
_HAWAII = _Cone(
    -157.0,
    (-3.0, 19.9),
    (8.0, 18.0),
    SCALE,
    (_MIDDLE[0] - 0.205 * SCALE, _MIDDLE[1] + 0.212 * SCALE),
)


def albers_usa(lon: float, lat: float) -> tuple[float, float] | None:
    """Place of a point given in degrees, in the map's units: x 0 to 975, y 0 to 610, y down.

    None for a point outside the fifty states' map, such as Puerto Rico, which it does not show.
    """
    x, y = _cone(lon, lat).project(lon, lat)
    return (x, y) if 0 <= x <= WIDTH and 0 <= y <= HEIGHT else None


def _cone(lon: float, lat: float) -> _Cone:
    if lat > 50 and not -129 < lon < 170:
        return _ALASKA
    if lat < 25 and -180 <= lon < -130:
        return _HAWAII
    return _MAINLAND
