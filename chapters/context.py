"""What every page knows: the site's name, the open chapter, the reader's seat."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from chapters.gates import sits_here
from chapters.scope import current


def site(request: HttpRequest) -> dict[str, Any]:
    """Context for all templates; `on_council` costs a query only where it is asked for."""
    chapter = getattr(request, "chapter", None)
    return {
        "site_name": settings.SITE_NAME,
        "contact_email": settings.CONTACT_EMAIL,
        "chapter": chapter,
        "on_council": SimpleLazyObject(lambda: _on_council(request)),
    }


def _on_council(request: HttpRequest) -> bool:
    # An error page may stand outside of any scope; nobody's seat is looked up for it.
    is_open = getattr(request, "chapter", None) is not None and current() is not None
    return is_open and sits_here(request)
