"""Definitions of published indices, as data: what the reference cases are computed from."""

import csv
from pathlib import Path
from typing import Any

import numpy as np

from measurement.index import Data

DATA = Path(__file__).parent / "data"
Definition = dict[str, Any]
NAN = float("nan")


def rows_of(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(newline="") as file:
        return list(csv.DictReader(file))


def asem(**changes: Any) -> Definition:
    """Sustainable connectivity of 51 countries; `normalise` changes every indicator's method."""
    normalise = changes.pop("normalise", {"method": "minmax", "to": [0, 100]})
    indicators, nodes = [], []
    for row in rows_of("asem/asem_meta.csv"):
        item: dict[str, Any] = {
            "code": row["iCode"],
            "parent": row["Parent"] or None,
            "weight": float(row["Weight"]),
        }
        if row["Type"] == "Indicator":
            direction = int(row["Direction"])
            indicators.append({**item, "direction": direction, "normalise": normalise})
        else:
            nodes.append(item)
    return {"code": "asem", "version": "1", "indicators": indicators, "nodes": nodes, **changes}


def post(code: str, parent: str, low: float, high: float, **more: Any) -> Definition:
    rule = {"method": "goalposts", "low": low, "high": high, "to": [0, 1], **more}
    return {"code": code, "parent": parent, "direction": 1, "normalise": rule}


def hdi() -> Definition:
    """The Human Development Index of 2010 and later (UNDP, technical notes)."""
    return {
        "code": "hdi",
        "version": "2010",
        "indicators": [
            post("le", "Health", 20, 85),
            post("eys", "Education", 0, 18),
            post("mys", "Education", 0, 15),
            post("gnipc", "HDI", 100, 75_000, transform="log"),
        ],
        "nodes": [
            {"code": "Health", "parent": "HDI"},
            {"code": "Education", "parent": "HDI"},
            {"code": "HDI", "parent": None, "aggregate": "geometric"},
        ],
        "min_available": {"default": 1},
    }


def small(**changes: Any) -> Definition:
    """Two indicators under A, one under B, both under Top: goalposts 0 to 10, on 0 to 100."""

    def leaf(code: str, parent: str) -> Definition:
        rule = {"method": "goalposts", "low": 0, "high": 10}
        return {"code": code, "parent": parent, "direction": 1, "normalise": rule}

    definition = {
        "code": "small",
        "version": "1",
        "indicators": [leaf("a1", "A"), leaf("a2", "A"), leaf("b1", "B")],
        "nodes": [
            {"code": "A", "parent": "Top", "weight": 1},
            {"code": "B", "parent": "Top", "weight": 1},
            {"code": "Top", "parent": None},
        ],
    }
    return {**definition, **changes}


def rule(method: str, direction: int = 1, **more: Any) -> Definition:
    """The small one with every indicator normalised by this method."""
    definition = small()
    for leaf in definition["indicators"]:
        leaf["normalise"] = {"method": method, **more}
        leaf["direction"] = direction
    return definition


def table(rows: list[list[float]]) -> Data:
    """Rows of figures as the data of cities u0, u1, ..."""
    return Data(tuple(f"u{i}" for i in range(len(rows))), np.array(rows, dtype=float))
