"""Pages of shared measurement: a chapter's dashboard, one indicator, the library."""

import datetime as dt
from functools import partial
from typing import Any

from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_POST, require_safe

from chapters.actions import request_job
from chapters.gates import council, public
from chapters.models import Chapter
from chapters.ready import keep, ready
from measurement import cards, images, queries, telling, vega, wording
from measurement.foretelling import target_rows
from measurement.queries.surveys import own_figures
from measurement.shelves import shelves as library_shelves
from measurement.tasks import CITY_FILE

FILTERS = ("topic", "result", "group")


@ready(query=FILTERS)
@public
@require_safe
def dashboard(request: HttpRequest, chapter: str) -> HttpResponse:
    """How a chapter stands: N of M, a card for each indicator, the first one in full."""
    here = _chapter(request)
    given = {name: request.GET[name] for name in FILTERS if name in request.GET}
    # What is overdue changes with the day too, not only with a commit.
    late = keep(here, f"overdue {here.today}", partial(queries.find_stale, here.place_id))
    find = partial(_dashboard, here, given, late)
    context = find() if given else keep(here, f"dashboard {late}", find)
    return render(request, "measurement/dashboard.html", context)


def _dashboard(here: Chapter, given: dict[str, str], late: dict[int, dt.date]) -> dict[str, Any]:
    """What a dashboard shows to everybody; given: what it is filtered by; late: since when."""
    place = here.place
    profile = queries.profile(place)
    names = cards.group_names()
    asked = cards.filters(given, profile.score, names)
    shown = cards.with_stale(cards.cards(profile, asked), late)
    first = shown[0].indicator if shown else None
    body = {
        "chapter": here,
        "cards": shown,
        "found": telling.found_in(own_figures(place)),
        "asked": asked,
        "without": cards.count_without(profile, asked),
        "picture": _first(profile, first.code, names, asked.group) if first else None,
        "about": names.get(asked.group, "") if asked.group else "",
        "sources": queries.find_sources(place, [first]) if first else [],
    }
    return _score(profile.score) | {
        "body": render_to_string("measurement/dashboard_body.html", body)
    }


def _first(
    profile: queries.Profile, code: str, names: dict[str, str], group: str
) -> cards.Picture | None:
    return cards.picture(profile, code, names, hidden=profile.hidden.get(code, ()), group=group)


@ready(query=["by", "owner"])
@public
@require_safe
def indicator(request: HttpRequest, chapter: str, code: str) -> HttpResponse:
    """One indicator in one chapter: what became of it, over time and by group."""
    context = _picture(request, code)
    embedded = reverse("measurement:embed", args=[chapter, code]) + context["asks_own"]
    context |= {
        "targets": target_rows(_chapter(request), context["indicator"]),
        "embed": settings.SITE_URL + embedded,
        "stale_since": queries.find_stale(_chapter(request).place_id).get(context["indicator"].pk),
    }
    return render(request, "measurement/indicator.html", context)


@ready(query=["owner", "group"])
@public
@require_safe
def trend_chart(request: HttpRequest, chapter: str, code: str) -> HttpResponse:
    """The figures of an indicator over time as a Vega-Lite specification."""
    found = _picture(request, code, request.GET.get("group", queries.TOTAL))
    drawn: cards.Drawn = found["picture"].drawn
    name = f"{found['indicator'].name}, {_chapter(request).name}"
    spec = vega.draw_trend(
        name, drawn.series, drawn.names, drawn.unit, drawn.fitted, drawn.aim, drawn.group
    )
    return JsonResponse(spec)


@ready(query=["by", "owner"])
@public
@require_safe
def groups_chart(request: HttpRequest, chapter: str, code: str) -> HttpResponse:
    """The newest figures of an indicator by group as a Vega-Lite specification."""
    found = _picture(request, code)
    drawn: cards.Drawn = found["picture"].drawn
    name = f"{found['indicator'].name}, {_chapter(request).name}, by group"
    return JsonResponse(vega.draw_ranges(name, drawn.ranges, drawn.unit))


@ready(query=["owner"])
@public
@require_safe
def image(request: HttpRequest, chapter: str, code: str) -> HttpResponse:
    """The chart of an indicator as a file that says itself what it shows and where it is from."""
    context = _picture(request, code)
    address = reverse("measurement:indicator", args=[chapter, code]) + context["asks_own"]
    sheet = images.lay_out(
        context["picture"], _chapter(request).name, settings.SITE_URL + address, context["sources"]
    )
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
    return render(request, "measurement/embed.html", _picture(request, code))


@ready
@public
@require_safe
def indicators(request: HttpRequest) -> HttpResponse:
    """The library: what is measured in every chapter, how, and by whom."""
    shelves = library_shelves()
    context = {
        "shelves": shelves,
        "count": sum(len(entries) for _, entries in shelves),
        "sources": queries.national_sources(),
    }
    return render(request, "measurement/indicators.html", context)


@council
@require_POST
def city_file(request: HttpRequest, chapter: str) -> HttpResponse:
    """Ask for all figures of the chapter as one file, and show how far it is."""
    mine = _chapter(request)
    title = f"Figures of {mine.name}"
    job = request_job(CITY_FILE, title, chapter=mine, by=request.user, arguments={})
    return redirect("chapters:job", chapter=mine.slug, pk=job.pk)


def _picture(request: HttpRequest, code: str, group: str = queries.TOTAL) -> dict[str, Any]:
    """An indicator as its pages and charts show it; whose it is, the address may say.

    A code alone is the nation's where the nation has it, else the chapter's own.
    """
    chapter, owner = _chapter(request), request.GET.get("owner", "")
    profile = _profile(chapter, code, owner)
    change = profile.score.change(code)
    if change is None:
        raise Http404(f"There is no indicator “{code}”.")
    indicator = change.indicator
    hidden = profile.hidden.get(code, ())
    names, by = cards.group_names(), request.GET.get("by", "")
    picture = cards.picture(profile, code, names, by, hidden, group)
    if picture is None:
        raise Http404(f"“{code}” is not broken down so.")
    return {
        "picture": picture,
        "indicator": indicator,
        "sources": queries.find_sources(chapter.place, [indicator]),
        "has_volunteers": wording.rests_on_volunteers(picture.change),
        "asks_own": f"?owner={chapter.slug}" if indicator.chapter_id else "",
    }


def _profile(chapter: Chapter, code: str, owner: str) -> queries.Profile:
    """Of the owner that is asked for; without figures of such an indicator there is no page."""
    if owner in ("", queries.NATION):
        found = queries.profile(chapter.place, code)
        is_nations = owner or found.score.change(code) or queries.find_indicator(code)
        own = None if is_nations else queries.own_profile(chapter, code)
        return own or found
    own = queries.own_profile(chapter, code) if owner == chapter.slug else None
    if own is None:
        raise Http404(f"There is no indicator “{code}”.")
    return own


def _chapter(request: HttpRequest) -> Chapter:
    return request.chapter  # type: ignore[attr-defined,no-any-return]


def _score(score: queries.Score) -> dict[str, Any]:
    return {
        "score": score,
        "headline": wording.headline(score),
        "segments": cards.segments(score.tally.counts),
        "chance": wording.chance_of(score.tally),
        "windows": score.changes[0].line if score.changes else None,
    }
