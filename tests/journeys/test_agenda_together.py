"""Lou and Ivy of one council work on one agenda at the same time, each in a browser."""

import re
import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browsing import Visit
from tests.stack import Stack

pytestmark = pytest.mark.journey
SECTION = """
    select s.id from agendas_section s join chapters_chapter c on c.id = s.chapter_id
    where c.slug = 'san-francisco' and s.kind = %s order by s.id
"""
PHONE = {"width": 360, "height": 740}
SAVE = re.compile("^Save as version")
# After these seconds an open editor says once more who is there, and asks what is new.
BEAT = 15


def address_of(stack: Stack, kind: str, place: int = 0) -> str:
    """A section's address."""
    return f"/san-francisco/agenda/sections/{stack.rows(SECTION, kind)[place][0]}/"


def body_of(visit: Visit) -> Locator:
    """The box with the text."""
    return visit.page.locator("form[data-marks] [name=body]")


def save(visit: Visit) -> None:
    """Press the editor's button."""
    visit.page.get_by_role("button", name=SAVE).click()


def button_of(page: Page, verb: str, name: str) -> Locator:
    """What does something with one section; its name is read out behind the verb."""
    return page.get_by_role("button", name=re.compile(f"^{verb} ?: {name}$"))


def tab_to(page: Page, wanted: Locator, most: int = 120) -> None:
    """Reach something with the Tab key alone."""
    for _ in range(most):
        if wanted.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail("The Tab key never gets there.")


@pytest.mark.fault(27)
def test_two_people_in_one_section_lose_nothing(
    visit_as: Callable[..., Visit], stack: Stack
) -> None:
    mark, editor = secrets.token_hex(4), f"{address_of(stack, 'problem')}edit/"
    lou, ivy = visit_as("lou"), visit_as("ivy")
    for visit in (lou, ivy):
        visit.page.clock.install()
        visit.go(editor)
    old = body_of(lou).input_value()
    body_of(lou).fill(f"{old}\n\nFirst words {mark}.")
    here = ivy.page.locator("[data-here]")
    expect(here).to_contain_text("Lou P. is here")
    lou.page.clock.fast_forward(1000 * BEAT)
    expect(lou.page.locator("[data-here]")).to_contain_text("Ivy N. is here")
    save(lou)
    expect(lou.page.get_by_text("Saved as version")).to_be_visible()
    ivy.page.clock.fast_forward(1000 * BEAT)
    expect(here).to_contain_text("was saved meanwhile")

    body_of(ivy).fill(f"Second words {mark}.\n\n{old}")
    expect(ivy.page.locator("[data-said]")).to_contain_text("Draft kept at")
    with ivy.expecting(409):
        save(ivy)
        expect(ivy.page.get_by_role("alert")).to_contain_text("Nothing is lost")
    # She closes the window; another device has her text, and the conflict is still there.
    device = visit_as("ivy")
    device.go(editor)
    expect(device.page.get_by_text("This is your draft")).to_be_visible()
    expect(body_of(device)).to_have_value(f"Second words {mark}.\n\n{old}")
    with device.expecting(409):
        save(device)
        expect(device.page.locator(".versus")).to_contain_text(f"First words {mark}.")
    device.page.get_by_role("radio", name=re.compile("Save the text in the box")).check()
    save(device)
    expect(device.page.get_by_text("Saved as version")).to_be_visible()
    text = body_of(device).input_value()
    assert f"First words {mark}." in text and f"Second words {mark}." in text
    lou.page.close()
    expect(device.page.locator("[data-here]")).not_to_contain_text("Lou P.", timeout=60_000)


def test_comment_by_keyboard_on_a_phone_and_its_answer(
    visit_as: Callable[..., Visit], stack: Stack
) -> None:
    words, address = f"Says who, {secrets.token_hex(4)}?", address_of(stack, "problem")
    ivy = visit_as("ivy", viewport=PHONE)
    page = ivy.go(address)
    tab_to(page, page.locator("#p-1 > details > summary"))
    page.keyboard.press("Enter")
    tab_to(page, page.locator("#c-1"))
    page.keyboard.type(words)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**#comment-*")
    expect(page.locator("#p-1")).to_contain_text(words)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    lou = visit_as("lou")
    spot = lou.go(address).locator("#p-1 > .nested").filter(has_text=words)
    spot.get_by_text("Reply").first.click()
    spot.get_by_label("Your reply").fill("The Census does.")
    spot.get_by_role("button", name="Reply").click()
    expect(spot).to_contain_text("The Census does.")
    spot.get_by_role("button", name="Mark resolved").click()
    expect(spot).to_contain_text("Resolved by Lou P.")


def test_suggestion_in_bold_is_accepted_and_everybody_reads_it(
    visit_as: Callable[..., Visit], visitor: Visit, stack: Stack
) -> None:
    word, address = f"word{secrets.token_hex(4)}", address_of(stack, "strategy")
    ivy = visit_as("ivy")
    ivy.go(address)
    ivy.follow("Suggest another text")
    box = body_of(ivy)
    box.press("Control+End")
    box.type(f" {word}")
    for _ in word:
        box.press("Shift+ArrowLeft")
    box.press("Control+b")
    ivy.page.locator("[name=reason]").fill("Says it louder")
    ivy.press("Suggest this")
    expect(ivy.page.locator(".diff ins strong")).to_have_text(word)
    lou = visit_as("lou")
    page = lou.go(ivy.page.url)
    page.get_by_role("button", name=re.compile("^Accept as version")).click()
    expect(page.get_by_text("Its author is told.")).to_be_visible()
    page = visitor.go("/san-francisco/agenda/")
    expect(page.locator("strong", has_text=word)).to_be_visible()
    assert lou.letter("ivy@demo.network-city.example", "accepted")


def test_council_adds_orders_and_withdraws_by_keyboard(
    visit_as: Callable[..., Visit], visitor: Visit
) -> None:
    mark = secrets.token_hex(3)
    lou = visit_as("lou")
    page = lou.go("/san-francisco/agenda/edit/")
    for name in (f"First {mark}", f"Second {mark}"):
        lou.follow("Add a priority")
        page.get_by_label("Heading").fill(name)
        lou.press("Add")
        expect(page.get_by_text(f"Added “{name}”.")).to_be_visible()
    up = button_of(page, "Move up", f"Second {mark}")
    tab_to(page, up, 400)
    page.keyboard.press("Enter")
    expect(page.locator("button:focus")).to_have_text(f"Move up: Second {mark}")
    headings = page.get_by_role("heading", name=re.compile(mark))
    assert [one.split(" ", 1)[1] for one in headings.all_inner_texts()] == [
        f"Second {mark}", f"First {mark}"]  # fmt: skip
    for name in (f"First {mark}", f"Second {mark}"):
        button_of(page, "Withdraw", name).click()
        expect(button_of(page, "Bring back", name)).to_be_visible()
    button_of(page, "Bring back", f"First {mark}").click()
    expect(page.get_by_text("stands on the agenda again")).to_be_visible()
    expect(visitor.go("/san-francisco/agenda/").get_by_text(f"First {mark}")).to_be_visible()
    button_of(page, "Withdraw", f"First {mark}").click()
    expect(page.get_by_text("withdrawn. Bring it back below")).to_be_visible()
