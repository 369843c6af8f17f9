"""The pages of reports."""

from playwright.sync_api import expect

from tests.browsing import Visit
from tests.pages.front import send_empty
from tests.pages.shown import CHAPTER, SF, Shown

REPORT = f"{CHAPTER}reports/<int:pk>/"
DRAFT = f"{SF}/reports/{{draft}}"


def build_report(visit: Visit) -> None:
    """Ask for a report and stay until its draft is there."""
    visit.go(f"{SF}/reports/new/")
    visit.press("Build the draft")
    for _ in range(60):
        if visit.page.get_by_role("link", name="Work on the draft").count():
            break
        visit.page.wait_for_timeout(1000)
        visit.page.reload()
    expect(visit.page.get_by_role("link", name="Work on the draft")).to_be_visible()


def save_twice(visit: Visit) -> None:
    """Save a text on a version that somebody else has replaced."""
    page = visit.page
    page.locator("[name=base_version]").evaluate("node => { node.value = 999 }")
    page.locator("[name=body]").fill("A text of mine.")
    visit.press("Save")
    expect(page.get_by_role("alert")).to_be_visible()


PAGES = [
    Shown("reports", f"{CHAPTER}reports/", f"{SF}/reports/"),
    Shown("reports-lou", f"{CHAPTER}reports/", f"{SF}/reports/", "lou"),
    Shown("reports-none", f"{CHAPTER}reports/", "/tucson/reports/"),
    Shown("report", REPORT, f"{SF}/reports/{{report}}/"),
    Shown("report-new", f"{CHAPTER}reports/new/", f"{SF}/reports/new/", "lou"),
    Shown("report-draft", REPORT, "", "lou", before=build_report),
    Shown("report-edit", f"{REPORT}edit/", f"{DRAFT}/edit/", "lou"),
    Shown("report-section", f"{REPORT}sections/<slug:key>/", f"{DRAFT}/sections/summary/", "lou"),
    Shown(
        "report-section-conflict",
        f"{REPORT}sections/<slug:key>/",
        f"{DRAFT}/sections/summary/",
        "lou",
        after=save_twice,
        statuses=(409,),
    ),
    Shown(
        "report-section-history",
        f"{REPORT}sections/<slug:key>/history/",
        f"{DRAFT}/sections/summary/history/",
        "lou",
    ),
    Shown(
        "report-section-texts",
        f"{REPORT}sections/<slug:key>/history/",
        f"{SF}/reports/{{report}}/sections/summary/history/",
        "lou",
    ),
    Shown("report-needs", f"{REPORT}needs/", f"{DRAFT}/needs/", "lou"),
    Shown(
        "report-needs-errors",
        f"{REPORT}needs/add/",
        f"{DRAFT}/needs/",
        "lou",
        after=lambda visit: send_empty(visit, "form[action$='add/']"),
        statuses=(422,),
    ),
    Shown("spending", f"{CHAPTER}reports/spending/", f"{SF}/reports/spending/", "lou"),
]
