"""Doors of the convenings."""

from allauth.core import ratelimit
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from chapters.gates import public
from chapters.ready import ready
from convenings import actions, queries
from convenings.calendars import CONTENT_TYPE, calendar_file
from convenings.clock import Times, tell_times
from convenings.forms import RegistrationForm
from convenings.models import Convening, Registration


@ready
@public
@require_safe
def list_all(request: HttpRequest) -> HttpResponse:
    """The convenings of every chapter."""
    coming, past = queries.listed_convenings()
    context = {"coming": _timed(coming), "past": _timed(past)}
    return render(request, "convenings/all.html", context)


@ready
@public
@require_safe
def list_chapter(request: HttpRequest, chapter: str) -> HttpResponse:
    """One chapter's convenings."""
    coming, past = queries.listed_convenings(request.chapter)  # type: ignore[attr-defined]
    context = {"coming": _timed(coming), "past": _timed(past)}
    return render(request, "convenings/list.html", context)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: HttpRequest, chapter: str, pk: int) -> HttpResponse:
    """A convening with its registration form."""
    convening = _convening(request, pk)
    if request.method != "POST":
        return _page(request, convening, RegistrationForm.of(request.user))
    form = RegistrationForm(request.POST)
    if not form.is_valid():
        return _page(request, convening, form, status=422)
    if not ratelimit.consume(request, action="register"):
        form.add_error(None, "Many registrations came from your network. Wait an hour")
        return _page(request, convening, form, status=429)
    try:
        before = actions.register(convening, user=request.user, **form.cleaned_data)
    except actions.Over:
        return _page(request, convening, form, status=409)
    address = reverse("convenings:registered", args=[chapter, pk])
    return redirect(f"{address}?full=1" if before.is_full else address)


@ready(query=["full"])
@public
@require_safe
def registered(request: HttpRequest, chapter: str, pk: int) -> HttpResponse:
    """What happens next. The same page for every address, so that it gives nobody away."""
    convening = _convening(request, pk)
    context = {
        "convening": convening,
        "times": _times(convening, request),
        "was_full": "full" in request.GET,
    }
    return render(request, "convenings/registered.html", context)


@ready
@public
@require_safe
def calendar(request: HttpRequest, chapter: str, pk: int) -> HttpResponse:
    """The convening as a calendar file, without the online link."""
    text = calendar_file(_convening(request, pk))
    headers = {"Content-Disposition": f'attachment; filename="convening-{pk}.ics"'}
    return HttpResponse(text, content_type=CONTENT_TYPE, headers=headers)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def registration(request: HttpRequest, chapter: str, token: str) -> HttpResponse:
    """One registration for whoever has its address; POST gives the place back."""
    rows = Registration.objects.select_related("convening__chapter", "chapter")
    row = get_object_or_404(rows, token=token)
    if request.method == "POST":
        actions.cancel_registration(row)
        return redirect(row)
    context = {
        "registration": row,
        "convening": row.convening,
        "times": _times(row.convening, request),
    }
    return render(request, "convenings/registration.html", context)


def _convening(request: HttpRequest, pk: int) -> Convening:
    rows = Convening.published.filter(chapter=request.chapter)  # type: ignore[attr-defined]
    return get_object_or_404(rows.select_related("chapter"), pk=pk)


def _page(
    request: HttpRequest, convening: Convening, form: RegistrationForm, status: int = 200
) -> HttpResponse:
    context = {
        "convening": convening,
        "times": _times(convening, request),
        "places": queries.count_places(convening),
        "own": queries.own_registration(convening, request.user),
        "form": form,
    }
    return render(request, "convenings/detail.html", context, status=status)


def _times(convening: Convening, request: HttpRequest) -> Times:
    reader_zone = getattr(request.user, "zone", "")
    return tell_times(convening.starts_at, convening.ends_at, convening.zone, reader_zone)


def _timed(convenings: QuerySet[Convening]) -> list[tuple[Convening, Times]]:
    return [(one, tell_times(one.starts_at, one.ends_at, one.zone)) for one in convenings]
