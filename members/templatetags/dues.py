"""Sums of money as pages and letters write them."""

from django import template

from members.dues import show_dollars

register = template.Library()


@register.filter
def dollars(cents: int) -> str:
    """Cents as $36.00."""
    return show_dollars(cents)


@register.filter
def whole_dollars(cents: int) -> str:
    """Cents as $36, or $36.50 where there are cents."""
    return show_dollars(cents, whole=True)
