"""Doors for a browser while somebody types: keeps drafts, says who else is there."""

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.dateformat import format as date_format
from django.views.decorators.http import require_POST

from agendas import actions, queries
from agendas.access import editable_section
from agendas.forms import DraftForm
from chapters.gates import council
from chapters.requests import Request
from chapters.zones import zone_for

TOO_LONG = "This is too long to keep. Shorten it, or copy it to a safe place."
ELSEWHERE = (
    "Another draft of yours is kept, from another window. What you type here is not; "
    "save it, or copy it to a safe place."
)


@council
@require_POST
def section_draft(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Keep what is in the form for its writer; answers in words that the page shows."""
    section, form = editable_section(request.user, pk), DraftForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"words": TOO_LONG}, status=422)
    given = form.cleaned_data
    try:
        kept = actions.keep_draft(section, request.user, given["base_version"], form.draft(),
                                  given["reason"], given["seen"])  # fmt: skip
    except actions.ElsewhereToo:
        return JsonResponse({"words": ELSEWHERE}, status=409)
    there = kept.kept_at.astimezone(ZoneInfo(zone_for(request.user, request.chapter)))
    at = f"{date_format(there, 'g:i')} {'am' if there.hour < 12 else 'pm'}"
    return JsonResponse({"words": f"Draft kept at {at}", "seen": kept.token})


@council
@require_POST
def section_discard(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Forget one's draft, and show the saved text."""
    section = editable_section(request.user, pk)
    actions.discard_draft(section, request.user)
    messages.success(request, "Your draft is discarded. This is the saved text.")
    return redirect("agendas:section-edit", chapter, pk)


@council
@require_POST
def section_presence(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Note that the person is here, or has left; says who else is, and the newest version."""
    section = editable_section(request.user, pk)
    if request.POST.get("leave"):
        actions.leave_section(section, request.user)
    else:
        actions.note_presence(section, request.user, is_typing=bool(request.POST.get("typing")))
    others = queries.who_is_here(section, request.user)
    here = [{"name": one.name, "typing": one.is_typing} for one in others]
    return JsonResponse({"here": here, "version": section.version})
