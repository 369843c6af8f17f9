"""The pages of inviting: what a member sees and sends, and what invited people see."""

import re

import pytest
from django.test import Client

from chapters.models import Mail
from chapters.scope import in_chapter
from members.actions import invitations as actions
from members.models import Invitation, InvitationRefusal
from tests.factories import (
    make_chapter,
    make_invitation,
    make_invitation_link,
    make_membership,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def membership(sf, mia):
    return make_membership(sf, mia)


@pytest.fixture
def client(client_for, membership):
    return client_for(membership.user)


def send(client, addresses, message=""):
    form = {"addresses": addresses, "message": message}
    return client.post("/san-francisco/invite/", form)


def sent_letters(sf):
    with in_chapter(sf):
        return list(Mail.objects.filter(kind="invitation").order_by("created_at"))


# --- The member's page ----------------------------------------------------------------------------


def test_page_shows_counts_link_and_people(client, membership, django_assert_max_num_queries):
    ann = make_user("ann")
    make_invitation(membership, email="ann@example.org", accepted_by=ann)
    make_invitation(membership, email="bo@example.org")
    page = client.get("/me/invitations/").text
    assert "San Francisco: 0 of 10 invited people joined" in page
    assert "bo@example.org" in page and "Accepted, not joined yet" in page
    assert f"/san-francisco/invited/{make_invitation_link(membership).code}/" in page


def test_page_takes_as_many_queries_for_thirty_as_for_one(
    client, membership, django_assert_num_queries
):
    make_invitation(membership)
    client.get("/me/invitations/")
    with django_assert_num_queries(15):
        client.get("/me/invitations/")
    for _ in range(29):
        make_invitation(membership, way="link", address_digest="", email="")
    with django_assert_num_queries(15):
        assert client.get("/me/invitations/").text.count("<tr><td>") == 30


def test_several_addresses_are_sent_and_reported(client, sf):
    response = send(client, "ann@example.org, Bo Day <bo@example.org>;\n MIA+1@example.org", "Hi")
    assert (response.status_code, response["Location"]) == (303, "/me/invitations/#san-francisco")
    assert [mail.to for mail in sent_letters(sf)] == ["ann@example.org", "bo@example.org"]
    page = client.get("/me/invitations/").text
    assert page.count("the invitation is on its way") == 2
    assert "this is your own address. It counts 0." in page
    assert "on its way" not in client.get("/me/invitations/").text


def test_wrong_addresses_are_named_and_nothing_is_lost_or_sent(client, sf):
    typed = "ann@example.org\nnobody\nbo@\n"
    response = send(client, typed, "Come with me")
    assert response.status_code == 422
    assert "<title>Error: " in response.text
    assert response.text.count("Address 2: enter “nobody” like name@example.org") == 2
    assert response.text.count("Address 3: enter “bo@” like name@example.org") == 2
    assert typed.strip() in response.text and "Come with me" in response.text
    assert sent_letters(sf) == []


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"addresses": ""}, "Enter one e-mail address or more"),
        ({"addresses": ",;\n"}, "Enter one e-mail address or more"),
        (
            {"addresses": "\n".join(f"p{n}@example.org" for n in range(11))},
            "Enter 10 addresses or fewer",
        ),
        ({"addresses": "a@b.org", "message": "x" * 501}, "Use 500 characters or fewer"),
        ({"addresses": "a@b.org", "message": "see http://bad.example"}, "out of the message"),
        ({"addresses": "a@b.org", "message": "see bad.example/x"}, "Take “bad.example/x” out"),
        ({"addresses": "a@b.org", "message": "see b\u200bad．example"}, "out of the message"),
        ({"addresses": "a@b.org", "message": "write to x@y"}, "out of the message"),
    ],
)
def test_what_the_form_refuses(client, sf, form, words):
    response = client.post("/san-francisco/invite/", form)
    assert response.status_code == 422 and words in response.text
    assert sent_letters(sf) == []


def test_what_waits_for_tomorrow_stays_in_the_form(client, membership):
    for number in range(20):
        make_invitation(membership, email=f"p{number}@example.org")
    send(client, "late@example.org")
    page = client.get("/me/invitations/").text
    assert "You have sent 20 letters in 24 hours" in page
    assert re.search(r"<textarea[^>]*>\s*late@example.org</textarea>", page)


def test_letter_carries_names_and_messages_as_text(client, sf, mia):
    mia.name = "<b>Mia</b>\r\nBcc: everybody@example.org"
    mia.save()
    send(client, "ann@example.org\r\nBcc: x@example.org")
    assert sent_letters(sf) == []
    send(client, "ann@example.org", "<img src=x onerror=alert(1)>\r\nCome, <3")
    (mail,) = sent_letters(sf)
    assert "\n" not in mail.subject and "Bcc" not in mail.subject
    assert mail.subject == "A member invites you to Network City San Francisco"
    assert "<img" not in mail.html and "&lt;img" in mail.html
    assert "<img src=x onerror=alert(1)>\nCome, <3" in mail.text
    assert re.findall(r'href="(?!mailto)([^"]*)"', mail.html)[0].startswith("http")


