"""Doors of paid places: asking for one, and the council's page where they are decided."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from chapters.gates import council, public
from chapters.requests import Request, posted
from members import access, actions
from members.actions.invitations import claim_invitation
from members.actions.places import PlaceRefused
from members.answers import answers_for, keep_answers
from members.entrance import is_known, send_code
from members.forms import AccountForm, PaidPlaceForm, WordsForm, YearlyPlacesForm
from members.models import PaidPlace
from members.queries.places import PlacesQueue, my_place, places_queue

# --- Asking -------------------------------------------------------------------------------------


@public
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: Request, chapter: str) -> HttpResponse:
    """Ask for a paid place: who it is for, confirmed by a code, and a note if they like."""
    if not access.can_join(request.chapter):
        return redirect("members:join")
    if not request.user.is_authenticated:
        return _introduce(request)
    is_known(request)
    if refused := claim_invitation(request.user, request.chapter, request.session):
        return redirect(refused)
    place = my_place(request.user, request.chapter)
    if place and place.status == PaidPlace.Status.ASKED:
        return render(request, "members/place_asked.html", {"place": place})
    answers = answers_for(request.session, request.chapter.slug)
    form = PaidPlaceForm(posted(request), initial={"note": answers.get("note", "")})
    if form.is_bound and form.is_valid():
        actions.ask_for_place(request.user, request.chapter, form.cleaned_data["note"])
        keep_answers(request.session, request.chapter.slug, note="")
        return redirect("members:place-ask", request.chapter.slug)
    return _page(request, form, place)


def _introduce(request: Request) -> HttpResponse:
    """The same page for somebody whom we don't know yet: a code comes before the question."""
    kept = answers_for(request.session, request.chapter.slug)
    form = AccountForm(posted(request), initial=kept)
    if (
        form.is_bound
        and form.is_valid()
        and (sent := send_code(request, form, "members:place-ask"))
    ):
        return sent
    return _page(request, form, None)


def _page(request: Request, form: Any, place: PaidPlace | None) -> HttpResponse:
    status = 422 if form.is_bound else 200
    context = {"form": form, "place": place}
    return render(request, "members/place_ask.html", context, status=status)


# --- Deciding -----------------------------------------------------------------------------------


@council
@require_http_methods(["GET", "HEAD"])
def queue(request: Request, chapter: str) -> HttpResponse:
    """Who asks for a paid place, what was decided, and how many the year has left."""
    return _queue(request)


def _queue(request: Request, *, problem: str = "", **forms: Any) -> HttpResponse:
    found: PlacesQueue = places_queue(request.chapter)
    limit = {"paid_places": request.chapter.paid_places}
    known = {"number_form": YearlyPlacesForm(initial=limit), "words_form": WordsForm(), **forms}
    context = {"queue": found, "problem": problem, **known}
    is_wrong = problem or any(form.is_bound for form in known.values())
    status = 422 if is_wrong else 200
    return render(request, "members/places.html", context, status=status)


@council
@require_POST
def decide(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Grant a paid place, or decline it with words."""
    place = get_object_or_404(PaidPlace.objects.all(), pk=pk)
    form = WordsForm(request.POST if "decline" in request.POST else None)
    if form.is_bound and not form.is_valid():
        return _queue(request, words_form=form, declining=place)
    try:
        if form.is_bound:
            actions.decline_place(place, form.cleaned_data["words"], by=request.user)
        else:
            actions.grant_place(place, by=request.user)
    except PlaceRefused as error:
        return _queue(request, problem=str(error))
    return redirect("members:places", request.chapter.slug)


@council
@require_POST
def limit(request: Request, chapter: str) -> HttpResponse:
    """Set how many paid places the chapter gives in a year."""
    form = YearlyPlacesForm(request.POST)
    if not form.is_valid():
        return _queue(request, number_form=form)
    number = form.cleaned_data["paid_places"]
    actions.set_paid_places(request.chapter, number, by=request.user)
    return redirect("members:places", request.chapter.slug)
