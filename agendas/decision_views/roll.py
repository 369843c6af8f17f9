"""The roll call: the chair marks who is there and which delegates were briefed."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from agendas import access
from agendas.actions.deciding import count
from agendas.actions.ratifying import Refused
from agendas.actions.roll import call_roll
from agendas.decision_forms import RollForm
from agendas.models import Decision
from agendas.queries.decisions import decision_record
from agendas.rules import needed_seats
from chapters.gates import council
from chapters.requests import Request, posted, see_other


@council
@require_http_methods(["GET", "HEAD", "POST"])
def decision_roll(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Who is there, beside the quorum; it can be read but not changed once the vote is over."""
    found = get_object_or_404(Decision.objects.select_related("chapter", "earlier"), pk=pk)
    if not access.can_chair(request.user):
        raise Http404
    record = decision_record(found)
    form = RollForm(posted(request), seats=record.seats)
    if form.is_bound and form.is_valid():
        try:
            call_roll(found, request.user, form.marks())
            messages.success(request, "The roll is saved.")
        except Refused as refusal:
            messages.error(request, str(refusal))
        return see_other("agendas:decision-roll", chapter, pk)
    context = {
        "decision": found,
        "record": record,
        "form": form,
        "needed": needed_seats(found.electorate, found.quorum) if found.electorate else None,
        "running": count(found, record) if found.is_open else None,
    }
    status = 422 if form.errors else 200
    return render(request, "agendas/decisions/roll.html", context, status=status)
