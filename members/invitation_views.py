"""Doors of inviting: a member's own page, and the two pages that invited people see."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from chapters.gates import council, public, signed_in
from chapters.requests import Request, see_other
from chapters.scope import in_chapter
from members.actions import invitations as actions
from members.invitation_forms import InvitationForm
from members.models import Invitation, InvitationLink, Membership
from members.plain import plain_name
from members.queries import gifts as gift_queries
from members.queries import invitations as queries

# What a page of an invitation that can't be accepted answers with.
_REFUSED = {"expired": 410, "used": 410, "declined": 410, "other": 409, "member": 409, "own": 409}


# --- A member's own page ------------------------------------------------------------------------


@signed_in
def invitations(request: Request) -> HttpResponse:
    """How my invitations stand in each chapter, my link there, and the form for letters."""
    outcomes = request.session.pop("invited", {})
    boards = [
        _board(request, membership, outcomes=outcomes.get(membership.chapter.slug, []))
        for membership in queries.inviting_memberships(request.user)
    ]
    return render(request, "members/invitations.html", {"boards": boards})


def _board(request: Request, membership: Membership, **more: Any) -> dict[str, Any]:
    """What one chapter's part of the page shows."""
    chapter = membership.chapter
    with in_chapter(chapter, request.user):
        link = actions.link_of(membership)
    path = reverse("members:invitation-link", args=[chapter.slug, link.code])
    outcomes = [actions.Outcome(*pair) for pair in more.pop("outcomes", [])]
    left = "\n".join(outcome.email for outcome in outcomes if outcome.is_postponed)
    return {
        "membership": membership,
        "chapter": chapter,
        "counts": queries.count_invitations(membership),
        "rows": queries.my_invitations(membership)[:100],
        "thanked_at": link.thanked_at,
        "link": settings.SITE_URL + path,
        "outcomes": outcomes,
        "form": InvitationForm(auto_id=f"{chapter.slug}_%s", initial={"addresses": left}),
        **more,
    }


@signed_in
def invite(request: Request, chapter: str) -> HttpResponse:
    """Send letters to the addresses of the form."""
    memberships = queries.inviting_memberships(request.user)
    membership = next((one for one in memberships if one.chapter == request.chapter), None)
    if membership is None:
        raise Http404("Members invite.")
    if request.method != "POST":
        return redirect("members:invitations")
    form = InvitationForm(request.POST, auto_id=f"{chapter}_%s")
    if not form.is_valid():
        board = _board(request, membership, form=form)
        context = {"boards": [board], "form": form}
        return render(request, "members/invitations.html", context, status=422)
    outcomes = actions.invite_by_mail(membership, **form.cleaned_data)
    request.session["invited"] = {chapter: [(one.email, one.verdict) for one in outcomes]}
    return see_other("members:invitations", query=f"#{chapter}")


# --- What invited people see --------------------------------------------------------------------


@public
def invitation(request: Request, chapter: str, token: str) -> HttpResponse:
    """The page of a letter's link. Looking at it changes nothing; answers are sent by its form."""
    row: Invitation | None = Invitation.by_token(token)
    if row is None:
        raise Http404("There is no such invitation.")
    standing = queries.standing_of(row, request.user)
    answer = request.POST.get("answer", "") if request.method == "POST" else ""
    if answer == "join" and standing in {"open", "mine"}:
        return _join(request, standing, token=token)
    if answer == "without":
        request.session.pop(actions.SESSION_KEY, None)
        return redirect("members:join-amount", chapter)
    if answer == "decline" and standing in {"open", "expired"}:
        actions.decline_invitation(row)
        return _see(request, row, "declined", is_fresh=True)
    if answer == "again" and standing in {"expired", "used", "other"}:
        actions.ask_again(row, request.user)
        return _see(request, row, "asked")
    return _see(request, row, standing)


def _see(request: Request, row: Invitation, standing: str, **more: Any) -> HttpResponse:
    context = {
        "inviter": plain_name(row.inviter.name, "A member"),
        "invitation": row,
        "standing": standing,
        **more,
    }
    status = 200 if more else _REFUSED.get(standing, 200)
    return render(request, "members/invitation.html", context, status=status)


def _join(request: Request, standing: str, **ticket: str) -> HttpResponse:
    """Go on to joining; who is signed in has accepted by now, others will when they are known."""
    if standing != "mine":
        actions.keep_for_joining(request.session, request.chapter, **ticket)
    if request.user.is_authenticated:
        refused = actions.claim_invitation(request.user, request.chapter, request.session)
        if refused:
            return redirect(refused)
    return redirect("members:join-amount", request.chapter.slug)


@public
def link(request: Request, chapter: str, code: str) -> HttpResponse:
    """The page of a member's personal link."""
    row = get_object_or_404(InvitationLink.objects.select_related("user"), code=code)
    standing = "open"
    if request.user.is_authenticated and row.user_id == request.user.pk:
        standing = "own"
    elif request.user.is_authenticated and queries.has_joined(request.user, request.chapter):
        standing = "member"
    if request.method == "POST" and request.POST.get("answer") == "without":
        request.session.pop(actions.SESSION_KEY, None)
        return redirect("members:join-amount", chapter)
    if request.method == "POST" and standing == "open":
        return _join(request, standing, code=code)
    context = {"inviter": plain_name(row.user.name, "A member"), "standing": standing}
    return render(request, "members/invitation.html", context, status=_REFUSED.get(standing, 200))


# --- The council's counts -----------------------------------------------------------------------


@council
def chapter_invitations(request: Request, chapter: str) -> HttpResponse:
    """How a chapter's invitations and sponsored places stand; numbers, no addresses."""
    context = {
        "counts": queries.chapter_invitations(request.chapter),
        "places": gift_queries.sponsored_places_left(request.chapter),
    }
    return render(request, "members/chapter_invitations.html", context)
