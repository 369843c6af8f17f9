"""Doors of offers and needs."""

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from chapters.access import is_council
from chapters.gates import council, public, signed_in
from chapters.requests import Request, posted
from chapters.sharing import Change, change_shared
from members import access
from members.actions import offers as actions
from members.gates import inside
from members.models import Focus, Kind, Need, Offer, OfferRequest
from members.offer_forms import AnswerForm, AskForm, NeedForm, OfferForm
from members.queries import offers as queries
from members.queries.matching import rank_offers
from members.queries.organizations import managed_here

PAGE = 20
ASK_METHODS = ["GET", "HEAD", "POST"]


def _page(request: Request, template: str, form: Any = None, **context: Any) -> HttpResponse:
    """A page; with errors on its form 422, where somebody else was faster 409."""
    change = form if isinstance(form, Change) else Change(form) if form is not None else None
    if change is not None:
        form, context = change.form, {**context, "met": change.met}
    status = change.status if change else 200
    path = f"members/offers/{template}.html"
    return render(request, path, {"form": form, **context}, status=status)


# --- Offers -------------------------------------------------------------------------------------


def _wanted(request: Request) -> queries.OfferFilter:
    kind, focus = request.GET.get("kind", ""), request.GET.get("focus", "")
    return queries.OfferFilter(
        q=request.GET.get("q", "").replace("\0", "").strip()[:100],
        kind=kind if kind in Kind.values else "",
        focus=focus if focus in Focus.values else "",
    )


@public
@require_safe
def offers(request: Request, chapter: str) -> HttpResponse:
    """What people and organizations of the chapter contribute."""
    wanted = _wanted(request)
    is_inside = access.is_inside(request.user, request.chapter)
    rows = queries.listed_offers(request.chapter, inside=is_inside, wanted=wanted)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    asked = {name: value for name, value in vars(wanted).items() if value}
    return _page(
        request,
        "offers",
        page=page,
        wanted=wanted,
        asked=urlencode(asked),
        kinds=Kind.choices,
        areas=Focus.choices,
        is_inside=is_inside,
    )


@signed_in
@require_safe
def mine(request: Request, chapter: str) -> HttpResponse:
    """The person's own offers, and the questions that wait for an answer."""
    return _page(
        request,
        "mine",
        offers=queries.editable_offers(request.user),
        requests=queries.requests_to_answer(request.user),
        is_inside=access.is_inside(request.user, request.chapter),
    )


@public
@require_safe
def offer(request: Request, chapter: str, pk: int) -> HttpResponse:
    """One offer, to those who find it on the list, and to those who may edit it."""
    found = _offer(pk)
    can_edit = access.can_edit_offer(request.user, found)
    is_inside = access.is_inside(request.user, request.chapter)
    if not (can_edit or queries.is_listed(found, inside=is_inside)):
        raise Http404
    return _page(request, "offer", offer=found, can_edit=can_edit)


def _offer(pk: int) -> Offer:
    found = queries.known_offer(pk)
    if found is None:
        raise Http404
    return found


@inside
@require_http_methods(ASK_METHODS)
def new_offer(request: Request, chapter: str) -> HttpResponse:
    """Publish an offer, as a person or in the name of an organization."""
    managed = managed_here(request.user, request.chapter)
    form = OfferForm(posted(request), managed=managed)
    if form.is_bound and form.is_valid():
        fresh = form.fill(Offer(sent_key=form.sent_key))
        return redirect(actions.save_offer(fresh, request.user, request.chapter))
    return _page(request, "edit", form)


