"""Mia sends an idea by phone; the council makes a project of it, and a partner leaves a gap."""

import re
import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browsing import Visit, email_of
from tests.stack import Stack

pytestmark = pytest.mark.journey
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
STRATEGY = """
    select s.id, s.heading from agendas_section s join chapters_chapter c on c.id = s.chapter_id
    where c.slug = 'san-francisco' and s.kind = 'strategy' and s.status = 'stands'
    and not exists (select from agendas_activity a where a.section_id = s.id)
    order by s.id limit 1
"""


def fits_the_phone(visit: Visit) -> None:
    """Nothing sticks out sideways."""
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert visit.page.evaluate(wide) <= 0


def send_idea(mia: Visit, title: str) -> str:
    """Send an idea; gives its address."""
    page = mia.go("/san-francisco/ideas/")
    fits_the_phone(mia)
    mia.follow("Send an idea")
    page.get_by_label("Your idea in a few words").fill(title)
    page.get_by_label("Tell us more").fill("Forty people wait there in the dark each morning.")
    mia.press("Send")
    mia.heading(title)
    fits_the_phone(mia)
    return page.url


def test_idea_from_a_phone_becomes_a_project_and_its_author_holds_the_receipts(
    visit_as: Callable[..., Visit],
) -> None:
    title = f"Light the bus stops {secrets.token_hex(3)}"
    mia, lou = visit_as("mia", **PHONE), visit_as("lou")
    address = send_idea(mia, title)
    mia.letter(email_of("mia"), f"We have your idea: {title}")

    page = lou.go(address)
    lou.follow("Make it a project")
    assert page.get_by_label("Title").input_value() == title
    page.get_by_label("Strategy or action").select_option(index=1)
    page.get_by_label("I answer for it myself").check()
    page.get_by_label("Status").select_option("active")
    lou.press("Save the project")
    lou.heading(title)
    lou.follow("Add a commitment")
    page.get_by_label("What is promised").fill("Ask the transit agency")
    page.get_by_label("I answer for it myself").check()
    page.get_by_label("Due on").fill("2031-05-31")
    lou.press("Add")
    expect(page.get_by_text("0 of 1 commitment kept")).to_be_visible()
    lou.page.get_by_role("link", name=re.compile("^Settle")).click()
    lou.press("Save")
    expect(page.get_by_text("1 of 1 commitment kept")).to_be_visible()

    letter = mia.letter(email_of("mia"), f"Your idea has an answer: {title}")
    assert title in letter["text"] and "What it leads to" in letter["text"]
    mia.page.reload()
    expect(mia.page.get_by_role("heading", name="It became part of a project")).to_be_visible()
    expect(mia.page.get_by_role("heading", name="Your receipts")).to_be_visible()
    expect(mia.page.get_by_text("You were told")).to_have_count(2)
    mia.follow(title)
    mia.heading(title)
    fits_the_phone(mia)


def test_partner_that_leaves_gives_the_chair_a_task(
    visitor: Visit, visit_as: Callable[..., Visit], stack: Stack
) -> None:
    ((pk, heading),) = stack.rows(STRATEGY)
    lou, what = visit_as("lou"), f"Keeps rooms ready {secrets.token_hex(3)}"
    page = lou.go(f"/san-francisco/activities/strategies/{pk}/add/")
    page.get_by_label("Organization").select_option(label="Harbor Pay Project (sample)")
    page.get_by_label("Role").select_option("lead")
    page.get_by_label("Kind").select_option("space")
    page.get_by_label("What it does").fill(what)
    lou.press("Save")
    expect(page.get_by_text("stands on the board")).to_be_visible()
    visitor.go("/san-francisco/activities/")
    expect(visitor.page.get_by_role("table")).to_contain_text(what)

    page.get_by_role("link", name=re.compile(f"^End.*{what}")).click()
    page.get_by_label("Why does it end?").fill("The lease ran out")
    lou.press("End it")
    expect(page.get_by_text("is off this strategy")).to_be_visible()
    lou.go("/san-francisco/activities/?only=gaps")
    tasks = lou.page.get_by_role("region", name=re.compile("for the chair$"))
    expect(tasks.get_by_role("listitem").filter(has_text=heading)).to_contain_text(
        "Harbor Pay Project (sample) left"
    )
    letter = lou.letter(email_of("lou"), "need")
    assert heading in letter["text"] and "Harbor Pay Project (sample) left" in letter["text"]
    visitor.page.set_viewport_size({"width": 390, "height": 844})
    visitor.page.reload()
    fits_the_phone(visitor)
    expect(visitor.page.get_by_role("table")).not_to_contain_text(what)


def test_hidden_idea_is_seen_again_by_the_word_of_another(visit_as: Callable[..., Visit]) -> None:
    title = f"Open the library on Sundays {secrets.token_hex(3)}"
    mia, lou, ivy = visit_as("mia", **PHONE), visit_as("lou"), visit_as("ivy")
    address = send_idea(mia, title)
    lou.go(address)
    lou.follow("Hide it")
    lou.page.get_by_label("Why?").fill("It belongs to the county.")
    lou.press("Hide it")
    expect(lou.page.get_by_text("Only its author and the council see it")).to_be_visible()
    mia.letter(email_of("mia"), f"Your idea was hidden: {title}")
    mia.page.reload()
    mia.follow("Ask for a second look")
    mia.page.get_by_label("Why should it be seen?").fill("The city pays for the library.")
    mia.press("Send")
    expect(mia.page.get_by_text("Somebody else of the council")).to_be_visible()
    assert lou.status(f"{address}judge/") == 404
    ivy.go("/san-francisco/ideas/")
    ivy.follow(title)
    ivy.follow("Look at it again")
    ivy.page.get_by_label("The idea").select_option("yes")
    ivy.page.get_by_label("Why?").fill("The city does pay for it.")
    ivy.press("Decide")
    mia.letter(email_of("mia"), f"Your idea is shown again: {title}")
