"""Charts in a real browser: drawn anew, walked by keyboard, honest when cut off."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

INDICATOR = "/san-francisco/dashboard/employment_rate_25_54/"


@pytest.fixture
def site(live_server: Any, figures: None, sf: Any) -> str:
    """The address of a server that has the figures."""
    return live_server.url


@pytest.mark.journey
def test_a_reader_walks_the_trend_by_keyboard(site: str, page: Page) -> None:
    page.goto(site + INDICATOR)
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    figure = page.locator("figure[data-drawn=vega]").first
    dots = figure.locator(".dots_marks > [aria-label]")
    expect(dots).to_have_count(5)
    expect(figure.locator("svg.plot")).to_have_count(0)
    dots.last.focus()
    readout = figure.locator("[aria-live=polite]")
    expect(readout).to_have_text("All, 2019–2023: 85.2% ± 0.6")
    page.keyboard.press("ArrowLeft")
    expect(readout).to_have_text("All, 2017–2021: 85.2% ± 0.6, use with caution")
    figure.get_by_label("Women").check()
    expect(dots).to_have_count(10)
    dots.first.hover()
    tooltip = page.locator("#vg-tooltip-element.visible")
    expect(tooltip).to_contain_text("2010–2014")
    expect(tooltip).to_contain_text("81.5% ± 0.7")
    page.locator("#groups").scroll_into_view_if_needed()
    expect(page.locator("#groups[data-drawn=vega] .dots_marks > [aria-label]")).to_have_count(3)
    # The content policy holds: nothing was refused, and nothing complained.
    assert troubles == []


@pytest.mark.journey
def test_the_library_comes_only_with_a_chart_in_view(site: str, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_viewport_size({"width": 1280, "height": 500})
    page.goto(site + "/san-francisco/dashboard/")
    page.wait_for_load_state("networkidle")
    assert not any("vega" in address or "chart.json" in address for address in asked)
    page.locator("figure[data-chart]").scroll_into_view_if_needed()
    expect(page.locator("figure[data-drawn=vega]")).to_have_count(1)
    assert sum("js/vega" in address for address in asked) == 1


@pytest.mark.journey
def test_without_scripts_the_drawing_of_the_page_stands(site: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site + INDICATOR)
    for figure in page.locator("figure[data-chart]").all():
        expect(figure.locator("svg.plot-wide")).to_be_visible()
    context.close()


@pytest.mark.journey
def test_the_page_says_so_when_the_figures_are_out_of_reach(site: str, page: Page) -> None:
    page.route("**/trend.json", lambda route: route.abort())
    page.goto(site + INDICATOR)
    expect(page.locator("figure[data-drawn=page]")).to_contain_text("could not be fetched")
    expect(page.locator("figure[data-drawn=page] svg.plot-wide")).to_be_visible()


@pytest.mark.journey
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_figures_pass_axe(site: str, page: Page, scheme: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    for address in ("/san-francisco/dashboard/", INDICATOR, "/compare/", "/api/v1/"):
        page.goto(site + address)
        for figure in page.locator("figure[data-chart]").all():
            figure.scroll_into_view_if_needed()
        expect(page.locator("figure[data-chart]:not([data-drawn=vega])")).to_have_count(0)
        assert Axe().run(page).response["violations"] == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
