"""Doors of the ground floor."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from chapters.gates import public
from chapters.models import Chapter


@public
def national_home(request: HttpRequest) -> HttpResponse:
    """The national front page."""
    return render(request, "chapters/national_home.html", {"chapters": Chapter.objects.all()})


@public
def home(request: HttpRequest, chapter: str) -> HttpResponse:
    """A chapter's public page."""
    return render(request, "chapters/home.html")


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
