"""Fault 38: no address in a request leads a person, or a letter, to somebody else's site."""

import re
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.urls import reverse

from chapters.models import Mail
from chapters.unscoped import as_backbone
from tests.factories import PASSWORD, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.fault(38)]

AWAY = [
    "https://evil.example/",
    "http://evil.example",
    "//evil.example/x",
    "///evil.example",
    "////evil.example",
    r"\\evil.example",
    r"/\evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "https:evil.example",
    "https:///evil.example",
    "http://testserver@evil.example/",
    "https://testserver.evil.example/",
    "%2f%2fevil.example",
    " https://evil.example",
    "ftp://evil.example",
    "\x00//evil.example",
]
FORGED = {
    "HTTP_X_FORWARDED_HOST": "evil.example",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_X_FORWARDED_PORT": "8443",
    "HTTP_FORWARDED": "host=evil.example",
    "HTTP_X_ORIGINAL_URL": "//evil.example",
    "HTTP_REFERER": "https://evil.example/me/",
}


def leads_away(response) -> bool:
    """Whether a redirect leaves the site."""
    target = response.headers.get("Location", "")
    if not target:
        return False
    parts = urlsplit(target)
    is_ours = parts.scheme in {"", "http"} and parts.netloc in {"", "testserver"}
    return not is_ours or target.startswith(("//", "/\\"))


def test_a_way_out_would_be_found():
    for target in ("https://evil.example/", "//evil.example", "javascript:x"):
        assert leads_away(type("R", (), {"headers": {"Location": target}})())


@pytest.mark.parametrize("target", AWAY)
def test_signing_in_leads_nowhere_else(client, target):
    person = make_user("mia")
    fields = {"login": person.email, "password": PASSWORD, "next": target}
    response = client.post(reverse("account_login"), fields, **FORGED)
    assert response.status_code == 302
    assert not leads_away(response)
    for name in ("account_login", "account_logout", "account_reauthenticate"):
        for sent in (client.get, client.post):
            assert not leads_away(sent(reverse(name), {"next": target}, **FORGED))


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "evil.example:80"])
def test_another_host_is_refused(client, host):
    for address in ("/", reverse("account_login"), reverse("members:home")):
        assert client.get(address, HTTP_HOST=host).status_code == 400


def test_a_letter_names_our_host_whatever_the_request_says(client):
    person = make_user("mia")
    client.post(reverse("account_reset_password"), {"email": person.email}, **FORGED)
    with as_backbone():
        letter = Mail.objects.get(to=person.email)
    links = re.findall(r"https?://[^\s\"<>]+", letter.text + letter.html)
    assert links
    ours = {urlsplit(settings.SITE_URL).netloc, "testserver"}
    assert {urlsplit(link).netloc for link in links} <= ours
    assert "evil.example" not in letter.text + letter.html


def test_reset_links_use_the_canonical_host(client, settings):
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    person = make_user("mia")
    page = reverse("account_reset_password")
    client.post(page, {"email": person.email}, HTTP_HOST="other.example")
    with as_backbone():
        letter = Mail.objects.get(to=person.email)
    assert "other.example" not in letter.text + letter.html
    assert settings.SITE_URL in letter.text


@pytest.mark.parametrize("target", AWAY)
def test_the_gate_sends_back_only_to_our_own_pages(client, target):
    response = client.post(reverse("members:keep"), HTTP_REFERER=target)
    assert response["Location"].startswith(f"{reverse('account_login')}?next=")
    then = client.post(
        response["Location"], {"login": make_user("mia").email, "password": PASSWORD}
    )
    assert not leads_away(then)
