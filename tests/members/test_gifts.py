"""Giving a membership: paid once, offered, taken or left to the council."""

import datetime
import re
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from chapters.models import Mail
from chapters.scope import as_self, in_chapter
from members import tasks
from members.actions import checkouts
from members.actions import gifts as actions
from members.actions.places import PlaceRefused, grant_place
from members.dues import a_year_after
from members.models import Checkout, Gift, GiftedPlace, Membership, Payment
from members.queries.gifts import my_gifts, sponsored_places_left
from members.queries.places import granted_this_year
from tests.factories import make_gift, make_membership, make_paid_place, make_user
from tests.payments import deliver, pay, session_events

FORM = {
    "giver_name": "Mia R.",
    "kind": "person",
    "recipient_name": "Ann Day",
    "recipient_email": "ann@example.org",
    "message": "For all the meetings.",
    "places": "",
    "amount": "36",
}


def letters(chapter, kind):
    with in_chapter(chapter):
        return list(Mail.objects.filter(kind=kind).order_by("created_at"))


def state_of(gift):
    with in_chapter(gift.chapter_id):
        held = Gift.objects.get(pk=gift.pk)
        return held.state, held.places_taken


@pytest.fixture
def ann(db):
    return make_user("ann")


@pytest.fixture
def gift(sf, mia):
    return make_gift(sf, mia, recipient_email="ann@example.org", recipient_name="Ann")


# --- Giving ---------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_gift_is_paid_and_sent(provider, sf, mia, client_for):
    client = client_for(mia)
    assert client.post("/san-francisco/gift/", FORM)["Location"] == "/san-francisco/gift/review/"
    page = client.get("/san-francisco/gift/review/").text
    assert "Pay $36.00" in page and "For all the meetings." in page
    assert "do not answer for 120 days, the gift becomes a sponsored place" in page
    first = client.post("/san-francisco/gift/review/")["Location"]
    assert client.post("/san-francisco/gift/review/")["Location"] == first
    sent = client.get(first)
    with in_chapter(sf):
        checkout = Checkout.objects.get()
        assert (checkout.purpose, checkout.membership, checkout.amount_cents) == (
            "gift",
            None,
            3600,
        )
        assert sent["Location"] == checkout.session_url
        assert Gift.objects.get().state == "unpaid"
    pay(provider, checkout)
    for event in session_events(provider) * 2:
        deliver(event)
    tasks.sweep_events()
    with in_chapter(sf):
        payment, gift = Payment.objects.get(), Gift.objects.get()
    assert (payment.purpose, payment.covers_from, payment.user) == ("gift", None, mia)
    assert gift.state == "offered"
    (letter,) = letters(sf, "gift")
    assert letter.to == "ann@example.org"
    assert letter.subject == "Mia R. gives you a year of Network City San Francisco"
    assert f"/san-francisco/gifts/{gift.token}/" in letter.text
    (receipt,) = letters(sf, "receipt")
    assert receipt.to == mia.email and "$36.00" in receipt.text
    done = client.get(f"/san-francisco/gift/done/?checkout={checkout.pk}").text
    assert "Your gift is on its way to Ann Day" in done


@pytest.mark.django_db(transaction=True)
def test_page_that_expired_makes_way_for_a_new_one(provider, sf, mia, client_for):
    client = client_for(mia)
    client.post("/san-francisco/gift/", FORM)
    client.post("/san-francisco/gift/review/")
    with in_chapter(sf):
        checkout = Checkout.objects.get()
    checkouts.end_checkout(checkout, Checkout.Status.EXPIRED)
    client.post("/san-francisco/gift/review/")
    with in_chapter(sf):
        assert Checkout.objects.filter(status="open").count() == 1
        assert Gift.objects.count() == 2


@pytest.mark.django_db
def test_visitor_confirms_an_address_before_paying(sf):
    client = Client()
    posted = client.post("/san-francisco/gift/", FORM)
    assert posted["Location"] == "/san-francisco/gift/account/"
    form = {"name": "Mia R.", "email": "mia@example.org"}
    sent = client.post("/san-francisco/gift/account/", form)
    assert "next=%2Fsan-francisco%2Fgift%2Freview%2F" in sent["Location"]
    assert client.get("/san-francisco/gift/review/").status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": "11.99"}, "Enter $12 or more"),
        ({"amount": "10,000.01"}, "Enter $10,000 or less"),
        ({"amount": "lots"}, "Enter an amount in dollars"),
        ({"recipient_name": ""}, "Enter the name of the person"),
        ({"recipient_email": ""}, "Enter an e-mail address like name@example.org"),
        ({"recipient_email": "a@b.org\nBcc: c@d.org"}, "Enter an e-mail address like"),
        ({"recipient_name": "bad.example"}, "Enter a name without a web address"),
        ({"giver_name": "www.bad"}, "Enter a name without a web address"),
        ({"message": "https://bad.example"}, "out of the message"),
        ({"kind": "places"}, "Enter how many places"),
        ({"kind": "places", "places": "0"}, "Enter 1 place or more"),
        ({"kind": "places", "places": "101"}, "Enter 100 places or fewer"),
        ({"kind": "places", "places": "100", "amount": "120"}, "may cost $10,000 or less"),
        ({"kind": "other"}, "Choose what you want to give"),
    ],
)
def test_what_the_form_refuses(sf, client, changes, words):
    response = client.post("/san-francisco/gift/", FORM | changes)
    assert response.status_code == 422 and words in response.text
    assert "<title>Error: " in response.text
    assert "gift" not in client.session


