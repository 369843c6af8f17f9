"""Places from the shipped file, for the demo and for every new installation."""

import csv
from pathlib import Path

from chapters.models import Place

PLACES = Path(__file__).parent / "data" / "places.csv"


def load_places(path: Path = PLACES) -> int:
    """Create or correct the cities of `path` (see chapters/data/README.md); returns how many."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    fields = ["name", "level", "state", "same_as", "latitude", "longitude", "zone"]
    Place.objects.bulk_create(
        [_place(row) for row in rows],
        update_conflicts=True,
        unique_fields=["geoid"],
        update_fields=fields,
    )
    return len(rows)


def _place(row: dict[str, str]) -> Place:
    return Place(
        geoid=row["geoid"],
        name=row["name"],
        level=Place.Level.CITY,
        state=row["state"],
        same_as=row["county_geoid"],
        latitude=row["lat"],
        longitude=row["lon"],
        zone=row["time_zone"],
    )
