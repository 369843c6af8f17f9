"""The pages of organizations, and of what is offered and needed."""

import re

from tests.browsing import Visit
from tests.pages.shown import CHAPTER, SF, Shown, fill_in, send_form

ORGANIZATIONS = f"{CHAPTER}organizations/"


def describe(visit: Visit) -> None:
    """Answer the first step of an organization that joins San Francisco."""
    page = visit.go("/san-francisco/organizations/join/")
    page.get_by_label("Name of the organization").fill("Bay Shelter Alliance")
    page.get_by_label("Sector").select_option("nonprofit")
    visit.press("Continue")
    page.wait_for_url("**/join/size/")


def choose_size(visit: Visit) -> None:
    """Answer the second one too."""
    describe(visit)
    visit.page.locator("input[name=tier]").first.check()
    visit.press("Continue")
    visit.page.wait_for_url("**/join/review/")


def read_request(visit: Visit) -> None:
    """Ask for an offer that matches a need, unless somebody did, and open the question."""
    visit.go(fill_in("/san-francisco/needs/{need}/", visit.stack))
    asked = visit.page.get_by_role("main").locator("a[href*='/offers/requests/']")
    if not asked.count():
        visit.page.get_by_role("link", name=re.compile("^Ask for it")).first.click()
        visit.press("Ask")
    asked.first.click()
    visit.page.wait_for_url("**/offers/requests/**")


PAGES = [
    # Organizations and offers
    Shown("organizations", ORGANIZATIONS, f"{SF}/organizations/"),
    Shown("organizations-none", ORGANIZATIONS, f"{SF}/organizations/?q=zzzz"),
    Shown("organization", f"{ORGANIZATIONS}<int:pk>/", f"{SF}/organizations/{{organization}}/"),
    Shown(
        "organization-edit",
        f"{ORGANIZATIONS}<int:pk>/edit/",
        f"{SF}/organizations/{{organization}}/edit/",
        "lou",
    ),
    Shown(
        "organization-seats",
        f"{ORGANIZATIONS}<int:pk>/seats/",
        f"{SF}/organizations/{{organization}}/seats/",
        "lou",
    ),
    Shown(
        "organization-seat",
        f"{ORGANIZATIONS}<int:pk>/seats/<int:seat>/",
        f"{SF}/organizations/{{organization}}/seats/{{seat}}/",
        "lou",
    ),
    Shown(
        "organization-renew",
        f"{ORGANIZATIONS}<int:pk>/renew/",
        f"{SF}/organizations/{{organization}}/renew/",
        "lou",
    ),
    Shown("organization-join", f"{ORGANIZATIONS}join/", f"{SF}/organizations/join/", "mia"),
    Shown("organization-known", f"{ORGANIZATIONS}join/", "/denver/organizations/join/", "lou"),
    Shown(
        "organization-join-errors",
        f"{ORGANIZATIONS}join/",
        f"{SF}/organizations/join/",
        "mia",
        after=send_form,
        statuses=(422,),
    ),
    Shown("organization-size", f"{ORGANIZATIONS}join/size/", "", "mia", before=describe),
    Shown("organization-review", f"{ORGANIZATIONS}join/review/", "", "mia", before=choose_size),
    Shown(
        "seat-invitation-over",
        f"{ORGANIZATIONS}invitations/<str:token>/",
        f"{SF}/organizations/invitations/over/",
        statuses=(410,),
    ),
    Shown("offers", f"{CHAPTER}offers/", f"{SF}/offers/"),
    Shown("offers-lou", f"{CHAPTER}offers/", f"{SF}/offers/", "lou"),
    Shown("offers-none", f"{CHAPTER}offers/", f"{SF}/offers/?q=zzzz"),
    Shown("offer-new", f"{CHAPTER}offers/new/", f"{SF}/offers/new/", "lou"),
    Shown(
        "offer-errors",
        f"{CHAPTER}offers/new/",
        f"{SF}/offers/new/",
        "lou",
        after=send_form,
        statuses=(422,),
    ),
    Shown("offers-mine", f"{CHAPTER}offers/mine/", f"{SF}/offers/mine/", "lou"),
    Shown("offer", f"{CHAPTER}offers/<int:pk>/", f"{SF}/offers/{{offer}}/", "lou"),
    Shown("offer-edit", f"{CHAPTER}offers/<int:pk>/edit/", f"{SF}/offers/{{offer}}/edit/", "lou"),
    Shown("needs", f"{CHAPTER}needs/", f"{SF}/needs/", "lou"),
    Shown("need-new", f"{CHAPTER}needs/new/", f"{SF}/needs/new/", "lou"),
    Shown("need", f"{CHAPTER}needs/<int:pk>/", f"{SF}/needs/{{need}}/", "lou"),
    Shown("need-edit", f"{CHAPTER}needs/<int:pk>/edit/", f"{SF}/needs/{{need}}/edit/", "lou"),
    Shown(
        "need-ask",
        f"{CHAPTER}needs/<int:pk>/ask/<int:offer>/",
        f"{SF}/needs/{{need}}/ask/{{match}}/",
        "lou",
    ),
    Shown("offer-request", f"{CHAPTER}offers/requests/<int:pk>/", "", "lou", before=read_request),
]
