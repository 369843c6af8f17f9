"""Doors of organizations: the directory, seats, and the way of joining and paying."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chapters.access import is_council
from chapters.gates import public, signed_in
from chapters.requests import Request, posted
from chapters.sheets import write_sheet
from members import access
from members.actions import organizations as actions
from members.entrance import is_known, send_code
from members.forms import AccountForm
from members.gates import council_or_staff
from members.models import Focus, Organization, OrganizationMembership, Population, SeatInvitation
from members.organization_forms import ProfileForm, SeatForm, SuccessorForm
from members.queries import offers as offer_queries
from members.queries import organizations as queries

PAGE = 20
COLUMNS = [
    "name", "sector", "website", "description", "focus_areas", "populations_served",
    "joined_on", "paid_until", "seats",
]  # fmt: skip
ASK_METHODS = ["GET", "HEAD", "POST"]


# --- The directory ------------------------------------------------------------------------------


def _wanted(request: Request) -> queries.DirectoryFilter:
    """What the address asks for; what is no choice of ours asks for nothing."""

    def chosen(name: str, choices: Any) -> str:
        given = request.GET.get(name, "")
        return given if given in choices.values else ""

    return queries.DirectoryFilter(
        q=request.GET.get("q", "").replace("\0", "").strip()[:100],
        sector=chosen("sector", Organization.Sector),
        focus=chosen("focus", Focus),
        population=chosen("population", Population),
    )


@public
@require_safe
def directory(request: Request, chapter: str) -> HttpResponse:
    """The chapter's organizations, for everybody."""
    wanted = _wanted(request)
    rows = queries.directory(request.chapter, wanted)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    asked = {name: value for name, value in vars(wanted).items() if value}
    context = {
        "page": page,
        "wanted": wanted,
        "asked": urlencode(asked),
        "sectors": Organization.Sector.choices,
        "areas": Focus.choices,
        "populations": Population.choices,
        "can_export": is_council(request.user),
    }
    return render(request, "members/organizations/directory.html", context)


@council_or_staff
@require_safe
def directory_file(request: Request, chapter: str) -> HttpResponse:
    """The directory as CSV, for the council and the backbone."""
    rows = [
        [
            one.organization.name,
            one.organization.get_sector_display(),
            one.organization.website,
            one.organization.description,
            "; ".join(one.organization.focus_words),
            "; ".join(one.organization.population_words),
            one.joined_on.isoformat() if one.joined_on else "",
            one.paid_until.isoformat() if one.paid_until else "",
            one.seats,
        ]
        for one in queries.directory(request.chapter)
    ]
    headers = {"Content-Disposition": f'attachment; filename="organizations-{chapter}.csv"'}
    return HttpResponse(write_sheet(COLUMNS, rows), "text/csv; charset=utf-8", headers=headers)


@public
@require_safe
def organization(request: Request, chapter: str, pk: int) -> HttpResponse:
    """One organization; before it pays, and when it is not listed, for its own people alone."""
    membership = _membership(pk)
    manages = access.can_manage(request.user, membership)
    if not (manages or queries.directory(request.chapter).filter(pk=pk).exists()):
        raise Http404
    inside = access.is_inside(request.user, request.chapter)
    offers = offer_queries.listed_offers(request.chapter, inside=inside)
    context = {
        "membership": membership,
        "organization": membership.organization,
        "offers": offers.filter(organization_membership=membership),
        "manages": manages,
    }
    return render(request, "members/organizations/organization.html", context)


def _membership(pk: int) -> OrganizationMembership:
    found = queries.known_membership(pk)
    if found is None:
        raise Http404
    return found


def _managed(request: Request, pk: int) -> OrganizationMembership:
    """The organization, for its managers alone."""
    membership = _membership(pk)
    if not access.can_manage(request.user, membership):
        raise Http404
    return membership


# --- Profile and seats --------------------------------------------------------------------------


def _show(request: Request, template: str, form: Any, **context: Any) -> HttpResponse:
    """A page with a form: 422 with the errors on it, or 200."""
    status = 422 if form.is_bound else 200
    path = f"members/organizations/{template}.html"
    return render(request, path, {"form": form, **context}, status=status)


def _seats_page(membership: OrganizationMembership, done: str = "") -> HttpResponse:
    address = reverse("members:organization-seats", args=[membership.chapter.slug, membership.pk])
    return redirect(f"{address}?{urlencode({'done': done})}" if done else address)


@signed_in
@require_http_methods(ASK_METHODS)
def edit(request: Request, chapter: str, pk: int) -> HttpResponse:
    """What the organization says of itself."""
    membership = _managed(request, pk)
    kept = ProfileForm.answers(membership.organization, membership.is_listed)
    form = ProfileForm(posted(request), initial=kept)
    if form.is_bound and form.is_valid():
        actions.save_profile(membership, form.cleaned_data)
        return _seats_page(membership, "saved")
    return _show(request, "edit", form, membership=membership)


