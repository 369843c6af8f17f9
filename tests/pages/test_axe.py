"""Every page at two widths, light and dark: axe finds nothing, nothing sticks out."""

from collections.abc import Callable
from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from config.checks import routes
from tests.browsing import SignIns, Visit
from tests.pages.living import live_in
from tests.pages.registry import PAGES, is_known
from tests.pages.shown import Shown
from tests.stack import Stack

pytestmark = pytest.mark.journey

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# What axe looks at; in the dark only colors differ.
RULES = {"light": {}, "dark": {"runOnly": {"type": "rule", "values": ["color-contrast"]}}}
# Colors that change slowly are looked at when they have arrived.
RUN = """async (rules) => {
  await Promise.allSettled(document.getAnimations().map((one) => one.finished));
  const found = await axe.run(document, { resultTypes: ["violations"], preload: false, ...rules });
  const say = ({ html, any }) => [html.slice(0, 120), ...any.map((one) => one.message)].join(" ");
  const tell = ({ id, nodes }) => `${id}: ` + nodes.slice(0, 3).map(say).join(" | ");
  return found.violations.map(tell);
}"""
# What is wider than the window, innermost first, unless its own box scrolls.
WIDER = """() => {
  if (document.documentElement.scrollWidth <= window.innerWidth) return [];
  return [...document.querySelectorAll("body *")]
    .filter((node) => node.getBoundingClientRect().right > window.innerWidth + 1)
    .slice(-3).map((node) => node.outerHTML.slice(0, 160));
}"""


@pytest.fixture(scope="module")
def lived_in(sign_ins: SignIns) -> None:
    """Something on every page."""
    live_in(sign_ins)


def test_every_page_has_an_example() -> None:
    unknown = sorted({route for route, _ in routes() if not is_known(route)})
    assert unknown == [], "Give each a line among the PAGES of its subject in tests/pages"


@pytest.mark.parametrize("shown", PAGES, ids=lambda page: page.name)
def test_page_is_for_everybody(
    shown: Shown, lived_in: None, visit_as: Callable[..., Visit], stack: Stack
) -> None:
    visit = visit_as(shown.person, reduced_motion="reduce")
    shown.open(visit, stack)
    page = visit.page
    for figure in page.locator("figure[data-chart]").all():
        figure.scroll_into_view_if_needed()
    expect(page.locator("figure[data-chart]:not([data-drawn])")).to_have_count(0)
    page.evaluate(AXE_SCRIPT)
    found: list[str] = []
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            violations = page.evaluate(RUN, RULES[scheme])
            found += [f"{width}, {scheme}: {violation}" for violation in violations]
    found += [f"wider than 360: {node}" for node in _sticking_out(page)]
    assert not found, "\n".join(found)


def _sticking_out(page: Page) -> Any:
    page.set_viewport_size({"width": 360, "height": 900})
    return page.evaluate(WIDER)
