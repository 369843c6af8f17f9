"""Sums of money as pages and letters write them."""

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from chapters.navigation import kept
from members.dues import say_dues, show_dollars

register = template.Library()


@register.filter
def dollars(cents: int) -> str:
    """Cents as $36.00."""
    return show_dollars(cents)


@register.filter
def whole_dollars(cents: int) -> str:
    """Cents as $36, or $36.50 where there are cents."""
    return show_dollars(cents, whole=True)


@register.simple_tag
def dues_words(cents: int, interval: str) -> str:
    """$36 a year, $3 a month, or $36 for 12 months."""
    return say_dues(cents, interval)


@register.simple_tag
def join_steps(step: int) -> SafeString:
    """The line of the four steps."""
    return _steps(step)


@kept
def _steps(step: int) -> SafeString:
    return render_to_string("members/_steps.html", {"step": step})
