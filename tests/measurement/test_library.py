"""The starter library: at least thirty definitions, each whole and in order."""

from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.db import connection

from chapters.unscoped import as_backbone
from measurement import queries
from measurement.actions import load_library
from measurement.loading import read_library
from measurement.models import CategoryOption, DemographicGroup, Indicator, Source
from measurement.queries import recipes, shipped_templates
from measurement.shelves import DIMENSIONS, OTHER, dimension_of, shelves

LIBRARY = read_library()
STARTER: list[dict[str, Any]] = LIBRARY["starter"]
ALL = LIBRARY["indicators"] + STARTER
NEEDED = {"code", "version", "name", "definition", "topic", "unit_measure", "value_type",
          "direction", "universe", "aggregation_type", "valid_min", "decimals", "min_change",
          "programme", "table_id", "numerator_def", "denominator_def"}  # fmt: skip


def test_starter_library_covers_five_dimensions() -> None:
    assert len(STARTER) >= 30
    counts = {name: 0 for name, _ in DIMENSIONS}
    for entry in STARTER:
        counts[dimension_of(entry["topic"])] += 1
    assert len(counts) == 5 and min(counts.values()) >= 5


def test_no_code_is_there_twice() -> None:
    codes = [entry["code"] for entry in ALL]
    assert sorted(set(codes)) == sorted(codes)


@pytest.mark.parametrize("entry", STARTER, ids=lambda entry: entry["code"])
def test_definition_is_whole(entry: dict[str, Any]) -> None:
    assert set(entry) >= NEEDED
    assert set(entry) <= {field.name for field in Indicator._meta.fields}
    assert entry["value_type"] in Indicator.ValueType.values
    assert entry["direction"] in Indicator.Direction.values
    assert entry["aggregation_type"] in Indicator.Aggregation.values
    assert entry["programme"] in Source.Programme.values
    assert entry["valid_min"] < entry["valid_max"]
    assert entry["min_change"] > 0 and 0 <= entry["decimals"] <= 2
    assert len(entry["definition"]) > 60 and entry["definition"].endswith(".")
    values = {k: Decimal(str(v)) if isinstance(v, float) else v for k, v in entry.items()}
    row = Indicator(**values, custodian="Backbone")
    row.full_clean(
        exclude=["chapter", "replaces"], validate_unique=False, validate_constraints=False
    )
    if entry["value_type"] == "proportion":
        assert (entry["valid_min"], entry["valid_max"]) == (0, 1)


@pytest.mark.parametrize("template", shipped_templates(), ids=lambda row: row.code)
def test_index_takes_what_has_a_direction(template: Any) -> None:
    known = {entry["code"]: entry for entry in ALL}
    for leaf in recipes_of(template).indicators:
        entry = known[leaf.figure[0]]
        assert entry["direction"] == leaf.direction != 0
        low, high = sorted((leaf.rule.low, leaf.rule.high))
        assert entry["valid_min"] <= low
        assert high <= entry.get("valid_max", high)


def recipes_of(template: Any) -> Any:
    from measurement.recipe import read_recipe

    return read_recipe(template.definition)


@pytest.mark.django_db
def test_library_is_loaded_once() -> None:
    with as_backbone():
        assert load_library() > 30
        assert load_library() == 0
    assert {entry["code"] for entry in ALL} == {one.code for one in queries.library()}
    stored = Indicator.published.get(code="poverty_rate")
    assert (stored.valid_max, stored.table_id) == (Decimal(1), "B17001")
    assert recipes()["womens_wellbeing"].version == "2"


@pytest.mark.django_db
def test_options_of_age_keep_the_codes_of_their_file() -> None:
    """YAML reads 25_34 as the number 2534, and groups keyed by it found no words."""
    with as_backbone():
        load_library()
        options = CategoryOption.objects.filter(category__code="age").values_list("code", "name")
        assert list(options)[:3] == [
            ("under_25", "Under 25"), ("25_34", "25 to 34"), ("35_44", "35 to 44"),
        ]  # fmt: skip


@pytest.mark.django_db
def test_codes_of_age_that_were_read_as_numbers_are_restored() -> None:
    """The migration renames options and groups, and touches nothing else twice."""
    module = import_module("measurement.migrations.0020_ages_by_their_codes")
    with as_backbone():
        load_library()
        ages = CategoryOption.objects.filter(category__code="age")
        ages.filter(code="25_34").update(code="2534")
        for key, name in (("age=2534", "25 to 34"), ("age=55_64", "55 64")):
            DemographicGroup.objects.update_or_create(key=key, defaults={"name": name})
        for _ in range(2):
            with connection.cursor() as cursor:
                cursor.execute(module.RESTORE)
        assert ages.filter(code="25_34").count() == 1 and not ages.filter(code="2534").exists()
        groups = DemographicGroup.objects.filter(key__startswith="age=").order_by("key")
        found = set(groups.values_list("key", "name"))
    assert {("age=25_34", "25 to 34"), ("age=55_64", "55 to 64")} <= found
    assert "age=2534" not in dict(found)


def test_indicator_without_figures_says_so(client: Any, figures: None) -> None:
    counts = {one.indicator.code: one.places for _, row in shelves() for one in row}
    assert counts["poverty_rate"] == 0 and counts["hs_degree_19_20"] == 30
    text = client.get("/indicators/").content.decode()
    part = text.partition('id="poverty_rate"')[2].partition("</section>")[0]
    assert "No city has published any so far" in part and "Compare cities" not in part
    assert OTHER not in text
