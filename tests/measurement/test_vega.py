"""Specifications of charts: they draw what the page's own drawing shows, to the last dot."""

from __future__ import annotations

import datetime as dt
import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from typing import Any

import pytest
import vl_convert

from chapters.models import Place
from chapters.ready import shelf
from chapters.unscoped import as_backbone
from measurement import charts, vega, wording
from measurement.models import Observation
from measurement.queries import Point

SVG = "{http://www.w3.org/2000/svg}"
LABELS = 4  # how far below its tick the words of an axis stand
PERCENT = wording.Unit(100, 1, "", "%", " points", "percent")
DASHBOARD = "/san-francisco/dashboard/"
PAGES = [
    (f"{DASHBOARD}employment_rate_25_54/", "trend.json", "trend", "y"),
    (f"{DASHBOARD}employment_gap_25_54/", "trend.json", "trend", "y"),
    (f"{DASHBOARD}median_household_income/", "trend.json", "trend", "y"),
    (f"{DASHBOARD}employment_rate_25_54/", "groups.json", "dots", "x"),
    ("/compare/?with=0667000&places=0820000,0477000", "", "cmp", "x"),
    ("/indices/work_and_parity/?with=0667000", "", "index", "x"),
]


def number(text: str) -> float:
    """What an axis says: “−1.5%”, “$90,000”."""
    sign = -1 if text.startswith("\N{MINUS SIGN}") else 1
    return sign * float(re.sub(r"[^0-9.]", "", text))


def scale_of(ticks: list[tuple[float, str]]) -> Any:
    """Places on the paper to values, by the first and the last tick of an axis."""
    (low, first), *_, (high, last) = sorted((number(text), place) for place, text in ticks)
    return lambda place: low + (place - first) / (last - first) * (high - low)


def direct(page: str, name: str, axis: str) -> list[float]:
    """The values behind the dots of a page's own drawing, read off its axis."""
    (text,) = re.findall(
        rf'<svg class="plot plot-wide"(?:(?!<svg).)*?"{name}-wt .*?</svg>', page, re.S
    )
    drawing = ElementTree.fromstring(text)
    dots = drawing.findall("circle")
    if axis == "y":
        ticks = [
            (float(one.attrib["y"]), one.text or "")
            for one in drawing.findall("text")
            if one.attrib.get("dx") == "-8"
        ]
        # The first and the newest are drawn once more, larger.
        return [scale_of(ticks)(float(dot.attrib["cy"])) for dot in dots[:-2]]
    ticks = [
        (float(one.attrib["x"]), one.text or "")
        for one in drawing.findall("text")
        if one.attrib["y"] == "22"
    ]
    return [scale_of(ticks)(float(dot.attrib["cx"])) for dot in dots]


def place_of(node: ElementTree.Element) -> tuple[float, float]:
    x, y = re.findall(r"-?[0-9.]+(?:e-?\d+)?", node.attrib["transform"])[:2]
    return float(x), float(y)


def drawn(spec: dict[str, Any], axis: str) -> tuple[list[float], list[str]]:
    """The values behind the dots of a specification's drawing, and the words of each."""
    root = ElementTree.fromstring(vl_convert.vegalite_to_svg(json.dumps(spec)))
    groups = [node for node in root.iter(f"{SVG}g") if node.attrib.get("class")]
    labels = [node for node in groups if node.attrib["class"].endswith("role-axis-label")]
    texts = [(place_of(text), text.text or "") for text in labels["xy".index(axis)]]
    ticks = [((y - LABELS) if axis == "y" else x, words) for (x, y), words in texts]
    (dots,) = [node for node in groups if "dots_marks" in node.attrib["class"]]
    values = [scale_of(ticks)(place_of(dot)["xy".index(axis)]) for dot in dots]
    return values, [dot.attrib["aria-label"] for dot in dots]


