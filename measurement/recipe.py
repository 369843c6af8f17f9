"""The recipe of a composite index, read from its definition: recipes are data, not code.

A definition names the indicators with their direction and normalisation, the tree of nodes, and
how each level is put together. Here it is checked, as a whole and before any figure is looked at:
whatever is unknown, contradictory or missing is refused with a code and the names concerned.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

AGGREGATES = ("arithmetic", "geometric", "harmonic")
# What each method may be told, and what it does when it is not told.
METHODS: dict[str, dict[str, Any]] = {
    "minmax": {"to": (0.0, 100.0)},
    "goalposts": {"low": None, "high": None, "to": (0.0, 100.0), "clip": True, "transform": "none"},
    "zscore": {"mean": 0.0, "sd": 1.0},
    "percentile_rank": {"to": (0.0, 100.0)},
    "none": {},
}
TWO_THIRDS = 2 / 3
NO_DIRECTION = "An indicator without direction cannot enter an index."


class IndexRefused(ValueError):
    """A definition or its data cannot make an index; `problems` has a sentence for each reason."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Rule:
    """How one indicator's values become comparable; what a method does not use stays at rest."""

    method: str
    to: tuple[float, float] = (0.0, 100.0)
    low: float = 0.0
    high: float = 1.0
    clip: bool = True
    transform: str = "none"
    mean: float = 0.0
    sd: float = 1.0


@dataclass(frozen=True)
class Item:
    """What hangs in the tree; only the top has no parent. The weight is raw, as it was given."""

    code: str
    parent: str | None
    weight: float


@dataclass(frozen=True)
class Leaf(Item):
    """An indicator in the tree; direction 1 where higher is better, -1 where lower is."""

    direction: int
    rule: Rule

    @property
    def figure(self) -> tuple[str, str]:
        """Indicator and group of a code such as `good_health@sex=female`; no group is everybody."""
        indicator, _, group = self.code.partition("@")
        return indicator, group


@dataclass(frozen=True)
class Node(Item):
    """A node and its children's codes. Indicators are level 1, a node one above its highest."""

    level: int
    aggregate: str
    min_available: float
    children: tuple[str, ...]


@dataclass(frozen=True)
class Outliers:
    """Both limits that a column must pass to be treated, and how many of its points may move."""

    skew: float = 2.0
    kurtosis: float = 3.5
    max_points: int = 5


@dataclass(frozen=True)
class Recipe:
    """A checked definition; nodes stand in its order, `upward` has them children first."""

    code: str
    version: str
    indicators: tuple[Leaf, ...]
    nodes: tuple[Node, ...]
    upward: tuple[Node, ...]
    outliers: Outliers | None = None

    @property
    def items(self) -> tuple[Item, ...]:
        """Indicators and nodes, in the order of the definition."""
        return (*self.indicators, *self.nodes)

    @property
    def top(self) -> Node:
        return self.upward[-1]

    @property
    def weights(self) -> dict[str, float]:
        """Raw weight of every indicator and node, as the definition states them."""
        return {item.code: item.weight for item in self.items}


def read_recipe(definition: Any) -> Recipe:
    """The recipe of a definition parsed from JSON. Raises IndexRefused."""
    known = {"code", "version", "indicators", "nodes", "aggregate", "min_available", "outliers"}
    body = _object(definition, "The definition", known)
    leaves = tuple(_leaf(item) for item in _objects(body, "indicators"))
    drafts = tuple(_draft(item) for item in _objects(body, "nodes"))
    items: tuple[Item, ...] = (*leaves, *drafts)
    _refuse_twins([item.code for item in items])
    nodes = _with_levels(leaves, drafts)
    nodes = _with_rules(nodes, body)
    recipe = Recipe(
        code=_text(body.get("code", "index"), "code"),
        version=str(body.get("version", "1")),
        indicators=leaves,
        nodes=nodes,
        upward=tuple(sorted(nodes, key=lambda node: node.level)),
        outliers=_outliers(body.get("outliers")),
    )
    _refuse_weightless(recipe)
    return recipe


