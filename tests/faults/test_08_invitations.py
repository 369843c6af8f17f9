"""Fault 8: invitations that are expired, used, forwarded, or carried through reset and sign-up."""

import datetime
import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from chapters.models import Mail
from chapters.scope import in_chapter
from chapters.unscoped import as_backbone
from members.actions import invitations as actions
from members.models import Invitation, User
from tests.factories import make_invitation, make_membership, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.fault(8)]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`later(days=31)` puts the clock forward, for everything that asks Django for the time."""
    began = datetime.datetime.now(datetime.UTC)

    def move(**delta: float) -> None:
        monkeypatch.setattr(timezone, "now", lambda: began + datetime.timedelta(**delta))

    return move


@pytest.fixture
def invitation(sf, mia):
    return make_invitation(make_membership(sf, mia), email="ann@example.org")


def page_of(invitation: Invitation) -> str:
    return f"/san-francisco/invitations/{invitation.token}/"


def state_of(invitation: Invitation) -> tuple[str, Any]:
    with in_chapter(invitation.chapter_id):
        return Invitation.objects.values_list("state", "accepted_by").get(pk=invitation.pk)


def assert_refused(response: Any, status: int) -> None:
    """A page that says why not, and offers to ask for a new invitation."""
    assert response.status_code == status
    assert "This invitation" in re.findall("<h1>(.*?)</h1>", response.text)[0]
    assert "Ask for a new invitation" in response.text


def requests_for_a_new_one(chapter: Any) -> list[str]:
    with in_chapter(chapter):
        return [mail.to for mail in Mail.objects.filter(kind="invitation-again")]


def newest_letter(to: str) -> str:
    """The text of the last account letter to an address."""
    with as_backbone():
        return Mail.objects.filter(kind="account", to=to).latest("created_at").text


def test_last_moment_counts_and_the_next_does_not(invitation, sf, later, client_for):
    ann = make_user("ann")
    later(days=30, seconds=-1)
    assert Client().get(page_of(invitation)).status_code == 200
    later(days=30)
    assert_refused(Client().get(page_of(invitation)), 410)
    with in_chapter(sf, ann):
        assert not actions.accept_invitation(ann, sf, token=invitation.token)
        later(days=30, seconds=-1)
        assert actions.accept_invitation(ann, sf, token=invitation.token)


def test_expired_is_refused_for_its_own_address_too(invitation, sf, later, client_for):
    later(days=31)
    client = client_for(make_user("ann"))
    assert_refused(client.get(page_of(invitation)), 410)
    assert_refused(client.post(page_of(invitation), {"answer": "join"}), 410)
    assert state_of(invitation) == ("open", None)
    for _ in range(2):
        assert client.post(page_of(invitation), {"answer": "again"}).status_code == 200
    assert requests_for_a_new_one(sf) == ["mia@example.org"]


def test_used_is_refused_for_everybody_else(invitation, sf, client_for):
    ann = make_user("ann")
    posted = client_for(ann).post(page_of(invitation), {"answer": "join"})
    assert posted["Location"] == "/san-francisco/join/"
    assert state_of(invitation) == ("accepted", ann.pk)
    for client in (Client(), client_for(make_user("bo"))):
        assert_refused(client.get(page_of(invitation)), 410)
        assert_refused(client.post(page_of(invitation), {"answer": "join"}), 410)
    assert state_of(invitation) == ("accepted", ann.pk)


def test_forwarded_is_refused_and_names_nobody(invitation, sf, client_for):
    client = client_for(make_user("bo"))
    page = client.get(page_of(invitation))
    assert_refused(page, 409)
    assert "ann@example.org" not in page.text
    assert_refused(client.post(page_of(invitation), {"answer": "join"}), 409)
    assert state_of(invitation) == ("open", None)
    client.post(page_of(invitation), {"answer": "again"})
    with in_chapter(sf):
        letter = Mail.objects.get(kind="invitation-again")
    assert "bo@example.org" in letter.text and letter.to == "mia@example.org"


def test_forwarded_and_accepted_before_signing_in_is_refused_then(invitation, sf, client_for):
    client, bo = Client(), make_user("bo")
    assert client.post(page_of(invitation), {"answer": "join"})["Location"].endswith("/join/")
    client.force_login(bo)
    with in_chapter(sf, bo):
        session = client.session
        assert actions.claim_invitation(bo, sf, session) == page_of(invitation)
        assert actions.SESSION_KEY in session
    assert state_of(invitation) == ("open", None)
    went_on = client.post(page_of(invitation), {"answer": "without"})
    assert went_on["Location"] == "/san-francisco/join/"
    assert actions.SESSION_KEY not in client.session


def test_unconfirmed_address_accepts_nothing(invitation, sf):
    ann = User.objects.create_user("ann@example.org", name="Ann")
    EmailAddress.objects.create(user=ann, email=ann.email, verified=False, primary=True)
    with in_chapter(sf, ann):
        assert not actions.accept_invitation(ann, sf, token=invitation.token)
    assert state_of(invitation) == ("open", None)


def test_expired_is_not_accepted_by_resetting_a_password(invitation, sf, later):
    client, ann = Client(), make_user("ann")
    later(days=29)
    client.post(page_of(invitation), {"answer": "join"})
    later(days=31)
    assert client.post("/account/password/reset/", {"email": ann.email}).status_code == 302
    path = re.findall(r"/account/password/reset/key/\S+", newest_letter(ann.email))[0]
    form = client.get(path)["Location"]
    words = "a whole new sentence"
    client.post(form, {"password1": words, "password2": words})
    signed_in = client.post("/account/login/", {"login": ann.email, "password": words})
    assert signed_in.status_code == 302
    assert state_of(invitation) == ("open", None)
    with in_chapter(sf, ann):
        assert actions.claim_invitation(ann, sf, client.session) == page_of(invitation)
    assert_refused(client.get(page_of(invitation)), 410)
    assert state_of(invitation) == ("open", None)


def test_expired_is_not_accepted_by_signing_up(invitation, sf, later):
    client = Client()
    later(days=29)
    client.post(page_of(invitation), {"answer": "join"})
    later(days=31)
    words = "a whole new sentence"
    client.post("/account/signup/", {"email": "ann@example.org", "password1": words})
    letter = newest_letter("ann@example.org")
    code = re.findall(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", letter, re.MULTILINE)[0]
    assert client.post("/account/confirm-email/", {"code": code}).status_code == 302
    ann = User.objects.get(email="ann@example.org")
    assert EmailAddress.objects.get(user=ann).verified
    with in_chapter(sf, ann):
        assert actions.claim_invitation(ann, sf, client.session) == page_of(invitation)
    assert state_of(invitation) == ("open", None)


def test_forged_and_foreign_tokens_find_nothing(invitation, denver, client):
    token = invitation.token
    for wrong in (token[:-1], token + "x", token.split(".")[0], f"{invitation.pk}.", "x.y"):
        assert client.get(f"/san-francisco/invitations/{wrong}/").status_code == 404
    assert client.get(f"/denver/invitations/{token}/").status_code == 404


def test_scanner_that_follows_the_link_changes_nothing(invitation, client):
    for method in (client.get, client.head, client.options):
        method(page_of(invitation))
    assert client.get(page_of(invitation) + "?answer=decline").status_code == 200
    assert state_of(invitation) == ("open", None)
