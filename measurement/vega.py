"""The larger charts as Vega-Lite specifications, for browsers and for whoever takes them along.

A specification holds the very figures that `charts` draws, under names that stay: every dot has
the words that are read out for it. Colors are the stylesheet's own properties, so one drawing
serves light, dark and print.
"""

from collections.abc import Mapping, Sequence
from itertools import cycle, pairwise
from typing import Any

from measurement.charts import Fitted, Range, Reference, runs
from measurement.portions import Portion, extent
from measurement.queries import TOTAL, Point
from measurement.windows import year_of
from measurement.wording import Unit

Spec = dict[str, Any]
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
COLORS = [f"var(--{name})" for name in ("c-main", "c-self", "c-muted", "s4", "s5", "s2")]
ROW, PORTION = 46, 52  # the height of a group or city, and of a part of a score
POINT: Spec = {"type": "point", "filled": False, "strokeWidth": 3, "opacity": 1}
LINE: Spec = {"type": "line", "aria": False, "strokeCap": "round", "strokeJoin": "round"}
CONFIG = {
    "background": "transparent",
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--c-text)", "labelFontSize": 13, "gridColor": "var(--c-grid)",
        "aria": False, "domain": False, "ticks": False, "labelPadding": 8, "title": None,
    },
    "text": {"color": "var(--c-text)", "fontSize": 14},
}  # fmt: skip


def draw_trend(
    name: str,
    series: Mapping[str, Sequence[Point]],
    names: Mapping[str, str],
    unit: Unit,
    fitted: Sequence[Fitted] = (),
    aim: float | None = None,
    about: str = TOTAL,
) -> Spec:
    """Series by group over time; the signal `shown` holds the keys of those that are drawn.

    series: by group key, each oldest first. names: group keys to names. The fitted line and the
    target (`aim`) belong to the group `about`, which is shown first, and are drawn where it is.
    """
    colors = dict(zip(series, cycle(COLORS), strict=False))
    figures = [row for key in series for row in _rows(key, series[key], names, unit, colors[key])]
    longest = max((len(row["short"]) for row in figures), default=0)
    shown = about if about in series else next(iter(series), TOTAL)
    whole = f"indexof(shown, {_quoted(about)}) >= 0"
    return _without_empty({
        **_frame(f"{name}. {len(figures)} figures."),
        "usermeta": {
            "groups": [{"key": key, "name": names[key]} for key in series],
            "shown": shown,
        },
        "height": 300,
        # The newest figure stands in words above the field, or of several groups beside its dot.
        "padding": {"left": 5, "top": 44, "right": 24 + 9 * longest, "bottom": 5},
        "params": [{"name": "shown", "value": [shown]}],
        "datasets": {
            "figures": figures,
            "margins": [row for row in figures if row["has_margin"]],
            "gaps": [row for key in series for row in _gaps(key, series[key], unit)],
            "fitted": [_fitted(end, unit) for end in fitted],
            "target": [] if aim is None else [_target(aim, unit)],
        },
        "encoding": {
            "x": _years(figures),
            "y": {
                "type": "quantitative",
                "scale": {"zero": False, "nice": True},
                "axis": {**_numbers(unit), "tickCount": 6},
            },
        },
        "layer": [*_lines(list(series)), *_beside(whole), *_dots(list(series))],
    })  # fmt: skip


