"""A baseline report: where the city stands, topic by topic, and what nobody knows."""

from dataclasses import replace
from functools import partial

from agendas.reports.document import (
    IN_WORDS,
    Block,
    Json,
    Part,
    chart,
    heading,
    listed,
    plain,
    point_of,
    table,
    unit_of,
    words,
)
from measurement import charts
from measurement.charts import Fitted

COUNTED = (
    "A change counts only when it is larger than its margin of error. Margins are those of 90 "
    "percent. Small numbers in the text lead to the figures at the end."
)


def write_baseline(inputs: Json) -> list[Part]:
    """All parts between the council's summary and its conclusions."""
    topics: dict[str, list[Json]] = {}
    for one in inputs["indicators"]:
        topics.setdefault(one["topic"], []).append(one)
    parts = [
        Part(f"topic-{topic}", topic.capitalize(), tuple(_topic(found, inputs)))
        for topic, found in topics.items()
    ]
    return [_short(inputs), *parts, _missing(inputs), write_notes(inputs)]


def _short(inputs: Json) -> Part:
    return Part("short", "In short", (*write_overview(inputs), plain(COUNTED)))


def write_overview(inputs: Json) -> list[Block]:
    """The scorecard in a sentence and a table."""
    score = inputs["score"]
    text = f"{score['headline']}. {score['chance']}"
    rows = [[one["name"], one["verdict"], one["said"][0]["text"]] for one in inputs["indicators"]]
    named = tuple(name for one in inputs["indicators"] for name in one["said"][0]["figures"])
    overview = table("Every indicator in one line", ["Indicator", "Result", IN_WORDS], rows)
    said = words({"text": text, "figures": score["figures"]})
    return [said, replace(overview, figures=named)] if rows else [said]


def _topic(found: list[Json], inputs: Json) -> list[Block]:
    return [block for one in found for block in write_indicator(one, inputs["place"]["name"])]


def write_indicator(one: Json, place: str) -> list[Block]:
    """Finding, verdict, sentences, charts and tables of one indicator."""
    unit, name = unit_of(one["unit"]), one["name"]
    trend = [point_of(kept) for kept in one["trend"]]
    fitted = [Fitted(**end) for end in one["fitted"]]

    def draw(is_narrow: bool) -> charts.Trend | None:
        frame = charts.NARROW if is_narrow else charts.WIDE
        return charts.trend(trend, unit, frame, fitted, one["target"])

    aim = f" The dashed line is the target, {unit.value(one['target'])}." if one["target"] else ""
    said = one["said"][0]["text"]
    return [
        heading(one["finding"], one["code"]),
        Block("verdict", one["verdict"], anchor=one["look"]),
        *(words(sentence) for sentence in one["said"]),
        *chart(draw, f"{said} The band is the margin of error.{aim}",
               f"{name}, {place}, {unit.words}", f"trend-{one['code']}"),
        *_groups(one),
        *_beside(one, place),
    ]  # fmt: skip


def write_indicators(inputs: Json) -> list[Part]:
    """The city's figures in full, in one section; none without a figure."""
    place = inputs["place"]["name"]
    blocks = [block for one in inputs["indicators"] for block in write_indicator(one, place)]
    return [Part("indicators", "What the figures show", tuple(blocks))] if blocks else []


def _groups(one: Json) -> list[Block]:
    groups, unit = one["groups"], unit_of(one["unit"])
    if not groups["dots"]:
        return []
    points = [(name, point_of(kept)) for name, kept in groups["dots"]]
    ranged = [charts.range_of(name, point, unit) for name, point in points]
    text = "; ".join(f"{name}: {unit.value(point.value)}" for name, point in points)
    made = [
        words({"text": f"{groups['finding']}, {groups['period']}.", "figures": groups["figures"]}),
        *chart(partial(charts.ranges, ranged, unit), f"{text}. Bars are margins of error.",
               f"{one['name']} by group, {groups['period']}", f"groups-{one['code']}"),
    ]  # fmt: skip
    if groups["rows"]:
        rows = [row["cells"] for row in groups["rows"]]
        head = ["Group", "Result", "Baseline", "Latest", IN_WORDS]
        named = tuple(name for row in groups["rows"] for name in row["figures"])
        found = table(f"{one['name']}: change by group", head, rows, numeric=[2, 3])
        made.append(replace(found, figures=named))
    return made


def _beside(one: Json, place: str) -> list[Block]:
    peers, unit = one["peers"], unit_of(one["unit"])
    if len(peers["dots"]) < 2:
        return []
    points = [(name, point_of(kept)) for name, kept in peers["dots"]]
    ranged = [charts.range_of(name, point, unit) for name, point in points]
    text = "; ".join(f"{name}: {unit.value(point.value)}" for name, point in points)
    head = ["City", "Value", "Margin", f"Against {place}"]
    found = table(f"{one['name']}, {peers['period']}", head, peers["rows"], numeric=[1, 2])
    return [
        *(words(sentence) for sentence in peers["said"]),
        *chart(partial(charts.ranges, ranged, unit, own=place),
               f"{text}. Bars are margins of error.",
               f"{one['name']} beside other cities, {peers['period']}", f"peers-{one['code']}"),
        replace(found, figures=tuple(peers["figures"])),
    ]  # fmt: skip


def _missing(inputs: Json) -> Part:
    found = tuple(words(line) for line in inputs["missing"])
    nothing = (plain("Every indicator of the library has figures here, by group too."),)
    return Part("missing", "What is missing", found or nothing)


def write_notes(inputs: Json) -> Part:
    """Rule, definitions and limits."""
    definitions = [
        f"{one['name']}: {one['definition']} Covers: {one['universe']}. Version "
        f"{one['version']}, kept by {one['custodian']}."
        for one in inputs["indicators"]
    ]
    unsaid = list(dict.fromkeys(
        line for one in inputs["indicators"] for line in one["peers"]["unsaid"]
    ))  # fmt: skip
    return Part(
        "notes",
        "How to read these figures",
        (
            plain(inputs["score"]["rule"]),
            *(
                [heading("What each indicator is", "definitions"), listed(definitions)]
                if definitions
                else []
            ),
            heading("What these figures do not say", "limits"),
            listed(unsaid or ["Whether chapters caused a difference."]),
        ),
    )
