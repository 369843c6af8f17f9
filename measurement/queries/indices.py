"""Indices over published figures: what each is made of, and how the areas stand."""

import json
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from measurement.index import Data, Result, compute
from measurement.models import IndexTemplate, IndexVersion, Indicator, Observation
from measurement.recipe import Recipe, read_recipe

DATA = Path(__file__).parent.parent / "data"


@cache
def shipped_templates() -> tuple[IndexTemplate, ...]:
    """The indices that the product ships, as rows that are not stored."""
    shown = json.loads((DATA / "indices_shown.json").read_text(encoding="utf-8"))
    return tuple(_shipped(entry) for entry in shown)


def _shipped(entry: dict[str, Any]) -> IndexTemplate:
    definition = json.loads((DATA / "indices" / f"{entry['code']}.json").read_bytes())
    return IndexTemplate(**entry, version=str(definition["version"]), definition=definition)


def templates() -> dict[str, IndexTemplate]:
    """Every index in the version that was imported last, by code, shipped ones first; one query."""
    newest: dict[str, IndexTemplate] = {}
    for row in IndexTemplate.objects.order_by("-imported_at", "-id"):
        newest.setdefault(row.code, row)
    return {row.code: row for row in shipped_templates()} | newest


def recipes() -> dict[str, Recipe]:
    """The recipe of every index, by code; one query."""
    return {code: read_recipe(row.definition) for code, row in templates().items()}


def editions(code: str | None = None) -> list[IndexVersion]:
    """Frozen editions of one index or all, newest first, without their figures; one query."""
    rows = IndexVersion.published.select_related("chapter").defer("inputs", "definition", "scores")
    return list(rows.filter(code=code) if code else rows)


def find_standing(recipe: Recipe, until: int | None = None) -> Result | None:
    """Every area with one of the index's figures, scored; three queries; None where none has any.

    For each figure the newest version of its indicator counts and its newest period, up to the year
    `until` (of those that end together the longest), and for all areas the same one: an area
    without a figure for it has none. Where any figure is of a year or more, no quarter and no month
    counts, or one city's would stand for all.

    Raises:
        IndexRefused: the figures can't make this index.
    """
    wanted = {leaf.figure: leaf.code for leaf in recipe.indicators}
    codes = list(wanted.values())
    versions = Indicator.published.filter(code__in={code for code, _ in wanted})
    rows = Observation.published.filter(
        indicator__in=dict(versions.order_by("version").values_list("code", "pk")).values(),
        group__key__in={group for _, group in wanted}, is_current=True, obs_value__isnull=False,
    )  # fmt: skip
    if until is not None:
        rows = rows.filter(period__end__year__lte=until)
    kept = ("indicator__code", "group__key", "period")
    ages = ("period__end", "period__start", "period__window_years")
    aged = list(rows.values_list(*kept, *ages).distinct().order_by())
    whole = [row for row in aged if row[5]] or aged
    newest = {
        (code, group): period
        for code, group, period, *_ in sorted(
            whole, key=lambda row: (row[3], -row[4].toordinal(), row[2])
        )
    }
    keys = ("place__geoid", *kept, "obs_value")
    values: dict[str, dict[str, float]] = defaultdict(dict)
    for geoid, code, group, period, value in rows.filter(
        period__in=set(newest.values())
    ).values_list(*keys):
        if (code, group) in wanted and newest[code, group] == period:
            values[geoid][wanted[code, group]] = float(value)
    units = tuple(sorted(values))
    if not units:
        return None
    matrix = np.array([[values[unit].get(code, np.nan) for code in codes] for unit in units])
    return compute(recipe, Data(units, matrix))
