"""The pages that anybody reads: front pages, words, agendas, convenings, founding, books."""

import secrets

from playwright.sync_api import Page, expect

from tests.browsing import Visit
from tests.pages.shown import CHAPTER, SF, Shown, send_form

SECTION = f"{CHAPTER}agenda/sections/<int:pk>/"
AGENDA_SECTION = f"{SF}/agenda/sections/{{section}}"


def save_meanwhile(visit: Visit) -> None:
    """Save a text after another one of the same version was saved in a second window."""
    second = visit.context.new_page()
    second.goto(visit.page.url)
    with second.expect_navigation():
        revise(second, f"Rent rises faster than pay. {secrets.token_hex(4)}")
    second.close()
    revise(visit.page, "Rent rises faster than pay, and women carry most of it.")
    expect(visit.page.get_by_role("alert")).to_be_visible()


def revise(page: Page, body: str) -> None:
    """Fill the form of a section and send it."""
    form = page.locator("form:has([name=base_version])")
    form.locator("[name=body]").fill(body)
    form.locator("[name=reason]").fill("Says it shorter")
    form.locator("button:not([type=button])").click()


def send_empty(visit: Visit, form: str) -> None:
    """Send a form with nothing in it, past the browser's own checks."""
    visit.page.locator(form).evaluate("node => { node.noValidate = true }")
    for box in visit.page.locator(f"{form} input:not([type=hidden])").all():
        box.fill("")
    visit.page.locator(f"{form} button").first.click()
    expect(visit.page.locator("[aria-invalid=true]").first).to_be_visible()


PAGES = [
    # Front pages
    Shown("home", "", "/"),
    Shown("home-mia", "", "/", "mia"),
    Shown("chapter", CHAPTER, f"{SF}/"),
    Shown("chapter-lou", CHAPTER, f"{SF}/", "lou"),
    Shown("workspace", f"{CHAPTER}work/", f"{SF}/work/", "lou"),
    Shown("chapter-launching", CHAPTER, "/tucson/"),
    Shown("chapter-gathering", CHAPTER, "/richmond/"),
    Shown("not-found", "", "/no-such-city/dashboard/", statuses=(404,)),
    # Words
    Shown("method", "method/", "/method/"),
    Shown("privacy", "privacy/", "/privacy/"),
    Shown("accessibility", "accessibility/", "/accessibility/"),
    Shown("help", "help/", "/help/"),
    # The agenda
    Shown("agenda", f"{CHAPTER}agenda/", f"{SF}/agenda/"),
    Shown("agenda-lou", f"{CHAPTER}agenda/", f"{SF}/agenda/", "lou"),
    Shown("agenda-none", f"{CHAPTER}agenda/", "/minneapolis/agenda/"),
    Shown("section", f"{SECTION}edit/", f"{AGENDA_SECTION}/edit/", "lou"),
    Shown(
        "section-conflict",
        f"{SECTION}edit/",
        f"{AGENDA_SECTION}/edit/",
        "lou",
        after=save_meanwhile,
        statuses=(409,),
    ),
    Shown("section-history", f"{SECTION}history/", f"{AGENDA_SECTION}/history/", "lou"),
    # Convenings
    Shown("convenings", "convenings/", "/convenings/"),
    Shown("convenings-chapter", f"{CHAPTER}convenings/", f"{SF}/convenings/"),
    Shown("convenings-none", f"{CHAPTER}convenings/", "/tucson/convenings/"),
    Shown("convening", f"{CHAPTER}convenings/<int:pk>/", f"{SF}/convenings/{{convening}}/"),
    Shown("convening-mia", f"{CHAPTER}convenings/<int:pk>/", f"{SF}/convenings/{{full}}/", "mia"),
    Shown(
        "convening-errors",
        f"{CHAPTER}convenings/<int:pk>/",
        f"{SF}/convenings/{{convening}}/",
        after=lambda visit: send_empty(visit, "main form.card"),
        statuses=(422,),
    ),
    Shown(
        "registered",
        f"{CHAPTER}convenings/<int:pk>/registered/",
        f"{SF}/convenings/{{convening}}/registered/",
    ),
    Shown(
        "registration",
        f"{CHAPTER}convenings/registrations/<str:token>/",
        f"{SF}/convenings/registrations/{{registration}}/",
    ),
    # Founding
    Shown("start", "start/", "/start/"),
    Shown("start-errors", "start/", "/start/", after=send_form, statuses=(422,)),
    Shown("received", "start/<slug:token>/", "/start/{application}/"),
    Shown("waitlist", "join/waitlist/", "/join/waitlist/?city=Boise&state=ID"),
    Shown("waitlist-errors", "join/waitlist/", "/join/waitlist/", after=send_form, statuses=(422,)),
    Shown("waitlist-sent", "join/waitlist/sent/", "/join/waitlist/sent/"),
    Shown("waitlist-entry", "join/waitlist/<slug:token>/", "/join/waitlist/{waiting}/"),
    # Open books
    Shown("books", f"{CHAPTER}books/", f"{SF}/books/"),
    Shown("books-none", f"{CHAPTER}books/", "/tucson/books/"),
    Shown("books-nation", "books/", "/books/"),
    Shown("expenses", f"{CHAPTER}expenses/", f"{SF}/expenses/", "lou"),
]
