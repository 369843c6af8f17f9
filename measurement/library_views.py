"""A chapter's own indicators: the council defines them and proposes them to the nation."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chapters.gates import council
from chapters.models import Chapter
from chapters.sentences import finish
from measurement.actions import promoting
from measurement.library_forms import IndicatorForm, ProposalForm
from measurement.models import Indicator, Proposal


@council
@require_safe
@never_cache
def own_indicators(request: HttpRequest, chapter: str) -> HttpResponse:
    """Every indicator of the chapter's own, and what became of proposals."""
    mine = _chapter(request)
    proposals: dict[int, Proposal] = {}
    for row in Proposal.objects.filter(chapter=mine).order_by("made_at"):
        proposals[row.indicator_id] = row
    rows = Indicator.objects.filter(chapter=mine).order_by("name", "-version")
    context = {"rows": [(row, proposals.get(row.pk)) for row in rows]}
    return render(request, "measurement/own_indicators.html", context)


@council
@require_http_methods(["GET", "HEAD", "POST"])
def own_indicator_new(request: HttpRequest, chapter: str) -> HttpResponse:
    """Define one."""
    form = IndicatorForm(_chapter(request), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        row = promoting.define_indicator(_chapter(request), request.user, **form.cleaned_data)
        messages.success(request, finish(f"Defined: {row.name}"))
        return redirect("measurement:own-indicator", chapter=chapter, pk=row.pk)
    status = 422 if form.errors else 200
    context = {"form": form, "indicator": None}
    return render(request, "measurement/own_indicator_edit.html", context, status=status)


@council
@require_http_methods(["GET", "HEAD", "POST"])
def own_indicator_edit(request: HttpRequest, chapter: str, pk: int) -> HttpResponse:
    """Change one while nothing rests on it; afterwards this makes the next version."""
    found = _find(request, pk)
    given = request.POST if request.method == "POST" else None
    form = IndicatorForm(_chapter(request), given, instance=found)
    if given is not None and form.is_valid():
        row = promoting.revise_indicator(_find(request, pk), request.user, **form.cleaned_data)
        messages.success(request, finish(f"Saved as version {row.version}: {row.name}"))
        return redirect("measurement:own-indicator", chapter=chapter, pk=row.pk)
    status = 422 if form.errors else 200
    context = {"form": form, "indicator": found, "is_used": promoting.is_used(found)}
    return render(request, "measurement/own_indicator_edit.html", context, status=status)


@council
@require_safe
@never_cache
def own_indicator(request: HttpRequest, chapter: str, pk: int) -> HttpResponse:
    """One with its definition, its versions and its proposal."""
    return _show(request, _find(request, pk), ProposalForm())


@council
@require_POST
def indicator_propose(request: HttpRequest, chapter: str, pk: int) -> HttpResponse:
    """Propose one for the national library."""
    found, form = _find(request, pk), ProposalForm(request.POST)
    if form.is_valid():
        try:
            promoting.propose_indicator(found, form.cleaned_data["reason"], request.user)
        except promoting.ProposalRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Proposed. The backbone answers by mail and on this page.")
            return redirect("measurement:own-indicator", chapter=chapter, pk=pk)
    return _show(request, found, form, status=422)


def _show(
    request: HttpRequest, found: Indicator, form: ProposalForm, status: int = 200
) -> HttpResponse:
    versions = Indicator.objects.filter(chapter=_chapter(request), code=found.code)
    proposals = Proposal.objects.filter(indicator=found).select_related("by", "result")
    proposal = proposals.first()
    context: dict[str, Any] = {
        "indicator": found,
        "versions": versions.exclude(pk=found.pk).order_by("-version"),
        "proposals": proposals,
        "can_propose": proposal is None or proposal.state == Proposal.State.DECLINED,
        "is_used": promoting.is_used(found),
        "form": form,
    }
    return render(request, "measurement/own_indicator.html", context, status=status)


def _find(request: HttpRequest, pk: int) -> Indicator:
    return get_object_or_404(Indicator.objects.filter(chapter=_chapter(request)), pk=pk)


def _chapter(request: HttpRequest) -> Chapter:
    chapter: Chapter = request.chapter  # type: ignore[attr-defined]
    return chapter
