"""Who asks, and that they were here: both from the one row that the session was read with."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from chapters.addresses import asks_nobody
from members.sessions import Seen, at_hand

# The page of a person's sessions says minutes: writing each request would cost as much as a page.
SEEN_EVERY = timedelta(minutes=1)


class PersonMiddleware(AuthenticationMiddleware):
    """`request.user`, as Django has it, without asking for the person again."""

    def process_request(self, request: HttpRequest) -> None:
        """Look nobody up before anybody asks."""
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _person(request))  # type: ignore[assignment]


def _person(request: HttpRequest) -> Any:
    session: Any = request.session
    session.get(SESSION_KEY)
    with at_hand(session.person):
        return get_user(request)


class SeenMiddleware:
    """Keep where a session was last seen, once a minute or when it comes from somewhere else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; who is not signed in costs nothing."""
        if asks_nobody(request):
            return self.get_response(request)
        if request.user.is_authenticated and request.session.session_key:
            seen = getattr(request.session, "seen", None)
            if seen is None or _is_news(request, seen):
                UserSession.objects.create_from_request(request)
        return self.get_response(request)


def _is_news(request: HttpRequest, seen: Seen) -> bool:
    longest = UserSession._meta.get_field("user_agent").max_length
    agent = request.META.get("HTTP_USER_AGENT", "")[:longest]
    here = (get_adapter().get_client_ip(request), agent)
    return timezone.now() - seen.at > SEEN_EVERY or here != (seen.ip, seen.user_agent)
