"""Doors of people and money: the way to a membership in four steps, and a member's own pages.

Answers wait in the session (`members.answers`) until they are paid for; the database learns of
them when the person presses Pay.
"""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from chapters.finding import City, find_cities, read_wanted
from chapters.gates import public, signed_in
from chapters.models import Chapter, Place
from chapters.queries import open_chapters
from chapters.requests import Request, posted, see_other
from members import access, actions, queries
from members.actions.invitations import claim_invitation
from members.answers import answers_for, chapter_left, drop_answers, keep_answers
from members.entrance import is_known, send_code
from members.forms import AccountForm, AmountForm, ChapterForm, NameForm
from members.models import Checkout
from members.queries.homes import standing

_Status = Checkout.Status


# --- The session's answers ----------------------------------------------------------------------


def _answers(request: Request) -> dict[str, Any]:
    return answers_for(request.session, request.chapter.slug)


def _keep(request: Request, **answers: Any) -> None:
    keep_answers(request.session, request.chapter.slug, **answers)


def _step(name: str, request: Request) -> HttpResponse:
    return see_other(f"members:join-{name}", request.chapter.slug)


def _show(request: Request, template: str, step: int, form: Form, **more: Any) -> HttpResponse:
    """A step's page: 422 with the errors on it, or 200."""
    answers = _answers(request) if request.chapter else {}
    context = {"form": form, "step": step, "answers": answers, **more}
    return render(request, template, context, status=422 if form.is_bound else 200)


# --- Steps 1 to 3 -------------------------------------------------------------------------------


@public
def choose_chapter(request: Request) -> HttpResponse:
    """Step 1: which city; GET forms, so that search and answer are addresses."""
    form = ChapterForm(request.GET if "chapter" in request.GET or "go" in request.GET else None)
    if form.is_valid():
        return _go_to(form.cleaned_data["chapter"])
    text = request.GET.get("q", "").replace("\0", "").strip()[:120]
    cities = find_cities(text) if text else []
    return _show(
        request,
        "members/join_chapter.html",
        1,
        form,
        q=text,
        wanted=read_wanted(text),
        cities=cities,
        chapters=_others(cities),
        left=_left(request),
    )


def _go_to(chosen: Chapter | Place) -> HttpResponse:
    """To the amount, or to the waitlist where there is no chapter."""
    if isinstance(chosen, Chapter):
        return redirect("members:join-amount", chosen.slug)
    query = urlencode({"city": chosen.name, "state": chosen.state})
    return redirect(f"{reverse('chapters:waitlist')}?{query}")


def _left(request: Request) -> Chapter | None:
    """The chapter that this browser was about to join."""
    slug = chapter_left(request.session)
    return open_chapters().filter(slug=slug).first() if slug else None


def _others(cities: list[City]) -> list[Chapter]:
    found = {city.chapter for city in cities}
    return [chapter for chapter in open_chapters() if chapter not in found]


@transaction.non_atomic_requests
@public
def choose_amount(request: Request, chapter: str) -> HttpResponse:
    """Step 2: how much, and how often. It writes to the session alone: no savepoint is needed."""
    if not access.can_join(request.chapter):
        return redirect("members:join")
    kept = _answers(request)
    first = AmountForm.answers(kept.get("amount_cents"), kept.get("interval", ""))
    form = AmountForm(posted(request), initial=first)
    if form.is_bound and form.is_valid():
        _keep(request, **{name: form.cleaned_data[name] for name in ("amount_cents", "interval")})
        return _step("review" if is_known(request) else "account", request)
    context = standing(request.user, request.chapter)
    return _show(request, "members/join_amount.html", 2, form, **context)


@public
def give_account(request: Request, chapter: str) -> HttpResponse:
    """Step 3: who is joining; new people confirm their address by a code before they go on."""
    if "amount_cents" not in _answers(request):
        return _step("amount", request)
    if request.user.is_authenticated:
        return _give_name(request)
    kept = {field: _answers(request).get(field, "") for field in ("name", "email")}
    form = AccountForm(posted(request), initial=kept)
    if (
        form.is_bound
        and form.is_valid()
        and (sent := send_code(request, form, "members:join-review"))
    ):
        return sent
    return _show(request, "members/join_account.html", 3, form)


def _give_name(request: Request) -> HttpResponse:
    suggested = request.user.name or _answers(request).get("name", "")
    form = NameForm(posted(request), initial={"name": suggested})
    if form.is_bound and form.is_valid():
        actions.rename_person(request.user, form.cleaned_data["name"])
        return _step("review", request)
    return _show(request, "members/join_account.html", 3, form)


# --- Step 4 and the payment ---------------------------------------------------------------------


@signed_in
def review(request: Request, chapter: str) -> HttpResponse:
    """Step 4: check the answers, then pay."""
    answers = _answers(request)
    if "amount_cents" not in answers or not access.can_join(request.chapter):
        return _step("amount", request)
    if not is_known(request):
        return _step("account", request)
    if refused := claim_invitation(request.user, request.chapter, request.session):
        return redirect(refused)
    amount_cents, interval = answers["amount_cents"], answers["interval"]
    if request.method == "POST":
        checkout = actions.start_checkout(request.user, request.chapter, amount_cents, interval)
        return _step("pay" if checkout.status == _Status.OPEN else "done", request)
    notice = answers.get("notice", "")
    if notice:
        _keep(request, notice="")
    return _show(request, "members/join_review.html", 4, Form(), notice=notice)


@signed_in
def done(request: Request, chapter: str) -> HttpResponse:
    """How the payment stands, from the database alone; asks again until the webhook has landed."""
    checkout = queries.last_checkout(request.user, request.chapter)
    if checkout is None:
        return _step("amount", request)
    if request.htmx:
        waiting = checkout.status == _Status.OPEN
        return HttpResponse(status=204, headers={} if waiting else {"HX-Refresh": "true"})
    if checkout.status == _Status.PAID:
        drop_answers(request.session, request.chapter.slug)
    membership = queries.membership_of(request.user, request.chapter)
    payment = queries.payment_of(checkout)
    context = {"checkout": checkout, "membership": membership, "payment": payment}
    return render(request, "members/join_done.html", context)


# --- A member's own pages -----------------------------------------------------------------------


@signed_in
def name(request: Request) -> HttpResponse:
    """What to call the person."""
    form = NameForm(
        posted(request),
        initial={"name": request.user.name},
    )
    if form.is_bound and form.is_valid():
        actions.rename_person(request.user, form.cleaned_data["name"])
        return redirect("members:home")
    status = 422 if form.is_bound else 200
    return render(request, "members/name.html", {"form": form}, status=status)


@signed_in
def receipt(request: Request, pk: int) -> HttpResponse:
    """One receipt, fit for printing."""
    payment = get_object_or_404(queries.my_payments(request.user), pk=pk)
    context = {"payment": payment, "postal_address": settings.POSTAL_ADDRESS}
    return render(request, "members/receipt.html", context)
