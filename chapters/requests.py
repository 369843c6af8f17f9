"""What doors share: a request as the middleware leaves it, and two ways to deal with forms."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from chapters.models import Chapter


class Request(HttpRequest):
    """What the middleware adds, for the type checker; without a chapter in the address, none."""

    user: Any
    chapter: Chapter
    htmx: Any


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with, or None where the page is only looked at."""
    return request.POST if request.method == "POST" else None


def see_other(name: str, *args: Any, query: str = "") -> HttpResponse:
    """Send the browser on to a page of ours by GET, after a form; `query` is put at the end."""
    response = redirect(name, *args)
    response.status_code = 303
    response["Location"] += query
    return response
