"""Versions, windows and namesakes are never mixed: not in a series' CSV, not in an index."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest

from chapters.unscoped import as_backbone
from measurement.models import DemographicGroup, Indicator, Observation, Period, Source
from measurement.queries import find_standing
from measurement.recipe import read_recipe
from tests.factories import make_chapter, make_indicator, make_observation

pytestmark = pytest.mark.django_db
RECIPE = {
    "code": "one", "version": "1",
    "indicators": [{
        "code": "rate", "parent": "top", "weight": 1, "direction": 1,
        "normalise": {"method": "goalposts", "low": 0, "high": 1, "to": [0, 100]},
    }],
    "nodes": [{"code": "top", "parent": None}],
}  # fmt: skip


def national(version: int = 1) -> Indicator:
    with as_backbone():
        return Indicator.objects.create(
            code="rate", version=version, name="Rate", definition="-", topic="work",
            unit_measure="proportion", value_type="proportion", direction=1, universe="-",
            aggregation_type="none", custodian="-",
        )  # fmt: skip


def store(place: Any, indicator: Indicator, value: str, first: int, last: int) -> None:
    with as_backbone():
        group, _ = DemographicGroup.objects.get_or_create(key="", defaults={"name": "All"})
        period, _ = Period.objects.get_or_create(
            start=dt.date(first, 1, 1), end=dt.date(last, 12, 31),
            defaults={"window_years": last - first + 1, "label": f"{first}–{last}"},
        )  # fmt: skip
        source, _ = Source.objects.get_or_create(
            chapter=None, table_id="T", release="1", publisher="P",
            defaults={"title": "T", "programme": "ACS5", "licence": "-", "file_sha256": "0" * 64},
        )  # fmt: skip
        Observation.objects.create(
            place=place, indicator=indicator, group=group, period=period, source=source,
            obs_value=Decimal(value),
        )  # fmt: skip


def test_the_csv_of_a_series_has_what_the_json_has(client: Any) -> None:
    chapter = make_chapter(geoid="0811111")
    old, new = national(1), national(2)
    store(chapter.place, old, "0.1", 2020, 2020)
    store(chapter.place, new, "0.2", 2021, 2021)
    own = make_indicator(chapter, code="rate", is_public=True)
    make_observation(chapter, indicator=own, year=2022)
    address = "/api/v1/series/0811111/rate/"
    (group,) = client.get(address).json()["groups"]
    table = client.get(f"{address}?format=csv").content.decode()
    values = [float(row["value"]) for row in csv.DictReader(io.StringIO(table))]
    assert [point["value"] for point in group["points"]] == values == [0.2]


@pytest.mark.parametrize("backwards", [False, True])
def test_an_index_takes_one_version_and_one_window_of_a_figure(backwards: bool) -> None:
    place = make_chapter(geoid="0811111").place
    old, new = national(1), national(2)
    figures = [(new, "0.5", 2019, 2023), (new, "0.9", 2023, 2023), (old, "0.1", 2024, 2024)]
    for indicator, value, first, last in figures[:: -1 if backwards else 1]:
        store(place, indicator, value, first, last)
    with as_backbone():
        result = find_standing(read_recipe(RECIPE))
    assert result is not None and result.scores["top"].tolist() == [50.0]
