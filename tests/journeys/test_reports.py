"""Lou builds a report, writes, ranks and publishes; a visitor reads it on a phone."""

import re
import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browsing import Visit, email_of

pytestmark = pytest.mark.journey
PHONE = {"width": 390, "height": 844}


def test_chair_builds_and_publishes_and_a_visitor_reads_on_a_phone(
    visitor: Visit, visit_as: Callable[..., Visit]
) -> None:
    lou, sentence = visit_as(), f"In {secrets.token_hex(4)} words: work is better, income is not."
    lou.sign_in(email_of("lou"))
    page = lou.go("/san-francisco/reports/")
    page.get_by_role("link", name="Build a report").click()
    page.get_by_label("Denver, CO").check()
    page.get_by_role("button", name="Build the draft").click()
    # The progress moves by itself, and the letter says when it is done.
    expect(page.get_by_role("heading", name="Done")).to_be_visible(timeout=60_000)
    page.get_by_role("link", name="Read the draft here").click()
    page.get_by_role("link", name="Work on the draft").click()
    draft = page.url
    page.get_by_role("link", name="Summary").click()
    page.locator("[name=body]").fill(f"{sentence}\n\n<script>alert(1)</script>")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Older than the texts")).to_be_visible()
    page.get_by_role("link", name="Rank the needs").click()
    page.get_by_label("Need", exact=True).fill("Night buses")
    page.get_by_label("How do you know?").fill("140 people said so.")
    page.get_by_role("button", name="Add the need").click()
    card = page.get_by_role("group", name="Night buses")
    for box in card.get_by_role("combobox").all():
        box.select_option("4")
    page.get_by_role("button", name="Store my scores").click()
    page.get_by_role("button", name="Fix this order for the report").click()
    expect(page.get_by_role("heading", name="The council’s order")).to_be_visible()
    page.goto(draft)
    page.get_by_text("Publish the report", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("is empty.")
    page.get_by_label("Publish it without that").check()
    page.get_by_role("button", name="Publish it for good").click()
    address = draft.replace("edit/", "")
    for _ in range(60):
        page.goto(address)
        if not page.get_by_text("Only the council").count():
            break
        page.wait_for_timeout(1000)
    visitor.page.set_viewport_size({"width": 390, "height": 844})
    seen = visitor.go(re.sub(r"^https?://[^/]+", "", address))
    expect(seen.get_by_text(sentence)).to_be_visible()
    expect(seen.get_by_text("<script>alert(1)</script>")).to_be_visible()
    expect(seen.get_by_role("cell", name="Night buses").or_(
        seen.get_by_role("rowheader", name="Night buses")
    ).first).to_be_visible()  # fmt: skip
    width = seen.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    mark = seen.get_by_role("link", name=re.compile("^Figures ")).first
    mark.click()
    expect(seen).to_have_url(re.compile("#figure-"))
    with seen.expect_download() as caught:
        seen.get_by_role("link", name=re.compile("^Download the PDF")).click()
    content = caught.value.path().read_bytes()
    assert content.startswith(b"%PDF") and content.rstrip().endswith(b"%%EOF")
