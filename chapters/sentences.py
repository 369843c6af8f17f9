"""Full stops after what people and organizations are called.

"Sent by Lou P.." has one too many, and who writes a template can't know how a name ends. So our
templates are loaded with `{{ name }}.` read as a value that brings a full stop where one is due,
and `{{ name }}</a>.` as one followed by such a stop. Where the value stands in an `{% if %}`, the
stop has to stand there too.
"""

import re

from django.template import Origin
from django.template.loaders import filesystem

# A value and the full stop that ends its sentence; one in an address or a number is left alone.
_STOPPED = re.compile(r'\{\{ ([^{}]+?) \}\}\.(?=[\s<)”"]|\{%|\Z)')
_CLOSED = re.compile(
    r'\{\{ ([^{}]+?) \}\}(</(?:a|b|cite|code|em|span|strong|time)>)\.(?=[\s<)”"]|\{%|\Z)'
)
_ENDS = (".", "?", "!", "…")


def is_finished(text: str) -> bool:
    """True for a text that ends as a sentence does."""
    return text.endswith(_ENDS)


def finish(text: str) -> str:
    """The text as a sentence: with a full stop unless it ends as one already."""
    return text if is_finished(text) else f"{text}."


def mind_stops(source: str) -> str:
    """A template's source in which each full stop behind a value heeds how the value ends."""
    source = _CLOSED.sub(r"{{ \1 }}\2{{ \1|stop }}", source)
    return _STOPPED.sub(r"{{ \1|finish }}", source)


# For the settings: every template may end a sentence; what libraries bring is read as it is.
OPTIONS = {
    "loaders": [
        (
            "django.template.loaders.cached.Loader",
            ["chapters.sentences.Loader", "django.template.loaders.app_directories.Loader"],
        )
    ],
    "builtins": ["chapters.templatetags.sentences"],
}


class Loader(filesystem.Loader):
    """Reads the project's own templates."""

    def get_contents(self, origin: Origin) -> str:
        """The source, with its full stops minded."""
        return mind_stops(super().get_contents(origin))
