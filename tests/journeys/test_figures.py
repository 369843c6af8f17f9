"""Figures for people who use them: the open API, the page that draws from it, the city's file."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browsing import Visit

pytestmark = pytest.mark.journey

SERIES = "/api/v1/series/0667000/employment_rate_25_54/"
# From the city file in measurement/data: women, 2014 and 2023 releases (five years each).
WOMEN = {"2010–2014": 0.766437, "2019–2023": 0.830362}


def examples(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The addresses that anybody may ask, each with the examples of what it must be asked with."""
    return {
        path: {
            one["name"]: one["schema"]["examples"][0]
            for one in verbs["get"].get("parameters", [])
            if one.get("required")
        }
        for path, verbs in schema["paths"].items()
        if "{" not in path and "get" in verbs
    }


def test_data_user_finds_the_api_and_its_description(visitor: Visit) -> None:
    page = visitor.go("/san-francisco/dashboard/")
    visitor.follow("open API")
    page.wait_for_url("**/api/v1/")
    expect(page.get_by_role("main")).to_contain_text("/api/v1/series/")
    link = page.get_by_role("link", name=re.compile("OpenAPI")).get_attribute("href")
    schema = json.loads(visitor.context.request.get(str(link)).body())
    assert schema["openapi"].startswith("3.1")
    for path, asked in examples(schema).items():
        answer = visitor.context.request.get(path, params=asked)
        assert (path, answer.status) == (path, 200)
    answer = visitor.context.request.get(SERIES)
    assert answer.headers["content-type"].startswith("application/json")
    women = next(group for group in answer.json()["groups"] if group["key"] == "sex=female")
    values = {point["period"]: point["value"] for point in women["points"]}
    assert {period: values[period] for period in WOMEN} == WOMEN
    table = visitor.context.request.get(f"{SERIES}?format=csv").text()
    rows = [row for row in csv.DictReader(io.StringIO(table)) if row["group"] == "sex=female"]
    assert {row["period"]: float(row["value"]) for row in rows} == values
    assert visitor.status(f"{SERIES}?colour=red") == 400


def test_dashboard_draws_what_the_specification_says(visitor: Visit) -> None:
    # Other words than those in the page: what is read out can only come from the specification.
    def other(route: Any) -> None:
        answer = route.fetch()
        told = answer.json()
        told["datasets"]["figures"][4]["words"] = "All, 2019–2023: 12.3%"
        route.fulfill(response=answer, json=told)

    visitor.context.route("**/trend.json", other)
    page = visitor.go("/san-francisco/dashboard/")
    page.locator("figure[data-chart]").scroll_into_view_if_needed()
    figure = page.locator("figure[data-drawn=vega]").first
    expect(figure).to_be_visible()
    figure.locator("[aria-label^='All, 2019–2023']").focus()
    expect(figure.locator("[aria-live]")).to_contain_text("All, 2019–2023: 12.3%")

    visitor.context.unroute("**/trend.json")
    page.reload()
    page.locator("figure[data-chart]").scroll_into_view_if_needed()
    expect(figure).to_be_visible()
    figure.get_by_label("Women", exact=True).check()
    figure.locator("[aria-label^='Women, 2019–2023']").focus()
    expect(figure.locator("[aria-live]")).to_contain_text("Women, 2019–2023: 83.0% ± 0.8")
    page.keyboard.press("ArrowLeft")
    expect(figure.locator("[aria-live]")).to_contain_text("Women, 2017–2021: 82.5%")


def test_dashboard_shows_its_figures_without_scripts(visit_as: Callable[..., Visit]) -> None:
    page = visit_as(java_script_enabled=False).go("/san-francisco/dashboard/")
    expect(page.locator("figure[data-chart] svg[role=img]").first).to_be_visible()
    expect(page.locator("#card-employment_rate_25_54 .big")).to_have_text("85.2%")
    page.get_by_label("Topic").select_option("education")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**topic=education**")
    expect(page.locator("#card-employment_rate_25_54")).to_have_count(0)
    expect(page.locator("#card-hs_degree_19_20")).to_be_visible()


def test_council_builds_a_file_of_all_figures(visit_as: Callable[..., Visit]) -> None:
    lou = visit_as("lou")
    page = lou.go("/san-francisco/dashboard/")
    lou.press("Build a file of all figures")
    page.wait_for_url("**/san-francisco/jobs/*/")
    # The page follows the work by itself.
    expect(page.get_by_role("status")).to_contain_text("Done", timeout=30_000)
    with page.expect_download() as download:
        page.get_by_role("main").get_by_role("link", name=re.compile(r"\.zip$")).click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        figures = next(name for name in names if name.endswith(".csv"))
        rows = list(csv.DictReader(io.StringIO(archive.read(figures).decode())))
    women = [
        row for row in rows
        if (row["indicator"], row["group"], row["period"])
        == ("employment_rate_25_54", "sex=female", "2019–2023")
    ]  # fmt: skip
    assert [float(row["value"]) for row in women] == [WOMEN["2019–2023"]]
    # Who is not of the council neither sees the button nor the file.
    address = page.url.removeprefix(lou.stack.url)
    for person in ("mia", "otto"):
        other = visit_as(person)
        assert other.status(address) == 404
        other.go("/san-francisco/dashboard/")
        expect(other.page.get_by_role("button", name="Build a file")).to_have_count(0)
