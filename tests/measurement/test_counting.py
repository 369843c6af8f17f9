"""Of all releases of one figure one counts, whoever loads at once; and what whole counts are."""

from __future__ import annotations

import io
import threading
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection

from chapters.unscoped import as_backbone
from measurement.actions import storing
from measurement.actions.uploads import load_file
from measurement.loading.problems import Refused
from measurement.models import Indicator, Observation, Source
from tests.factories import make_place

HEAD = "indicator,ref_area,period,group,value,numerator,sample_n,source,release"


@pytest.fixture
def nation(db: None) -> None:
    """A place and three indicators of everybody's."""
    make_place("Springfield", geoid="0667000")
    with as_backbone():
        for code, kind in (("people", "count"), ("deaths", "rate"), ("share", "proportion")):
            Indicator.objects.create(
                code=code, name=code, definition="-", topic="work", unit_measure="people",
                value_type=kind, direction=1, universe="-", aggregation_type="sum",
                custodian="-",
            )  # fmt: skip


def load(*lines: str, publisher: str = "Example Bureau", programme: str = "ACS5") -> Any:
    content = "\n".join((HEAD, *lines)).encode()
    with as_backbone():
        return load_file(
            io.BytesIO(content), "f.csv", chapter=None, is_public=True,
            about={"publisher": publisher, "programme": programme},
        )  # fmt: skip


def current() -> list[tuple[float | None, str]]:
    with as_backbone():
        rows = Observation.objects.filter(is_current=True).select_related("source")
        return [
            (None if row.obs_value is None else float(row.obs_value), row.source.release)
            for row in rows
        ]


def test_a_value_takes_the_place_of_none(nation: None) -> None:
    load("people,0667000,2020,,NA,,,T1,r1")
    assert current() == [(None, "r1")]
    load("people,0667000,2020,,50,,,T1,r2")
    assert current() == [(50.0, "r2")]


@pytest.mark.django_db(transaction=True)
def test_of_two_releases_that_are_loaded_at_once_one_counts(
    nation: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are stored before either commits; the one that comes second has to see the first."""
    insert, both = storing.insert, threading.Barrier(2)

    def meet(*args: Any, **options: Any) -> Any:
        stored = insert(*args, **options)
        with suppress(threading.BrokenBarrierError):
            both.wait(timeout=2)
        return stored

    monkeypatch.setattr(storing, "insert", meet)

    def one(release: str) -> None:
        try:
            load(f"people,0667000,2020,,50,,,T1,{release}")
        finally:
            connection.close()

    # Period and sources are there already, so that neither waits for the other's.
    load("share,0667000,2020,,0.5,,,T1,r1")
    load("share,0667000,2020,,0.5,,,T1,r2")
    threads = [threading.Thread(target=one, args=[release]) for release in ("r1", "r2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with as_backbone():
        found = Observation.objects.filter(indicator__code="people")
        assert sorted(found.values_list("is_current", flat=True)) == [False, True]


def test_a_table_of_the_same_name_is_another_publishers(nation: None) -> None:
    load("people,0667000,2020,,50,,,Births,2020")
    load("people,0667000,2021,,60,,,Births,2020", publisher="Another Bureau")
    with as_backbone():
        publishers = Source.objects.filter(table_id="Births").values_list("publisher", flat=True)
        assert sorted(publishers) == ["Another Bureau", "Example Bureau"]


def test_another_sample_is_another_release(nation: None) -> None:
    load("share,0667000,2020,,0.5,,40,T1,r1")
    with pytest.raises(Refused, match="OBS-REVISED"):
        load("share,0667000,2020,,0.5,,90,T1,r1")


def test_a_group_names_a_category_once(nation: None) -> None:
    with pytest.raises(Refused, match="names the same category twice"):
        load("share,0667000,2020,sex=female;sex=female,0.5,,,T1,r1")


@pytest.mark.parametrize(
    ("line", "programme", "error"),
    [
        ("people,0667000,2020,,400,,,T1,r1", "administrative", 20.0),
        ("deaths,0667000,2020,,8,16,,T1,r1", "vital", 2.0),
        ("deaths,0667000,2020,,8,,,T1,r1", "vital", None),
        ("share,0667000,2020,,0.5,16,,T1,r1", "administrative", None),
        ("people,0667000,2020,,400,,,T1,r1", "own_survey", None),
    ],
)
def test_whole_counts_vary_like_random_events(
    nation: None, line: str, programme: str, error: float | None
) -> None:
    load(line, programme=programme)
    with as_backbone():
        found = Observation.objects.get()
    assert (found.se is None) == (error is None)
    assert found.se is None or float(found.se) == error
    assert found.se_method == ("none" if error is None else "poisson")
    assert load(line, programme=programme).added == 0
