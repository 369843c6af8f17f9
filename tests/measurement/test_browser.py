"""The dashboard in a real browser: drawn from the API, walked by keyboard, honest when cut off."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

INDICATOR = "/san-francisco/dashboard/employment_rate_25_54/"


@pytest.fixture
def site(live_server: Any, figures: None, sf: Any) -> str:
    """The address of a server that has the figures."""
    return live_server.url


@pytest.mark.journey
def test_a_reader_walks_the_trend_by_keyboard(site: str, page: Page) -> None:
    page.goto(site + INDICATOR)
    figure = page.locator("figure[data-drawn=api]")
    dots = figure.locator("circle[role=img]")
    expect(dots).to_have_count(5)
    dots.last.focus()
    readout = figure.locator("[aria-live=polite]")
    expect(readout).to_have_text("All, 2019–2023: 85.2% ± 0.6")
    page.keyboard.press("ArrowLeft")
    expect(readout).to_have_text("All, 2017–2021: 85.2% ± 0.6, use with caution")
    figure.get_by_label("Women").check()
    expect(dots).to_have_count(10)


@pytest.mark.journey
def test_the_page_says_so_when_the_api_is_out_of_reach(site: str, page: Page) -> None:
    page.route("**/api/v1/series/**", lambda route: route.abort())
    page.goto(site + INDICATOR)
    expect(page.locator("figure[data-drawn=page]")).to_contain_text("could not be fetched")
    expect(page.locator("figure[data-series] svg.plot-wide")).to_be_visible()


@pytest.mark.journey
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_figures_pass_axe(site: str, page: Page, scheme: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    for address in ("/san-francisco/dashboard/", INDICATOR, "/indicators/", "/api/v1/"):
        page.goto(site + address)
        if "dashboard" in address:
            page.wait_for_selector("figure[data-drawn=api]")
        assert Axe().run(page).response["violations"] == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