def test_only_members_of_the_chapter_invite(client_for, sf, membership, otto):
    for person in (otto, make_user()):
        assert send(client_for(person), "ann@example.org").status_code == 404
    assert send(Client(), "ann@example.org").status_code == 302
    assert "Members invite others" in client_for(make_user()).get("/me/invitations/").text
    assert sent_letters(sf) == []


def test_addresses_are_seen_by_their_inviter_alone(client_for, sf, membership, lou, bea):
    invitation = make_invitation(membership, email="secret@example.org")
    make_membership(sf, lou)
    paths = ["/me/invitations/", "/san-francisco/invitations/", "/me/"]
    seen = [client_for(lou).get(path) for path in paths]
    seen += [
        client_for(bea).get("/admin/members/invitation/"),
        client_for(bea).get(f"/admin/members/invitation/{invitation.pk}/change/"),
    ]
    assert [page.status_code for page in seen] == [200] * 5
    assert not any("secret@" in page.text for page in seen)
    assert "secret@" in client_for(membership.user).get("/me/invitations/").text


def test_council_sees_counts_and_members_do_not(client_for, membership, lou):
    make_invitation(membership)
    page = client_for(lou).get("/san-francisco/invitations/").text
    assert re.search(r"<dt>Letters sent</dt><dd>1</dd>", page)
    assert client_for(membership.user).get("/san-francisco/invitations/").status_code == 404


def test_staff_see_counts_by_chapter(client_for, membership, bea):
    make_invitation(membership)
    page = client_for(bea).get("/admin/members/invitation/").text
    assert re.search(r'<th scope="row">San Francisco</th><td>1</td><td>1</td>', page)


# --- What invited people see ----------------------------------------------------------------------


@pytest.fixture
def invitation(membership):
    return make_invitation(membership, email="ann@example.org")


def test_letter_leads_through_joining(invitation, sf, client_for):
    path = f"/san-francisco/invitations/{invitation.token}/"
    visitor = Client()
    assert "Mia invites you to join San Francisco" in visitor.get(path).text
    assert visitor.post(path, {"answer": "join"})["Location"] == "/san-francisco/join/"
    assert visitor.post("/san-francisco/join/", {"amount": "36"}).status_code == 303
    ann = make_user("ann")
    visitor.force_login(ann)
    assert visitor.get("/san-francisco/join/review/").status_code == 200
    with in_chapter(sf):
        assert Invitation.objects.get().accepted_by == ann


def test_link_leads_through_joining(membership, sf):
    path = f"/san-francisco/invited/{make_invitation_link(membership).code}/"
    visitor = Client()
    assert "Mia invites you to join San Francisco" in visitor.get(path).text
    visitor.post(path, {"answer": "join"})
    visitor.post("/san-francisco/join/", {"amount": "36"})
    ann = make_user("ann")
    visitor.force_login(ann)
    visitor.get("/san-francisco/join/review/")
    with in_chapter(sf):
        assert [(row.accepted_by, row.way) for row in Invitation.objects.all()] == [(ann, "link")]


def test_forwarded_link_is_refused_on_the_way_of_joining(invitation, client_for):
    client = client_for(make_user("bo"))
    session = client.session
    ticket = {"chapter": "san-francisco", "token": invitation.token}
    session[actions.SESSION_KEY] = ticket
    session["join"] = {"san-francisco": {"amount_cents": 3600, "interval": "once"}}
    session.save()
    path = f"/san-francisco/invitations/{invitation.token}/"
    assert client.get("/san-francisco/join/review/")["Location"] == path
    assert client.post(path, {"answer": "without"})["Location"] == "/san-francisco/join/"
    assert client.get("/san-francisco/join/review/").status_code == 200


def test_declining_takes_one_press_and_no_account(invitation, sf):
    path = f"/san-francisco/invitations/{invitation.token}/"
    assert "You declined the invitation" in Client().post(path, {"answer": "decline"}).text
    assert Client().get(path).status_code == 410
    with in_chapter(sf):
        assert Invitation.objects.get().state == "declined"
        assert InvitationRefusal.objects.count() == 1


def test_own_and_members_invitations_say_why_they_count_nothing(
    invitation, membership, sf, client_for
):
    path = f"/san-francisco/invitations/{invitation.token}/"
    link = f"/san-francisco/invited/{make_invitation_link(membership).code}/"
    own, ann = client_for(membership.user), client_for(make_membership(sf, make_user("ann")).user)
    for address in (path, link):
        for method in (own.get, own.post):
            response = method(address, {"answer": "join"})
            assert response.status_code == 409
            assert "This is your own invitation" in response.text
        for method in (ann.get, ann.post):
            response = method(address, {"answer": "join"})
            assert response.status_code == 409
            assert "You belong to San Francisco already" in response.text


def test_links_that_are_not_there_are_not_found(membership):
    code = make_invitation_link(membership).code
    assert Client().get("/san-francisco/invited/nothing/").status_code == 404
    other = make_chapter("Boise")
    assert Client().get(f"/{other.slug}/invited/{code}/").status_code == 404
