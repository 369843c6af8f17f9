"""Doors of the ground floor."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render

from chapters.actions import request_information
from chapters.forms import InformationForm
from chapters.gates import public
from chapters.models import Application
from chapters.ready import ready


@public
@ready
def page(request: HttpRequest, name: str) -> HttpResponse:
    """A page of plain words: method, privacy, accessibility, help."""
    return render(request, f"chapters/{name}.html")


@public
def start(request: HttpRequest) -> HttpResponse:
    """What founding a chapter takes, and the form that starts the conversation."""
    form = InformationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        application = request_information(**form.cleaned_data)
        return redirect("chapters:received", token=application.token)
    return render(
        request, "chapters/start.html", {"form": form}, status=422 if form.errors else 200
    )


@public
def received(request: HttpRequest, token: str) -> HttpResponse:
    """Where a founder's request stands, for whoever holds its address."""
    application = get_object_or_404(Application.objects.select_related("owner"), token=token)
    return render(request, "chapters/received.html", {"application": application})


@public
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@public
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether the database answers; fails with 500 when it does not."""
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return JsonResponse({"database": "ok"})