def draw_ranges(
    name: str,
    rows: Sequence[Range],
    unit: Unit,
    own: str = "",
    reference: Reference | None = None,
) -> Spec:
    """Groups or places under each other on one scale, in the order given, with their margins.

    own: the name of the one that the others are held against. reference: a line across.
    """
    scale = {"zero": False, "nice": 5, "padding": 12}
    axis = {**_numbers(unit), "orient": "top", "tickCount": 5}
    x = {"type": "quantitative", "scale": scale, "axis": axis}
    figures = [_ranged(n, row, unit, own) for n, row in enumerate(rows)]
    names = "[" + ",".join(_quoted(row.name) for row in rows) + "][datum.value]"
    y_axis = {"grid": False, "labelExpr": names, "labelLimit": 150, "labelFontSize": 14}
    return _without_empty({
        **_frame(f"{name}. {len(figures)} rows."),
        "height": ROW * max(len(rows), 1),
        "padding": {"left": 5, "top": 5, "right": 70, "bottom": 26 if reference else 5},
        "datasets": {"figures": [row for row in figures if row["value"] is not None],
                     "empty": [row for row in figures if row["value"] is None],
                     "reference": [_across(reference, unit)] if reference else []},
        "encoding": {"y": {"field": "row", "type": "ordinal", "sort": None, "axis": y_axis,
                           "scale": {"domain": list(range(len(rows)))}}},
        "layer": [
            {"data": {"name": "figures"},
             "mark": {"type": "rule", "aria": False, "strokeWidth": 8, "strokeCap": "round",
                      "color": "var(--c-band2)"},
             "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}}},
            {"data": {"name": "figures"}, "name": "dots",
             "mark": {**POINT, "size": 180},
             "encoding": {"x": {**x, "field": "value"}, **_plain("fill"), **_plain("stroke"),
                          **_told("Name", "name")}},
            {"data": {"name": "figures"},
             "mark": {"type": "text", "aria": False, "align": "left", "dx": 12, "fontWeight": 700},
             "encoding": {"x": {**x, "field": "high"}, "text": {"field": "short"}}},
            {"data": {"name": "empty"},
             "mark": {"type": "text", "aria": False, "align": "left", "x": 4},
             "encoding": {"text": {"field": "short"}}},
            *_reference(x),
        ],
    })  # fmt: skip


def draw_portions(name: str, portions: Sequence[Portion]) -> Spec:
    """What adds up to a score, as bars under each other in the order given."""
    low, high = extent(portions)
    x = {"type": "quantitative", "axis": None,
         "scale": {"domain": [low, high], "nice": False, "zero": True}}  # fmt: skip
    figures = [{"row": n, **one.told} for n, one in enumerate(portions)]
    bar: Spec = {"type": "bar", "height": 16, "yOffset": 8}
    words: Spec = {"type": "text", "aria": False, "align": "left"}
    shared = {"data": {"name": "figures"}}
    return _without_empty({
        **_frame(f"{name}. {len(figures)} rows."),
        "height": PORTION * max(len(portions), 1),
        "padding": {"left": 2, "top": 5, "right": 120, "bottom": 5},
        "datasets": {"figures": figures},
        "encoding": {"y": {"field": "row", "type": "ordinal", "sort": None, "axis": None,
                           "scale": {"domain": list(range(len(portions)))}}},
        "layer": [
            {**shared, "mark": {**bar, "aria": False, "color": "var(--c-band)"},
             "encoding": {"x": {**x, "field": "most"}, "x2": {"datum": 0}}},
            {**shared, "name": "dots", "mark": {**bar, "color": "var(--c-main)"},
             "encoding": {"x": {**x, "field": "value"}, "x2": {"datum": 0},
                          **_told("Part", "name")}},
            {**shared, "mark": {**words, "x": 0, "dy": -12},
             "encoding": {"text": {"field": "name"}}},
            {**shared, "mark": {**words, "dx": 8, "dy": 8, "fontWeight": 700},
             "encoding": {"x": {**x, "field": "end"}, "text": {"field": "text"}}},
        ],
    })  # fmt: skip


# --- Figures ------------------------------------------------------------------------------------


def _rows(
    key: str, points: Sequence[Point], names: Mapping[str, str], unit: Unit, color: str
) -> list[dict[str, Any]]:
    stretches = runs(points)
    known = [(n, point) for n, stretch in enumerate(stretches) for point in stretch]
    return [
        {
            "group": key,
            "name": names[key],
            "stretch": n,
            "year": year_of(point),
            "period": point.label,
            "value": _scaled(point.value or 0, unit),
            "low": _scaled((point.value or 0) - (point.margin or 0), unit),
            "high": _scaled((point.value or 0) + (point.margin or 0), unit),
            "short": unit.value(point.value),
            "text": _with_margin(point, unit),
            "newest": f"{unit.value(point.value)} {unit.margin(point.margin)}".strip()
            + f" in {point.label}",
            "words": f"{names[key]}, {point.label}: {_with_margin(point, unit)}",
            "has_margin": point.margin is not None,
            "is_last": point is known[-1][1],
            **_look(point, known[0][1], known[-1][1], color),
        }
        for n, point in known
    ]


def _look(point: Point, first: Point, last: Point, color: str) -> dict[str, Any]:
    """As the page's own drawing has it: ends are larger, the baseline grey, caution open."""
    stroke = "var(--c-muted)" if point is first and point is not last else color
    is_open = point.reliability not in ("good", "")
    return {
        "stroke": stroke,
        "fill": "var(--surface)" if is_open else stroke,
        "size": 150 if point is first or point is last else 70,
    }


def _with_margin(point: Point, unit: Unit) -> str:
    caution = "" if point.reliability in ("good", "") else ", use with caution"
    return f"{unit.value(point.value)} {unit.margin(point.margin)}".strip() + caution


def _gaps(key: str, points: Sequence[Point], unit: Unit) -> list[dict[str, Any]]:
    """Both ends of each stretch of years that nobody measured."""
    return [
        {"group": key, "gap": n, "year": year_of(end), "value": _scaled(end.value or 0, unit)}
        for n, (before, after) in enumerate(pairwise(runs(points)))
        for end in (before[-1], after[0])
    ]


def _fitted(end: Fitted, unit: Unit) -> dict[str, float]:
    low, high = end.value - end.margin, end.value + end.margin
    numbers = {"value": end.value, "low": low, "high": high}
    return {"year": end.year, **{name: _scaled(one, unit) for name, one in numbers.items()}}


def _target(aim: float, unit: Unit) -> dict[str, Any]:
    return {"value": _scaled(aim, unit), "words": f"Target {unit.value(aim)}"}


def _ranged(row: int, one: Range, unit: Unit, own: str) -> dict[str, Any]:
    color = "var(--c-self)" if one.name == own else "var(--c-main)"
    has_value = one.value is not None
    caution = ", use with caution" if one.has_caution else ""
    return {
        "row": row,
        "name": one.name,
        "value": _scaled(one.value, unit) if one.value is not None else None,
        "low": _scaled(one.low, unit) if has_value else None,
        "high": _scaled(one.high, unit) if has_value else None,
        "short": one.text,
        "text": _span(one, unit) + caution,
        "words": f"{one.name}: {_span(one, unit)}{caution}",
        "stroke": color,
        "fill": "var(--surface)" if one.has_caution else color,
    }


def _across(reference: Reference, unit: Unit) -> dict[str, Any]:
    words = f"{reference.name}: {reference.text} {reference.margin}".strip()
    return {"value": _scaled(reference.value, unit), "words": words,
            "short": f"{reference.name} {reference.text}"}  # fmt: skip


def _span(one: Range, unit: Unit) -> str:
    if one.value is None or one.low == one.high:
        return one.text
    return f"{one.text} ({unit.value(one.low)} to {unit.value(one.high)})"


def _scaled(value: float, unit: Unit) -> float:
    """As it is shown, with digits enough to lie where it should."""
    return round(float(value) * unit.scale, unit.decimals + 4)


# --- Parts of a drawing -------------------------------------------------------------------------


def _frame(description: str) -> Spec:
    return {
        "$schema": SCHEMA,
        "description": description,
        "config": CONFIG,
        "width": "container",
        "autosize": {"type": "fit", "contains": "padding"},
    }


def _without_empty(spec: Spec) -> Spec:
    """Without layers that have nothing to draw: a scale over nothing has no ends."""
    filled = {name: rows for name, rows in spec["datasets"].items() if rows}
    layers = [layer for layer in spec["layer"] if layer["data"]["name"] in filled]
    return {**spec, "datasets": filled, "layer": layers}


def _years(figures: Sequence[Mapping[str, Any]]) -> Spec:
    """A window is named whole under its last year."""
    labels = dict(sorted((row["year"], row["period"]) for row in figures))
    named = "{" + ",".join(f"'{year}':{_quoted(text)}" for year, text in labels.items()) + "}"
    axis = {"grid": False, "values": list(labels), "labelExpr": f"{named}[datum.value]",
            "labelOverlap": "parity"}  # fmt: skip
    scale = {"zero": False, "nice": False, "padding": 12}
    return {"field": "year", "type": "quantitative", "scale": scale, "axis": axis}


def _numbers(unit: Unit) -> Spec:
    """Ticks as the rest of the page writes numbers."""
    label = "replace(datum.label, /^([\N{MINUS SIGN}-]?)/, '$1" + unit.prefix.replace("$", "$$")
    ending = " + '%'" if unit.suffix == "%" else ""
    return {"labelExpr": f"{label}'){ending}" if unit.prefix else f"datum.label{ending}"}


def _reference(x: Spec) -> list[Spec]:
    """A line from the top to the bottom, which stands in no row."""
    shared = {"data": {"name": "reference"}}
    place = {"x": {**x, "field": "value"}, "y": None}
    return [
        {**shared, "mark": {"type": "rule", "color": "var(--c-muted)", "strokeWidth": 2,
                            "strokeDash": [6, 5]},
         "encoding": {**place, "description": {"field": "words", "type": "nominal"}}},
        {**shared, "mark": {"type": "text", "aria": False, "align": "center",
                            "y": {"expr": "height + 18"}},
         "encoding": {**place, "text": {"field": "short"}}},
    ]  # fmt: skip


def _lines(keys: Sequence[str]) -> list[Spec]:
    chosen = [{"filter": "indexof(shown, datum.group) >= 0"}]
    y = {"field": "value"}
    return [
        {"data": {"name": "margins"}, "transform": chosen,
         "mark": {"type": "area", "aria": False, "color": "var(--c-band)", "opacity": 0.8},
         "encoding": {"y": {"field": "low"}, "y2": {"field": "high"},
                      "detail": _detail("stretch")}},
        {"data": {"name": "gaps"}, "transform": chosen,
         "mark": {**LINE, "strokeWidth": 2, "strokeDash": [2, 5]},
         "encoding": {"y": y, "detail": _detail("gap"), **_colored(keys)}},
        {"data": {"name": "figures"}, "transform": chosen, "mark": {**LINE, "strokeWidth": 3},
         "encoding": {"y": y, "detail": _detail("stretch"), **_colored(keys)}},
    ]  # fmt: skip


def _beside(whole: str) -> list[Spec]:
    """The fitted line with its band, and the target."""
    thin = {**LINE, "color": "var(--c-muted)"}
    only = [{"filter": whole}]
    fitted: Spec = {"data": {"name": "fitted"}, "transform": only}
    target = {"data": {"name": "target"}, "transform": only}
    color: Spec = {"aria": False, "color": "var(--c-target)"}
    edges = [
        {**fitted, "mark": {**thin, "strokeDash": [2, 4], "strokeWidth": 1},
         "encoding": {"y": {"field": end}}} for end in ("low", "high")
    ]  # fmt: skip
    return [
        *edges,
        {**fitted, "mark": {**thin, "strokeWidth": 2}, "encoding": {"y": {"field": "value"}}},
        {**target, "mark": {"type": "rule", **color, "strokeWidth": 2, "strokeDash": [8, 5]},
         "encoding": {"x": None, "y": {"field": "value"}}},
        {**target, "mark": {"type": "text", **color, "align": "left", "dx": 6, "dy": -8, "x": 0,
                            "fontWeight": 700},
         "encoding": {"x": None, "y": {"field": "value"}, "text": {"field": "words"}}},
    ]  # fmt: skip


def _dots(keys: Sequence[str]) -> list[Spec]:
    chosen = [{"filter": "indexof(shown, datum.group) >= 0"}]
    figures = {"data": {"name": "figures"}}
    y = {"field": "value"}
    size = {"field": "size", "type": "quantitative", "scale": None}
    told = _told("Group", "name", "Period", "period")
    last = {"type": "text", "aria": False, "fontSize": 18, "fontWeight": 700}
    newest = {**figures, "transform": [*chosen, {"filter": "datum.is_last"}]}
    # Empty words, not an empty layer: without rows it would have no extent.
    one, more = (
        {"text": {"condition": {"test": f"length(shown) {sign} 1", "field": field}, "value": ""}}
        for sign, field in (("==", "newest"), (">", "short"))
    )
    return [
        {**figures, "name": "dots", "transform": chosen, "mark": POINT,
         "encoding": {"y": y, **_plain("fill"), **_plain("stroke"),
                      "size": size, **told}},
        {**newest, "mark": {**last, "align": "left", "dx": 14},
         "encoding": {"y": y, **more, **_colored(keys)}},
        {**newest, "mark": {**last, "align": "right", "x": {"expr": "width"}, "y": -26},
         "encoding": {"x": None, "y": None, **one, **_colored(keys)}},
    ]  # fmt: skip


def _colored(keys: Sequence[str]) -> Spec:
    colors = [COLORS[n % len(COLORS)] for n in range(len(keys))]
    scale = {"domain": list(keys), "range": colors}
    return {"color": {"field": "group", "type": "nominal", "scale": scale, "legend": None}}


def _detail(field: str) -> list[Spec]:
    return [{"field": "group", "type": "nominal"}, {"field": field, "type": "nominal"}]


def _plain(channel: str) -> Spec:
    """A color that stands in the figures themselves."""
    return {channel: {"field": channel, "type": "nominal", "scale": None}}


def _told(*titled: str) -> Spec:
    """What a pointer shows, and what is read out: the same words."""
    pairs = [*zip(titled[::2], titled[1::2], strict=True), ("Figure", "text")]
    return {
        "tooltip": [{"field": field, "type": "nominal", "title": title} for title, field in pairs],
        "description": {"field": "words", "type": "nominal"},
    }


def _quoted(text: str) -> str:
    """A text as a literal of Vega's expressions."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", " ") + "'"
