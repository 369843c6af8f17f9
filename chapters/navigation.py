"""Where a reader is and where they can go: the main menu and the tabs of a chapter.

A link is current by the name of the view that answered, so that pages need not say where they
stand.
"""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse


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
TABS = (
    ("Overview", "chapter-home", ("chapter-home",)),
    ("Dashboard", "measurement:dashboard", ("measurement:",)),
    ("Agenda", "agendas:agenda", ("agendas:",)),
    ("Convenings", "convenings:list", ("convenings:",)),
)


def _view_name(request: HttpRequest) -> str:
    match = getattr(request, "resolver_match", None)
    return match.view_name if match else ""


def list_main_links(request: HttpRequest) -> list[Link]:
    """The national part of the menu; inside a chapter its whole bar stands under Chapters."""
    name = _view_name(request)
    inside = bool(getattr(request, "chapter", None))
    links = []
    for label, view, starts in MAIN:
        is_list = view == "national-home"
        is_here = is_list if inside else name.startswith(starts)
        address = reverse(view) + ("#chapters" if is_list else "")
        links.append(Link(label, address, "true" if is_here else ""))
    return links


def list_tabs(request: HttpRequest) -> list[Link]:
    """The pages of the open chapter; none outside of one."""
    chapter = getattr(request, "chapter", None)
    if not chapter:
        return []
    name = _view_name(request)
    return [
        Link(label, reverse(view, args=[chapter.slug]), "page" if name.startswith(starts) else "")
        for label, view, starts in TABS
    ]
