"""What a reader gets when something breaks behind the page."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def server_error(request: HttpRequest) -> HttpResponse:
    """503 while the database is away or too slow, 500 for our own mistakes.

    Without the request's context: what that would look up may be what broke.
    """
    if isinstance(sys.exc_info()[1], InterfaceError | OperationalError):
        headers = {"Retry-After": "10"}
        return HttpResponse(render_to_string("503.html"), status=503, headers=headers)
    return HttpResponse(render_to_string("500.html"), status=500)
