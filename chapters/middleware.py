"""Opens the right scope around every response, so that lazy templates render inside it."""

from collections.abc import Callable

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import ResolverMatch

from chapters.access import is_backbone
from chapters.addresses import asks_nobody, find_match
from chapters.models import Chapter
from chapters.queries import find_chapter
from chapters.scope import Scope, as_visitor, open_scope


class ScopeMiddleware:
    """`<slug:chapter>` in the address opens that chapter; /admin/ opens all of them to staff."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer inside one transaction; what ends in a server error is rolled back."""
        if asks_nobody(request):
            with as_visitor():
                return self.get_response(request)
        scope = self._scope(request)
        if getattr(request.view, "opens_own_scopes", False):  # type: ignore[attr-defined]
            return self.get_response(request)
        with open_scope(scope, late=True):
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response

    def _scope(self, request: HttpRequest) -> Scope:
        # PostgreSQL's texts cannot hold this character, so there is nothing to look for.
        if "\0" in request.path_info:
            raise Http404("No address has a null character in it.")
        match = find_match(request)
        request.view = match and match.func  # type: ignore[attr-defined]
        request.chapter = _chapter(match)  # type: ignore[attr-defined]
        chapter_id = request.chapter.pk if request.chapter else None  # type: ignore[attr-defined]
        user_id = request.user.pk
        if request.path_info.startswith("/admin/") and is_backbone(request.user):
            return Scope(user_id=user_id, everything=True)
        return Scope(chapter_id=chapter_id, user_id=user_id)


def _chapter(match: ResolverMatch | None) -> Chapter | None:
    slug = match.kwargs.get("chapter") if match else None
    if slug is None:
        return None
    chapter = find_chapter(slug)
    if chapter is None:
        raise Http404(f"There is no chapter at /{slug}/.")
    return chapter
