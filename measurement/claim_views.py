"""Pages of claims: what a chapter said of its figures, and how it stands today."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from chapters.gates import council, public
from chapters.models import Chapter
from chapters.ready import ready
from measurement import claiming
from measurement.actions.claims import NothingToClaim, make_claim
from measurement.cards import segments
from measurement.models import Claim

MOST = 100


@ready
@public
@require_safe
def claim(request: HttpRequest, code: str) -> HttpResponse:
    """What was claimed, for ever, and beside it what the figures of today say."""
    found = get_object_or_404(
        Claim.published.select_related("chapter", "place", "scorecard"), token=code
    )
    context = {
        "claim": found,
        "rows": claiming.rows(found),
        "segments": segments(found.counts),
        "chance": claiming.chance(found),
        "review": claiming.review(found),
        "stale": claiming.stale(found),
    }
    return render(request, "measurement/claim.html", context)


@ready
@public
@require_safe
def claims(request: HttpRequest, chapter: str) -> HttpResponse:
    """Everything that a chapter has claimed, newest first."""
    mine: Chapter = request.chapter  # type: ignore[attr-defined]
    found = Claim.published.filter(chapter=mine).defer("snapshot")[:MOST]
    return render(request, "measurement/claims.html", {"claims": found})


@council
@require_POST
def claim_make(request: HttpRequest, chapter: str) -> HttpResponse:
    """Freeze the score of today and show it under an address that stays."""
    try:
        made = make_claim(request.chapter, request.user)  # type: ignore[attr-defined]
    except NothingToClaim:
        messages.error(request, "There is nothing to claim: the chapter has no scorecard yet.")
        return redirect("measurement:claims", chapter=chapter)
    return redirect("measurement:claim", code=made.token)
