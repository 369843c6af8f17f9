"""Fault 40: guessing is limited, and no answer tells which addresses have an account."""

import gc
import re
import statistics
import time

import pytest
from django.test import Client
from django.urls import reverse

from chapters.models import Mail
from chapters.unscoped import as_backbone
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.fault(40)]

TRIES = 30


def words_of(response, *addresses: str) -> str:
    """A page's text without what differs by itself: tokens and the address that was typed."""
    page = response.content.decode()
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page)
    for address in addresses:
        page = page.replace(address, "ADDRESS")
    return page


def guess(client, address: str):
    fields = {"login": address, "password": "not the right one"}
    return client.post(reverse("account_login"), fields)


def test_passwords_are_guessed_a_few_times_only(client):
    person = make_user("mia")
    pages = [words_of(guess(client, person.email)) for _ in range(12)]
    assert sum("Wait five minutes" in page for page in pages) >= 1
    fields = {"login": person.email, "password": "network-city-demo"}
    assert client.post(reverse("account_login"), fields).status_code != 302


def test_codes_are_guessed_a_few_times_only(client):
    person = make_user("mia")
    client.post(reverse("account_request_login_code"), {"email": person.email})
    page = reverse("account_confirm_login_code")
    for number in range(12):
        client.post(page, {"code": f"ZZZ{number:03}"})
    with as_backbone():
        text = Mail.objects.filter(to=person.email).earliest("created_at").text
    (code,) = re.findall(r"^[A-Z0-9]{3,4}-?[A-Z0-9]{3,4}$", text, re.M)
    client.post(page, {"code": code})
    assert client.get(reverse("members:home")).status_code == 302


@pytest.mark.parametrize("name", ["account_reset_password", "account_request_login_code"])
def test_letters_are_asked_for_a_few_times_only(client, name):
    person = make_user("mia")
    for _ in range(25):
        client.post(reverse(name), {"email": person.email})
    with as_backbone():
        assert Mail.objects.filter(to=person.email).count() <= 20


@pytest.mark.parametrize("name", ["account_reset_password", "account_request_login_code"])
def test_known_and_unknown_addresses_get_the_same_answer(name):
    known, unknown = make_user("mia").email, "nix@example.org"
    answers = [Client().post(reverse(name), {"email": a}, follow=True) for a in (known, unknown)]
    assert [a.status_code for a in answers] == [200, 200]
    assert answers[0].redirect_chain == answers[1].redirect_chain
    assert words_of(answers[0], known) == words_of(answers[1], unknown)


def test_a_wrong_password_and_an_unknown_address_read_the_same(client):
    known, unknown = make_user("mia").email, "nix@example.org"
    answers = [guess(client, a) for a in (known, unknown)]
    assert answers[0].status_code == answers[1].status_code
    assert words_of(answers[0], known) == words_of(answers[1], unknown)


def test_the_clock_does_not_tell_who_has_an_account(client, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    settings.ACCOUNT_RATE_LIMITS = False
    known, unknown = make_user("mia").email, "nix@example.org"
    times: dict[str, list[float]] = {known: [], unknown: []}
    gc.disable()
    try:
        for number in range(TRIES + 3):
            for address in (known, unknown) if number % 2 else (unknown, known):
                begun = time.process_time()
                guess(client, address)
                if number >= 3:
                    times[address].append(time.process_time() - begun)
    finally:
        gc.enable()
    # In pairs, so that a machine that slows down meanwhile slows both.
    apart = statistics.median(a - b for a, b in zip(*times.values(), strict=True))
    assert abs(apart) / statistics.median(times[known]) < 0.05
