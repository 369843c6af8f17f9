"""Doors by which an organization joins a chapter and pays: profile, size, review, payment page.

Answers wait in the session under `organization` until the person presses Pay.
"""

from typing import Any
from uuid import UUID

from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from chapters.gates import signed_in
from chapters.requests import Request, posted, see_other
from chapters.scope import in_chapter, opens_own_scopes
from members import access, actions, gateway
from members.actions.organization_dues import close_replaced, find_replaced
from members.actions.organizations import NoSeatFree, enroll_organization
from members.models import (
    Checkout,
    Organization,
    OrganizationDues,
    OrganizationMembership,
    OrganizationTier,
)
from members.organization_forms import NEW, KnownForm, ProfileForm, TierForm
from members.queries import organizations as queries

ASK_METHODS = ["GET", "HEAD", "POST"]
_Status = Checkout.Status


# --- The session's answers ----------------------------------------------------------------------


def _answers(request: Request) -> dict[str, Any]:
    kept = request.session.get("organization", {})
    slug = request.chapter.slug
    return kept if kept.get("chapter") == slug else {"chapter": slug}


def _keep(request: Request, **answers: Any) -> None:
    request.session["organization"] = {**_answers(request), **answers}


def _show(request: Request, template: str, step: int, form: Any, **more: Any) -> HttpResponse:
    """A step's page: 422 with the errors on it, or 200."""
    context = {"form": form, "step": step, "answers": _answers(request), **more}
    context["tier"] = _tier(request)
    path = f"members/organizations/{template}.html"
    return render(request, path, context, status=422 if form.is_bound else 200)


def _tier(request: Request) -> OrganizationTier | None:
    return queries.open_tiers().filter(code=_answers(request).get("tier", "")).first()


# --- Three steps --------------------------------------------------------------------------------


@signed_in
@require_http_methods(ASK_METHODS)
def profile(request: Request, chapter: str) -> HttpResponse:
    """Step 1: which organization, and what it does."""
    if not access.can_join(request.chapter):
        return redirect("members:organization-directory", chapter)
    choices = KnownForm(request.user, request.GET if "known" in request.GET else None)
    if choices.is_bound and choices.is_valid():
        _keep(request, known=choices.cleaned_data["known"], profile=None)
        return see_other("members:organization-join", chapter)
    if "known" not in _answers(request) and len(choices.fields["known"].choices) > 1:  # type: ignore[attr-defined]
        return _show(request, "join_known", 1, choices)
    return _ask_profile(request)


def _ask_profile(request: Request) -> HttpResponse:
    known = _known(request)
    kept = _answers(request).get("profile")
    if kept is None and known is not None:
        kept = ProfileForm.answers(known, is_listed=True)
    taken_in = request.chapter if known is None else None
    form = ProfileForm(posted(request), initial=kept or {"is_listed": True}, taken_in=taken_in)
    if form.is_bound and form.is_valid():
        _keep(request, profile=form.cleaned_data)
        return see_other("members:organization-join-size", request.chapter.slug)
    return _show(request, "join_profile", 1, form, known=known)


def _known(request: Request) -> Organization | None:
    """The organization that the person chose among those they manage; asked anew each time."""
    key = _answers(request).get("known", NEW)
    if not str(key).isdigit():
        return None
    return queries.joinable_organizations(request.user).filter(pk=key).first()


@signed_in
@require_http_methods(ASK_METHODS)
def size(request: Request, chapter: str) -> HttpResponse:
    """Step 2: how large it is."""
    if not _answers(request).get("profile"):
        return see_other("members:organization-join", chapter)
    form = TierForm(posted(request), initial={"tier": _answers(request).get("tier")})
    if form.is_bound and form.is_valid():
        _keep(request, tier=form.cleaned_data["tier"].code)
        return see_other("members:organization-join-review", chapter)
    return _show(request, "join_size", 2, form)


@signed_in
@require_http_methods(ASK_METHODS)
def review(request: Request, chapter: str) -> HttpResponse:
    """Step 3: check the answers, then pay."""
    answers, tier = _answers(request), _tier(request)
    if not answers.get("profile") or tier is None or not access.can_join(request.chapter):
        return see_other("members:organization-join", chapter)
    if request.method != "POST":
        return _show(request, "join_review", 3, Form())
    try:
        membership = enroll_organization(
            request.user, request.chapter, answers["profile"], tier, _known(request)
        )
    except NoSeatFree:
        raise Http404 from None
    return _order(request, membership, tier)


