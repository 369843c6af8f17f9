"""Editions of an index: the table of figures frozen into plain data, and read from it again."""

import math
from dataclasses import asdict
from typing import Any

import numpy as np

from chapters.models import Place
from measurement.claiming import seal
from measurement.gathering import Shown, Table
from measurement.index import Data, compute
from measurement.models import IndexVersion
from measurement.recipe import Recipe, read_recipe
from measurement.wording import Unit

Json = dict[str, Any]


def freeze(recipe: Recipe, table: Table) -> Json:
    """Every figure with its error, range, unit and name, as JSON can hold it; no NaN."""
    return {
        "indicators": [leaf.code for leaf in recipe.indicators],
        "units": [
            {
                "geoid": place.geoid,
                "name": place.name,
                "has_chapter": bool(getattr(place, "has_chapter", False)),
            }
            for place in table.places
        ],
        "values": _cells(table.data.values),
        "errors": _cells(table.errors),
        "valid": {code: [_finite(end) for end in ends] for code, ends in table.valid.items()},
        "units_of_measure": {code: asdict(unit) for code, unit in table.units.items()},
        "names": dict(table.names),
    }


def thaw(inputs: Json) -> Table:
    """The table that was frozen; its places are known by code and name of that day alone."""
    places = tuple(_place(n, unit) for n, unit in enumerate(inputs["units"], start=1))
    shape = len(places), len(inputs["indicators"])
    return Table(
        places,
        Data(tuple(place.geoid for place in places), _matrix(inputs["values"], shape)),
        _matrix(inputs["errors"], shape),
        {code: _range(*ends) for code, ends in inputs["valid"].items()},
        {code: Unit(**unit) for code, unit in inputs["units_of_measure"].items()},
        inputs["names"],
    )


def score_all(recipe: Recipe, table: Table) -> Json:
    """Scores by unit and node, None where there is none. Raises IndexRefused."""
    result = compute(recipe, table.data)
    return {
        unit: {code: _finite(scores[row]) for code, scores in result.scores.items()}
        for row, unit in enumerate(result.units)
    }


def sealed(definition: Json, inputs: Json) -> str:
    """SHA-256 of recipe and figures together."""
    return seal({"definition": definition, "inputs": inputs})


def reweighted(definition: Json, weights: dict[str, float]) -> Json:
    """The definition with other raw weights; its own words stay."""
    changed = dict(definition)
    for part in ("indicators", "nodes"):
        changed[part] = [
            {**item, "weight": weights[item["code"]]} if item["code"] in weights else dict(item)
            for item in definition[part]
        ]
    return changed


def shown(edition: IndexVersion) -> Shown:
    """The index as this edition has it."""
    recipe = read_recipe(edition.definition)
    return Shown(edition.code, edition.name, edition.about, edition.inputs["names"], recipe)


def _place(number: int, unit: Json) -> Place:
    place = Place(pk=number, geoid=unit["geoid"], name=unit["name"])
    place.has_chapter = unit["has_chapter"]  # type: ignore[attr-defined]
    return place


def _cells(matrix: Any) -> list[list[float | None]]:
    return [[_finite(cell) for cell in row] for row in matrix]


def _finite(number: Any) -> float | None:
    return float(number) if math.isfinite(number) else None


def _matrix(cells: list[list[float | None]], shape: tuple[int, int]) -> Any:
    rows = [[math.nan if cell is None else cell for cell in row] for row in cells]
    return np.array(rows, dtype=float).reshape(shape)


def _range(low: float | None, high: float | None) -> tuple[float, float]:
    return -math.inf if low is None else low, math.inf if high is None else high
