"""Doors of people and money: the way to a membership in four steps, and a member's own pages.

Answers wait in the session under `join` until they are paid for; the database learns of them
when the person presses Pay.
"""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from chapters.gates import public, signed_in
from chapters.models import Chapter
from members import access, actions, queries
from members.adapter import may_ask_for_code, send_sign_in_code
from members.forms import AccountForm, AmountForm, ChapterForm, NameForm
from members.models import Checkout

_Status = Checkout.Status


class Request(HttpRequest):
    """What the middleware adds, for the type checker."""

    user: Any
    chapter: Chapter
    htmx: Any


# --- The session's answers ----------------------------------------------------------------------


def _answers(request: Request) -> dict[str, Any]:
    """What this browser has answered for the chapter it joins; a fresh start for another one."""
    kept = request.session.get("join", {})
    slug = request.chapter.slug
    return kept if kept.get("chapter") == slug else {"chapter": slug}


def _keep(request: Request, **answers: Any) -> None:
    request.session["join"] = {**_answers(request), **answers}


def _posted(request: Request) -> Any:
    return request.POST if request.method == "POST" else None


def _step(name: str, request: Request) -> HttpResponse:
    response = redirect(f"members:join-{name}", request.chapter.slug)
    response.status_code = 303
    return response


def _show(request: Request, template: str, step: int, form: Form, **more: Any) -> HttpResponse:
    """A step's page: 422 with the errors on it, or 200."""
    answers = _answers(request) if request.chapter else {}
    context = {"form": form, "step": step, "answers": answers, **more}
    return render(request, template, context, status=422 if form.is_bound else 200)


# --- Steps 1 to 3 -------------------------------------------------------------------------------


@public
def choose_chapter(request: Request) -> HttpResponse:
    """Step 1: which chapter; a GET form, so that the answer is an address."""
    form = ChapterForm(request.GET if "chapter" in request.GET or "go" in request.GET else None)
    if form.is_valid():
        return redirect("members:join-amount", form.cleaned_data["chapter"].slug)
    return _show(request, "members/join_chapter.html", 1, form, chapters=form.chapters)


@public
def choose_amount(request: Request, chapter: str) -> HttpResponse:
    """Step 2: how much a year."""
    if not access.can_join(request.chapter):
        return redirect("members:join")
    kept = AmountForm.answers(_answers(request).get("amount_cents"))
    form = AmountForm(_posted(request), initial=kept)
    if form.is_bound and form.is_valid():
        _keep(request, amount_cents=form.cleaned_data["amount_cents"])
        return _step("review" if _is_known(request) else "account", request)
    membership = queries.membership_of(request.user, request.chapter)
    return _show(request, "members/join_amount.html", 2, form, membership=membership)


def _is_known(request: Request) -> bool:
    return request.user.is_authenticated and bool(request.user.name)


@public
def give_account(request: Request, chapter: str) -> HttpResponse:
    """Step 3: who is joining; new people confirm their address by a code before they go on."""
    if "amount_cents" not in _answers(request):
        return _step("amount", request)
    if request.user.is_authenticated:
        return _give_name(request)
    kept = {field: _answers(request).get(field, "") for field in ("name", "email")}
    form = AccountForm(_posted(request), initial=kept)
    if form.is_bound and form.is_valid():
        return _send_code(request, form)
    return _show(request, "members/join_account.html", 3, form)


def _give_name(request: Request) -> HttpResponse:
    suggested = request.user.name or _answers(request).get("name", "")
    form = NameForm(_posted(request), initial={"name": suggested})
    if form.is_bound and form.is_valid():
        actions.rename_person(request.user, form.cleaned_data["name"])
        return _step("review", request)
    return _show(request, "members/join_account.html", 3, form)


def _send_code(request: Request, form: AccountForm) -> HttpResponse:
    name, email = form.cleaned_data["name"], form.cleaned_data["email"]
    _keep(request, name=name, email=email)
    # Asked before the person is stored, so that nobody fills the network with made-up people.
    if not may_ask_for_code(request, email):
        form.add_error("email", "Wait a minute before you ask for another code")
        return _show(request, "members/join_account.html", 3, form)
    send_sign_in_code(request, actions.greet_person(name, email), email)
    then = reverse("members:join-review", args=[request.chapter.slug])
    return redirect(
        f"{reverse('account_confirm_login_code')}?{urlencode({REDIRECT_FIELD_NAME: then})}"
    )


# --- Step 4 and the payment ---------------------------------------------------------------------


@signed_in
def review(request: Request, chapter: str) -> HttpResponse:
    """Step 4: check the answers, then pay."""
    amount_cents = _answers(request).get("amount_cents")
    if amount_cents is None or not access.can_join(request.chapter):
        return _step("amount", request)
    if not _is_known(request):
        return _step("account", request)
    if request.method == "POST":
        return _start_payment(request, amount_cents)
    notice = _answers(request).get("notice", "")
    _keep(request, notice="")
    return _show(
        request, "members/join_review.html", 4, Form(), notice=notice, amount_cents=amount_cents
    )


def _start_payment(request: Request, amount_cents: int) -> HttpResponse:
    checkout = actions.start_checkout(request.user, request.chapter, amount_cents)
    return _step("pay" if checkout.status == _Status.OPEN else "done", request)


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
        request.session.pop("join", None)
    membership = queries.membership_of(request.user, request.chapter)
    payment = queries.payment_of(checkout)
    context = {"checkout": checkout, "membership": membership, "payment": payment}
    return render(request, "members/join_done.html", context)


# --- A member's own pages -----------------------------------------------------------------------


@signed_in
def home(request: Request) -> HttpResponse:
    """Memberships and receipts in all chapters, and the way to the sign-in settings."""
    context = {
        "memberships": queries.my_memberships(request.user),
        "payments": queries.my_payments(request.user),
    }
    return render(request, "members/home.html", context)


@signed_in
def name(request: Request) -> HttpResponse:
    """What to call the person."""
    form = NameForm(
        _posted(request),
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
