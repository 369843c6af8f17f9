"""Small parts that every page may use: menus, drawings, bars, money."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string, select_template
from django.utils.dateformat import format as date_format
from django.utils.html import format_html, format_html_join
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from chapters import navigation
from chapters.prose import Span, read_spans
from chapters.zones import zone_for, zone_name

register = template.Library()


# --- The frame of every page ----------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def main_menu(context: dict[str, Any]) -> SafeString:
    """The main menu's list, made once a page and shown twice; a visitor's is kept ready."""
    request = context["request"]
    if getattr(request, "main_menu", None) is None:
        request.main_menu = _menu(request, context.get("on_council"))
    return request.main_menu


def _menu(request: HttpRequest, on_council: Any) -> SafeString:
    """The list; `on_council`, which may cost a query, is asked of readers with a session alone."""
    if request.user.is_authenticated:
        workspace = navigation.workspace_link(request) if on_council else None
        known = {
            "user": request.user,
            "links": navigation.list_main_links(request),
            "workspace": workspace,
        }
        return render_to_string("chapters/parts/menu.html", known, request)
    chapter = getattr(request, "chapter", None)
    join = chapter.slug if chapter and chapter.is_open else ""
    return _visitor_menu(navigation.where(request), join)


@navigation.kept
def _visitor_menu(where: navigation.Where, join: str) -> SafeString:
    known = {"links": navigation.main_links(where), "join": join}
    return render_to_string("chapters/parts/menu.html", known)


@register.simple_tag(takes_context=True)
def chapter_bar(context: dict[str, Any]) -> SafeString:
    """The open chapter's name and tabs, the same for everybody."""
    request = context["request"]
    return _bar(request.chapter.slug, request.chapter.name, navigation.where(request))


@navigation.kept
def _bar(slug: str, name: str, where: navigation.Where) -> SafeString:
    known = {"slug": slug, "name": name, "tabs": navigation.tabs(slug, where)}
    return render_to_string("chapters/parts/chapter_bar.html", known)


@register.simple_tag
def footer() -> SafeString:
    """The end of every page."""
    return _footer(settings.SITE_NAME, settings.CONTACT_EMAIL)


@navigation.kept
def _footer(site_name: str, contact_email: str) -> SafeString:
    known = {"site_name": site_name, "contact_email": contact_email}
    return render_to_string("chapters/parts/footer.html", known)


# --- Small parts ----------------------------------------------------------------------------------


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


@register.simple_tag(takes_context=True)
def upstairs(context: dict[str, Any], name: str) -> SafeString:
    """What higher floors add to a page here, as `SLOTS` in the settings names it."""
    makers = (import_string(path) for path in settings.SLOTS[name])
    return format_html_join("", "{}", ((maker(context.flatten()),) for maker in makers))  # type: ignore[attr-defined]


@register.filter
def marked(line: str) -> SafeString:
    """A line with its marks as elements: bold, italic, links to the web and to mailboxes."""
    return format_html_join("", "{}", ((_element(span),) for span in read_spans(line)))


@register.filter
def styled(span: Span) -> SafeString:
    """One run of words with its mark as an element."""
    return _element(span)


def _element(span: Span) -> SafeString:
    if span.kind == "a":
        return format_html('<a href="{}" rel="nofollow ugc">{}</a>', span.href, span.text)
    shapes = {"b": "<strong>{}</strong>", "h": "<strong>{}</strong>", "i": "<em>{}</em>"}
    return format_html(shapes.get(span.kind, "{}"), span.text)


# --- Times ----------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def moment(context: dict[str, Any], when: datetime.datetime) -> SafeString:
    """A moment in the zone that the reader chose, or else the chapter's, with the zone's name."""
    zone = zone_for(context.get("user"), context.get("chapter"))
    there = when.astimezone(ZoneInfo(zone))
    words = f"{date_format(there, 'F j, Y, g:i')} {'am' if there.hour < 12 else 'pm'}"
    iso = there.isoformat(timespec="seconds")
    return format_html('<time datetime="{}">{} {}</time>', iso, words, zone_name(when, zone))
