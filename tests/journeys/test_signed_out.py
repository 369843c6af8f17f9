"""A session that ends while somebody writes takes no text along."""

import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browsing import Visit, email_of
from tests.journeys.test_editing import editor_of, save
from tests.stack import Stack

pytestmark = pytest.mark.journey


def end_session(visit: Visit) -> None:
    """As if the session had run out; the browser still shows the page."""
    visit.context.clear_cookies(name="sessionid")


def test_what_is_typed_after_the_session_comes_back(
    visit_as: Callable[..., Visit], stack: Stack
) -> None:
    sentence = f"Written after the end, {secrets.token_hex(4)}."
    lou, address = visit_as("lou"), editor_of(stack, "san-francisco", 3)
    page = lou.go(address)
    end_session(lou)
    body = page.locator("[name=body]")
    body.fill(f"{body.input_value()}\n\n{sentence}")
    said = page.locator("[data-said]")
    expect(said).to_contain_text("You are signed out. What you wrote is kept on this device")
    # It waits for whoever wrote it: the next person at the device does not see it.
    for somebody, notices in (("ivy", 0), ("lou", 1)):
        lou.context.clear_cookies()
        lou.sign_in(email_of(somebody))
        lou.go(address)
        expect(page.get_by_text("Bring it back")).to_have_count(notices)
    expect(page.get_by_text("that was not saved is kept on this device")).to_be_visible()
    expect(body).not_to_have_value(sentence)
    lou.press("Bring it back")
    assert sentence in body.input_value()
    page.locator("[name=reason]").fill("After the session")
    save(lou)
    expect(page.get_by_text("Saved as version")).to_be_visible()
    assert sentence in body.input_value()
    lou.go(address)
    expect(page.get_by_text("kept on this device")).to_have_count(0)


def test_what_was_saved_is_not_said_to_be_unsaved(
    visit_as: Callable[..., Visit], stack: Stack
) -> None:
    """Neither when the server tidied it, nor when both texts of a conflict were put together."""
    # A section of its own: drafts that other tests leave would meet these texts.
    address, mark = editor_of(stack, "san-francisco", 22), secrets.token_hex(4)
    lou, ivy = visit_as("lou"), visit_as("ivy")
    lou.go(address)
    ground = f"What both began with, {mark}."
    lou.page.locator("[name=body]").fill(f"{ground}   \n\n\n")
    save(lou)
    expect(lou.page.get_by_text("Saved as version")).to_be_visible()
    expect(lou.page.locator("[name=body]")).to_have_value(ground)
    expect(lou.page.locator(".marks")).to_be_visible()
    expect(lou.page.get_by_text("kept on this device")).to_have_count(0)

    ivy.go(address)
    lou.page.locator("[name=body]").fill(f"{ground}\n\nAfter it.")
    save(lou)
    expect(lou.page.get_by_text("Saved as version")).to_be_visible()
    ivy.page.locator("[name=body]").fill(f"Before it.\n\n{ground}")
    with ivy.expecting(409):
        save(ivy)
        expect(ivy.page.get_by_role("alert")).to_contain_text("Nothing is lost")
    save(ivy)
    expect(ivy.page.get_by_text("Saved as version")).to_be_visible()
    merged = f"Before it.\n\n{ground}\n\nAfter it."
    expect(ivy.page.locator("[name=body]")).to_have_value(merged)
    expect(ivy.page.locator(".marks")).to_be_visible()
    expect(ivy.page.get_by_text("kept on this device")).to_have_count(0)
    ivy.page.wait_for_url(f"**{address}")


def test_an_address_of_before_clears_no_newer_text(
    visit_as: Callable[..., Visit], stack: Stack
) -> None:
    """The browser remembers where it was led after a text was saved, and so may a bookmark."""
    address, mark = editor_of(stack, "san-francisco", 6), secrets.token_hex(4)
    lou = visit_as("lou")
    page = lou.go(address)
    named = page.locator("[name=sent]").input_value()
    page.locator("[name=body]").fill(f"Never arrived, {mark}.")
    page.route(f"**{address}", lambda route: route.abort("aborted"))
    with page.expect_event("requestfailed"):
        save(lou)
    page.unroute(f"**{address}")
    lou.go(f"{address}?sent={named}")
    expect(page.get_by_text("that was not saved is kept on this device")).to_be_visible()
    lou.press("Discard it")


def test_a_refused_form_gives_its_text_back(visit_as: Callable[..., Visit], stack: Stack) -> None:
    sentence = f"A text of more than forty letters, {secrets.token_hex(4)}."
    lou, address = visit_as("lou"), editor_of(stack, "san-francisco", 3)
    page = lou.go(address)
    page.locator("[name=body]").fill(sentence)
    lou.context.clear_cookies()
    with lou.expecting(403):
        save(lou)
        expect(page.get_by_role("heading", level=1)).to_have_text("The form was not sent")
    expect(page.get_by_label("Text 1")).to_have_value(sentence)
