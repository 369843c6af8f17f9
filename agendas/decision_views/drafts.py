"""What the council and its chair do with a decision before and beside the voting."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST

from agendas import access
from agendas.actions import deciding, evidence
from agendas.actions.ratifying import Refused
from agendas.decision_forms import DecisionForm, EvidenceForm, WithdrawForm
from agendas.decision_views.pages import show_decision
from agendas.models import Decision, Evidence
from chapters.gates import council
from chapters.requests import Request, posted, see_other
from chapters.sharing import change_shared


@council
@require_http_methods(["GET", "HEAD", "POST"])
def decision_new(request: Request, chapter: str) -> HttpResponse:
    """A new draft: a question, adopting the agenda (`?kind=ratify`), or one taken up again."""
    here = request.chapter
    kind = "ratify" if request.GET.get("kind") == "ratify" else "question"
    earlier = _earlier(request)
    form = DecisionForm(posted(request), zone=here.zone, initial=_beginning(kind, earlier))
    if request.method == "POST" and form.is_valid():
        fields = {**form.wanted(), "sent_key": form.sent_key}
        if kind == "ratify":
            fields["is_public"] = True
        made = deciding.draft_decision(here, request.user, kind=kind, earlier=earlier, **fields)
        messages.success(request, "Saved as a draft. Add evidence, then open it.")
        return see_other("agendas:decision", chapter, made.pk)
    context = {"form": form, "kind": kind, "earlier": earlier}
    status = 422 if form.errors else 200
    return render(request, "agendas/decisions/edit.html", context, status=status)


def _earlier(request: Request) -> Decision | None:
    number = request.GET.get("earlier", "")
    if not (number.isdecimal() and number.isascii() and len(number) < 10):
        return None
    return get_object_or_404(Decision, pk=int(number), state=Decision.State.CLOSED)


def _beginning(kind: str, earlier: Decision | None) -> dict[str, Any]:
    if earlier:
        names = ("question", "background", "proposal", "rule", "fallback", "quorum")
        return {name: getattr(earlier, name) for name in names}
    if kind == "ratify":
        return {
            "question": "Do we adopt our common agenda as it stands?",
            "proposal": "The text of the agenda is adopted as it stands when this decision opens.",
        }
    return {}


@council
@require_http_methods(["GET", "HEAD", "POST"])
def decision_edit(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Change a draft."""
    found = _found(pk)
    if found.state != Decision.State.DRAFT and request.method != "POST":
        raise Http404
    zone = request.chapter.zone
    try:
        change = change_shared(
            found,
            posted(request),
            lambda data, row: DecisionForm(data, zone=zone) if data else DecisionForm.of(row, zone),
            _revise,
        )
    except Refused as refusal:
        # Opened meanwhile: long texts stay on the page, to be copied into a new decision.
        form = DecisionForm(request.POST, zone=zone)
        form.add_error(None, str(refusal))
        return _edit_page(request, found, form, status=409)
    if change.saved:
        messages.success(request, "Saved.")
        return see_other("agendas:decision", chapter, pk)
    return _edit_page(request, found, change.form, met=change.met, status=change.status)


def _edit_page(
    request: Request, found: Decision, form: DecisionForm, *, status: int, met: Any = ()
) -> HttpResponse:
    context = {"form": form, "decision": found, "kind": found.kind, "met": met}
    return render(request, "agendas/decisions/edit.html", context, status=status)


def _revise(form: DecisionForm, found: Decision) -> Decision:
    fields = form.wanted()
    fields["is_public"] = fields["is_public"] or found.kind == Decision.Kind.RATIFY
    return deciding.revise_decision(found, **fields)


@council
@require_POST
def evidence_add(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Cite what a draft rests on."""
    found = _draft(pk)
    form = EvidenceForm(request.POST, chapter=request.chapter)
    if not form.is_valid():
        return show_decision(request, found, 422, evidence_form=form)
    given = form.cleaned_data
    if given["indicator"]:
        evidence.cite_indicator(found, form.indicators[given["indicator"]])
    if given["claim"]:
        evidence.cite_claim(found, given["claim"])
    if given["section"]:
        evidence.cite_section(found, given["section"])
    if given["url"]:
        evidence.cite_link(found, given["title"], given["url"])
    return see_other("agendas:decision", chapter, pk)


@council
@require_POST
def evidence_remove(request: Request, chapter: str, pk: int, piece: int) -> HttpResponse:
    """Take a piece of evidence off a draft."""
    get_object_or_404(Evidence, pk=piece, decision=_draft(pk)).delete()
    return see_other("agendas:decision", chapter, pk)


# --- The chair -----------------------------------------------------------------------------------


@council
@require_POST
def decision_open(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Freeze the draft and take votes."""
    return _chair_does(
        request, pk, deciding.open_decision, "Open. Everybody on the council is told."
    )


@council
@require_POST
def decision_close(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Count before the time, once every seat has voted."""
    return _chair_does(request, pk, deciding.close_decision, "Closed. Everybody is told.")


def _chair_does(request: Request, pk: int, deed: Any, told: str) -> HttpResponse:
    found = _found(pk)
    if not access.can_chair(request.user):
        raise Http404
    try:
        deed(found, request.user)
        messages.success(request, told)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return see_other("agendas:decision", found.chapter.slug, pk)


@council
@require_POST
def decision_withdraw(request: Request, chapter: str, pk: int) -> HttpResponse:
    """End a decision without an outcome."""
    found = _found(pk)
    if not access.can_chair(request.user):
        raise Http404
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return show_decision(request, found, 422, withdraw_form=form)
    try:
        deciding.withdraw_decision(found, request.user, form.cleaned_data["note"])
        messages.success(request, "Withdrawn.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return see_other("agendas:decision", chapter, pk)


def _found(pk: int) -> Decision:
    return get_object_or_404(Decision.objects.select_related("chapter", "proposer"), pk=pk)


def _draft(pk: int) -> Decision:
    """A draft, held so that nobody opens it meanwhile. Raises Http404."""
    found = deciding.lock_decision(_found(pk))
    if found.state != Decision.State.DRAFT:
        raise Http404
    return found
