"""Doors of giving: the way to a gift in three pages, and the page where its recipient answers."""

import uuid
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from chapters.gates import public, signed_in
from chapters.queries import open_chapters
from chapters.requests import Request, posted, see_other
from members import access, queries
from members.actions import gifts as actions
from members.entrance import is_known, mail_code, send_code
from members.forms import AccountForm
from members.invitation_forms import GiftForm
from members.models import Checkout, Gift
from members.plain import plain_name
from members.queries.gifts import gift_by_key, gift_of_checkout, gift_standing

_REFUSED = {"gone": 410, "taken": 410, "other": 409}


def _answers(request: Request) -> dict[str, Any]:
    """What this browser has answered for a gift in the chapter; empty at the start."""
    found: dict[str, Any] = request.session.get("gift", {}).get(request.chapter.slug, {})
    return found


def _keep(request: Request, **answers: Any) -> None:
    kept = request.session.get("gift", {})
    mine = {**_answers(request), **answers, "key": str(uuid.uuid4())}
    request.session["gift"] = {**kept, request.chapter.slug: mine}


def _see(name: str, request: Request, *more: Any) -> HttpResponse:
    return see_other(f"members:{name}", request.chapter.slug, *more)


# --- Giving ---------------------------------------------------------------------------------------


@public
def choose(request: Request) -> HttpResponse:
    """In which chapter to give."""
    return render(request, "members/gift/choose.html", {"chapters": open_chapters()})


@public
def give(request: Request, chapter: str) -> HttpResponse:
    """What to give, to whom, and how much."""
    if not access.can_join(request.chapter):
        return redirect("members:gift")
    name = request.user.name if request.user.is_authenticated else ""
    kept = {"giver_name": name, "kind": GiftForm.PERSON, **GiftForm.shown(_answers(request))}
    form = GiftForm(posted(request), initial=kept)
    if form.is_bound and form.is_valid():
        _keep(request, **form.cleaned_data)
        return _see("gift-review" if request.user.is_authenticated else "gift-account", request)
    status = 422 if form.is_bound else 200
    return render(request, "members/gift/form.html", {"form": form}, status=status)


@public
def account(request: Request, chapter: str) -> HttpResponse:
    """Who is giving: a code confirms the address to which the receipt goes."""
    if "amount" not in _answers(request):
        return _see("gift-give", request)
    if request.user.is_authenticated:
        return _see("gift-review", request)
    form = AccountForm(posted(request), initial={"name": _answers(request)["giver_name"]})
    if form.is_bound and form.is_valid():
        sent = send_code(request, form, "members:gift-review")
        if sent:
            return sent
    status = 422 if form.is_bound else 200
    return render(request, "members/gift/account.html", {"form": form}, status=status)


@signed_in
def review(request: Request, chapter: str) -> HttpResponse:
    """Check the gift, then pay."""
    answers = _answers(request)
    if "amount" not in answers or not access.can_join(request.chapter):
        return _see("gift-give", request)
    is_known(request)
    if request.method == "POST":
        return _pay(request, answers)
    notice = request.GET.get("notice") or ("cancelled" if "checkout" in request.GET else "")
    context = {
        "gift": answers,
        "total": answers["amount"] * answers["places"],
        "notice": notice,
    }
    return render(request, "members/gift/review.html", context)


def _pay(request: Request, answers: dict[str, Any]) -> HttpResponse:
    held = gift_by_key(request.user, request.chapter, answers["key"])
    dead = {Checkout.Status.EXPIRED, Checkout.Status.FAILED, Checkout.Status.QUARANTINED}
    if held and held.checkout and held.checkout.status in dead:
        _keep(request)
        answers = _answers(request)
    key = uuid.UUID(answers["key"])
    gift = actions.start_gift(request.user, request.chapter, key, answers)
    return _see("pay", request, gift.checkout_id)


@signed_in
def done(request: Request, chapter: str) -> HttpResponse:
    """How the payment of a gift stands; asks again until the webhook has landed."""
    gift = gift_of_checkout(request.user, request.chapter, request.GET.get("checkout", ""))
    if gift is None or gift.checkout is None:
        raise Http404("There is no such gift.")
    waiting = gift.checkout.status == Checkout.Status.OPEN
    if request.htmx:
        return HttpResponse(status=204, headers={} if waiting else {"HX-Refresh": "true"})
    if gift.state != Gift.State.UNPAID:
        kept = request.session.get("gift", {})
        kept.pop(chapter, None)
        request.session["gift"] = kept
    payment = queries.payment_of(gift.checkout)
    context = {"gift": gift, "checkout": gift.checkout, "payment": payment}
    return render(request, "members/gift/done.html", context)


# --- The recipient --------------------------------------------------------------------------------


@public
def answer(request: Request, chapter: str, token: str) -> HttpResponse:
    """A gift as its recipient sees it; looking changes nothing."""
    gift: Gift | None = Gift.by_token(token)
    if gift is None or not gift.is_personal or gift.state == Gift.State.UNPAID:
        raise Http404("There is no such gift.")
    standing = gift_standing(gift, request.user)
    chosen = request.POST.get("answer", "") if request.method == "POST" else ""
    if chosen == "sign in" and standing == "offered":
        return _sign_in(request, gift)
    if chosen == "accept" and standing == "yours":
        actions.accept_gift(request.user, gift)
        return _see("gift-answer", request, token)
    if chosen == "decline" and standing == "yours":
        actions.decline_gift(gift)
        return _show(request, gift, "declined", 200)
    return _show(request, gift, standing, _REFUSED.get(standing, 200))


def _show(request: Request, gift: Gift, standing: str, status: int) -> HttpResponse:
    giver = plain_name(gift.giver_name, "Somebody")
    membership = queries.membership_of(request.user, request.chapter)
    context = {"gift": gift, "giver": giver, "standing": standing, "membership": membership}
    return render(request, "members/gift/answer.html", context, status=status)


def _sign_in(request: Request, gift: Gift) -> HttpResponse:
    """Send a code to the gift's own address: whoever reads it there is the recipient."""
    sent = mail_code(request, gift.recipient_email, "members:gift-answer", gift.token)
    return sent or _show(request, gift, "wait", 429)
