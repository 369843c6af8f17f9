"""Doors of the ground floor."""

from allauth.core import ratelimit
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from chapters.actions import request_information
from chapters.finding import waiting_by_city
from chapters.forms import InformationForm
from chapters.gates import public
from chapters.models import Application
from chapters.ready import ready

SHOWN_CITIES = 20
WRITE_US = f"write to {settings.CONTACT_EMAIL}."


@ready
@public
@require_safe
def page(request: HttpRequest, name: str) -> HttpResponse:
    """A page of plain words: method, privacy, accessibility, help."""
    return render(request, f"chapters/{name}.html")


@public
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """What founding a chapter takes, and the form that starts the conversation."""
    form = InformationForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _start_page(request, form, status=422 if form.is_bound else 200)
    if not ratelimit.consume(request, action="request_information"):
        form.add_error(None, f"Many requests came from your network. Wait an hour, or {WRITE_US}")
        return _start_page(request, form, status=429)
    application = request_information(**form.cleaned_data)
    return redirect("chapters:received", token=application.token)


def _start_page(request: HttpRequest, form: InformationForm, status: int) -> HttpResponse:
    context = {"form": form, "waiting": waiting_by_city()[:SHOWN_CITIES]}
    return render(request, "chapters/start.html", context, status=status)


@public
@never_cache
@require_safe
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
    """Say whether the database answers; fails with 503 when it does not."""
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return JsonResponse({"database": "ok"})
