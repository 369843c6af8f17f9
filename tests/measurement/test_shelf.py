"""The fixture `figures`: what it puts back is all that the product's own load writes."""

from contextlib import closing
from typing import Any

import pytest
from django.db import connection, transaction

from chapters.loading import load_places
from chapters.models import Place
from chapters.unscoped import as_backbone
from measurement.actions import load_figures, load_library
from measurement.models import Observation, Period
from tests.conftest import owner_connection
from tests.factories import make_place
from tests.measurement import shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def filled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shelf after a first load, of which nothing is left in the database."""
    monkeypatch.setattr(shelf, "_kept", [])
    with as_backbone():
        load_places()
        with transaction.atomic():
            shelf.load()
            transaction.set_rollback(True)


def every_row() -> dict[str, list[str]]:
    """All that each table holds, as text."""
    tables = connection.introspection.table_names()
    with as_backbone(), connection.cursor() as cursor:
        queries = [f"select '{table}', t::text from \"{table}\" t" for table in tables]
        cursor.execute(" union all ".join(queries))
        found: dict[str, list[str]] = {}
        for table, row in sorted(cursor.fetchall()):
            found.setdefault(table, []).append(row)
        return found


def figures() -> set[tuple[Any, ...]]:
    """What is said of which city, whatever numbers the rows have."""
    said = ("place__geoid", "indicator__code", "period__label", "group__key", "source__release")
    with as_backbone():
        return set(Observation.objects.values_list(*said, "obs_value", "se", "is_current"))


def test_all_tables_are_as_after_the_first_load(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "_kept", [])
    with as_backbone():
        load_places()
        with transaction.atomic():
            shelf.load()
            first = every_row()
            transaction.set_rollback(True)
        shelf.load()
    assert every_row() == first
    assert len(first["measurement_observation"]) == 2070


def test_figures_stay_with_their_cities_when_those_have_other_numbers(filled: None) -> None:
    with as_backbone():
        Place.objects.all().delete()
        Place.objects.create(geoid="0820000", name="Denver", level="city", state="CO")
        load_places()
        with transaction.atomic():
            load_library()
            load_figures()
            loaded = figures()
            transaction.set_rollback(True)
        shelf.load()
    assert figures() == loaded
    assert len(loaded) == 2070


def test_a_row_that_comes_after_gets_a_number_of_its_own(filled: None) -> None:
    with closing(owner_connection()) as owner, owner.cursor() as cursor:
        cursor.execute("select setval('measurement_period_id_seq', 1, false)")
    with as_backbone():
        shelf.load()
        last = Period.objects.latest("pk").pk
        new = Period.objects.create(start="1990-01-01", end="1990-12-31", label="", window_years=1)
        assert new.pk > last


def test_a_place_of_the_first_test_alone_is_not_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "_kept", [])
    with as_backbone():
        load_places()
        with transaction.atomic():
            make_place()
            shelf.load()
            transaction.set_rollback(True)
        shelf.load()
        assert Observation.objects.count() == 2070


def test_what_is_there_already_is_left_to_the_product(filled: None) -> None:
    with as_backbone():
        load_library()
        shelf.load()
        assert Observation.objects.count() == 2070
