"""The pages of decisions and adopted editions."""

from playwright.sync_api import expect

from tests.browsing import Visit
from tests.pages.shown import CHAPTER, SF, Shown

DECISIONS = f"{CHAPTER}decisions/"
DECISION = f"{DECISIONS}<int:pk>/"
CLOSED, OPEN, DRAFT = (
    f"{SF}/decisions/{{{state}_decision}}/" for state in ("closed", "open", "draft")
)


def send_blank(visit: Visit) -> None:
    """Save a draft without a word in it."""
    visit.page.get_by_role("button", name="Save the draft").click()
    expect(visit.page.locator("[aria-invalid=true]").first).to_be_visible()


PAGES = [
    Shown("decisions", DECISIONS, f"{SF}/decisions/"),
    Shown("decisions-lou", DECISIONS, f"{SF}/decisions/", "lou"),
    Shown("decision", DECISION, CLOSED),
    Shown("decision-open", DECISION, OPEN, "lou"),
    Shown("decision-draft", DECISION, DRAFT, "lou"),
    Shown("decision-new", f"{DECISIONS}new/", f"{SF}/decisions/new/", "lou"),
    Shown(
        "decision-new-errors",
        f"{DECISIONS}new/",
        f"{SF}/decisions/new/",
        "lou",
        after=send_blank,
        statuses=(422,),
    ),
    Shown("decision-edit", f"{DECISION}edit/", f"{DRAFT}edit/", "lou"),
    Shown("decision-delegate", f"{DECISION}delegate/", f"{OPEN}delegate/", "lou"),
    Shown("decision-roll", f"{DECISION}roll/", f"{OPEN}roll/", "lou"),
    Shown("edition", f"{CHAPTER}agenda/editions/<int:number>/", "/denver/agenda/editions/1/"),
    Shown("agenda-changes", f"{CHAPTER}agenda/changes/", "/denver/agenda/changes/", "dee"),
]
NO_PAGES = {
    f"{DECISION}briefing/": "for a delegate; tests/agendas names one",
    **{
        f"{DECISION}{page}": "takes a form only"
        for page in (
            "evidence/", "evidence/<int:piece>/remove/", "open/", "close/", "withdraw/", "vote/",
            "delegate/end/", "present/", "objections/<int:objection>/answer/",
            "objections/<int:objection>/keep/",
        )
    },
}  # fmt: skip