@pytest.mark.django_db
def test_letter_shows_markup_as_text_and_has_one_line_of_subject(sf, mia):
    gift = make_gift(
        sf, mia, giver_name="Mia\r\nBcc: x@y.org", message="<a href=x>Hi</a>", state="unpaid",
        offered_at=None,
    )  # fmt: skip
    with in_chapter(sf):
        from chapters.post import post

        mail = post("gift", gift.recipient_email, actions.letter(gift), chapter=sf)
    assert mail.subject == "Somebody gives you a year of Network City San Francisco"
    assert "<a href=x>" not in mail.html and "&lt;a href=x&gt;" in mail.html


# --- The recipient's answer -----------------------------------------------------------------------


@pytest.mark.django_db
def test_accepting_gives_twelve_months_from_today(sf, gift, ann, client_for):
    path = f"/san-francisco/gifts/{gift.token}/"
    client = client_for(ann)
    assert "Accept the gift" in client.get(path).text
    assert client.post(path, {"answer": "accept"})["Location"] == path
    today = timezone.localdate(timezone=datetime.timezone(datetime.timedelta(hours=-8)))
    with in_chapter(sf):
        membership = Membership.objects.get()
        place = GiftedPlace.objects.get()
    assert (membership.user, membership.status) == (ann, "active")
    assert membership.paid_until == a_year_after(today) == place.covers_until
    assert state_of(gift) == ("accepted", 1)
    assert "You accepted the gift" in client.get(path).text
    assert [mail.to for mail in letters(sf, "gift-answered")] == ["mia@example.org"]
    client.post(path, {"answer": "accept"})
    with in_chapter(sf):
        assert GiftedPlace.objects.count() == 1


@pytest.mark.django_db
def test_member_gets_twelve_months_more(sf, gift, ann):
    before = make_membership(sf, ann)
    with in_chapter(sf, ann):
        membership = actions.accept_gift(ann, gift)
    assert membership and before.paid_until
    assert membership.paid_until == a_year_after(before.paid_until)
    assert membership.number == before.number


@pytest.mark.django_db
def test_other_address_is_refused(sf, gift, client_for):
    client, path = client_for(make_user("bo")), f"/san-francisco/gifts/{gift.token}/"
    for response in (client.get(path), client.post(path, {"answer": "accept"})):
        assert response.status_code == 409
        assert "ann@example.org" not in response.text
        assert "This gift was sent to another address" in response.text
    client.post(path, {"answer": "decline"})
    assert state_of(gift) == ("offered", 0)


@pytest.mark.django_db
def test_recipient_without_an_account_gets_a_code(sf, gift):
    client, path = Client(), f"/san-francisco/gifts/{gift.token}/"
    assert "Send the code" in client.get(path).text
    assert "message" not in client.get(path).text.split("<main")[1].split("</main")[0]
    sent = client.post(path, {"answer": "sign in"})
    assert sent["Location"].startswith("/account/login/code/confirm/")
    assert client.post(path, {"answer": "accept"}).status_code == 200
    assert state_of(gift) == ("offered", 0)


@pytest.mark.django_db
def test_declined_gift_becomes_a_sponsored_place(sf, gift, ann, client_for):
    path = f"/san-francisco/gifts/{gift.token}/"
    assert "You declined the gift" in client_for(ann).post(path, {"answer": "decline"}).text
    assert state_of(gift) == ("sponsored", 0)
    (letter,) = letters(sf, "gift-answered")
    assert letter.to == "mia@example.org"
    assert letter.subject == "Your gift became a sponsored place of San Francisco"
    assert client_for(ann).get(path).status_code == 410
    with in_chapter(sf):
        assert sponsored_places_left(sf) == 1