def with_weights(recipe: Recipe, weights: Mapping[str, float]) -> Recipe:
    """The recipe with other raw weights for the codes named. Raises IndexRefused."""
    if unknown := [code for code in weights if code not in recipe.weights]:
        raise IndexRefused(*(f"IDX-UNKNOWN: No indicator or node {code}." for code in unknown))
    for code, weight in weights.items():
        _weight(weight, code)

    def changed(items: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(replace(i, weight=float(weights.get(i.code, i.weight))) for i in items)

    result = replace(
        recipe,
        indicators=changed(recipe.indicators),
        nodes=changed(recipe.nodes),
        upward=changed(recipe.upward),
    )
    _refuse_weightless(result)
    return result


# --- the parts of a definition -------------------------------------------------------------------


def _leaf(item: dict[str, Any]) -> Leaf:
    code = _code(item)
    _object(item, f"Indicator {code}", {"code", "parent", "weight", "direction", "normalise"})
    direction = item.get("direction")
    if isinstance(direction, bool) or direction not in (1, -1):
        raise IndexRefused(f"IDX-DIR: {NO_DIRECTION} Indicator {code}, node {item.get('parent')}.")
    if item.get("parent") is None:
        raise IndexRefused(f"IDX-ORPHAN: Indicator {code} has no parent.")
    parent = _text(item["parent"], f"{code}: parent")
    rule = _rule(item.get("normalise"), f"indicator {code}, node {parent}")
    if direction == 1 and rule.low > rule.high:
        raise IndexRefused(f"IDX-RULE: low is above high; indicator {code}, node {parent}.")
    return Leaf(code, parent, _weight(item.get("weight", 1), code), int(direction), rule)


def _draft(item: dict[str, Any]) -> Node:
    """A node as it stands; level, children and inherited rules follow when all are known."""
    code = _code(item)
    _object(item, f"Node {code}", {"code", "parent", "weight", "aggregate"})
    parent = item.get("parent")
    parent = None if parent is None else _text(parent, f"{code}: parent")
    aggregate = item.get("aggregate")
    if aggregate is not None:
        _aggregate(aggregate, f"node {code}")
    return Node(code, parent, _weight(item.get("weight", 1), code), 0, aggregate or "", 0.0, ())


def _rule(given: Any, where: str) -> Rule:
    if not isinstance(given, dict) or "method" not in given:
        raise IndexRefused(f"IDX-KEY: normalise needs a method; {where}.")
    method = given["method"]
    if not isinstance(method, str) or method not in METHODS:
        raise IndexRefused(f"IDX-UNKNOWN: No normalise method {method!r}; {where}.")
    _object(given, f"normalise of {where}", {"method", *METHODS[method]})
    told = {**METHODS[method], **{key: given[key] for key in given if key != "method"}}
    for key in {"low", "high", "mean", "sd"} & told.keys():
        told[key] = _number(told[key], f"{key} of {where}")
    if "to" in told:
        told["to"] = _ends(told["to"], where)
    rule = Rule(method, **told)
    _refuse_odd_rule(rule, where)
    return rule


def _refuse_odd_rule(rule: Rule, where: str) -> None:
    problems = {
        "clip is true or false": not isinstance(rule.clip, bool),
        "transform is none or log": rule.transform not in ("none", "log"),
        "sd must be above 0": rule.sd <= 0,
        "low and high must differ": rule.low == rule.high,
        "a log needs goalposts above 0": rule.transform == "log" and min(rule.low, rule.high) <= 0,
    }
    if found := [text for text, wrong in problems.items() if wrong]:
        raise IndexRefused(*(f"IDX-RULE: {text}; {where}." for text in found))


def _outliers(given: Any) -> Outliers | None:
    if given is None:
        return None
    told = _object(given, "outliers", {"skew", "kurtosis", "max_points"})
    limits = {key: _number(told[key], f"outliers: {key}") for key in told}
    points = limits.pop("max_points", Outliers.max_points)
    if points < 0 or points != int(points):
        raise IndexRefused("IDX-RULE: outliers: max_points is a whole number, 0 or more.")
    return Outliers(**limits, max_points=int(points))


# --- the tree ------------------------------------------------------------------------------------


def _with_levels(leaves: tuple[Leaf, ...], drafts: tuple[Node, ...]) -> tuple[Node, ...]:
    """The nodes with their children and levels. Raises IndexRefused unless they are one tree."""
    children: dict[str, list[str]] = {node.code: [] for node in drafts}
    items: tuple[Item, ...] = (*leaves, *drafts)
    for item in items:
        if item.parent is None:
            continue
        if item.parent not in children:
            raise IndexRefused(f"IDX-ORPHAN: {item.code}: there is no node {item.parent}.")
        children[item.parent].append(item.code)
    _refuse_cycles({node.code: node.parent for node in drafts})
    _refuse_odd_tree(drafts, children)
    levels = _levels(leaves, drafts)
    return tuple(
        replace(node, level=levels[node.code], children=tuple(children[node.code]))
        for node in drafts
    )


def _levels(leaves: tuple[Leaf, ...], drafts: tuple[Node, ...]) -> dict[str, int]:
    """1 for indicators, and for a node one more than for the highest of its children."""
    parents = {node.code: node.parent for node in drafts}
    levels = dict.fromkeys(parents, 0)
    for leaf in leaves:
        code, level = leaf.parent, 2
        while code is not None and levels[code] < level:
            levels[code] = level
            code, level = parents[code], level + 1
    return levels


def _refuse_cycles(parents: dict[str, str | None]) -> None:
    for start in parents:
        path = {start: None}
        parent = parents[start]
        while parent is not None:
            if parent in path:
                names = list(path)
                way = " → ".join([*names[names.index(parent) :], parent])
                raise IndexRefused(f"IDX-CYCLE: A node cannot be above itself: {way}.")
            path[parent] = None
            parent = parents[parent]


def _refuse_odd_tree(drafts: tuple[Node, ...], children: dict[str, list[str]]) -> None:
    tops = [node.code for node in drafts if node.parent is None]
    if len(tops) > 1:
        names = ", ".join(tops)
        raise IndexRefused(f"IDX-ORPHAN: Only the top has no parent; there are {names}.")
    if bare := [code for code, below in children.items() if not below]:
        raise IndexRefused(*(f"IDX-ORPHAN: Node {code} has nothing below it." for code in bare))


def _with_rules(nodes: tuple[Node, ...], body: Mapping[str, Any]) -> tuple[Node, ...]:
    """The nodes with what their level, or else the default, says."""
    levels = {node.level for node in nodes}
    means = _by_level(body.get("aggregate"), "aggregate", levels)
    shares = _by_level(body.get("min_available"), "min_available", levels)
    for where, mean in means.items():
        _aggregate(mean, f"aggregate {where}")
    for where, share in shares.items():
        if not 0 <= _number(share, f"min_available {where}") <= 1:
            raise IndexRefused(f"IDX-RULE: min_available {where} is a share from 0 to 1.")
    mean = means.get("default", "arithmetic")
    share = shares.get("default", TWO_THIRDS)
    return tuple(
        replace(
            node,
            aggregate=node.aggregate or means.get(str(node.level), mean),
            min_available=float(shares.get(str(node.level), share)),
        )
        for node in nodes
    )


def _by_level(given: Any, name: str, levels: set[int]) -> dict[str, Any]:
    """`{"default": ..., "2": ...}` of a rule by level."""
    body = _object({} if given is None else given, name, {"default", "by_level"})
    wanted = {str(level) for level in levels}
    below = _object(body.get("by_level", {}), f"{name}: by_level", wanted)
    return {**below, **({"default": body["default"]} if "default" in body else {})}


def _refuse_weightless(recipe: Recipe) -> None:
    weights = recipe.weights
    bare = [node for node in recipe.nodes if not any(weights[code] for code in node.children)]
    if bare:
        text = "IDX-WEIGHT: At least one weight below node {} must be above 0."
        raise IndexRefused(*(text.format(node.code) for node in bare))


# --- single entries ------------------------------------------------------------------------------


def _object(given: Any, where: str, known: set[str]) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise IndexRefused(f"IDX-TYPE: {where} is not an object.")
    if unknown := sorted(str(key) for key in given if key not in known):
        raise IndexRefused(*(f"IDX-UNKNOWN: {where}: unknown key {key!r}." for key in unknown))
    return given


def _objects(body: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    items = body.get(key)
    if not isinstance(items, list) or not items:
        raise IndexRefused(f"IDX-KEY: The definition needs a list of {key}.")
    if not all(isinstance(item, dict) for item in items):
        raise IndexRefused(f"IDX-TYPE: {key}: each is an object.")
    return items


def _code(item: dict[str, Any]) -> str:
    if "code" not in item:
        raise IndexRefused("IDX-KEY: An indicator or node has no code.")
    return _text(item["code"], "code")


def _text(given: Any, where: str) -> str:
    if not isinstance(given, str) or not given.strip():
        raise IndexRefused(f"IDX-TYPE: {where}: {given!r} is not a name.")
    return given


def _number(given: Any, where: str) -> float:
    wrong = isinstance(given, bool) or not isinstance(given, (int, float))
    if wrong or not abs(given) <= sys.float_info.max:
        raise IndexRefused(f"IDX-TYPE: {where}: {given!r} is not a number.")
    return float(given)


def _weight(given: Any, code: str) -> float:
    weight = _number(given, f"weight of {code}")
    if weight < 0:
        raise IndexRefused(f"IDX-WEIGHT: The weight of {code} is below 0.")
    return weight


def _ends(given: Any, where: str) -> tuple[float, float]:
    if not isinstance(given, (list, tuple)) or len(given) != 2:
        raise IndexRefused(f"IDX-RULE: to has two ends; {where}.")
    low, high = (_number(end, f"to of {where}") for end in given)
    if low >= high:
        raise IndexRefused(f"IDX-RULE: to runs from its lower to its higher end; {where}.")
    return low, high


def _aggregate(given: Any, where: str) -> None:
    if given not in AGGREGATES:
        raise IndexRefused(f"IDX-UNKNOWN: No aggregate {given!r}; {where}.")


def _refuse_twins(codes: list[str]) -> None:
    if twins := sorted({code for code in codes if codes.count(code) > 1}):
        raise IndexRefused(*(f"IDX-DUP: The code {code} is given twice." for code in twins))
