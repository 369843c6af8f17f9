"""Small parts that every page may use: menus, scores, bars, money."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import template
from django.template.loader import select_template
from django.utils.safestring import SafeString

from chapters import navigation

register = template.Library()

# The marks of verdicts in a box of 20 by 20; what cannot be told has none, but a hatch.
MARKS = {
    "improved": "M10 0l10 11h-6.4v9H6.4v-9H0z",
    "steady": "M0 3h20v5H0zM0 12h20v5H0z",
    "worsened": "M10 20L0 9h6.4V0h7.2v9H20z",
    "unknown": "",
}
# Each status of an indicator: how it looks, and what it is called.
STATUSES = {
    "improved": ("improved", "improved"),
    "target_met": ("improved", "met the target"),
    "target_kept": ("improved", "kept the target"),
    "no_detectable_change": ("steady", "no clear difference"),
    "worsened": ("worsened", "worsened"),
    "insufficient_data": ("unknown", "no data"),
    "not_comparable": ("unknown", "not comparable"),
}
# Shown even when nothing is in them, so that two scoreboards can be read side by side.
ALWAYS = {"improved", "no_detectable_change", "worsened", "insufficient_data"}


@dataclass(frozen=True)
class Segment:
    """A part of a score bar: its look, words and count, left edge and width in percent."""

    verdict: str
    words: str
    count: int
    start: float
    width: float

    @property
    def mark(self) -> str:
        """The path of its mark, or empty."""
        return MARKS[self.verdict]


@register.inclusion_tag("chapters/parts/menu.html", takes_context=True)
def main_menu(context: dict[str, Any]) -> dict[str, Any]:
    """The main menu's list."""
    known = context.flatten() if hasattr(context, "flatten") else context
    return {**known, "links": navigation.list_main_links(context["request"])}


@register.simple_tag(takes_context=True)
def chapter_tabs(context: dict[str, Any]) -> list[navigation.Link]:
    """The open chapter's tabs."""
    return navigation.list_tabs(context["request"])


@register.simple_tag
def address(name: str, *args: Any) -> str:
    """The address of a view, or nothing while there is no such view."""
    return navigation.find_address(name, *args)


@register.inclusion_tag("chapters/parts/score.html")
def score_bar(counts: Mapping[str, int], label: str) -> dict[str, Any]:
    """A scoreboard: the bar in proportion, and every count in words.

    counts: how many indicators have each of STATUSES. label: what is counted, unique on its page.
    """
    whole = sum(counts.values()) or 1
    segments, start = [], 0.0
    for status, (verdict, words) in STATUSES.items():
        count = counts.get(status, 0)
        width = 100 * count / whole
        if count or status in ALWAYS:
            segments.append(Segment(verdict, words, count, round(start, 3), round(width, 3)))
        start += width
    return {"segments": segments, "label": label}


@register.simple_tag
def chapter_art(chapter: Any) -> SafeString:
    """The drawing of a chapter's city, or the five strands."""
    names = [f"chapters/art/{chapter.art}.svg", "chapters/art/strands.svg"]
    return select_template(names if chapter.art else names[1:]).render({})


@register.simple_tag
def share(part: float, whole: float) -> str:
    """How wide a bar is: part of whole in percent, from 0.5 to 100, for an SVG width."""
    return f"{min(100.0, max(0.5, 100 * part / whole)):.2f}%" if whole else "0.50%"


@register.filter
def dollars(cents: int | None) -> str:
    """Cents as dollars, without cents where there are none: 1200 is $12, 1250 is $12.50."""
    whole, rest = divmod(abs(cents or 0), 100)
    sign = "−" if (cents or 0) < 0 else ""
    return f"{sign}${whole:,}.{rest:02}" if rest else f"{sign}${whole:,}"


@register.filter
def initials(name: str) -> str:
    """The first letters of the first two words."""
    return "".join(word[0] for word in name.split()[:2]).upper()


@register.filter
def strand(number: int) -> int:
    """One of the five colors, by turns: 0 is 1, 5 is 1 again."""
    return number % 5 + 1
