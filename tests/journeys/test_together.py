"""Lou and Ivy write one section at once, and neither loses a word."""

import itertools
import os
import re
import secrets
import signal
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browsing import Visit
from tests.journeys.test_editing import editor_of, save, version_of
from tests.stack import Stack

pytestmark = pytest.mark.journey
# A draft that an earlier test left would keep its writer apart, so each test has its own section.
PLACES = itertools.count(2)
TOGETHER = re.compile("Writing together now: ")


def box(visit: Visit) -> Locator:
    """The text of the section."""
    return visit.page.locator("[name=body]")


@pytest.fixture
def two(visit_as: Callable[..., Visit], stack: Stack) -> tuple[Visit, Visit]:
    """Both in the editor of the same section, in the same room."""
    address = editor_of(stack, "san-francisco", next(PLACES))
    lou, ivy = visit_as("lou").write_together(), visit_as("ivy").write_together()
    for visit in (lou, ivy):
        visit.go(address)
    for visit in (lou, ivy):
        expect(visit.page.get_by_text(TOGETHER)).to_contain_text("Ivy")
        expect(visit.page.get_by_text(TOGETHER)).to_contain_text("Lou")
    return lou, ivy


def type_at(page: Page, place: str, words: str) -> None:
    """Type as a person does, at the beginning or the end of the text."""
    page.locator("[name=body]").focus()
    page.keyboard.press(f"Control+{place}")
    page.keyboard.type(words)


def test_two_write_at_once_and_save_without_a_conflict(two: tuple[Visit, Visit]) -> None:
    lou, ivy = two
    mark, before = secrets.token_hex(4), version_of(lou.page)
    type_at(lou.page, "Home", f"Lou {mark} 🙂. ")
    type_at(ivy.page, "End", f" Ivy {mark}.")
    for visit in two:
        expect(box(visit)).to_have_value(re.compile(rf"^Lou {mark} 🙂\. .* Ivy {mark}\.$", re.S))

    save(lou)
    expect(lou.page.get_by_text(f"Saved as version {before + 1}.")).to_be_visible()
    expect(ivy.page.get_by_text(f"Saved as version {before + 1}.")).to_be_visible()
    type_at(ivy.page, "End", " And more.")
    expect(box(lou)).to_have_value(re.compile(r" And more\.$"))
    save(ivy)
    expect(ivy.page.get_by_text(f"Saved as version {before + 2}.")).to_be_visible()
    assert f"Lou {mark}" in box(ivy).input_value() and "And more." in box(ivy).input_value()


def test_the_cursor_stays_where_it_was(two: tuple[Visit, Visit]) -> None:
    lou, ivy = two
    type_at(ivy.page, "Home", "x")
    expect(box(lou)).to_have_value(re.compile("^x"))
    type_at(lou.page, "Home", "some words before ")
    expect(box(ivy)).to_have_value(re.compile("^some words before x"))
    ivy.page.keyboard.type("y")
    expect(box(lou)).to_have_value(re.compile("^some words before xy"))


def test_a_save_from_outside_is_not_written_over(
    two: tuple[Visit, Visit], visit_as: Callable[..., Visit], stack: Stack
) -> None:
    lou, ivy = two
    mark = secrets.token_hex(4)
    alone = visit_as("lou")
    alone.go(lou.page.url)
    box(alone).fill(f"Written outside {mark}.")
    save(alone)
    type_at(lou.page, "End", f" Written inside {mark}.")
    expect(box(ivy)).to_have_value(re.compile(f"inside {mark}"))
    with lou.expecting(409):
        save(lou)
        expect(lou.page.get_by_role("alert")).to_contain_text("Nothing is lost")
    theirs = lou.page.locator(".versus ins").filter(has_text="outside")
    expect(theirs).to_have_count(1)


def test_a_heading_that_one_saved_is_not_taken_back_by_the_other(two: tuple[Visit, Visit]) -> None:
    lou, ivy = two
    mark, before = secrets.token_hex(4), version_of(lou.page)
    heading = lou.page.locator("[name=heading]")
    heading.fill(f"{heading.input_value()} {mark}")
    wanted = heading.input_value()
    save(lou)
    expect(lou.page.get_by_text(f"Saved as version {before + 1}.")).to_be_visible()
    expect(ivy.page.get_by_text(f"Saved as version {before + 1}.")).to_be_visible()
    expect(ivy.page.locator("[name=heading]")).to_have_value(wanted)
    type_at(ivy.page, "End", f" Ivy {mark}.")
    save(ivy)
    expect(ivy.page.get_by_text(f"Saved as version {before + 2}.")).to_be_visible()
    expect(ivy.page.locator("[name=heading]")).to_have_value(wanted)


def test_two_headings_at_once_are_shown_beside_each_other(two: tuple[Visit, Visit]) -> None:
    lou, ivy = two
    mark, before = secrets.token_hex(4), version_of(lou.page)
    for visit, name in ((lou, "Lou"), (ivy, "Ivy")):
        visit.page.locator("[name=heading]").fill(f"{name} {mark}")
    save(lou)
    expect(lou.page.get_by_text(f"Saved as version {before + 1}.")).to_be_visible()
    expect(ivy.page.get_by_text("was saved with another heading than yours")).to_be_visible()
    with ivy.expecting(409):
        save(ivy)
        expect(ivy.page.get_by_role("alert")).to_contain_text("Nothing is lost")
    expect(ivy.page.locator(".versus")).to_contain_text(f"Lou {mark}")
    expect(ivy.page.locator(".versus")).to_contain_text(f"Ivy {mark}")


def test_who_cannot_reach_the_others_writes_alone_and_loses_nothing(
    two: tuple[Visit, Visit], stack: Stack
) -> None:
    lou, ivy = two
    mark, before = secrets.token_hex(4), version_of(lou.page)
    pid = stack.pid("live")
    os.kill(pid, signal.SIGSTOP)
    try:
        type_at(lou.page, "End", f" Lou {mark}.")
        type_at(ivy.page, "End", f" Ivy {mark}.")
        save(lou)
        expect(lou.page.get_by_text(f"Saved as version {before + 1}.")).to_be_visible()
        with ivy.expecting(409):
            save(ivy)
            expect(ivy.page.get_by_role("alert")).to_contain_text("Nothing is lost")
    finally:
        os.kill(pid, signal.SIGCONT)
    versus = ivy.page.locator(".versus")
    expect(versus).to_contain_text(f"Lou {mark}.")
    expect(versus).to_contain_text(f"Ivy {mark}.")