@pytest.mark.parametrize(("path", "chart", "name", "axis"), PAGES)
def test_a_specification_draws_the_dots_of_the_page(
    figures: None, sf: Any, client: Any, path: str, chart: str, name: str, axis: str
) -> None:
    shown = client.get(path).content.decode()
    address = path + chart if chart else path.replace("/?", "/chart.json?")
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert address.partition("?")[0] in shown
    spec = answer.json()
    mine, theirs = direct(shown, name, axis), drawn(spec, axis)[0]
    assert len(mine) == len(theirs) > 0
    # A tenth of a unit on the paper is the most that a drawing rounds.
    slack = ((max(mine) - min(mine)) or abs(mine[0])) / 500
    assert theirs == pytest.approx(mine, abs=slack)
    told = [row["value"] for row in spec["datasets"]["figures"] if not row.get("group")]
    assert theirs == pytest.approx(told, abs=slack)


def test_every_dot_is_read_out_as_the_table_says_it(figures: None, sf: Any, client: Any) -> None:
    spec = client.get(f"{DASHBOARD}employment_rate_25_54/trend.json").json()
    _, words = drawn(spec, "y")
    assert words[-1] == "All, 2019–2023: 85.2% ± 0.6"
    assert words[-2] == "All, 2017–2021: 85.2% ± 0.6, use with caution"
    assert [group["name"] for group in spec["usermeta"]["groups"]] == ["All", "Women", "Men"]
    spec["params"][0]["value"] = ["sex=female"]
    assert drawn(spec, "y")[1][-1] == "Women, 2019–2023: 83.0% ± 0.8"


def test_the_bars_of_a_score_are_those_of_the_page_and_add_up_to_it(
    figures: None, sf: Any, client: Any
) -> None:
    page = client.get("/indices/work_and_parity/?with=0667000").content.decode()
    address = "/indices/work_and_parity/parts.json?with=0667000"
    assert f'data-chart="{address}"' in page
    spec = client.get(address).json()
    rows = spec["datasets"]["figures"]
    (score,) = re.findall(r"San Francisco scores ([0-9.]+)", page)[:1]
    assert round(sum(row["value"] for row in rows), 1) == float(score)
    assert round(sum(row["most"] for row in rows), 6) == 100
    assert all(0 < row["value"] <= row["most"] for row in rows)
    (text,) = re.findall(
        r'<svg class="plot plot-wide"(?:(?!<svg).)*?"parts-wt .*?</svg>', page, re.S
    )
    ours = [float(bar) for bar in re.findall(r'class="portion"[^>]* width="([0-9.]+)"', text)]
    root = ElementTree.fromstring(vl_convert.vegalite_to_svg(json.dumps(spec)))
    groups = [node for node in root.iter(f"{SVG}g") if "dots_marks" in node.attrib.get("class", "")]
    bars = groups[0].findall(f"{SVG}path")
    theirs = [float(re.findall(r"h(-?[0-9.]+)", bar.attrib["d"])[0]) for bar in bars]
    for drawn_bars in (ours, theirs):
        scale = max(drawn_bars) / max(row["value"] for row in rows)
        assert drawn_bars == pytest.approx([row["value"] * scale for row in rows], abs=0.2)
    told = [bar.attrib["aria-label"] for bar in bars]
    assert told == [f"{row['name']}: {row['text']}" for row in rows]
    assert told[0].endswith(f"{rows[0]['value']:.1f} of {rows[0]['most']:.1f}")


def test_only_published_figures_are_in_a_specification(figures: None, sf: Any, client: Any) -> None:
    address = f"{DASHBOARD}employment_rate_25_54/trend.json"
    assert len(client.get(address).json()["datasets"]["figures"]) == 15
    with as_backbone():
        rows = Observation.objects.filter(place=sf.place, period__label="2019–2023")
        assert rows.update(visibility="C")
    shelf.drop([sf.slug])
    periods = {row["period"] for row in client.get(address).json()["datasets"]["figures"]}
    assert "2019–2023" not in periods and len(periods) == 4