def _order(
    request: Request, membership: OrganizationMembership, tier: OrganizationTier
) -> HttpResponse:
    checkout = actions.order_dues(request.user, membership, tier)
    return see_other("members:organization-pay", request.chapter.slug, checkout.pk)


@signed_in
@require_http_methods(ASK_METHODS)
def renew(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Twelve more months, in the same size or another one; also the first, after a refusal."""
    membership = queries.known_membership(pk)
    if membership is None or not access.can_manage(request.user, membership):
        raise Http404
    taken = queries.seats_of(membership).count()
    form = TierForm(posted(request), initial={"tier": membership.tier.code}, seats_taken=taken)
    if form.is_bound and form.is_valid():
        return _order(request, membership, form.cleaned_data["tier"])
    notice = request.GET.get("notice", "")
    return _show(request, "renew", 0, form, membership=membership, notice=notice)


# --- To the payment page and back ---------------------------------------------------------------


@opens_own_scopes
@signed_in
@require_safe
def pay(request: Request, chapter: str, pk: UUID) -> HttpResponse:
    """Close the pages that this order replaces, then on to the payment page."""
    with in_chapter(request.chapter, request.user):
        order = _own_order(request, pk)
        replaced = find_replaced(order.checkout)
    try:
        was_paid = close_replaced(replaced)
    except (gateway.GatewayDown, gateway.GatewayRefused):
        return _to_renewal(order, "down")
    if was_paid:
        paid = next(one for one in replaced if one.status == _Status.PAID)
        return see_other("members:organization-paid", chapter, query=f"?checkout={paid.pk}")
    return see_other("members:pay", chapter, pk)


def _own_order(request: Request, pk: Any) -> OrganizationDues:
    """The order of a checkout, for the organization's managers and whoever pays."""
    try:
        order = queries.order_of(UUID(str(pk)))
    except ValueError:
        raise Http404 from None
    if order is None:
        raise Http404
    is_payer = order.checkout.user_id == request.user.pk
    if not (is_payer or access.can_manage(request.user, order.organization_membership)):
        raise Http404
    return order


def _to_renewal(order: OrganizationDues, notice: str) -> HttpResponse:
    membership = order.organization_membership
    return see_other(
        "members:organization-renew",
        membership.chapter.slug,
        membership.pk,
        query=f"?notice={notice}",
    )


@opens_own_scopes
@signed_in
@require_safe
def returned(request: Request, chapter: str) -> HttpResponse:
    """Back from the payment page without paying; Stripe is asked whether that is so."""
    with in_chapter(request.chapter, request.user):
        order = _own_order(request, request.GET.get("checkout", ""))
    if notice := request.GET.get("notice", ""):
        return _to_renewal(order, notice)
    try:
        checkout = actions.refresh_checkout(order.checkout)
    except (gateway.GatewayDown, gateway.GatewayRefused):
        return _to_renewal(order, "unknown")
    if checkout.status in {_Status.OPEN, _Status.EXPIRED}:
        return _to_renewal(order, "cancelled")
    return see_other("members:organization-paid", chapter, query=f"?checkout={checkout.pk}")


@signed_in
@require_safe
def paid(request: Request, chapter: str) -> HttpResponse:
    """How the payment stands, from the database alone; asks again until the webhook landed."""
    order = _own_order(request, request.GET.get("checkout", ""))
    checkout = order.checkout
    if request.htmx:
        waiting = checkout.status == _Status.OPEN
        return HttpResponse(status=204, headers={} if waiting else {"HX-Refresh": "true"})
    if checkout.status == _Status.PAID:
        request.session.pop("organization", None)
    membership = order.organization_membership
    context = {
        "order": order,
        "checkout": checkout,
        "payment": getattr(checkout, "payment", None),
        "membership": membership,
        "organization": membership.organization,
        "here": f"{reverse('members:organization-paid', args=[chapter])}?checkout={checkout.pk}",
    }
    return render(request, "members/organizations/paid.html", context)
