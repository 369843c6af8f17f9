"""Adopted texts for everybody, and what the council has changed since."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from agendas import queries
from agendas.drafts import shown_diff, word_diff
from agendas.models import Edition
from agendas.queries.decisions import decision_record
from agendas.queries.editions import adopted_edition, changed_since, edition_sections
from chapters.gates import council, public
from chapters.requests import Request


@public
@require_safe
def edition(request: Request, chapter: str, number: int) -> HttpResponse:
    """An adopted edition with its tally and every dissent, to read and to print."""
    rows = Edition.objects.filter(status=Edition.Status.ADOPTED)
    found = get_object_or_404(
        rows.select_related("agenda", "decision__chapter", "decision__earlier"), number=number
    )
    newest = adopted_edition(found.agenda)
    context = {
        "edition": found,
        "outline": queries.outline(
            found.agenda, queries.adopted_measures(found), edition_sections(found)
        ),
        "record": decision_record(found.decision),
        "newest": newest if newest and newest.pk != found.pk else None,
    }
    return render(request, "agendas/decisions/edition.html", context)


@council
@require_safe
def agenda_changes(request: Request, chapter: str) -> HttpResponse:
    """What the draft says otherwise than the adopted edition, word by word."""
    agenda = queries.chapter_agenda()
    found = adopted_edition(agenda) if agenda else None
    if agenda is None or found is None:
        raise Http404
    changes = [
        {
            "change": one,
            "heading": word_diff(one.before_heading, one.heading),
            "text": shown_diff(one.before, one.now),
            "known": word_diff("\n".join(one.known_before), "\n".join(one.known))
            if one.known_before != one.known
            else [],
        }
        for one in changed_since(found, agenda)
    ]
    return render(request, "agendas/decisions/changes.html", {"edition": found, "changes": changes})
