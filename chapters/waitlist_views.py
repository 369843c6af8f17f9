"""Doors of the waitlists: where a city without a chapter gathers the people who would join one."""

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from chapters import actions
from chapters.finding import STATES
from chapters.forms import WaitingNameForm, WaitlistForm
from chapters.gates import public
from chapters.models import WaitlistEntry
from chapters.queries import open_chapters

TOO_MANY = "Wait an hour before you ask again, or write to us"


@public
@require_http_methods(["GET", "HEAD", "POST"])
def join_waitlist(request: HttpRequest) -> HttpResponse:
    """Leave an address for a city; where its chapter is open by now, the way leads there."""
    first = {"city": request.GET.get("city", ""), "state": _state(request.GET.get("state", ""))}
    form = WaitlistForm(request.POST if request.method == "POST" else None, initial=first)
    if not form.is_valid():
        return _page(request, form, 422 if form.is_bound else 200)
    answers = form.cleaned_data
    here = open_chapters().filter(
        place__name__iexact=answers["city"], place__state=answers["state"]
    )
    opened = here.first()
    if opened:
        return redirect("members:join-amount", opened.slug)
    key = answers["email"].lower()
    if not ratelimit.consume(request, action="join_waitlist", key=key):
        form.add_error(None, TOO_MANY)
        return _page(request, form, 429)
    actions.join_waitlist(**answers)
    return redirect("chapters:waitlist-sent")


def _page(request: HttpRequest, form: WaitlistForm, status: int) -> HttpResponse:
    return render(request, "chapters/waitlist.html", {"form": form}, status=status)


def _state(text: str) -> str:
    return text.upper() if text.upper() in STATES else ""


@public
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """Say that a letter is on its way, to everybody the same."""
    return render(request, "chapters/waitlist_sent.html")


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest, token: str) -> HttpResponse:
    """One entry, for whoever holds its address: confirm it, or take it off the list.

    Looking confirms nothing, since mail servers follow links before people do.
    """
    row = get_object_or_404(WaitlistEntry.objects.select_related("told_of"), token=token)
    if request.method == "POST" and "leave" in request.POST:
        row.delete()
        return render(request, "chapters/waitlist_left.html", {"entry": row})
    form = WaitingNameForm(
        request.POST if request.method == "POST" else None, initial={"name": row.name}
    )
    if form.is_bound and form.is_valid():
        actions.confirm_waiting(row, form.cleaned_data["name"])
        return redirect(row)
    status = 422 if form.is_bound else 200
    return render(
        request, "chapters/waitlist_entry.html", {"entry": row, "form": form}, status=status
    )
