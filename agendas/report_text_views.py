"""Doors of the texts that a council writes in its reports."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agendas.access import report_part
from agendas.actions.parts import Changed, restore_part, revise_part
from agendas.actions.reports import NotOpen
from agendas.drafts import Draft, Versus, compare_texts, versus
from agendas.models import ReportSection
from agendas.queries.reports import ground_of, same_part, texts_of
from agendas.report_forms import PartForm
from chapters.gates import council


@council
@require_http_methods(["GET", "HEAD", "POST"])
def report_section(request: HttpRequest, chapter: str, pk: int, key: str) -> HttpResponse:
    """The council's text in one section; after publication nobody's text is lost."""
    section = _part(request, pk, key)
    if request.method != "POST":
        if not section.report.is_open:
            return redirect("agendas:report", chapter, pk)
        return _editor(request, section, PartForm.of(section))
    form = PartForm(request.POST)
    if not form.is_valid():
        refused = _editor if section.report.is_open else _late
        return refused(request, section, form, 422)
    try:
        saved = revise_part(section, request.user, **form.cleaned_data)
    except Changed as conflict:
        return _versus(request, section, conflict, form.cleaned_data["base_version"])
    except NotOpen:
        if form.cleaned_data["body"] == section.body:  # what was published: nothing to lose
            return redirect("agendas:report", chapter, pk)
        return _late(request, section, form, 409)
    messages.success(request, f"Saved as version {saved.version}.")
    return redirect("agendas:report-edit", chapter, pk)


@council
@require_safe
def report_section_history(request: HttpRequest, chapter: str, pk: int, key: str) -> HttpResponse:
    """Every text of a section, and two of them word by word."""
    section = _part(request, pk, key)
    context = {
        "report": section.report,
        "section": section,
        "history": compare_texts(texts_of(section), request.GET.get("a"), request.GET.get("b")),
    }
    return render(request, "agendas/reports/history.html", context)


@council
@require_POST
def report_section_restore(
    request: HttpRequest, chapter: str, pk: int, key: str, text: int
) -> HttpResponse:
    """Save an older text anew, unless somebody has changed the section meanwhile."""
    section = _part(request, pk, key)
    old = get_object_or_404(texts_of(section), pk=text)
    shown = request.POST.get("base_version", "")
    base_version = int(shown) if shown.isdecimal() and len(shown) < 7 else 0
    try:
        saved = restore_part(old, request.user, base_version)
    except Changed as conflict:
        return _versus(request, section, conflict, base_version)
    except NotOpen:
        messages.error(request, "The report was published meanwhile; nothing was changed.")
    else:
        messages.success(request, f"Saved as version {saved.version}.")
    return redirect("agendas:report-section-history", chapter, pk, key)


def _part(request: HttpRequest, pk: int, key: str) -> ReportSection:
    here: Any = request
    return report_part(request.user, here.chapter, pk, key)


def _late(
    request: HttpRequest, section: ReportSection, form: PartForm, status: int
) -> HttpResponse:
    """The text that came after publication: to copy, or to carry on with in a draft."""
    context = {
        "report": section.report,
        "section": section,
        "form": form,
        "text": form["body"].value() or "",
        "draft": same_part(section),
    }
    return render(request, "agendas/reports/late.html", context, status=status)


def _versus(
    request: HttpRequest, section: ReportSection, conflict: Changed, written_on: int
) -> HttpResponse:
    """Both texts; in the box what they make together, or the one that was not saved."""
    mine = Draft(section.heading, conflict.mine)
    both = versus(ground_of(section, written_on), written_on, mine, conflict.theirs)
    given = {"body": both.suggested.body, "base_version": conflict.theirs.version}
    return _editor(request, section, PartForm(initial=given), 409, both)


def _editor(
    request: HttpRequest, section: ReportSection, form: PartForm, status: int = 200,
    both: Versus | None = None,
) -> HttpResponse:  # fmt: skip
    context = {"report": section.report, "section": section, "form": form, "versus": both}
    return render(request, "agendas/reports/section.html", context, status=status)
