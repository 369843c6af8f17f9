"""Lou and Ivy decide at the same time: one opens, one objects, is answered, and withdraws."""

import datetime as dt
import re
import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browsing import Visit
from tests.stack import Stack

pytestmark = pytest.mark.journey
OUTCOME = "select outcome from agendas_decision where question = %s"


def draft(lou: Visit, question: str) -> None:
    """Write a draft and stay on its page."""
    page = lou.go("/san-francisco/decisions/")
    lou.follow("Draft a decision")
    page.wait_for_url("**/decisions/new/")
    closes = dt.datetime.now(dt.UTC) + dt.timedelta(days=3)
    page.get_by_label("Question").fill(question)
    page.get_by_label("Proposal", exact=True).fill("We do it.\n\n- This year")
    page.get_by_label("Closes").fill(closes.strftime("%Y-%m-%dT%H:%M"))
    lou.press("Save the draft")
    expect(page.get_by_text("Saved as a draft.")).to_be_visible()


def test_two_people_decide_at_the_same_time(
    visitor: Visit, visit_as: Callable[..., Visit], stack: Stack
) -> None:
    question = f"Do we do {secrets.token_hex(4)}?"
    lou, ivy = visit_as("lou"), visit_as("ivy")
    draft(lou, question)
    lou.press("Open the decision")
    expect(lou.page.get_by_text("Everybody on the council is told.")).to_be_visible()
    address = re.sub(r"^https?://[^/]+", "", lou.page.url)

    page = ivy.go(address)
    page.get_by_label("Object", exact=True).check()
    with ivy.expecting(422):
        ivy.press("Vote")
        expect(page.get_by_role("alert")).to_contain_text("Say why you object")
    page.get_by_label(re.compile("^Reason")).first.fill("This year is too soon.")
    ivy.press("Vote")
    expect(page.get_by_role("heading", name="1 objection standing")).to_be_visible()

    page = lou.go(address)
    page.get_by_label("Consent", exact=True).check()
    lou.press("Vote")
    expect(page.get_by_text("Answer every objection, then you can close.")).to_be_visible()
    page.get_by_label(re.compile("^Answer")).fill("We begin with one street.")
    page.get_by_role("button", name=re.compile("^Answer")).click()
    expect(page.get_by_text("Whoever objected is told.")).to_be_visible()

    page = ivy.go(address)
    expect(page.get_by_role("main")).to_contain_text("We begin with one street.")
    ivy.press("Withdraw and consent")
    expect(page.get_by_role("heading", name="No objection stands")).to_be_visible()

    page = lou.go(address)
    page.get_by_text("Close and count", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("It can’t be undone.")
    lou.press("Count it for good")
    expect(page.get_by_role("main")).to_contain_text(
        "Passed by consent: 2 consented, 0 stood aside, 0 objected."
    )
    assert stack.rows(OUTCOME, question) == [("passed",)]

    visitor.go(address)
    record = visitor.page.get_by_role("main")
    expect(record).to_contain_text("This year is too soon.")
    expect(record).to_contain_text("We begin with one street.")
    expect(record).to_contain_text("withdrew the objection later")
