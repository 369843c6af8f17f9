"""Doors that ask Stripe. They hold no transaction while it answers (`opens_own_scopes`)."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from chapters.gates import signed_in
from chapters.models import Chapter
from chapters.scope import in_chapter, opens_own_scopes
from members import actions, gateway, queries
from members.actions.payables import payable_of
from members.answers import keep_answers
from members.models import Checkout, Purpose

_Status = Checkout.Status


class Request(HttpRequest):
    """What the middleware adds, for the type checker."""

    user: Any
    chapter: Chapter


# --- To the payment page and back ----------------------------------------------------------------


@opens_own_scopes
@signed_in
def pay_dues(request: Request, chapter: str) -> HttpResponse:
    """Send the person to the payment page of their dues; again and again to the same one."""
    with in_chapter(request.chapter, request.user):
        checkout = queries.checkout_under_way(request.user, request.chapter)
    if checkout is None:
        return _see_other("members:join-review", request)
    return _go_and_pay(request, checkout)


@opens_own_scopes
@signed_in
def pay(request: Request, chapter: str, pk: UUID) -> HttpResponse:
    """Send the person to the payment page of one checkout of theirs, whatever it is for."""
    with in_chapter(request.chapter, request.user):
        checkout = queries.my_checkout(request.user, request.chapter, pk)
    if checkout is None:
        raise Http404("There is nothing to pay here.")
    return _go_and_pay(request, checkout)


def _go_and_pay(request: Request, checkout: Checkout) -> HttpResponse:
    if checkout.status != _Status.OPEN:
        return _after(request, checkout, "")
    try:
        address = actions.open_payment_page(checkout)
    except gateway.GatewayDown:
        return _after(request, checkout, "down")
    except gateway.GatewayRefused:
        return _after(request, checkout, "refused")
    if not address:
        return _after(request, checkout, "")
    return HttpResponse(status=303, headers={"Location": address})


def _after(request: Request, checkout: Checkout, notice: str) -> HttpResponse:
    """The purpose's page after paying, or before it with a notice of why not."""
    payable = payable_of(checkout.purpose)
    if checkout.purpose != Purpose.DUES:
        query = f"?checkout={checkout.pk}" + (f"&notice={notice}" if notice else "")
        return _see_other(payable.back if notice else payable.done, request, query)
    if notice:
        # The join pages keep their answers in the session and show the notice with them.
        keep_answers(request.session, request.chapter.slug, notice=notice)
    return _see_other("members:join-review" if notice else payable.done, request)


def _see_other(name: str, request: Request, query: str = "") -> HttpResponse:
    response = redirect(name, request.chapter.slug)
    response.status_code = 303
    response["Location"] += query
    return response


@opens_own_scopes
@signed_in
def returned(request: Request, chapter: str) -> HttpResponse:
    """Back from the payment page without paying; Stripe is asked whether that is so."""
    with in_chapter(request.chapter, request.user):
        checkout = queries.last_checkout(request.user, request.chapter)
    if checkout is None:
        return _see_other("members:join-review", request)
    try:
        checkout = actions.refresh_checkout(checkout)
    except (gateway.GatewayDown, gateway.GatewayRefused):
        return _after(request, checkout, "unknown")
    is_unpaid = checkout.status in {_Status.OPEN, _Status.EXPIRED}
    return _after(request, checkout, "cancelled" if is_unpaid else "")
