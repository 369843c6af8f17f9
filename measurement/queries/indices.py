"""Indices over published figures: what each is made of, and how the areas stand."""

import json
from collections import defaultdict
from functools import cache
from pathlib import Path

import numpy as np
from django.db.models import Max

from measurement.index import Data, Result, compute
from measurement.models import Observation
from measurement.queries.series import TOTAL
from measurement.recipe import Recipe, read_recipe

FOLDER = Path(__file__).parent.parent / "data" / "indices"


@cache
def recipes() -> dict[str, Recipe]:
    """The indices that the product ships, by code."""
    found = [read_recipe(json.loads(path.read_bytes())) for path in sorted(FOLDER.glob("*.json"))]
    return {recipe.code: recipe for recipe in found}


def find_standing(recipe: Recipe, until: int | None = None) -> Result | None:
    """Every area with one of the index's figures, scored; two queries; None where none has any.

    For each indicator the newest period counts, up to the year `until`, and for all areas the
    same one: an area without a figure for it has none.

    Raises:
        IndexRefused: the figures can't make this index.
    """
    codes = [leaf.code for leaf in recipe.indicators]
    rows = Observation.published.filter(
        indicator__code__in=codes, indicator__chapter__isnull=True, group__key=TOTAL,
        is_current=True, obs_value__isnull=False,
    )  # fmt: skip
    if until is not None:
        rows = rows.filter(period__end__year__lte=until)
    newest = dict(rows.values_list("indicator__code").annotate(Max("period__end")))
    keys = ("place__geoid", "indicator__code", "period__end", "obs_value")
    values: dict[str, dict[str, float]] = defaultdict(dict)
    for geoid, code, end, value in rows.filter(period__end__in=set(newest.values())).values_list(
        *keys
    ):
        if newest[code] == end:
            values[geoid][code] = float(value)
    units = tuple(sorted(values))
    if not units:
        return None
    matrix = np.array([[values[unit].get(code, np.nan) for code in codes] for unit in units])
    return compute(recipe, Data(units, matrix))
