"""What a reader gets when something breaks behind the page."""

import sys

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404
from django.views.defaults import page_not_found

API = "/api/"
# What somebody would be sorry to type again; secrets are never shown, nor what nobody typed.
A_TEXT = 40
UNSHOWN = {
    *("csrfmiddlewaretoken", "password", "password1", "password2", "oldpassword", "credential"),
    *("base", "form_key"),
}


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 as a page; under the API, where programs read it, as JSON."""
    if not request.path_info.startswith(API):
        return page_not_found(request, exception)
    told = "" if isinstance(exception, Resolver404) else str(exception)
    return JsonResponse({"detail": told or "There is nothing at this address."}, status=404)


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form from elsewhere or of a session that is over; long texts of it come back.

    reason: why, for the log alone.
    """
    texts = [
        text for name, text in request.POST.items() if len(text) >= A_TEXT and name not in UNSHOWN
    ]
    return render(request, "403_csrf.html", {"texts": texts}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """503 while the database is away or too slow, 500 for our own mistakes.

    Without the request's context: what that would look up may be what broke.
    """
    if _is_database_away(sys.exc_info()[1]):
        headers = {"Retry-After": "10"}
        return HttpResponse(render_to_string("503.html"), status=503, headers=headers)
    return HttpResponse(render_to_string("500.html"), status=500)


def _is_database_away(error: BaseException | None) -> bool:
    """Whether a lost connection began it; cleaning up after one may fail in other words."""
    while error is not None:
        # "Server closed the connection unexpectedly", at a commit above all, is of the bare class.
        is_cut = type(error) is DatabaseError and error.__cause__ is not None
        if is_cut or isinstance(error, InterfaceError | OperationalError):
            return True
        error = error.__cause__ or error.__context__
    return False
