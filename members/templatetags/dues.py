"""Sums of money as pages and letters write them."""

from django import template

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
