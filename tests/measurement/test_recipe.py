"""Definitions of an index that are refused, each with its code and the name of the place."""

import copy
from typing import Any

import pytest

from measurement.index import compute
from measurement.recipe import IndexRefused, read_recipe, with_weights
from tests.measurement.recipes import NAN, Definition, rule, small, table


def refusal(definition: Any, rows: list[list[float]] | None = None) -> str:
    with pytest.raises(IndexRefused) as refused:
        compute(read_recipe(definition), table(rows or [[1, 2, 3], [4, 5, 6]]))
    return str(refused.value)


def changed(path: list[Any], value: Any) -> Definition:
    definition: Any = copy.deepcopy(small())
    place = definition
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return dict(definition)


NODES = small()["nodes"]
POSTS = {"method": "goalposts", "low": 0, "high": 10}
LEAF = ["indicators", 0]
REFUSED: list[tuple[str, str, Definition]] = [
    ("IDX-UNKNOWN", "colour", changed(["colour"], 1)),
    ("IDX-UNKNOWN", "a1", changed([*LEAF, "colour"], 1)),
    ("IDX-UNKNOWN", "a1", changed([*LEAF, "normalise"], {"method": "minimax"})),
    ("IDX-UNKNOWN", "low", changed([*LEAF, "normalise"], {"method": "minmax", "low": 0})),
    ("IDX-UNKNOWN", "median", changed(["nodes", 0, "aggregate"], "median")),
    ("IDX-UNKNOWN", "median", changed(["aggregate"], {"default": "median"})),
    ("IDX-UNKNOWN", "7", changed(["aggregate"], {"by_level": {"7": "geometric"}})),
    ("IDX-UNKNOWN", "1", changed(["min_available"], {"by_level": {"1": 0.5}})),
    ("IDX-UNKNOWN", "kurt", changed(["outliers"], {"kurt": 3})),
    ("IDX-KEY", "indicators", changed(["indicators"], [])),
    ("IDX-KEY", "nodes", changed(["nodes"], [])),
    ("IDX-KEY", "method", changed([*LEAF, "normalise"], None)),
    ("IDX-TYPE", "weight of a1", changed([*LEAF, "weight"], "1")),
    ("IDX-TYPE", "weight of a1", changed([*LEAF, "weight"], True)),
    ("IDX-TYPE", "weight of a1", changed([*LEAF, "weight"], NAN)),
    ("IDX-TYPE", "weight of a1", changed([*LEAF, "weight"], 10**400)),
    ("IDX-TYPE", "high", changed([*LEAF, "normalise"], {"method": "goalposts", "low": 0})),
    ("IDX-WEIGHT", "a1", changed([*LEAF, "weight"], -1)),
    ("IDX-WEIGHT", "node B", changed(["indicators", 2, "weight"], 0)),
    ("IDX-DIR", "a1", changed([*LEAF, "direction"], 0)),
    ("IDX-DIR", "a1", changed([*LEAF, "direction"], None)),
    ("IDX-DIR", "a1", changed([*LEAF, "direction"], "up")),
    ("IDX-RULE", "a1", changed([*LEAF, "normalise"], {**POSTS, "to": [100, 0]})),
    ("IDX-RULE", "a1", changed([*LEAF, "normalise"], {**POSTS, "low": 10})),
    ("IDX-RULE", "a1", changed([*LEAF, "normalise"], {**POSTS, "low": 11})),
    ("IDX-RULE", "a1", changed([*LEAF, "normalise"], {**POSTS, "transform": "log"})),
    ("IDX-RULE", "a1", changed([*LEAF, "normalise"], {**POSTS, "clip": 1})),
    ("IDX-RULE", "default", changed(["min_available"], {"default": 66.67})),
    ("IDX-DUP", "a1", changed(["indicators", 1, "code"], "a1")),
    ("IDX-DUP", "A", changed(["indicators", 1, "code"], "A")),
    ("IDX-ORPHAN", "a1", changed([*LEAF, "parent"], "Nowhere")),
    ("IDX-ORPHAN", "a1", changed([*LEAF, "parent"], None)),
    ("IDX-ORPHAN", "a1", changed([*LEAF, "parent"], "a2")),
    ("IDX-ORPHAN", "B", changed(["nodes", 1, "parent"], None)),
    ("IDX-ORPHAN", "B", changed(["indicators", 2, "parent"], "A")),
    ("IDX-CYCLE", "A → Top → A", changed(["nodes", 2, "parent"], "A")),
    ("IDX-CYCLE", "A → A", changed(["nodes", 0, "parent"], "A")),
]


@pytest.mark.parametrize(("code", "name", "definition"), REFUSED, ids=lambda value: str(value)[:30])
def test_an_odd_definition_is_refused(code: str, name: str, definition: Definition) -> None:
    text = refusal(definition)
    assert text.startswith(f"{code}: ")
    assert name in text


@pytest.mark.parametrize("definition", [None, [], "asem", {}, {"indicators": {}}])
def test_what_is_no_definition_is_refused(definition: Any) -> None:
    assert refusal(definition).startswith("IDX-")


@pytest.mark.parametrize("method", ["minmax", "zscore", "percentile_rank"])
def test_a_constant_column_is_refused(method: str) -> None:
    text = refusal(rule(method), [[1, 5, 3], [2, 5, 4], [3, NAN, 5]])
    assert text == (
        "IDX-CONST: Every city has the same value; min–max impossible. Indicator a2, node A."
    )


@pytest.mark.parametrize("mean", ["geometric", "harmonic"])
def test_values_not_above_zero_are_refused(mean: str) -> None:
    text = refusal(small(aggregate={"by_level": {"2": mean}}), [[1, 0, 3], [1, 1, 1]])
    assert text.startswith("IDX-GEOM: ")
    assert "Node A, indicator a2 (unit u0)" in text
    above = small(aggregate={"by_level": {"3": mean}})
    assert "Node Top, indicator A" in refusal(above, [[0, 0, 3]])


def test_a_logarithm_of_nothing_is_refused() -> None:
    definition = rule("goalposts", low=1, high=10, transform="log")
    assert refusal(definition, [[1, 2, 0]]).startswith("IDX-LOG: ")


def test_other_weights_are_checked() -> None:
    recipe = read_recipe(small())
    for weights in ({"zz": 1.0}, {"a1": -1.0}, {"b1": 0.0}):
        with pytest.raises(IndexRefused, match=next(iter(weights)) if "b1" not in weights else "B"):
            with_weights(recipe, weights)
    assert with_weights(recipe, {"a1": 3.0}).weights["a1"] == 3.0
