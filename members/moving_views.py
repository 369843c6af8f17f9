"""Doors of people in several chapters: one beside the home, and another home."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from chapters.gates import signed_in
from chapters.requests import Request
from members import access, actions
from members.actions.invitations import claim_invitation
from members.actions.moving import NoHome
from members.forms import MoveForm
from members.queries.homes import home_of, renewal_of


@signed_in
@require_POST
def join_beside(request: Request, chapter: str) -> HttpResponse:
    """Join a chapter beside the home, where dues are paid already."""
    if not access.can_join(request.chapter):
        return redirect("members:join")
    if refused := claim_invitation(request.user, request.chapter, request.session):
        return redirect(refused)
    try:
        actions.join_beside(request.user, request.chapter)
    except NoHome:
        return redirect("members:join-amount", request.chapter.slug)
    return redirect("members:home")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: Request) -> HttpResponse:
    """Choose the chapter in which dues are paid from now on."""
    home = home_of(request.user)
    if home is None or not home.is_current:
        return redirect("members:join")
    form = MoveForm(request.POST if request.method == "POST" else None, home=home.chapter)
    if form.is_bound and form.is_valid():
        actions.move_home(request.user, form.cleaned_data["chapter"])
        return redirect("members:home")
    context = {"form": form, "home": home, "renewal": renewal_of(home)}
    status = 422 if form.is_bound else 200
    return render(request, "members/move.html", context, status=status)