@signed_in
@require_http_methods(ASK_METHODS)
def seats(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Who sits, who is invited, what was paid; POST invites somebody."""
    membership = _managed(request, pk)
    form = SeatForm(posted(request))
    if form.is_bound and form.is_valid() and _invite(request, membership, form):
        return _seats_page(membership, "invited")
    context = {
        "membership": membership,
        "organization": membership.organization,
        "seats": queries.seats_of(membership),
        "invitations": queries.invitations_of(membership),
        "free": actions.free_seats(membership),
        "dues": queries.dues_of(membership),
        "done": request.GET.get("done", ""),
    }
    return _show(request, "seats", form, **context)


def _invite(request: Request, membership: OrganizationMembership, form: SeatForm) -> bool:
    given = form.cleaned_data
    try:
        actions.invite_representative(membership, request.user, given["email"], given["role"])
    except actions.NoSeatFree:
        form.add_error("email", _full(membership))
    except actions.SeatStays as reason:
        form.add_error("email", str(reason))
    return not form.errors


def _full(membership: OrganizationMembership) -> str:
    number = f"All {membership.seats} seats are" if membership.seats > 1 else "The one seat is"
    return f"{number} taken or promised. End a seat, or choose a larger size when you renew"


@signed_in
@require_http_methods(ASK_METHODS)
def seat(request: Request, chapter: str, pk: int, seat: int) -> HttpResponse:
    """One seat: end it, pass it on, make its holder the contact. One's own may be given up."""
    membership = _membership(pk)
    held = get_object_or_404(queries.seats_of(membership), pk=seat)
    manages = access.can_manage(request.user, membership)
    if not (manages or held.user_id == request.user.pk):
        raise Http404
    asked = request.POST.get("do", "")
    form = SuccessorForm(request.POST if manages and asked == "replace" else None)
    problem = ""
    if request.method == "POST":
        try:
            if _change_seat(request, held, asked, form, manages=manages):
                return _after(request, membership, asked)
        except actions.SeatStays as reason:
            problem = str(reason)
        except actions.NoSeatFree:
            problem = _full(membership)
    context = {"membership": membership, "seat": held, "manages": manages, "problem": problem}
    status = 422 if problem or form.errors else 200
    context["form"] = form
    return render(request, "members/organizations/seat.html", context, status=status)


def _change_seat(request: Request, held: Any, asked: str, form: Any, *, manages: bool) -> bool:
    """Do what a button of the seat's page says; False where the form has to be corrected."""
    if asked == "end":
        actions.end_seat(held, request.user)
    elif asked == "primary" and manages:
        actions.make_primary(held, request.user)
    elif asked == "replace" and manages:
        if not form.is_valid():
            return False
        actions.replace_representative(held, request.user, form.cleaned_data["email"])
    else:
        raise Http404
    return True


def _after(request: Request, membership: OrganizationMembership, asked: str) -> HttpResponse:
    """Back to the seats, or home for somebody who gave up their own."""
    if access.can_manage(request.user, membership):
        return _seats_page(membership, asked)
    return redirect("members:home")


@signed_in
@require_POST
def withdraw(request: Request, chapter: str, pk: int, invitation: int) -> HttpResponse:
    """Take an invitation to a seat back."""
    membership = _managed(request, pk)
    rows = SeatInvitation.objects.filter(organization_membership=membership)
    actions.withdraw_invitation(get_object_or_404(rows, pk=invitation), request.user)
    return _seats_page(membership, "withdrawn")


# --- From the letter ----------------------------------------------------------------------------


@public
@never_cache
@require_http_methods(ASK_METHODS)
def seat_invitation(request: Request, chapter: str, token: str) -> HttpResponse:
    """An invitation to a seat, for whoever has its link: sign in, then take the seat."""
    found = actions.find_invitation(token)
    if found is None:
        return render(request, "members/organizations/over.html", status=410)
    if not request.user.is_authenticated:
        return _sign_in_first(request, found, token)
    is_known(request)  # A newcomer's name becomes theirs here.
    if request.method != "POST":
        return _show_invitation(request, found, None)
    try:
        actions.accept_invitation(token, request.user)
    except actions.InvitationOver:
        return render(request, "members/organizations/over.html", status=410)
    except actions.NoSeatFree:
        return _show_invitation(request, found, None, full=True)
    return redirect(f"{reverse('members:home')}#organizations")


def _show_invitation(
    request: Request, found: SeatInvitation, form: Any, *, full: bool = False
) -> HttpResponse:
    membership = found.organization_membership
    status = 409 if full else 422 if form is not None and form.is_bound else 200
    context = {
        "invitation": found,
        "membership": membership,
        "organization": membership.organization,
        "form": form,
        "full": full,
    }
    return render(request, "members/organizations/invitation.html", context, status=status)


def _sign_in_first(request: Request, found: SeatInvitation, token: str) -> HttpResponse:
    """Newcomers get a code at the address they give; it leads back to this page."""
    form = AccountForm(posted(request), initial={"email": found.email})
    if not (form.is_bound and form.is_valid()):
        return _show_invitation(request, found, form)
    sent = send_code(request, form, "members:seat-invitation", token)
    return sent or _show_invitation(request, found, form)
