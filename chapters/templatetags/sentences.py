"""The end of a sentence, which every template has without asking: see `chapters.sentences`."""

from typing import Any

from django import template
from django.utils.formats import localize
from django.utils.safestring import SafeString

from chapters import sentences

register = template.Library()


@register.filter(expects_localtime=True)
def finish(value: Any) -> str:
    """The value with a full stop unless it ends a sentence already; markup stays markup."""
    text = str(localize(value))
    ended = sentences.finish(text)
    return SafeString(ended) if isinstance(text, SafeString) else ended


@register.filter
def stop(value: Any) -> str:
    """The full stop of the sentence that this value ends, or nothing where it brings its own."""
    return "" if sentences.is_finished(str(value)) else "."
