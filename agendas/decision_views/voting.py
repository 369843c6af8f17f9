"""Doors of those who vote: votes, delegates, objections."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST

from agendas import access
from agendas.actions import voting
from agendas.actions.ratifying import Refused
from agendas.decision_forms import AnswerForm, DelegateForm, VoteForm
from agendas.decision_views.pages import show_decision
from agendas.models import Decision, Delegation, Objection
from agendas.queries.decisions import decision_record, delegation_of, own_seat, seat_for
from agendas.queries.evidence import voices_percent
from chapters.gates import council, signed_in
from chapters.requests import Request, see_other


@signed_in
@require_POST
def decision_vote(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Take a vote for one's own seat, or for the seat whose delegate one is."""
    found = _voted_on(request, pk)
    form = VoteForm(request.POST, decision=found)
    if not form.is_valid():
        return show_decision(request, found, 422, vote_form=form)
    given = form.cleaned_data
    try:
        voting.cast_vote(found, request.user, given["choice"], given["reason"])
    except voting.NotInformed as refusal:
        return show_decision(request, found, 409, vote_form=form, refusal=refusal)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return see_other("agendas:decision", chapter, pk)
    messages.success(request, "Your vote is stored. You can change it until the closing.")
    return see_other("agendas:decision", chapter, pk)


def _voted_on(request: Request, pk: int) -> Decision:
    """A decision in which the person votes; 404 for everybody else."""
    found = _found(pk)
    if seat_for(found, request.user)[0] is None:
        raise Http404
    return found


def _found(pk: int) -> Decision:
    return get_object_or_404(Decision.objects.select_related("chapter", "proposer"), pk=pk)


# --- Objections ----------------------------------------------------------------------------------


@council
@require_POST
def objection_answer(request: Request, chapter: str, pk: int, objection: int) -> HttpResponse:
    """Answer an objection, as the chair or the proposer."""
    found = _found(pk)
    stated = get_object_or_404(_objections(found), pk=objection)
    if not access.can_answer(request.user, found):
        raise Http404
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return show_decision(request, found, 422, answer_form=form, answered=stated.pk)
    text = form.cleaned_data["text"]
    return _do(
        request,
        found,
        lambda: voting.answer_objection(stated, request.user, text),
        "Answered. Whoever objected is told.",
    )


@signed_in
@require_POST
def objection_keep(request: Request, chapter: str, pk: int, objection: int) -> HttpResponse:
    """Keep one's objection after the answer."""
    found = _voted_on(request, pk)
    stated = get_object_or_404(_objections(found), pk=objection)
    return _do(
        request,
        found,
        lambda: voting.keep_objection(stated, request.user),
        "Your objection stands.",
    )


def _objections(decision: Decision) -> Any:
    rows = Objection.objects.filter(decision=decision)
    return rows.select_related("decision__chapter", "elector__user")


def _do(request: Request, decision: Decision, deed: Callable[[], Any], told: str) -> HttpResponse:
    try:
        deed()
        messages.success(request, told)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return see_other("agendas:decision", decision.chapter.slug, decision.pk)


# --- Delegates -----------------------------------------------------------------------------------


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def decision_delegate(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Name who votes for one's seat."""
    found = _own_seat(request, pk)
    if request.method != "POST" and not found.is_open:
        raise Http404
    form = DelegateForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            voting.name_delegate(found, request.user, given["email"], given["organization"])
        except Refused as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, "Named. Your delegate gets a letter with the briefing.")
            return see_other("agendas:decision", chapter, pk)
    context = {"form": form, "decision": found}
    status = 422 if form.errors else 200
    return render(request, "agendas/decisions/delegate.html", context, status=status)


def _own_seat(request: Request, pk: int) -> Decision:
    """A decision whose electorate the person belongs to; 404 for everybody else."""
    found = _found(pk)
    if own_seat(found, request.user) is None:
        raise Http404
    return found


@signed_in
@require_POST
def delegate_end(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Take one's vote back."""
    found = _own_seat(request, pk)
    return _do(
        request,
        found,
        lambda: voting.end_delegation(found, request.user),
        "You vote for your seat yourself again.",
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def decision_briefing(request: Request, chapter: str, pk: int) -> HttpResponse:
    """What a delegate must have read; pressing the button confirms it."""
    found = _found(pk)
    delegation = _mine(request, found)
    if request.method == "POST":
        return _do(
            request, found, lambda: voting.confirm_briefing(delegation), "Briefing confirmed."
        )
    voting.open_briefing(delegation)
    context = {"decision": found, "delegation": delegation, "record": decision_record(found),
               "voices": voices_percent(found)}  # fmt: skip
    return render(request, "agendas/decisions/briefing.html", context)


@signed_in
@require_POST
def delegate_present(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Check in as a delegate."""
    found = _found(pk)
    delegation = _mine(request, found)
    return _do(request, found, lambda: voting.check_in(delegation), "You are checked in.")


def _mine(request: Request, decision: Decision) -> Delegation:
    named = delegation_of(decision, request.user)
    if named is None:
        raise Http404
    return named
