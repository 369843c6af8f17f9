"""Pages of shared measurement: a chapter's dashboard, one indicator, the library."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from chapters.actions import request_job
from chapters.gates import council, public
from chapters.models import Chapter
from chapters.ready import ready
from measurement import cards, queries, wording
from measurement.foretelling import target_rows
from measurement.tasks import CITY_FILE


@ready(query=["topic"])
@public
@require_safe
def dashboard(request: HttpRequest, chapter: str) -> HttpResponse:
    """How a chapter stands: N of M, a card for each indicator, the first one in full."""
    place = _chapter(request).place
    profile = queries.profile(place)
    topics = sorted({change.indicator.topic for change in profile.score.changes})
    topic = request.GET.get("topic", "")
    shown = cards.cards(profile, topic)
    first = shown[0].indicator if shown else None
    context = _score(profile.score) | {
        "cards": shown,
        "topics": topics,
        "topic": topic if topic in topics else "",
        "picture": cards.picture(profile, first.code, cards.group_names()) if first else None,
        "sources": queries.find_sources(place, [first]) if first else [],
    }
    return render(request, "measurement/dashboard.html", context)


@ready
@public
@require_safe
def indicator(request: HttpRequest, chapter: str, code: str) -> HttpResponse:
    """One indicator in one chapter: what became of it, over time and by group."""
    place = _chapter(request).place
    picture = cards.picture(queries.profile(place, code), code, cards.group_names())
    if picture is None:
        raise Http404(f"There is no indicator “{code}”.")
    sources = queries.find_sources(place, [picture.change.indicator])
    context = {
        "picture": picture,
        "indicator": picture.change.indicator,
        "sources": sources,
        "targets": target_rows(_chapter(request), picture.change.indicator),
    }
    return render(request, "measurement/indicator.html", context)


@ready
@public
@require_safe
def indicators(request: HttpRequest) -> HttpResponse:
    """The library: what is measured in every chapter, how, and by whom."""
    context = {"indicators": queries.library(), "sources": queries.national_sources()}
    return render(request, "measurement/indicators.html", context)


@council
@require_POST
def city_file(request: HttpRequest, chapter: str) -> HttpResponse:
    """Ask for all figures of the chapter as one file, and show how far it is."""
    mine = _chapter(request)
    title = f"Figures of {mine.name}"
    job = request_job(CITY_FILE, title, chapter=mine, by=request.user, arguments={})
    return redirect("chapters:job", chapter=mine.slug, pk=job.pk)


def _chapter(request: HttpRequest) -> Chapter:
    return request.chapter  # type: ignore[attr-defined,no-any-return]


def _score(score: queries.Score) -> dict[str, Any]:
    return {
        "score": score,
        "headline": wording.headline(score),
        "segments": cards.segments(score.tally.counts),
        "by_chance": wording.by_chance(score),
        "windows": score.changes[0].line if score.changes else None,
    }
