"""How a visitor on the way to a membership becomes a known person: a code, then their name."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from members import actions
from members.adapter import may_ask_for_code, send_sign_in_code
from members.answers import answers_for, keep_answers
from members.forms import AccountForm


def send_code(request: Any, form: AccountForm, then: str, *args: Any) -> HttpResponse | None:
    """Mail a code to the address of a valid form; the way on, or None with an error in the form.

    then: the view of the chapter to come to with the code, and what its address takes besides.
    """
    name, email = form.cleaned_data["name"], form.cleaned_data["email"]
    keep_answers(request.session, request.chapter.slug, name=name, email=email)
    sent = mail_code(request, email, then, *args)
    if sent is None:
        form.add_error("email", "Wait a minute before you ask for another code")
    return sent


def mail_code(request: Any, email: str, then: str, *args: Any) -> HttpResponse | None:
    """Mail a code to an address; the page that takes it, or None where too many were asked for."""
    # Asked before the person is stored, so that nobody fills the network with made-up people.
    if not may_ask_for_code(request, email):
        return None
    send_sign_in_code(request, actions.greet_person(email), email)
    query = urlencode({REDIRECT_FIELD_NAME: reverse(then, args=[request.chapter.slug, *args])})
    return redirect(f"{reverse('account_confirm_login_code')}?{query}")


def is_known(request: Any) -> bool:
    """True for somebody who is signed in and has a name.

    A name typed before the address was confirmed becomes theirs here and not earlier: by now the
    holder of the address has shown that this browser is theirs.
    """
    if not request.user.is_authenticated:
        return False
    typed = answers_for(request.session, request.chapter.slug)
    is_theirs = typed.get("email", "").lower() == request.user.email.lower()
    if not request.user.name and typed.get("name") and is_theirs:
        actions.rename_person(request.user, typed["name"])
    return bool(request.user.name)
