"""Paid places: asked for without reasons, decided by the council, told by e-mail."""

import re

import pytest

from chapters.models import Mail
from chapters.scope import in_chapter
from chapters.unscoped import as_backbone
from members import actions
from members.actions.places import PlaceRefused
from members.models import Membership, PaidPlace, User
from tests.factories import make_paid_place, make_seat, make_user

pytestmark = pytest.mark.django_db


def letters(kind):
    with as_backbone():
        return list(Mail.objects.filter(kind=kind).order_by("created_at"))


def page(response):
    return response.content.decode()


def test_a_member_to_be_asks_and_the_council_grants(client_for, sf, mia, lou):
    client = client_for(mia)
    asked = client.post("/san-francisco/join/paid-place/", {"note": "Between jobs"})
    assert asked["Location"] == "/san-francisco/join/paid-place/"
    assert "The council has your question" in page(client.get(asked["Location"]))
    (letter,) = letters("paid-place-asked")
    assert letter.to == lou.email
    assert "Mia" not in letter.text and "Between jobs" not in letter.text
    chair = client_for(lou)
    queue = page(chair.get("/san-francisco/places/"))
    assert "1 waiting" in queue and "Between jobs" in queue and mia.email in queue
    with in_chapter(sf):
        place = PaidPlace.objects.get()
    chair.post(f"/san-francisco/places/{place.pk}/")
    with in_chapter(sf):
        place.refresh_from_db()
        membership = Membership.objects.get(user=mia)
    assert (place.status, place.decided_by_id, place.paid_until) == (
        "granted", lou.pk, membership.paid_until,
    )  # fmt: skip
    assert (membership.status, membership.number, membership.is_home) == ("active", 1, True)
    (letter,) = letters("paid-place-granted")
    assert letter.to == mia.email and "member 1 of San Francisco" in letter.text


def test_a_stranger_confirms_an_address_before_the_question_counts(client_for, sf):
    client = client_for()
    given = {"name": "Nia", "email": "nia@example.org"}
    sent = client.post("/san-francisco/join/paid-place/", given)
    assert sent["Location"].startswith("/account/login/code/confirm/")
    assert User.objects.get(email="nia@example.org").name == ""
    (letter,) = letters("account")
    (code,) = re.findall(r"^([A-Z0-9-]{6,})$", letter.text, re.M)
    then = "/san-francisco/join/paid-place/"
    client.post("/account/login/code/confirm/", {"code": code, "next": then})
    assert "Anything the council should know" in page(client.get(then))
    client.post(then, {"note": ""})
    with in_chapter(sf):
        assert PaidPlace.objects.get().user.name == "Nia"


def test_asking_twice_is_one_question(sf, mia, lou):
    with in_chapter(sf):
        first = actions.ask_for_place(mia, sf, "one")
        assert actions.ask_for_place(mia, sf, "two") == first
    assert len(letters("paid-place-asked")) == 1


def test_the_council_declines_with_words_that_are_sent(client_for, sf, mia, lou):
    place = make_paid_place(sf, mia)
    chair = client_for(lou)
    address = f"/san-francisco/places/{place.pk}/"
    refused = chair.post(address, {"decline": "1", "words": " "})
    assert refused.status_code == 422
    assert page(refused).count("Enter what you tell the person") == 2
    chair.post(address, {"decline": "1", "words": "Come back in spring."})
    (letter,) = letters("paid-place-declined")
    assert letter.to == mia.email and "Come back in spring." in letter.text
    shown = page(client_for(mia).get("/san-francisco/join/paid-place/"))
    assert "Come back in spring." in shown and "You can ask again" in shown


def test_a_question_is_decided_once_and_never_by_who_asked(sf, mia, lou):
    own, other = make_paid_place(sf, lou), make_paid_place(sf, mia)
    with in_chapter(sf):
        with pytest.raises(PlaceRefused, match="your own question"):
            actions.grant_place(own, by=lou)
        actions.grant_place(other, by=lou)
        until = Membership.objects.get(user=mia).paid_until
        with pytest.raises(PlaceRefused, match="meanwhile"):
            actions.grant_place(other, by=lou)
        with pytest.raises(PlaceRefused, match="meanwhile"):
            actions.decline_place(other, "No", by=lou)
        assert Membership.objects.get(user=mia).paid_until == until


def test_a_chapter_gives_no_more_places_than_it_has(client_for, sf, lou):
    chair = client_for(lou)
    assert chair.post("/san-francisco/places/number/", {"paid_places": "-1"}).status_code == 422
    chair.post("/san-francisco/places/number/", {"paid_places": "1"})
    first, second = (make_paid_place(sf) for _ in range(2))
    assert chair.post(f"/san-francisco/places/{first.pk}/").status_code == 302
    refused = chair.post(f"/san-francisco/places/{second.pk}/")
    assert refused.status_code == 422
    assert "All 1 paid places of this year are given out" in page(refused)
    chair.post("/san-francisco/places/number/", {"paid_places": ""})
    assert chair.post(f"/san-francisco/places/{second.pk}/").status_code == 302


def test_only_the_chapters_council_sees_and_decides(client_for, sf, denver, mia):
    place = make_paid_place(sf, mia, mark="Secretword")
    make_seat(denver, dee := make_user("dee"))
    for person in (mia, dee):
        client = client_for(person)
        assert client.get("/san-francisco/places/").status_code == 404
        assert client.post(f"/san-francisco/places/{place.pk}/").status_code == 404
    at_home = client_for(dee)
    assert "Secretword" not in page(at_home.get("/denver/places/"))
    assert at_home.post(f"/denver/places/{place.pk}/").status_code == 404


@pytest.mark.parametrize("places", [1, 30])
def test_the_queue_costs_the_same_for_any_number(
    places, client_for, sf, lou, django_assert_num_queries
):
    for _ in range(places):
        make_paid_place(sf)
    client = client_for(lou)
    client.get("/san-francisco/places/")
    with django_assert_num_queries(14):
        client.get("/san-francisco/places/")
