"""Two ways in for people without an account: a place at a convening, a question about founding."""

import re
import secrets
from collections.abc import Callable
from datetime import timedelta

import pytest
from icalendar import Calendar
from playwright.sync_api import expect

from tests.browsing import Visit
from tests.stack import Stack

pytestmark = pytest.mark.journey


def test_visitor_registers_and_gets_a_date_for_the_calendar(visitor: Visit, stack: Stack) -> None:
    email, page = f"ines-{secrets.token_hex(4)}@example.org", visitor.go("/convenings/")
    page.get_by_role("main").get_by_role("link", name="Building a common agenda").first.click()
    page.wait_for_url("**/san-francisco/convenings/*/")
    address = page.url
    page.get_by_label("Name").fill("Ines Ortega")
    page.get_by_label("E-mail").fill(email)
    visitor.press("Register")
    visitor.heading("You are registered")

    letter = visitor.letter(email, "registered")
    assert letter["attachments"] == ["convening.ics"] or len(letter["attachments"]) == 1
    calendar = Calendar.from_ical(visitor.attachment(letter).decode())
    (event,) = calendar.walk("VEVENT")
    assert str(event["SUMMARY"]).startswith("Building a common agenda")
    ((starts, ends),) = stack.rows(
        "select starts_at, ends_at from convenings_convening where id = %s",
        address.rstrip("/").rpartition("/")[2],
    )
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (starts, ends)
    assert ends - starts == timedelta(minutes=75)

    # The letter's own link opens the registration and gives the place back.
    (link,) = set(re.findall(r"http\S+/registrations/\S+/", letter["text"]))
    visitor.go(link)
    expect(page.get_by_role("main")).to_contain_text("Building a common agenda")


def test_founder_asks_and_the_request_has_an_owner_and_a_date(
    visitor: Visit, visit_as: Callable[..., Visit], stack: Stack
) -> None:
    email, page = f"toni-{secrets.token_hex(4)}@example.org", visitor.go("/")
    page.get_by_role("link", name="Start a chapter").first.click()
    page.wait_for_url("**/start/")
    form = page.get_by_role("main").locator("form")
    form.get_by_label("Name").fill("Toni Marsh")
    form.get_by_label("E-mail").fill(email)
    form.get_by_label("City", exact=True).fill("Boise")
    form.get_by_label("State", exact=True).fill("id")
    visitor.press("Send request")
    visitor.heading("We have your request")
    facts = page.locator("dl.facts")
    reference = facts.locator("dd").first.inner_text()
    expect(facts).to_contain_text("Boise, ID")
    expect(facts).to_contain_text("Information requested")
    assert reference in visitor.letter(email, "request")["text"]

    bea = visit_as("bea")
    bea.go("/admin/chapters/application/")
    row = bea.page.get_by_role("row").filter(has_text=reference)
    expect(row).to_contain_text("Boise")
    expect(row.locator(".field-owner")).to_contain_text(re.compile("[Bb]ea"))
    expect(row.locator(".field-due_at")).not_to_be_empty()
