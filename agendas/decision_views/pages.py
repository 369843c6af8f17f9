"""The list of decisions, and the page of one."""

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agendas import access
from agendas.actions import deciding
from agendas.decision_forms import AnswerForm, EvidenceForm, SearchForm, VoteForm, WithdrawForm
from agendas.models import Decision
from agendas.queries.decisions import Wanted, decision_record, listed_decisions, seat_for
from agendas.queries.evidence import voices_percent
from agendas.rules import needed_seats
from chapters.access import is_council
from chapters.gates import public
from chapters.requests import Request

PAGE = 25


@public
@require_safe
def decisions(request: Request, chapter: str) -> HttpResponse:
    """All decisions for the council, the public closed ones for everybody."""
    inside = is_council(request.user)
    form = SearchForm(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    wanted = Wanted(given.get("q", "").replace("\0", ""), given.get("state", ""))
    page = Paginator(listed_decisions(wanted, inside=inside), PAGE).get_page(
        request.GET.get("page")
    )
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {"form": form, "page": page, "kept": kept.urlencode(), "is_filtered": any(kept)}
    return render(request, "agendas/decisions/list.html", context)


@public
@require_safe
def decision(request: Request, chapter: str, pk: int) -> HttpResponse:
    """The record of a decision; for those who vote the place where they do."""
    found = Decision.objects.select_related("chapter", "earlier", "proposer").filter(pk=pk).first()
    if found is None or not access.can_read_decision(request.user, found):
        if not request.user.is_authenticated:
            # Who comes by the link in a letter signs in first.
            return redirect_to_login(request.get_full_path())
        raise Http404
    return show_decision(request, found)


def show_decision(
    request: Request, found: Decision, status: int = 200, **forms: Any
) -> HttpResponse:
    """The page of a decision, with forms as they were sent."""
    record = decision_record(found)
    elector, delegation = seat_for(found, request.user)
    mine = next((seat for seat in record.seats if elector and seat.elector == elector), None)
    inside = is_council(request.user)
    chairs = inside and access.can_chair(request.user)
    said = {"choice": mine.choice, "reason": mine.reason} if mine and mine.counts else None
    context = {
        "decision": found,
        "record": record,
        "mine": mine,
        "voices": voices_percent(found),
        "delegation": delegation,
        "inside": inside,
        "chairs": chairs,
        "answers": inside and access.can_answer(request.user, found),
        "needed": needed_seats(found.electorate, found.quorum) if found.electorate else None,
        "vote_form": VoteForm(decision=found, initial=said),
        "answer_form": AnswerForm(),
        "withdraw_form": WithdrawForm(),
        "evidence_form": _evidence_form(request, found) if inside else None,
        **forms,
    }
    if chairs and found.is_open:
        context["running"] = deciding.count(found, record)
    return render(request, "agendas/decisions/decision.html", context, status=status)


def _evidence_form(request: Request, found: Decision) -> EvidenceForm | None:
    is_draft = found.state == Decision.State.DRAFT
    return EvidenceForm(chapter=request.chapter) if is_draft else None
