"""Doors of the ground floor."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from chapters.gates import public


@public
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@public
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether the database answers; raises to 500 when it does not."""
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return JsonResponse({"database": "ok"})
