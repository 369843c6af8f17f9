"""Small parts that every page may use: menus, drawings, bars, money."""

from typing import Any

from django import template
from django.template.loader import select_template
from django.utils.safestring import SafeString

from chapters import navigation

register = template.Library()


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
