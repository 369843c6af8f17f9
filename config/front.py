"""The front pages and a member's home: they show every floor, so they stand above them all."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from agendas.queries import published_summary
from agendas.queries.ideas import my_ideas
from chapters.atlas import draw_map
from chapters.gates import public, signed_in
from chapters.models import Chapter
from chapters.queries import list_council, list_network, my_seats
from chapters.ready import keep, ready
from chapters.requests import Request
from convenings.clock import Times, tell_times
from convenings.models import Convening
from convenings.queries import next_convenings, registrations_of
from measurement import cards, wording
from measurement.queries import Profile, network_score, profile
from members.queries.books import MonthSum, open_dues
from members.queries.home import home

SHOWN_CARDS = 3
SHOWN_MONTHS = 6


@ready
@public
@require_safe
def national_home(request: HttpRequest) -> HttpResponse:
    """The nation: where chapters work, what has changed, what comes next."""
    chapters, score = list_network(), network_score()
    context = {
        "chapters": chapters,
        "map": draw_map(chapters),
        "score": score,
        "segments": cards.segments(score.tally.counts),
        "chance": wording.chance_of(score.tally),
        "convenings": _timed(next_convenings(limit=2)),
    }
    return render(request, "front/nation.html", context)


@ready
@public
@require_safe
def chapter_home(request: Request, chapter: str) -> HttpResponse:
    """A chapter: where it stands, what it agreed, who is at the table, what comes next."""
    here = request.chapter
    body = keep(here, "home", partial(_chapter_body, here))
    return render(request, "front/chapter.html", {"body": body})


def _chapter_body(here: Chapter) -> SafeString:
    """What a chapter's page shows to everybody, between its bar and its foot."""
    return render_to_string("front/chapter_body.html", _chapter_context(here))


def _chapter_context(here: Chapter) -> dict[str, Any]:
    figures = profile(here.place)
    return {
        "chapter": here,
        "score": figures.score,
        "segments": cards.segments(figures.score.tally.counts),
        "chance": wording.chance_of(figures.score.tally),
        "cards": telling_cards(figures),
        "agenda": published_summary(here),
        "council": list_council(here),
        "convenings": _timed(next_convenings(here, limit=1)),
        "dues": _dues(open_dues(here)),
    }


@signed_in
def member_home(request: HttpRequest) -> HttpResponse:
    """A person's own page: what the floor of members knows of them, and their convenings."""
    rows, zone = registrations_of(request.user), getattr(request.user, "zone", "")
    attended = [
        (row, tell_times(one.starts_at, one.ends_at, one.zone, zone))
        for row in rows
        for one in [row.convening]
    ]
    context = {
        "home": home(request.user),
        "attended": attended,
        "ideas": my_ideas(request.user),
        "seats": my_seats(request.user),
    }
    return render(request, "front/member.html", context)


def telling_cards(figures: Profile) -> list[cards.Card]:
    """Three counted indicators that show the range: one of each look, losses first, then more."""
    looks = ("worsened", "improved", "steady")
    counted = [card for card in cards.cards(figures) if not card.note and card.look in looks]
    firsts = [next((card for card in counted if card.look == look), None) for look in looks]
    chosen = [card for card in firsts if card]
    return [*chosen, *(card for card in counted if card not in chosen)][:SHOWN_CARDS]


def _timed(convenings: list[Convening]) -> list[tuple[Convening, Times]]:
    return [(one, tell_times(one.starts_at, one.ends_at, one.zone)) for one in convenings]


def _dues(months: tuple[MonthSum, ...]) -> dict[str, Any]:
    """The last months of dues in the open books, and the highest, to which bars are drawn."""
    shown = months[-SHOWN_MONTHS:]
    return {
        "cents": sum(month.income for month in months),
        "months": shown,
        "most": max((month.income for month in shown), default=0),
    }
