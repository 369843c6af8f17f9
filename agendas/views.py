"""Doors of the common agenda."""

import contextlib
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agendas import actions, queries
from agendas.access import can_edit_agenda, can_read_agenda, can_talk, editable_section
from agendas.drafts import Draft, Versus, compare_texts, versus
from agendas.forms import ConflictForm, SectionForm
from agendas.models import Revision, Section
from agendas.queries.decisions import decision_record
from agendas.queries.editions import adopted_edition, changed_since, edition_sections
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
    edition = adopted_edition(found)
    sections = edition_sections(edition) if edition else None
    context = {
        "agenda": found,
        "outline": queries.outline(found, queries.measures(found, edition), sections),
        "edition": edition,
        "may_talk": can_talk(request.user, found),
    }
    if edition:
        changes = changed_since(edition, found)
        context |= {"record": decision_record(edition.decision), "is_revised": bool(changes)}
        if can_edit_agenda(request.user, found):
            context["changes"] = changes
    return render(request, "agendas/agenda.html", context)


@council
@require_http_methods(["GET", "HEAD", "POST"])
def section_edit(request: HttpRequest, chapter: str, pk: int) -> HttpResponse:
    """The editor of one section."""
    section = editable_section(request.user, pk)
    if request.method != "POST":
        return _editor(request, section, _opened(request, section))
    return _resolve(request, section) if "written_on" in request.POST else _save(request, section)


@council
@require_safe
def section_history(request: HttpRequest, chapter: str, pk: int) -> HttpResponse:
    """Every text of a section, and two of them word by word."""
    section = editable_section(request.user, pk)
    texts = queries.history(section)
    context = {
        "section": section,
        "history": compare_texts(texts, request.GET.get("a"), request.GET.get("b")),
        "suggestions": queries.suggestions_of(section),
    }
    return render(request, "agendas/history.html", context)


@council
@require_POST
def revision_restore(request: HttpRequest, chapter: str, pk: int, revision: int) -> HttpResponse:
    """Save an older text anew, unless somebody has changed the section meanwhile."""
    section = editable_section(request.user, pk)
    old = get_object_or_404(Revision.objects.select_related("section"), pk=revision, section=pk)
    shown = request.POST.get("base_version", "")
    base_version = int(shown) if shown.isdecimal() and len(shown) < 7 else 0
    try:
        saved = actions.restore_revision(old, request.user, base_version)
    except actions.Conflict as conflict:
        given = {"base_version": base_version, "reason": f"Restored: {old.label}"}
        return _versus(request, section, conflict, given)
    messages.success(request, f"Saved as version {saved.version}.")
    return redirect("agendas:section-history", chapter, pk)


def _save(request: HttpRequest, section: Section) -> HttpResponse:
    form = SectionForm(request.POST)
    if not form.is_valid():
        return _editor(request, section, form, status=422)
    try:
        saved = actions.revise_section(section, request.user, **form.text())
    except actions.Conflict as conflict:
        return _conflict(request, section, conflict, form)
    _settle(request, section, form, saved)
    messages.success(request, f"Saved as version {saved.version}.")
    return _back(section, form)


def _back(section: Section, form: SectionForm) -> HttpResponse:
    """To the editor, which is told which of its texts arrived."""
    url = reverse("agendas:section-edit", args=[section.chapter.slug, section.pk])
    sent = form.cleaned_data["sent"]
    return redirect(f"{url}?sent={sent}" if sent else url)


def _opened(request: HttpRequest, section: Section) -> SectionForm:
    """What somebody finds in the editor: a suggestion, the draft of before, or the newest text."""
    given = request.GET.get("suggestion", "")
    if given.isdecimal() and len(given) < 18:
        wanted = queries.open_suggestions(section).filter(pk=int(given)).first()
        if wanted:
            wanted.section = section
            return SectionForm.proposed(wanted)
    kept = queries.draft_of(section, request.user)
    return SectionForm.kept(kept) if kept else SectionForm.of(section)


def _settle(
    request: HttpRequest, section: Section, form: SectionForm, saved: Revision | None
) -> None:
    """A text was saved, so no draft of it is needed, and its suggestion has its answer."""
    given = form.cleaned_data
    text = Draft(saved.heading, saved.body) if saved else None
    actions.end_draft(section, request.user, given["seen"], text)
    wanted = queries.open_suggestions(section).filter(pk=given["suggestion"] or 0).first()
    if wanted and saved:
        with contextlib.suppress(actions.Answered):
            actions.accept_edited(wanted, request.user, saved)


def _resolve(request: HttpRequest, section: Section) -> HttpResponse:
    form = ConflictForm(request.POST)
    if not form.is_valid():
        return _editor(request, section, form, status=422, both=_both(section, form))
    choice, reason = form.resolution(), form.cleaned_data["reason"]
    base_version = form.cleaned_data["base_version"]
    try:
        saved = actions.resolve_conflict(section, request.user, base_version, choice, reason)
    except actions.Conflict as conflict:
        return _conflict(request, section, conflict, form)
    _settle(request, section, form, saved)
    told = f"Saved as version {saved.version}." if saved else "Kept theirs. Yours is set aside."
    messages.success(request, told)
    return _back(section, form)


def _conflict(
    request: HttpRequest, section: Section, conflict: actions.Conflict, form: SectionForm
) -> HttpResponse:
    """Keep the text that met a newer one, and show both."""
    given = dict(form.cleaned_data)
    written_on, reason, seen = given["base_version"], given["reason"], given["seen"]
    given["seen"] = actions.hold_text(
        section, request.user, written_on, conflict.mine, reason, seen
    )
    return _versus(request, section, conflict, given)


def _versus(
    request: HttpRequest, section: Section, conflict: actions.Conflict, given: dict[str, Any]
) -> HttpResponse:
    written_on = given["base_version"]
    ground = queries.saved_text(section, written_on)
    both = versus(ground, written_on, conflict.mine, conflict.theirs)
    return _editor(request, section, ConflictForm.between(both, given), status=409, both=both)


def _both(section: Section, form: ConflictForm) -> Versus | None:
    """Both texts once more, for a choice that can't be carried out."""
    given, theirs = form.cleaned_data, queries.saved_text(section, section.version)
    if theirs is None or not {"written_on", "my_heading", "my_body"} <= given.keys():
        return None
    mine, written_on = Draft(given["my_heading"], given["my_body"]), given["written_on"]
    return versus(queries.saved_text(section, written_on), written_on, mine, theirs)


def _live_url(section: Section) -> str:
    """Where the section is written together; empty where there is no such place."""
    return settings.LIVE_URL and f"{settings.LIVE_URL}/live/{section.chapter.slug}/{section.pk}/"


def _editor(
    request: HttpRequest,
    section: Section,
    form: SectionForm,
    status: int = 200,
    both: Versus | None = None,
) -> HttpResponse:
    section.refresh_from_db(fields=["version", "heading", "body"])
    kept = queries.draft_of(section, request.user)
    context = {
        "section": section,
        "outline": queries.outline(section.agenda),
        "form": form,
        "versus": both,
        "latest": queries.history(section)[:3],
        "measures": queries.measures(section.agenda).get(section.pk, []),
        "next_version": section.version + 1,
        "edition": adopted_edition(section.agenda),
        "kept": kept,
        "here": queries.who_is_here(section, request.user),
        "threads": [one for one in queries.threads(section) if one.is_open][:5],
        "suggestions": queries.open_suggestions(section),
        "live_url": "" if both else _live_url(section),
    }
    return render(request, "agendas/editor.html", context, status=status)
