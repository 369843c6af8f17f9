"""Where a reader is and where they can go: the main menu and the tabs of a chapter.

A link is current by the name of the view that answered, so that pages need not say where they
stand.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Link:
    """A place to go; `current` is what `aria-current` says, or empty."""

    label: str
    url: str
    current: str = ""


# Label, view name, and the beginnings of the names of views that stand under it.
MAIN = (
    ("Chapters", "national-home", ("chapter-",)),
    ("Indicators", "measurement:indicators", ("measurement:",)),
    ("Convenings", "convenings:all", ("convenings:",)),
    ("Start a chapter", "chapters:start", ("chapters:start",)),
)
ACTIVITIES = tuple(
    f"agendas:{name}"
    for name in (
        "activit",
        "strategy",
        "evidence",
        "project",
        "commitment",
        "update",
        "tag",
        "link",
    )
)
TABS = (
    ("Overview", "chapter-home", ("chapter-home",)),
    ("Dashboard", "measurement:dashboard", ("measurement:",)),
    ("Agenda", "agendas:agenda", ("agendas:",)),
    ("Decisions", "agendas:decisions", ("agendas:decision",)),
    ("Activities", "agendas:activities", ACTIVITIES),
    ("Reports", "agendas:reports", ("agendas:report", "agendas:spending")),
    ("Ideas", "agendas:ideas", ("agendas:idea",)),
    ("Convenings", "convenings:list", ("convenings:",)),
    ("Organizations", "members:organization-directory", ("members:organization",)),
    ("Offers", "members:offers", ("members:offer", "members:need")),
)


WORKSPACE = "chapter-work"


@dataclass(frozen=True)
class Where:
    """Where a reader is: the name of the view that answered, and whether a chapter is open."""

    view: str
    inside: bool


def where(request: HttpRequest) -> Where:
    """Where the request's reader is."""
    match = getattr(request, "resolver_match", None)
    return Where(match.view_name if match else "", bool(getattr(request, "chapter", None)))


def main_links(at: Where) -> list[Link]:
    """The national part of the menu; inside a chapter its whole bar stands under Chapters.

    The workspace has an entry of its own.
    """
    links = []
    for label, view, starts in MAIN:
        is_list = view == "national-home"
        under = is_list and at.view != WORKSPACE
        is_here = under if at.inside else at.view.startswith(starts)
        address = reverse(view) + ("#chapters" if is_list else "")
        links.append(Link(label, address, "true" if is_here else ""))
    return links


def list_main_links(request: HttpRequest) -> list[Link]:
    """The same for a request."""
    return main_links(where(request))


def workspace_link(request: HttpRequest) -> Link:
    """Where the council of the open chapter works."""
    slug, view = request.chapter.slug, where(request).view  # type: ignore[attr-defined]
    return Link("Workspace", reverse(WORKSPACE, args=[slug]), "page" if view == WORKSPACE else "")


def tabs(slug: str, at: Where) -> list[Link]:
    """The pages of a chapter; the one whose beginning says most about the view is current."""
    fits = {
        label: max((len(start) for start in starts if at.view.startswith(start)), default=0)
        for label, _, starts in TABS
    }
    best = max(fits.values())
    return [
        Link(label, reverse(view, args=[slug]), "page" if 0 < best == fits[label] else "")
        for label, view, _ in TABS
    ]


def kept(part: Callable[P, T]) -> Callable[P, T]:
    """Keep what a part of the frame looks like by its arguments, but for who edits templates."""
    ready = functools.lru_cache(maxsize=1024)(part)

    @functools.wraps(part)
    def look(*args: P.args, **kwargs: P.kwargs) -> T:
        return part(*args, **kwargs) if settings.DEBUG else ready(*args, **kwargs)  # type: ignore[arg-type]

    return look
