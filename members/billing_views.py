"""Doors to what a member pays; those that ask Stripe hold no transaction meanwhile."""

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from chapters.gates import signed_in
from chapters.requests import Request, see_other
from chapters.scope import as_self, in_chapter, opens_own_scopes
from members import actions, billing_gateway, gateway, queries
from members.actions.payables import payable_of
from members.answers import keep_answers
from members.models import Checkout, Purpose, Subscription
from members.queries.billing import my_dues, my_subscriptions

_Status = Checkout.Status


# --- To the payment page and back ----------------------------------------------------------------


@opens_own_scopes
@signed_in
def pay_dues(request: Request, chapter: str) -> HttpResponse:
    """Send the person to the payment page of their dues; again and again to the same one."""
    with in_chapter(request.chapter, request.user):
        checkout = queries.checkout_under_way(request.user, request.chapter)
    if checkout is None:
        return see_other("members:join-review", request.chapter.slug)
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
        return see_other(
            payable.back if notice else payable.done, request.chapter.slug, query=query
        )
    if notice:
        # The join pages keep their answers in the session and show the notice with them.
        keep_answers(request.session, request.chapter.slug, notice=notice)
    return see_other("members:join-review" if notice else payable.done, request.chapter.slug)


@opens_own_scopes
@signed_in
def returned(request: Request, chapter: str) -> HttpResponse:
    """Back from the payment page without paying; Stripe is asked whether that is so."""
    with in_chapter(request.chapter, request.user):
        checkout = queries.last_checkout(request.user, request.chapter)
    if checkout is None:
        return see_other("members:join-review", request.chapter.slug)
    try:
        checkout = actions.refresh_checkout(checkout)
    except (gateway.GatewayDown, gateway.GatewayRefused):
        return _after(request, checkout, "unknown")
    is_unpaid = checkout.status in {_Status.OPEN, _Status.EXPIRED}
    return _after(request, checkout, "cancelled" if is_unpaid else "")


# --- A member's own dues -------------------------------------------------------------------------


@signed_in
def billing(request: Request) -> HttpResponse:
    """Each membership's dues: what is paid, what will be charged and when, and how to stop it."""
    context = {
        "dues": my_dues(request.user),
        "notice": request.session.pop("billing", ""),
    }
    return render(request, "members/billing.html", context)


@signed_in
def stop(request: Request, pk: int) -> HttpResponse:
    """What stopping the renewal means, before it is done."""
    subscription = get_object_or_404(my_subscriptions(request.user), pk=pk)
    if not subscription.will_renew:
        return redirect("members:billing")
    return render(request, "members/billing_stop.html", {"subscription": subscription})


@require_POST
@opens_own_scopes
@signed_in
def cancel(request: Request, pk: int) -> HttpResponse:
    """Let the dues end with what is paid."""
    return _change_renewal(request, pk, goes_on=False)


@require_POST
@opens_own_scopes
@signed_in
def resume(request: Request, pk: int) -> HttpResponse:
    """Let the dues renew after all, while they have not ended."""
    return _change_renewal(request, pk, goes_on=True)


def _change_renewal(request: Request, pk: int, *, goes_on: bool) -> HttpResponse:
    subscription = _my_subscription(request, pk)
    try:
        actions.change_renewal(subscription, goes_on=goes_on)
    except gateway.GatewayDown:
        return _back_to_billing(request, "down")
    except gateway.GatewayRefused:
        return _back_to_billing(request, "refused")
    return _back_to_billing(request, "resumed" if goes_on else "stopped")


@require_POST
@opens_own_scopes
@signed_in
def portal(request: Request, pk: int) -> HttpResponse:
    """To the payment provider's page for the card and the invoices."""
    subscription = _my_subscription(request, pk)
    back = settings.SITE_URL + reverse("members:billing-back", args=[pk])
    try:
        address = billing_gateway.portal_address(subscription.customer_id, back)
    except gateway.GatewayDown:
        return _back_to_billing(request, "down")
    except gateway.GatewayRefused:
        return _back_to_billing(request, "refused")
    return HttpResponse(status=303, headers={"Location": address})


@opens_own_scopes
@signed_in
def back_from_portal(request: Request, pk: int) -> HttpResponse:
    """Back from that page: Stripe is asked what was changed there."""
    try:
        actions.refresh_subscription(_my_subscription(request, pk))
    except (gateway.GatewayDown, gateway.GatewayRefused):
        return _back_to_billing(request, "unknown")
    return _back_to_billing(request, "")


def _my_subscription(request: Request, pk: int) -> Subscription:
    with as_self(request.user):
        return get_object_or_404(my_subscriptions(request.user), pk=pk)


def _back_to_billing(request: Request, notice: str) -> HttpResponse:
    request.session["billing"] = notice
    return see_other("members:billing")