@pytest.mark.django_db
def test_forged_foreign_and_unpaid_gifts_are_not_found(sf, denver, gift, client):
    token = gift.token
    unpaid = make_gift(sf, state="unpaid", offered_at=None)
    places = make_gift(sf, places=3)
    wrong = [f"/san-francisco/gifts/{token}x/", f"/denver/gifts/{token}/"]
    wrong += [f"/san-francisco/gifts/{one.token}/" for one in (unpaid, places)]
    assert [client.get(path).status_code for path in wrong] == [404] * 4


# --- What nobody answers --------------------------------------------------------------------------


def tend(chapter, gift, days):
    with in_chapter(chapter):
        ago = timezone.now() - datetime.timedelta(days=days)
        Gift.objects.filter(pk=gift.pk).update(offered_at=ago)
        return actions.tend_gifts(chapter), actions.tend_gifts(chapter)


@pytest.mark.django_db
def test_reminder_comes_once_after_sixty_days(sf, gift):
    assert tend(sf, gift, 59) == (0, 0) and letters(sf, "gift-reminder") == []
    assert tend(sf, gift, 60) == (0, 0)
    (letter,) = letters(sf, "gift-reminder")
    assert letter.to == "ann@example.org" and gift.token in letter.text
    assert state_of(gift) == ("offered", 0)


@pytest.mark.django_db
def test_place_is_the_councils_after_a_hundred_and_twenty_days(sf, gift):
    assert tend(sf, gift, 119) == (0, 0)
    assert tend(sf, gift, 120) == (1, 0)
    assert state_of(gift) == ("sponsored", 0)
    (letter,) = letters(sf, "gift-answered")
    assert letter.to == "mia@example.org" and "did not answer for 120 days" in letter.text


# --- Sponsored places -----------------------------------------------------------------------------


@pytest.mark.django_db
def test_council_assigns_the_oldest_places_until_none_is_left(sf, denver, lou, mia):
    late = make_gift(sf, mia, places=1, recipient_email="", message="", state="sponsored",
                     sponsored_at=timezone.now())  # fmt: skip
    early = make_gift(sf, places=2, sponsored_at=timezone.now() - datetime.timedelta(days=9))
    make_gift(denver, places=5)
    people = [make_user() for _ in range(4)]
    with in_chapter(sf):
        assert sponsored_places_left(sf) == 3
        given = [actions.take_sponsored_place(person, sf, by=lou) for person in people]
        assert [bool(one) for one in given] == [True, True, True, False]
        assert sponsored_places_left(sf) == 0
        used = GiftedPlace.objects.order_by("pk").values_list("gift", "assigned_by")
        assert list(used) == [(early.pk, lou.pk), (early.pk, lou.pk), (late.pk, lou.pk)]
    with in_chapter(denver):
        assert sponsored_places_left(denver) == 5


@pytest.mark.django_db
def test_granted_places_are_sponsored_first_and_then_the_chapters_own(sf, lou, client_for):
    sf.paid_places = 1
    sf.save()
    make_gift(sf, places=2)
    asked = [make_paid_place(sf) for _ in range(4)]
    page = client_for(lou).get("/san-francisco/places/").text
    assert "2 sponsored places are left" in page
    with in_chapter(sf, lou):
        for place in asked[:3]:
            grant_place(place, by=lou)
        assert (sponsored_places_left(sf), granted_this_year(sf)) == (0, 1)
        with pytest.raises(PlaceRefused):
            grant_place(asked[3], by=lou)
        assert GiftedPlace.objects.count() == 2


@pytest.mark.django_db
def test_database_holds_the_number_of_places(sf):
    gift = make_gift(sf, places=2)
    with in_chapter(sf):
        for changes in ({"places_taken": 3}, {"places": 0}, {"amount_cents": 2399}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Gift.objects.filter(pk=gift.pk).update(**changes)


@pytest.mark.django_db
def test_same_key_is_one_gift(sf, mia):
    key = uuid.uuid4()
    answers: dict[str, Any] = {
        "giver_name": "Mia", "recipient_name": "", "recipient_email": "", "message": "",
        "places": 3, "amount": 1500,
    }  # fmt: skip
    with in_chapter(sf, mia):
        first, second = (actions.start_gift(mia, sf, key, answers) for _ in range(2))
        assert first == second and first.amount_cents == 4500
        assert Checkout.objects.count() == 1
    with as_self(mia):
        assert list(my_gifts(mia)) == []


@pytest.mark.django_db
def test_choosing_a_chapter(sf, denver, client):
    page = client.get("/gift/").text
    assert re.findall(r'href="(/[a-z-]+/gift/)"', page) == ["/denver/gift/", "/san-francisco/gift/"]
