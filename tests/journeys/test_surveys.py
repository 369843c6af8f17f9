"""A chair asks, a member answers on a phone, and the chair publishes what may be shown."""

import re
import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browsing import Visit
from tests.stack import Stack, until

pytestmark = pytest.mark.journey
BASE = "/san-francisco/surveys/"


def build(lou: Visit, title: str) -> str:
    """A survey with a question and one that follows its first answer; gives its address."""
    page = lou.go(f"{BASE}new/")
    page.get_by_label("Title").fill(title)
    page.get_by_label("Last day for answers").fill("2035-01-01")
    lou.press("Save")
    page.get_by_role("link", name="One choice of several").click()
    page.get_by_label("Question").fill("Do you feel safe?")
    page.get_by_label("Choices").fill("Yes\nNo")
    lou.press("Save the question")
    page.get_by_role("link", name="Words", exact=True).click()
    page.get_by_label("Question").fill("Where not?")
    page.get_by_label("Show only after this answer").select_option("Do you feel safe?: No")
    lou.press("Save the question")
    lou.press("Open the survey")
    expect(page.get_by_role("link", name="Send links")).to_be_visible()
    return page.url.partition("/san-francisco")[2]


def print_links(lou: Visit, number: int) -> list[str]:
    lou.page.get_by_role("link", name="Send links").click()
    lou.page.get_by_label("Links to print").fill(str(number))
    lou.press("Send or make links")
    links = lou.page.get_by_role("main").locator("code")
    expect(links).to_have_count(number)
    return links.all_inner_texts()


def test_survey_from_first_question_to_published_result(
    visit_as: Callable[..., Visit], stack: Stack
) -> None:
    title = f"Safety {secrets.token_hex(3)}"
    lou = visit_as("lou")
    address = f"/san-francisco{build(lou, title)}"
    links = print_links(lou, 12)
    phone = visit_as("", viewport={"width": 390, "height": 844})
    page = phone.page
    page.goto(links[0])
    follow_up = page.get_by_label("Where not?")
    expect(follow_up).to_be_hidden()
    page.get_by_label("No", exact=True).check()
    expect(follow_up).to_be_visible()
    page.get_by_label("Yes", exact=True).check()
    expect(follow_up).to_be_hidden()
    with phone.expecting(422):
        page.get_by_label("No", exact=True).check()
        phone.press("Send my answers")
        expect(page.get_by_role("alert")).to_contain_text("Write an answer to “Where not?”")
    page.get_by_label("Where not?").fill("At the stop of the night bus")
    phone.press("Send my answers")
    phone.heading("Thank you, your answers are stored")
    with phone.expecting(410):
        page.goto(links[0])
        phone.heading("This link was used")
    paper = visit_as("", java_script_enabled=False)
    for link in links[1:]:
        paper.page.goto(link)
        paper.page.get_by_label("Yes", exact=True).check()
        paper.press("Send my answers")
        paper.heading("Thank you, your answers are stored")
    page = lou.go(address)
    expect(page.get_by_role("main")).to_contain_text("12 of 12 asked, 100%")
    lou.page.get_by_text("Close the survey", exact=True).click()
    expect(lou.page.get_by_role("main")).to_contain_text("It can’t be undone.")
    lou.press("Close it for good")
    query = "select 1 from measurement_surveyresult r join measurement_survey s"
    found = f"{query} on s.id = r.survey_id where s.title = %s"
    until(lambda: stack.rows(found, title), "the results", 60)
    lou.go(f"{address}results/")
    expect(page.get_by_role("row", name=re.compile("^Yes"))).to_contain_text("Not shown")
    expect(page.get_by_text("At the stop of the night bus")).to_have_count(0)
    lou.press("Publish the results")
    expect(page.get_by_text("The results are published.")).to_be_visible()
    public = visit_as("")
    public.go(f"{address}published/")
    expect(public.page.get_by_role("main")).to_contain_text("12 of 12 people asked answered")
    expect(public.page.get_by_role("row", name=re.compile("^No"))).to_contain_text("Not shown")
