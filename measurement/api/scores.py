"""Doors to what figures add up to: scores of chapters, frozen lists, indices."""

import datetime as dt
from typing import Any

import numpy as np
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from chapters.models import Chapter
from measurement import queries, shapes
from measurement.api import examples
from measurement.api.doors import PublicView, Table
from measurement.api.parameters import FORMAT, UNTIL
from measurement.index import Result
from measurement.models import Scorecard, ScorecardLine
from measurement.recipe import IndexRefused, Item, Leaf, Node, Recipe


class Scores(PublicView):
    """A chapter on the national scorecard."""

    @extend_schema(summary="A chapter's score", responses=shapes.ScoreShape)
    def get(self, request: Request, chapter: str) -> Response:
        """N of M with every comparison behind it."""
        found = get_object_or_404(Chapter.objects.select_related("place"), slug=chapter)
        score, stale = queries.chapter_score(found), queries.find_stale(found.place_id)
        return Response(
            {
                "chapter": found.slug,
                "place": found.place.geoid,
                "improved": score.improved,
                "m": score.m,
                "counts": score.tally.counts,
                "naive_up": score.tally.naive_up,
                "expected_by_chance": round(score.tally.expected_by_chance, 4),
                "level": score.scorecard.level if score.scorecard else 90,
                "indicators": [_change(item, stale) for item in score.changes + score.beside],
            }
        )

    def table(self, data: Any) -> Table:
        """A row for each indicator."""
        return tuple(shapes.ChangeShape().fields), data["indicators"]


class Scorecards(PublicView):
    """The frozen lists."""

    @extend_schema(summary="All scorecards", responses=shapes.ScorecardList)
    def get(self, request: Request) -> Response:
        """Every national list of indicators in each of its versions, as it was frozen."""
        rows = ScorecardLine.published.filter(scorecard__chapter__isnull=True).select_related(
            "scorecard", "indicator", "baseline", "current"
        )
        lists: dict[Scorecard, list[ScorecardLine]] = {}
        for line in rows.order_by("scorecard__code", "-scorecard__version", "position"):
            lists.setdefault(line.scorecard, []).append(line)
        return Response({"results": [_scorecard(*found) for found in lists.items()]})

    def table(self, data: Any) -> Table:
        """A row for each line of each list."""
        columns = ("code", "version", *list(shapes.ScorecardLineShape().fields)[:1],
                   "indicator_version", *list(shapes.ScorecardLineShape().fields)[2:])  # fmt: skip
        rows = [
            {**line, "indicator_version": line["version"], **_head(found)}
            for found in data["results"]
            for line in found["lines"]
        ]
        return columns, rows


class Indices(PublicView):
    """The indices."""

    @extend_schema(summary="All indices", responses=shapes.IndexList)
    def get(self, request: Request) -> Response:
        """Every index with its indicators, nodes, weights and goalposts."""
        return Response({"results": [_index(recipe) for recipe in queries.recipes().values()]})

    def table(self, data: Any) -> Table:
        """A row for each indicator and node."""
        columns = ("index", "version", *shapes.WeightShape().fields)
        rows = [
            {**part, "index": found["code"], "version": found["version"]}
            for found in data["results"]
            for part in found["parts"]
        ]
        return columns, rows


class IndexScores(PublicView):
    """The scores of an index."""

    parameters = (UNTIL, FORMAT)
    columns = tuple(shapes.IndexScoreShape().fields)

    @extend_schema(
        summary="Scores of an index",
        responses=shapes.IndexScoresShape,
        examples=[examples.INDEX_SCORES],
    )
    def get(self, request: Request, code: str) -> Response:
        """Every area at every node, from the newest published figures."""
        recipe = queries.recipes().get(code)
        if recipe is None:
            raise NotFound(f"There is no index {code}.")
        until = request.query_params.get("until")
        try:
            result = queries.find_standing(recipe, int(until) if until else None)
        except IndexRefused as refused:
            raise NotFound(" ".join(refused.problems)) from refused
        return Response(
            {
                "index": recipe.code,
                "version": recipe.version,
                "until": int(until) if until else None,
                "results": _scores(result) if result else [],
            }
        )


def _change(change: queries.Change, stale: dict[int, dt.date]) -> dict[str, Any]:
    return {
        "indicator": change.indicator.code,
        "name": change.indicator.name,
        "counted": change.line.counted,
        "baseline_period": change.line.baseline.label,
        "baseline_value": change.baseline.value if change.baseline else None,
        "current_period": change.line.current.label,
        "current_value": change.current.value if change.current else None,
        "difference": _rounded(change.difference),
        "margin_90": _rounded(change.margin),
        "status": change.status,
        "tested": change.progress.tested,
        "z": _rounded(change.progress.z),
        "gap_widened": change.gap_widened,
        "reason": change.reason,
        "stale_since": stale.get(change.indicator.pk),
    }


def _scorecard(scorecard: Scorecard, lines: list[ScorecardLine]) -> dict[str, Any]:
    plain = ("code", "version", "name", "level", "frozen_on")
    return {name: getattr(scorecard, name) for name in plain} | {
        "m": sum(line.counted for line in lines),
        "lines": [_line(line) for line in lines],
    }


def _line(line: ScorecardLine) -> dict[str, Any]:
    return {
        "indicator": line.indicator.code,
        "version": line.indicator.version,
        "baseline_period": line.baseline.label,
        "current_period": line.current.label,
        "counted": line.counted,
        "note": line.note,
    }


def _head(found: dict[str, Any]) -> dict[str, Any]:
    return {"code": found["code"], "version": found["version"]}


def _index(recipe: Recipe) -> dict[str, Any]:
    parts = [_part(item) for item in recipe.items]
    return {"code": recipe.code, "version": recipe.version, "parts": parts}


def _part(item: Item) -> dict[str, Any]:
    part = {"code": item.code, "parent": item.parent, "weight": item.weight, "level": 1,
            "direction": None, "aggregate": "", "method": "", "low": None,
            "high": None}  # fmt: skip
    if isinstance(item, Node):
        part |= {"level": item.level, "aggregate": item.aggregate}
    if isinstance(item, Leaf):
        part |= {"direction": item.direction, "method": item.rule.method}
        if item.rule.method == "goalposts":
            part |= {"low": item.rule.low, "high": item.rule.high}
    return part


def _scores(result: Result) -> list[dict[str, Any]]:
    return [
        {
            "ref_area": unit,
            "node": node.code,
            "level": node.level,
            "score": _number(result.scores[node.code][row]),
            "rank": None if np.isnan(rank := result.ranks[node.code][row]) else int(rank),
            "available": round(float(result.available[node.code][row]), 4),
        }
        for row, unit in enumerate(result.units)
        for node in reversed(result.recipe.upward)
    ]


def _number(value: Any) -> float | None:
    return None if np.isnan(value) else round(float(value), 9)


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 6)
