"""The council's page of keys for programs."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from chapters.access import is_council
from chapters.gates import council
from chapters.models import Chapter
from measurement.actions.keys import make_key, revoke_key
from measurement.key_forms import KeyForm
from measurement.models import ApiKey
from members.gates import council_or_staff


@council_or_staff
@require_http_methods(["GET", "HEAD"])
@never_cache
def keys(request: HttpRequest, chapter: str) -> HttpResponse:
    """The chapter's keys, who made each, and when it was used last."""
    return _show(request, KeyForm())


@council
@require_POST
@never_cache
def key_make(request: HttpRequest, chapter: str) -> HttpResponse:
    """Make a key; the answer shows its secret, this once."""
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=422)
    key, token = make_key(_chapter(request), **form.cleaned_data, by=request.user)
    return _show(request, KeyForm(), made=key, token=token)


@council_or_staff
@require_POST
def key_revoke(request: HttpRequest, chapter: str, pk: int) -> HttpResponse:
    """Take a key back, at once and for good."""
    key = get_object_or_404(ApiKey, pk=pk, chapter=_chapter(request))
    if revoke_key(key, by=request.user):
        messages.success(request, f"The key “{key.name}” opens nothing any more.")
    return redirect("measurement:keys", chapter=chapter)


def _chapter(request: HttpRequest) -> Chapter:
    chapter: Chapter = request.chapter  # type: ignore[attr-defined]
    return chapter


def _show(request: HttpRequest, form: KeyForm, status: int = 200, **made: Any) -> HttpResponse:
    rows = ApiKey.objects.filter(chapter=_chapter(request)).select_related("by", "revoked_by")
    context = {"form": form, "keys": rows, "on_council": is_council(request.user), **made}
    return render(request, "measurement/keys.html", context, status=status)
