"""Where a reader is and where they can go: the main menu and the tabs of a chapter.

A link is shown once its address exists, and is current by the name of the view that answered,
so that pages need not say where they stand.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True)
class Link:
    """A place to go; `current` is what `aria-current` says, or empty."""

    label: str
    url: str
    current: str = ""


# Label, view name, and the beginnings of the names of views that stand under it.
MAIN = (
    ("Chapters", "national-home#chapters", ("chapter-",)),
    ("Indicators", "measurement:indicators", ("measurement:",)),
    ("Convenings", "convenings:all", ("convenings:",)),
    ("Start a chapter", "chapters:start", ("chapters:start",)),
)
TABS = (
    ("Overview", "chapter-home", ("chapter-home",)),
    ("Dashboard", "measurement:dashboard", ("measurement:",)),
    ("Agenda", "agendas:agenda", ("agendas:agenda", "agendas:section")),
    ("Convenings", "convenings:list", ("convenings:",)),
)


def find_address(name: str, *args: Any) -> str:
    """The address of a view, `name#place` for a place on its page; empty without such a view."""
    view, mark, place = name.partition("#")
    try:
        return reverse(view, args=args) + mark + place
    except NoReverseMatch:
        return ""


def _view_name(request: HttpRequest) -> str:
    match = getattr(request, "resolver_match", None)
    return match.view_name if match else ""


def list_main_links(request: HttpRequest) -> list[Link]:
    """The national part of the menu; inside a chapter its whole bar stands under Chapters."""
    name = _view_name(request)
    inside = bool(getattr(request, "chapter", None))
    links = []
    for label, view, starts in MAIN:
        is_here = label == "Chapters" if inside else name.startswith(starts)
        links.append(Link(label, find_address(view), "true" if is_here else ""))
    return [link for link in links if link.url]


def list_tabs(request: HttpRequest) -> list[Link]:
    """The pages of the open chapter; none outside of one."""
    chapter = getattr(request, "chapter", None)
    if not chapter:
        return []
    name = _view_name(request)
    links = [
        Link(label, find_address(view, chapter.slug), "page" if name.startswith(starts) else "")
        for label, view, starts in TABS
    ]
    return [link for link in links if link.url]
