"""The pages of who does what, of projects and of ideas."""

from tests.browsing import Visit
from tests.pages.shown import CHAPTER, SF, Shown, fill_in, send_form

STRATEGY = f"{CHAPTER}activities/strategies/<int:pk>/"
PROJECT = f"{CHAPTER}projects/<int:pk>/"
IDEA = f"{CHAPTER}ideas/<int:pk>/"
OWN = "/san-francisco/ideas/{waiting_idea}"


def hide_idea(visit: Visit) -> None:
    """Hide an idea as the council, unless it is hidden, and look at it."""
    page = visit.go(fill_in(f"{OWN}/", visit.stack))
    if page.get_by_role("link", name="Hide it").count():
        visit.follow("Hide it")
        page.get_by_label("Why?").fill("It names a person.")
        visit.press("Hide it")
        page.wait_for_url("**/ideas/*/")


PAGES = [
    Shown("board", f"{CHAPTER}activities/", f"{SF}/activities/"),
    Shown("board-lou", f"{CHAPTER}activities/", f"{SF}/activities/", "lou"),
    Shown("board-gaps", f"{CHAPTER}activities/", f"{SF}/activities/?only=gaps"),
    Shown("board-none", f"{CHAPTER}activities/", "/tucson/activities/"),
    Shown("evidence", f"{CHAPTER}activities/evidence/", f"{SF}/activities/evidence/"),
    Shown("strategy", STRATEGY, f"{SF}/activities/strategies/{{strategy}}/"),
    Shown("strategy-lou", STRATEGY, f"{SF}/activities/strategies/{{strategy}}/", "lou"),
    Shown(
        "activity-new", f"{STRATEGY}add/", f"{SF}/activities/strategies/{{strategy}}/add/", "lou"
    ),
    Shown(
        "activity-errors",
        f"{STRATEGY}add/",
        f"{SF}/activities/strategies/{{strategy}}/add/",
        "lou",
        after=send_form,
        statuses=(422,),
    ),
    Shown(
        "strategy-need", f"{STRATEGY}need/", f"{SF}/activities/strategies/{{strategy}}/need/", "lou"
    ),
    Shown(
        "activity-edit",
        f"{CHAPTER}activities/<int:pk>/edit/",
        f"{SF}/activities/{{activity}}/edit/",
        "lou",
    ),
    Shown(
        "activity-end",
        f"{CHAPTER}activities/<int:pk>/end/",
        f"{SF}/activities/{{activity}}/end/",
        "lou",
    ),
    Shown("projects", f"{CHAPTER}projects/", f"{SF}/projects/"),
    Shown("projects-none", f"{CHAPTER}projects/", f"{SF}/projects/?q=zzzz"),
    Shown("project", PROJECT, f"{SF}/projects/{{project}}/"),
    Shown("project-lou", PROJECT, f"{SF}/projects/{{project}}/", "lou"),
    Shown("project-new", f"{CHAPTER}projects/new/", f"{SF}/projects/new/", "lou"),
    Shown(
        "project-errors",
        f"{CHAPTER}projects/new/",
        f"{SF}/projects/new/",
        "lou",
        after=send_form,
        statuses=(422,),
    ),
    *(
        Shown(name, f"{PROJECT}{path}", f"{SF}/projects/{{project}}/{path}", "lou")
        for name, path in (
            ("project-edit", "edit/"),
            ("commitment-new", "commitments/new/"),
            ("update-new", "updates/new/"),
            ("tag-new", "evidence/new/"),
            ("link-new", "indicators/new/"),
        )
    ),
    *(
        Shown(
            f"commitment-{path}",
            f"{CHAPTER}commitments/<int:pk>/{path}/",
            f"{SF}/commitments/{{commitment}}/{path}/",
            "lou",
        )
        for path in ("edit", "settle")
    ),
    Shown("ideas", f"{CHAPTER}ideas/", f"{SF}/ideas/"),
    Shown("ideas-none", f"{CHAPTER}ideas/", f"{SF}/ideas/?q=zzzz"),
    Shown("idea", IDEA, f"{SF}/ideas/{{idea}}/"),
    Shown("idea-lou", IDEA, f"{SF}/ideas/{{idea}}/", "lou"),
    Shown("idea-new", f"{CHAPTER}ideas/new/", f"{SF}/ideas/new/", "mia"),
    Shown(
        "idea-errors",
        f"{CHAPTER}ideas/new/",
        f"{SF}/ideas/new/",
        "mia",
        after=send_form,
        statuses=(422,),
    ),
    Shown("idea-answer", f"{IDEA}answer/", f"{SF}/ideas/{{idea}}/answer/", "lou"),
    Shown("idea-hide", f"{IDEA}hide/", f"{SF}/ideas/{{idea}}/hide/", "lou"),
    Shown("idea-hidden", IDEA, "", "lou", before=hide_idea),
]
