"""Signing in: by code, by password, with limits; letters go through the outbox."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.urls import reverse

from chapters.models import Mail
from chapters.unscoped import as_backbone
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


def letters():
    with as_backbone():
        return list(Mail.objects.order_by("created_at"))


def code_of(letter):
    (code,) = re.findall(r"^([A-Z0-9-]{6,})$", letter.text, re.M)
    return code


def sign_in(client, email, password):
    return client.post("/account/login/", {"login": email, "password": password})


def test_sign_in_by_code(client_for, mia):
    client = client_for()
    client.post("/account/login/code/", {"email": mia.email})
    (letter,) = letters()
    assert (letter.to, letter.kind, letter.state) == (mia.email, "account", "queued")
    assert code_of(letter) in letter.html
    assert code_of(letter) not in letter.subject
    answer = client.post("/account/login/code/confirm/", {"code": code_of(letter)})
    assert answer["Location"] == "/me/"
    assert client.get("/me/").status_code == 200
    assert mail.outbox == []


def test_three_wrong_codes_end_the_attempt(client_for, mia):
    client = client_for()
    client.post("/account/login/code/", {"email": mia.email})
    for _ in range(3):
        client.post("/account/login/code/confirm/", {"code": "WRONG1"})
    client.post("/account/login/code/confirm/", {"code": code_of(letters()[0])})
    assert client.get("/me/").status_code == 302


def test_sign_in_by_password_is_locked_after_five_failures(client_for, mia):
    client = client_for()
    for _ in range(5):
        assert "together they are not right" in sign_in(client, mia.email, "no").content.decode()
    locked = sign_in(client, mia.email, PASSWORD)
    assert "Wait five minutes, then try again" in locked.content.decode()
    assert client.get("/me/").status_code == 302


def test_sign_in_by_password(client_for, mia):
    client = client_for()
    assert sign_in(client, mia.email.upper(), PASSWORD)["Location"] == "/me/"


def test_codes_are_limited_for_each_address(client_for, mia):
    for _ in range(5):
        client_for().post("/account/login/code/", {"email": mia.email})
    assert len(letters()) == 3


def test_a_strangers_address_gets_the_same_answer(client_for, mia):
    answers = {
        client_for().post("/account/login/code/", {"email": email})["Location"]
        for email in (mia.email, "nobody@example.org")
    }
    assert len(answers) == 1
    assert [letter.subject for letter in letters()][-1] == "There is no account with this address"


def test_sign_up_confirms_the_address_by_a_code(client_for):
    client = client_for()
    given = {"email": "new@example.org", "password1": "a-long-enough-password"}
    client.post("/account/signup/", given)
    client.post("/account/confirm-email/", {"code": code_of(letters()[-1])})
    assert client.get("/me/").status_code == 200
    assert EmailAddress.objects.get(email="new@example.org").verified


@pytest.mark.parametrize(
    "name",
    [
        "account_email", "account_logout", "account_reauthenticate", "mfa_index",
        "usersessions_list", "account_change_password",
    ],
)  # fmt: skip
def test_account_pages_wear_our_frame_without_placeholders(client_for, mia, name):
    client = client_for()
    sign_in(client, mia.email, PASSWORD)
    text = client.get(reverse(name)).content.decode()
    assert 'href="/static/site.css"' in text
    for unwanted in ("placeholder", "style=", "<style", "onclick"):
        assert unwanted not in text


@pytest.mark.parametrize(
    "name", ["account_login", "account_signup", "account_request_login_code",
             "account_reset_password", "account_signup_by_passkey"]
)  # fmt: skip
def test_entrance_pages_wear_our_frame_without_placeholders(client_for, name):
    text = client_for().get(reverse(name)).content.decode()
    assert 'href="/static/site.css"' in text
    for unwanted in ("placeholder", "style=", "<style", "onclick"):
        assert unwanted not in text