@signed_in
@require_http_methods(ASK_METHODS)
def edit_offer(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Change, pause or close an offer."""
    found = _offer(pk)
    if not access.can_edit_offer(request.user, found):
        raise Http404
    change = change_shared(
        found,
        posted(request),
        lambda data, row: OfferForm(data, offer=row),
        lambda form, row: actions.save_offer(form.fill(row), request.user, request.chapter),
    )
    return redirect(found) if change.saved else _page(request, "edit", change, offer=found)


# --- Needs --------------------------------------------------------------------------------------


@inside
@require_safe
def needs(request: Request, chapter: str) -> HttpResponse:
    """What the council asks for."""
    rows: QuerySet[Need] = queries.open_needs()
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return _page(request, "needs", page=page, is_council=is_council(request.user))


@inside
@require_safe
def need(request: Request, chapter: str, pk: int) -> HttpResponse:
    """One need; the council sees the offers that match it, and who was asked."""
    found = _need(pk)
    context: dict[str, Any] = {"need": found, "is_council": is_council(request.user)}
    if context["is_council"]:
        asked = list(queries.requests_of(found))
        taken = {one.offer_id for one in asked}
        matches = rank_offers(found) if found.status == Need.Status.OPEN else []
        context |= {
            "requests": asked,
            "matches": [one for one in matches if one.offer.pk not in taken],
        }
    return _page(request, "need", **context)


def _need(pk: int) -> Need:
    found = queries.known_need(pk)
    if found is None:
        raise Http404
    return found


@council
@require_http_methods(ASK_METHODS)
def new_need(request: Request, chapter: str) -> HttpResponse:
    """Post a need."""
    form = NeedForm(posted(request))
    if form.is_bound and form.is_valid():
        fresh = form.fill(Need(sent_key=form.sent_key))
        return redirect(actions.save_need(fresh, request.user, request.chapter))
    return _page(request, "need_edit", form)


@council
@require_http_methods(ASK_METHODS)
def edit_need(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Change or close a need."""
    found = _need(pk)
    change = change_shared(
        found,
        posted(request),
        lambda data, row: NeedForm(data, need=row),
        lambda form, row: actions.save_need(form.fill(row), request.user, request.chapter),
    )
    return redirect(found) if change.saved else _page(request, "need_edit", change, need=found)


@council
@require_http_methods(ASK_METHODS)
def ask(request: Request, chapter: str, pk: int, offer: int) -> HttpResponse:
    """Ask whoever offers something that a need looks for."""
    found, wanted = _need(pk), _offer(offer)
    if wanted.kind != found.kind or not queries.is_listed(wanted, inside=True):
        raise Http404
    form = AskForm(posted(request))
    if form.is_bound and form.is_valid():
        try:
            actions.ask_for_offer(found, wanted, request.user, form.cleaned_data["words"])
        except actions.AskedAlready:
            form.add_error(None, "This offer was asked for already. Nobody is asked twice")
        except actions.NotOffered:
            form.add_error(None, "This need is not open any more")
        else:
            return redirect(found)
    return _page(request, "ask", form, need=found, offer=wanted)


@signed_in
@require_http_methods(ASK_METHODS)
def offer_request(request: Request, chapter: str, pk: int) -> HttpResponse:
    """A request: whoever answers for the offer says yes or no; the council reads the answer."""
    found = queries.known_request(pk)
    if found is None:
        raise Http404
    can_answer = _can_answer(request, found)
    if not (can_answer or is_council(request.user)):
        raise Http404
    waiting = can_answer and found.status == OfferRequest.Status.ASKED
    form = AnswerForm(posted(request) if waiting else None) if waiting else None
    if form is not None and form.is_bound and form.is_valid():
        accept = form.cleaned_data["answer"] == "yes"
        # Answered in the same moment by another manager: the page shows that answer.
        with suppress(actions.AnsweredAlready):
            words = form.cleaned_data["words"]
            actions.answer_request(found, request.user, accept=accept, words=words)
        return redirect(found)
    return _page(request, "request", form, asked=found, can_answer=can_answer)


def _can_answer(request: Request, found: OfferRequest) -> bool:
    return found.offerer_id == request.user.pk or access.can_edit_offer(request.user, found.offer)
