"""The pages of surveys: built, answered, published."""

from playwright.sync_api import expect

from tests.browsing import Visit
from tests.pages.front import send_empty
from tests.pages.shown import CHAPTER, SF, Shown, fill_in

SURVEYS = f"{CHAPTER}surveys/"
SURVEY = f"{SURVEYS}<int:pk>/"
QUESTION = f"{SURVEY}questions/<int:question>/"
ANSWER = f"{SURVEYS}answer/<str:token>/"
OPEN, CLOSED = f"{SF}/surveys/{{survey_open}}/", f"{SF}/surveys/{{survey_closed}}/"


def begin_survey(visit: Visit) -> None:
    """A draft with one question."""
    page = visit.go(f"{SF}/surveys/new/")
    page.get_by_label("Title").fill("What a page shows")
    page.get_by_label("Last day for answers").fill("2035-01-01")
    visit.press("Save")
    page.get_by_role("link", name="One choice of several").click()
    page.get_by_label("Question").fill("Which one?")
    page.get_by_label("Choices").fill("This\nThat")
    visit.press("Save the question")
    expect(page.get_by_role("heading", name="Which one?")).to_be_visible()


def change_question(visit: Visit) -> None:
    """On to the form of that question."""
    begin_survey(visit)
    visit.page.get_by_role("link", name="Change “Which one?”").click()
    visit.heading("One choice of several")


def print_link(visit: Visit) -> str:
    """A link on paper to the open survey of the demo."""
    page = visit.page
    page.get_by_label("Links to print").fill("1")
    visit.press("Send or make links")
    return page.get_by_role("main").locator("code").first.inner_text()


def come_by_link(visit: Visit) -> None:
    """To the form that people answer."""
    page = visit.page
    visit.go(fill_in(f"{OPEN}invite/", visit.stack))
    page.goto(print_link(visit))
    expect(page.get_by_role("button", name="Send my answers")).to_be_visible()


PAGES = [
    Shown("surveys", SURVEYS, f"{SF}/surveys/"),
    Shown("surveys-lou", SURVEYS, f"{SF}/surveys/", "lou"),
    Shown("surveys-none", SURVEYS, "/richmond/surveys/"),
    Shown("survey-new", f"{SURVEYS}new/", f"{SF}/surveys/new/", "lou"),
    Shown(
        "survey-new-errors",
        f"{SURVEYS}new/",
        f"{SF}/surveys/new/",
        "lou",
        after=lambda visit: send_empty(visit, "main form.form"),
        statuses=(422,),
    ),
    Shown("survey-draft", SURVEY, "", "lou", begin_survey),
    Shown("survey-question", QUESTION, "", "lou", change_question),
    Shown("survey-open", SURVEY, OPEN, "lou"),
    Shown("survey-closed", SURVEY, CLOSED, "lou"),
    Shown("survey-edit", f"{SURVEY}edit/", f"{OPEN}edit/", "lou"),
    Shown("survey-preview", f"{SURVEY}preview/", f"{CLOSED}preview/", "lou"),
    Shown("survey-invite", f"{SURVEY}invite/", f"{OPEN}invite/", "lou"),
    Shown("survey-results", f"{SURVEY}results/", f"{CLOSED}results/", "lou"),
    Shown("survey-published", f"{SURVEY}published/", f"{CLOSED}published/"),
    Shown(
        "survey-figures",
        f"{QUESTION}figures/",
        f"{CLOSED}questions/{{survey_question}}/figures/",
        "lou",
    ),
    Shown("survey-answer", ANSWER, "", "lou", come_by_link),
    Shown("survey-unknown", ANSWER, f"{SF}/surveys/answer/none/", statuses=(404,)),
    Shown("survey-thanks", f"{SURVEYS}thanks/", f"{SF}/surveys/thanks/"),
]