def test_what_is_not_there_has_no_chart(figures: None, sf: Any, client: Any) -> None:
    assert client.get(f"{DASHBOARD}nothing/trend.json").status_code == 404
    assert client.get(f"{DASHBOARD}nothing/groups.json").status_code == 404
    assert client.get("/indices/nothing/chart.json").status_code == 404
    assert client.get("/indices/nothing/parts.json").status_code == 404
    assert client.get("/indices/womens_wellbeing/parts.json").status_code == 404


def test_a_chart_is_cached_and_known_again(figures: None, sf: Any, client: Any) -> None:
    address = f"{DASHBOARD}employment_rate_25_54/trend.json"
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, first["Cache-Control"]) == (304, "no-cache")


def point(year: int, value: float | None, **fields: Any) -> Point:
    start, end = dt.date(year, 1, 1), dt.date(year, 12, 31)
    fields = {"group": "", "reliability": "good"} | fields
    return Point(
        label=str(year), start=start, end=end, window_years=1, value=value, se=0.01, status="A",
        programme="ACS1", **fields,
    )  # fmt: skip


def test_a_gap_in_time_stays_a_gap() -> None:
    series = {"": [point(2018, 0.5), point(2019, 0.6), point(2021, 0.7), point(2022, None)]}
    spec = vega.draw_trend("Work", series, {"": "All"}, PERCENT)
    assert [row["stretch"] for row in spec["datasets"]["figures"]] == [0, 0, 1]
    assert [(row["year"], row["value"]) for row in spec["datasets"]["gaps"]] == [
        (2019, 60.0), (2021, 70.0)
    ]  # fmt: skip
    assert vl_convert.vegalite_to_svg(json.dumps(spec)).count('aria-roledescription="point"') == 3


def test_figures_without_margins_have_no_band() -> None:
    """A layer without rows has a scale without ends, of which the browser would warn."""
    bare = {"": [replace(point(year, 0.5), se=None) for year in (2018, 2019)]}
    for series, count in (({"": [point(2018, 0.5), point(2019, 0.6)]}, 1), (bare, 0)):
        spec = vega.draw_trend("Work", series, {"": "All"}, PERCENT)
        bands = [layer for layer in spec["layer"] if layer["mark"]["type"] == "area"]
        assert len(bands) == count == ("margins" in spec["datasets"])


def test_names_are_words_and_never_program() -> None:
    rows = [charts.Range("O'Neil \\ '+alert(1)+'", 0.5, 0.4, 0.6, "50.0%"),
            charts.Range("Elsewhere", None, 0, 0, "no data")]  # fmt: skip
    spec = vega.draw_ranges("Work", rows, PERCENT)
    text = vl_convert.vegalite_to_svg(json.dumps(spec))
    assert "O'Neil \\ '+alert(1)+'" in text
    assert "no data" in text
    assert text.count('aria-roledescription="point"') == 1


# --- The nation beside the cities ---------------------------------------------------------------


def test_the_nation_stands_beside_cities_for_reference(figures: None, sf: Any, client: Any) -> None:
    with as_backbone():
        nation = Place.objects.create(
            geoid="1", name="United States", state="", level=Place.Level.NATION
        )
        rows = Observation.objects.filter(
            place=sf.place, period__label="2019–2023", group__key="",
            indicator__code="employment_rate_25_54", is_current=True,
        ).values()  # fmt: skip
        fields = dict(rows.get()) | {"place_id": nation.pk, "obs_value": 0.7981}
        Observation.objects.create(**fields)
    page = client.get("/compare/?with=0667000").content.decode()
    assert "United States 79.8%" in page
    assert "For reference, not tested" in page
    spec = client.get("/compare/chart.json?with=0667000").json()
    assert spec["datasets"]["reference"][0]["value"] == 79.81
    assert "United States" not in [row["name"] for row in spec["datasets"]["figures"]]
    other = client.get("/compare/?with=0667000&period=2017-2021").content.decode()
    assert "United States" not in other
