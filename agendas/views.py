"""Doors of the common agenda."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agendas import actions, queries
from agendas.access import can_edit_agenda, can_read_agenda
from agendas.drafts import Versus, count_words, versus, word_diff
from agendas.forms import ConflictForm, SectionForm
from agendas.models import Revision, Section
from chapters.gates import council, public
from chapters.ready import ready


@ready
@public
@require_safe
def agenda(request: HttpRequest, chapter: str) -> HttpResponse:
    """The agenda for everybody, or as a draft for the council."""
    found = queries.chapter_agenda()
    if found is None or not can_read_agenda(request.user, found):
        return render(request, "agendas/none.html")
    return render(
        request,
        "agendas/agenda.html",
        {"agenda": found, "outline": queries.outline(found)},
    )


@council
@require_http_methods(["GET", "HEAD", "POST"])
def section_edit(request: HttpRequest, chapter: str, pk: int) -> HttpResponse:
    """The editor of one section."""
    section = _section(request, pk)
    if request.method != "POST":
        return _editor(request, section, SectionForm.of(section))
    return _resolve(request, section) if "written_on" in request.POST else _save(request, section)


@council
@require_safe
def section_history(request: HttpRequest, chapter: str, pk: int) -> HttpResponse:
    """Every text of a section, and two of them word by word."""
    section = _section(request, pk)
    older, newer = queries.compared(section, request.GET.get("a"), request.GET.get("b"))
    parts = word_diff(older.body, newer.body) if older and newer else []
    context = {
        "section": section,
        "revisions": queries.history(section),
        "older": older,
        "newer": newer,
        "parts": parts,
        "added": count_words(parts, "ins"),
        "removed": count_words(parts, "del"),
    }
    return render(request, "agendas/history.html", context)


@council
@require_POST
def revision_restore(request: HttpRequest, chapter: str, pk: int, revision: int) -> HttpResponse:
    """Save an older text anew, unless somebody has changed the section meanwhile."""
    section = _section(request, pk)
    old = get_object_or_404(Revision.objects.select_related("section"), pk=revision, section=pk)
    shown = request.POST.get("base_version", "")
    base_version = int(shown) if shown.isdecimal() and len(shown) < 7 else 0
    try:
        saved = actions.restore_revision(old, request.user, base_version)
    except actions.Conflict as conflict:
        return _conflict(request, section, conflict, base_version, f"Restored: {old.label}")
    messages.success(request, f"Saved as version {saved.version}.")
    return redirect("agendas:section-history", chapter, pk)


def _section(request: HttpRequest, pk: int) -> Section:
    section = get_object_or_404(Section.objects.select_related("agenda", "chapter"), pk=pk)
    if not can_edit_agenda(request.user, section.agenda):
        raise Http404
    return section


def _save(request: HttpRequest, section: Section) -> HttpResponse:
    form = SectionForm(request.POST)
    if not form.is_valid():
        return _editor(request, section, form, status=422)
    try:
        saved = actions.revise_section(section, request.user, **form.text())
    except actions.Conflict as conflict:
        written_on, reason = form.cleaned_data["base_version"], form.cleaned_data["reason"]
        return _conflict(request, section, conflict, written_on, reason)
    messages.success(request, f"Saved as version {saved.version}.")
    return redirect("agendas:section-edit", section.chapter.slug, section.pk)


def _resolve(request: HttpRequest, section: Section) -> HttpResponse:
    form = ConflictForm(request.POST)
    if not form.is_valid():
        return _editor(request, section, form, status=422)
    choice, reason = form.resolution(), form.cleaned_data["reason"]
    base_version = form.cleaned_data["base_version"]
    try:
        saved = actions.resolve_conflict(section, request.user, base_version, choice, reason)
    except actions.Conflict as conflict:
        return _conflict(request, section, conflict, base_version, reason)
    told = f"Saved as version {saved.version}." if saved else "Kept theirs. Yours is set aside."
    messages.success(request, told)
    return redirect("agendas:section-edit", section.chapter.slug, section.pk)


def _conflict(
    request: HttpRequest,
    section: Section,
    conflict: actions.Conflict,
    written_on: int,
    reason: str,
) -> HttpResponse:
    both = versus(section, written_on, conflict.mine, conflict.theirs)
    newest = conflict.theirs.version
    form = ConflictForm.between(both.mine, both.suggested, newest, written_on or newest, reason)
    return _editor(request, section, form, status=409, both=both)


def _editor(
    request: HttpRequest,
    section: Section,
    form: SectionForm,
    status: int = 200,
    both: Versus | None = None,
) -> HttpResponse:
    section.refresh_from_db(fields=["version", "heading", "body"])
    context = {
        "section": section,
        "outline": queries.outline(section.agenda),
        "form": form,
        "versus": both,
        "latest": queries.history(section)[:3],
        "next_version": section.version + 1,
    }
    return render(request, "agendas/editor.html", context, status=status)
