"""The shipped figures, places and indicators fit together."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from measurement.progress import classify
from measurement.uncertainty import se_from_interval

ROOT = Path(__file__).parents[2]
DATA = ROOT / "measurement/data"
LIBRARY = yaml.safe_load((DATA / "indicators.yaml").read_text())
FILES = {key: entry["file"] for key, entry in LIBRARY["files"].items()}


def read(name: str, folder: Path = DATA) -> list[dict[str, str]]:
    """Rows of a shipped file."""
    with (folder / name).open(newline="") as file:
        return list(csv.DictReader(file))


PLACES = {place["geoid"]: place for place in read("places.csv", ROOT / "chapters/data")}


def test_places_are_thirty_with_san_francisco_and_denver() -> None:
    assert len(PLACES) == 30
    counties = {place["name"]: place["county_geoid"] for place in PLACES.values()}
    assert (counties["San Francisco"], counties["Denver"]) == ("06075", "08031")
    for geoid, place in PLACES.items():
        assert len(geoid) == 7
        assert place["county_geoid"][:2] in ("", geoid[:2])
        assert ZoneInfo(place["time_zone"]).key == place["time_zone"]


@pytest.mark.parametrize("name", FILES.values())
def test_figures_belong_to_the_places_and_lie_in_their_intervals(name: str) -> None:
    rows = read(name)
    assert {row["place_geoid"] for row in rows} == set(PLACES)
    for row in rows:
        assert row["city"].startswith(PLACES[row["place_geoid"]]["name"])
        assert float(row["lower95"]) <= float(row["value"]) <= float(row["upper95"])


def test_single_years_have_no_2020() -> None:
    years = {row["year"] for row in read(FILES["employment_single_year"])}
    assert years == {str(year) for year in range(2014, 2024) if year != 2020}


def test_indicators_name_their_file_or_what_they_derive_from() -> None:
    indicators: list[dict[str, Any]] = LIBRARY["indicators"]
    codes = [indicator["code"] for indicator in indicators]
    assert len(set(codes)) == len(codes) == 7
    for indicator in indicators:
        if "derived" in indicator:
            assert indicator["derived"]["of"] in codes
            assert indicator["se_method"] == "derived"
        else:
            assert indicator["file"] in FILES
        assert indicator["direction"] in (1, 0, -1)


def test_women_at_work_improved_in_san_francisco() -> None:
    figures = {
        row["year"]: (float(row["value"]), se_from_interval(row["lower95"], row["upper95"]))
        for row in read(FILES["employment_by_gender"])
        if (row["place_geoid"], row["subgroup"]) == ("0667000", "Female")
    }
    (old, se_old), (new, se_new) = figures["2014"], figures["2021"]
    change = classify(
        old, new, direction=1, se_baseline=se_old, se_current=se_new, min_change=0.005
    )
    assert change.status == "improved"
    assert round(change.z, 2) == 6.72
