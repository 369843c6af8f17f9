"""Lou of the council works on San Francisco's agenda, and on nobody else's."""

import re
import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import Visit, email_of
from tests.stack import Stack

pytestmark = pytest.mark.journey

SECTIONS = """
    select s.id, s.heading from agendas_section s join chapters_chapter c on c.id = s.chapter_id
    where c.slug = %s order by s.id
"""


def editor_of(stack: Stack, slug: str, place: int = 0) -> str:
    """The address of a section's editor."""
    return f"/{slug}/agenda/sections/{stack.rows(SECTIONS, slug)[place][0]}/edit/"


def version_of(page: Page) -> int:
    """The version that the editor says it shows."""
    found = re.search(r"Version (\d+)", page.get_by_role("main").inner_text())
    assert found
    return int(found.group(1))


def write(visit: Visit, text: str, reason: str) -> None:
    """Type a text and its reason; leaves the form unsent."""
    visit.page.locator("[name=body]").fill(text)
    visit.page.locator("[name=reason]").fill(reason)


def save(visit: Visit) -> None:
    """Press the editor's button."""
    visit.page.get_by_role("button", name=re.compile("^Save as version")).click()


def test_council_signs_in_edits_and_everybody_reads_it(
    visitor: Visit, visit_as: Callable[..., Visit], stack: Stack
) -> None:
    sentence = f"In {secrets.token_hex(4)} ways, women keep this city going."
    visitor.go("/san-francisco/agenda/")
    lou = visit_as()
    lou.sign_in(email_of("lou"))
    page = lou.go("/san-francisco/agenda/")
    page.get_by_role("main").get_by_role("link", name=re.compile("^Edit")).first.click()
    page.wait_for_url("**/agenda/edit/")
    page.get_by_role("link", name=re.compile("^Edit ?:")).first.click()
    page.wait_for_url("**/sections/*/edit/")
    before = version_of(page)
    old = page.locator("[name=body]").input_value()
    write(lou, f"{old}\n\n{sentence}", "Adds what everybody forgets")
    save(lou)
    expect(page.get_by_text(f"Saved as version {before + 1}.")).to_be_visible()
    assert version_of(page) == before + 1

    visitor.page.reload()
    expect(visitor.page.get_by_role("main")).to_contain_text(sentence)

    lou.follow("Compare versions")
    page.wait_for_url("**/history/")
    expect(page.locator(".diff ins")).to_contain_text([sentence])
    expect(page.locator(".diff del")).to_have_count(0)
    expect(page.get_by_role("main")).to_contain_text("Adds what everybody forgets")
    expect(page.get_by_role("main")).to_contain_text("Lou P.")


def test_the_open_section_stands_in_sight_in_the_list(
    visit_as: Callable[..., Visit], stack: Stack
) -> None:
    lou = visit_as("lou", viewport={"width": 390, "height": 844})
    page = lou.go(editor_of(stack, "san-francisco", 20))
    expect(page.locator(".marks")).to_be_visible()
    shown = page.locator(".sections ul").bounding_box()
    link = page.locator(".sections [aria-current]").bounding_box()
    assert shown and link
    assert shown["y"] <= link["y"] and link["y"] + link["height"] <= shown["y"] + shown["height"]


@pytest.mark.parametrize("person", ["lou", "mia", "otto"])
def test_editor_of_another_city_is_not_found(
    visit_as: Callable[..., Visit], stack: Stack, person: str
) -> None:
    visit = visit_as(person)
    address = editor_of(stack, "denver")
    assert visit.status(address) == 404
    assert visit.status(address.replace("edit", "history")) == 404
    # A section of Denver through San Francisco's door is not there either.
    assert visit.status(address.replace("denver", "san-francisco")) == 404
    with visit.expecting(404):
        visit.go(address)
    visit.heading(re.compile("."))


def test_second_of_two_editors_sees_both_texts(
    visit_as: Callable[..., Visit], stack: Stack
) -> None:
    address, mark = editor_of(stack, "san-francisco", 1), secrets.token_hex(4)
    first, second = visit_as("lou"), visit_as("lou")
    for visit in (first, second):
        visit.go(address)
    before = version_of(first.page)
    old = first.page.locator("[name=body]").input_value()
    write(first, f"{old}\n\nFirst words {mark}.", "First")
    save(first)
    expect(first.page.get_by_text(f"Saved as version {before + 1}.")).to_be_visible()

    write(second, f"Second words {mark}.\n\n{old}", "Second")
    with second.expecting(409):
        save(second)
        expect(second.page.get_by_role("alert")).to_contain_text("Nothing is lost")
    versus = second.page.locator(".versus")
    expect(versus).to_contain_text(f"Second words {mark}.")
    expect(versus).to_contain_text(f"First words {mark}.")
    expect(second.page.locator("[name=reason]")).to_have_value("Second")

    second.page.get_by_role("radio", name=re.compile("Save the text in the box")).check()
    save(second)
    expect(second.page.get_by_text(f"Saved as version {before + 2}.")).to_be_visible()
    text = second.page.locator("[name=body]").input_value()
    assert f"First words {mark}." in text and f"Second words {mark}." in text
