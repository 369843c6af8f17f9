"""Which view an address leads to, found once a request: three ask before Django does."""

import functools

from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.urls import Resolver404, ResolverMatch, URLResolver, get_resolver

# A chapter's page stands behind two hundred other routes, each of which is tried in its turn.
MOST_KNOWN = 1_000


def find_match(request: HttpRequest) -> ResolverMatch | None:
    """The view that a request's address leads to, or None; it is kept with the request."""
    if request.resolver_match is None:
        try:
            request.resolver_match = _resolve(get_resolver(), request.path_info)
        except Resolver404:
            return None
    return request.resolver_match


@functools.lru_cache(MOST_KNOWN)
def _resolve(resolver: URLResolver, path: str) -> ResolverMatch:
    """Where a path leads; raises Resolver404, and that is not kept."""
    return resolver.resolve(path)


def asks_nobody(request: HttpRequest) -> bool:
    """True where the answer is the same for everybody, so that nobody asks who is there."""
    match = find_match(request)
    if match is None or "chapter" in match.kwargs:
        return False
    return getattr(match.func, "asks_nobody", False)


class Handler(WSGIHandler):
    """Django's entry for a web server, which goes where the address was found to lead."""

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        """The match of the middlewares; without one Django says what is wrong."""
        return request.resolver_match or super().resolve_request(request)
