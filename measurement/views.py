"""Pages of shared measurement: a chapter's dashboard, one indicator, the library."""

from typing import Any

from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_POST, require_safe

from chapters.actions import request_job
from chapters.gates import council, public
from chapters.models import Chapter
from chapters.ready import ready
from measurement import cards, images, queries, wording
from measurement.foretelling import target_rows
from measurement.tasks import CITY_FILE


@ready(query=["topic", "result", "group"])
@public
@require_safe
def dashboard(request: HttpRequest, chapter: str) -> HttpResponse:
    """How a chapter stands: N of M, a card for each indicator, the first one in full."""
    place = _chapter(request).place
    profile = queries.profile(place)
    names = cards.group_names()
    asked = cards.filters(request.GET, profile.score, names)
    shown = cards.cards(profile, asked)
    first = shown[0].indicator if shown else None
    context = _score(profile.score) | {
        "cards": shown,
        "asked": asked,
        "picture": cards.picture(profile, first.code, names) if first else None,
        "sources": queries.find_sources(place, [first]) if first else [],
    }
    return render(request, "measurement/dashboard.html", context)


@ready
@public
@require_safe
def indicator(request: HttpRequest, chapter: str, code: str) -> HttpResponse:
    """One indicator in one chapter: what became of it, over time and by group."""
    context = _picture(_chapter(request), code)
    context |= {
        "targets": target_rows(_chapter(request), context["indicator"]),
        "embed": settings.SITE_URL + reverse("measurement:embed", args=[chapter, code]),
    }
    return render(request, "measurement/indicator.html", context)


@ready
@public
@require_safe
def image(request: HttpRequest, chapter: str, code: str) -> HttpResponse:
    """The chart of an indicator as a file that says itself what it shows and where it is from."""
    context = _picture(_chapter(request), code)
    address = settings.SITE_URL + reverse("measurement:indicator", args=[chapter, code])
    sheet = images.lay_out(context["picture"], _chapter(request).name, address, context["sources"])
    if sheet is None:
        raise Http404("There is no figure to draw.")
    drawing = render_to_string("measurement/image.svg", context | {"sheet": sheet})
    headers = {"Content-Disposition": f'inline; filename="{chapter}-{code}.svg"'}
    return HttpResponse(images.paint(drawing), content_type="image/svg+xml", headers=headers)


@csp_replace({"frame-ancestors": ["*"]})
@xframe_options_exempt
@public
@require_safe
def embed(request: HttpRequest, chapter: str, code: str) -> HttpResponse:
    """The chart of an indicator alone, which any site may show in a frame: published data only."""
    return render(request, "measurement/embed.html", _picture(_chapter(request), code))


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


def _picture(chapter: Chapter, code: str) -> dict[str, Any]:
    picture = cards.picture(queries.profile(chapter.place, code), code, cards.group_names())
    if picture is None:
        raise Http404(f"There is no indicator “{code}”.")
    indicator = picture.change.indicator
    sources = queries.find_sources(chapter.place, [indicator])
    return {"picture": picture, "indicator": indicator, "sources": sources}


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
