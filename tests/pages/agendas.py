"""The pages on which a council works on its agenda, and what people say about it."""

from tests.browsing import Visit
from tests.pages.shown import CHAPTER, SF, Shown

AGENDA = f"{CHAPTER}agenda/"
SECTION = f"{AGENDA}sections/<int:pk>/"
COMMENT, SUGGESTION = f"{AGENDA}comments/<int:pk>/", f"{AGENDA}suggestions/<int:pk>/"
PROBLEM = f"{SF}/agenda/sections/{{problem}}"
COMMENTED, SUGGESTED = f"{SF}/agenda/comments", f"{SF}/agenda/suggestions/{{suggestion}}"


def comment_nothing(visit: Visit) -> None:
    """Send an empty comment, past the browser's own check."""
    form = visit.page.locator("form[action$='/comments/add/']").last
    form.evaluate("node => { node.noValidate = true }")
    form.locator("button").click()
    visit.page.get_by_role("alert").wait_for()


def suggest_old(visit: Visit) -> None:
    """Send the text that stands there already."""
    visit.press("Suggest this")
    visit.page.get_by_role("alert").wait_for()


PAGES = [
    Shown("agenda-edit", f"{AGENDA}edit/", f"{SF}/agenda/edit/", "lou"),
    Shown("agenda-edit-denver", f"{AGENDA}edit/", "/denver/agenda/edit/", "dee"),
    Shown("section-add", f"{AGENDA}sections/add/", f"{SF}/agenda/sections/add/", "lou"),
    Shown("section-links", f"{SECTION}links/", f"{PROBLEM}/links/", "lou"),
    Shown("section-talk", SECTION, f"{PROBLEM}/", "lou"),
    Shown("section-talk-mia", SECTION, f"{PROBLEM}/", "mia"),
    Shown("section-talk-error", SECTION, f"{PROBLEM}/", "lou", after=comment_nothing,
          statuses=(422,)),
    Shown("comment-edit", f"{COMMENT}edit/", f"{COMMENTED}/{{comment}}/edit/", "lou"),
    Shown("comment-remove", f"{COMMENT}remove/", f"{COMMENTED}/{{comment}}/remove/", "ivy"),
    Shown("comment-appeal", f"{COMMENT}appeal/", f"{COMMENTED}/{{removed}}/appeal/", "mia"),
    Shown("suggest", f"{SECTION}suggest/", f"{PROBLEM}/suggest/", "mia"),
    Shown("suggest-error", f"{SECTION}suggest/", f"{PROBLEM}/suggest/", "mia", after=suggest_old,
          statuses=(422,)),
    Shown("suggestion", SUGGESTION, f"{SUGGESTED}/", "lou"),
    Shown("suggestion-mia", SUGGESTION, f"{SUGGESTED}/", "mia"),
]  # fmt: skip
NO_PAGES = dict.fromkeys(
    [
        *(f"{AGENDA}{verb}/" for verb in ("start", "publish", "speak")),
        *(f"{SECTION}{verb}/" for verb in ("move", "withdraw", "return", "draft", "discard",
                                           "presence", "comments/add", "links/<int:link>/remove")),
        *(f"{COMMENT}{verb}/" for verb in ("resolve", "decide")),
        *(f"{SUGGESTION}{verb}/" for verb in ("accept", "decline", "withdraw")),
    ],
    "takes a form only",
)  # fmt: skip
