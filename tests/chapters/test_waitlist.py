"""A city without a chapter: found by name, state or ZIP code, and waited for."""

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from chapters import actions, tasks
from chapters.finding import Wanted, find_cities, read_wanted
from chapters.models import Chapter, Mail, WaitlistEntry
from chapters.unscoped import as_backbone
from tests.factories import make_application, make_chapter, make_place, make_waitlist_entry

pytestmark = pytest.mark.django_db
ANSWERS = {"city": "Boise", "state": "id", "email": "Ida@example.org"}


def letters(kind: str) -> list[str]:
    with as_backbone():
        return list(
            Mail.objects.filter(kind=kind).order_by("created_at").values_list("to", flat=True)
        )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("  Boise ", Wanted(name="Boise")),
        ("boise, id", Wanted(name="boise", states=("ID",))),
        ("Boise, Idaho", Wanted(name="Boise", states=("ID",))),
        ("ID", Wanted(states=("ID",))),
        ("new york", Wanted(name="new york", states=("NY",))),
        ("94110", Wanted(states=("CA",), geoids=("0667000",))),
        ("941 10", Wanted(states=("CA",), geoids=("0667000",))),
        ("94110-1234", Wanted(states=("CA",), geoids=("0667000",))),
        ("83702", Wanted(states=("ID",))),
        ("00000", Wanted()),
    ],
)
def test_words_are_understood_as_city_state_or_zip(text, wanted):
    assert read_wanted(text) == wanted


def test_the_city_of_a_zip_code_comes_first_then_the_state():
    make_place("Oakland", state="CA", geoid="0653000")
    sf = make_chapter("San Francisco", geoid="0667000", state="CA")
    make_place("Boise", state="ID")
    assert [(city.place.name, city.chapter) for city in find_cities("94110")] == [
        ("San Francisco", sf),
        ("Oakland", None),
    ]
    assert find_cities("00000") == []


def test_a_closed_chapter_is_a_city_that_waits():
    closed = make_chapter("Richmond", status="gathering", state="VA")
    make_waitlist_entry(place=closed.place)
    make_waitlist_entry(place=closed.place, confirmed_at=None)
    (city,) = find_cities("rich")
    assert (city.key, city.waiting) == (f"place:{closed.place.geoid}", 1)


@pytest.mark.parametrize("places", [1, 30])
def test_finding_costs_the_same_for_any_number(places, django_assert_num_queries):
    for number in range(places):
        make_chapter(f"City {number}")
    with django_assert_num_queries(3):
        assert len(find_cities("city")) == min(places, 12)


def test_an_address_waits_once_and_counts_when_confirmed(client: Client):
    place = make_place("Boise", state="ID")
    for _ in range(2):
        assert client.post("/join/waitlist/", ANSWERS)["Location"] == "/join/waitlist/sent/"
    assert client.post("/join/waitlist/", ANSWERS | {"email": "ida@EXAMPLE.org", "city": "boise"})
    entry = WaitlistEntry.objects.get()
    assert (entry.place, entry.city, entry.state, entry.confirmed_at) == (
        place,
        "Boise",
        "ID",
        None,
    )
    assert len(letters("waitlist-confirm")) == 3
    assert "Nobody waits yet" in client.get("/start/").content.decode()
    shown = client.get(entry.get_absolute_url()).content.decode()
    assert "Confirm that you wait for Boise, ID" in shown
    entry.refresh_from_db()
    assert entry.confirmed_at is None
    client.post(entry.get_absolute_url(), {"name": "Ida"})
    assert WaitlistEntry.objects.filter(confirmed_at__isnull=False, name="Ida").exists()
    page = client.get("/start/").content.decode()
    assert "<strong>Boise, ID</strong>: 1 person" in page
    assert "Ida" not in page and "example.org</" not in page


def test_an_address_may_ask_three_times_a_day(client: Client):
    answers = [client.post("/join/waitlist/", ANSWERS).status_code for _ in range(4)]
    assert answers == [302, 302, 302, 429]


def test_wrong_input_is_named_and_kept(client: Client):
    response = client.post("/join/waitlist/", {"city": "", "state": "XX", "email": "ida"})
    page = response.content.decode()
    assert response.status_code == 422
    for message in ("Enter your city", "two letters of your state", "like name@example.org"):
        assert page.count(message) >= 2
    assert 'value="ida"' in page


def test_leaving_deletes_the_address(client: Client):
    entry = make_waitlist_entry()
    assert (
        "You left the waitlist"
        in client.post(entry.get_absolute_url(), {"leave": "1"}).content.decode()
    )
    assert not WaitlistEntry.objects.exists()
    assert client.get(entry.get_absolute_url()).status_code == 404


def test_a_city_with_an_open_chapter_needs_no_waiting(client: Client):
    make_chapter("Boise", state="ID")
    assert client.post("/join/waitlist/", ANSWERS)["Location"] == "/boise/join/"
    assert not WaitlistEntry.objects.exists()


def test_people_are_told_once_when_their_chapter_opens():
    chapter = make_chapter("Richmond", status="gathering", state="VA")
    waiting = make_waitlist_entry(place=chapter.place)
    typed = make_waitlist_entry(city="richmond", state="VA")
    make_waitlist_entry(city="Richmond", state="CA")
    make_waitlist_entry(place=chapter.place, confirmed_at=None)
    tasks.tell_waitlists()
    assert letters("waitlist-open") == []
    Chapter.objects.filter(pk=chapter.pk).update(status="launching")
    for _ in range(2):
        tasks.tell_waitlists()
    assert sorted(letters("waitlist-open")) == sorted([waiting.email, typed.email])
    waiting.refresh_from_db()
    assert waiting.told_of == chapter


def test_unconfirmed_addresses_are_forgotten_after_a_month():
    kept = make_waitlist_entry()
    for entry in (make_waitlist_entry(confirmed_at=None), make_waitlist_entry(confirmed_at=None)):
        month = datetime.timedelta(days=31 if entry.pk % 2 else 29)
        WaitlistEntry.objects.filter(pk=entry.pk).update(created_at=timezone.now() - month)
    assert actions.forget_unconfirmed() == 1
    assert WaitlistEntry.objects.filter(pk=kept.pk).exists()


def test_staff_see_with_an_application_how_many_wait(client_for, bea):
    make_waitlist_entry(city="Toledo", state="OH")
    application = make_application(city="toledo", state="OH")
    page = client_for(bea).get("/admin/chapters/application/").content.decode()
    assert '<td class="field-waiting">1</td>' in page
    one = client_for(bea).get(f"/admin/chapters/application/{application.pk}/change/")
    assert "People who wait" in one.content.decode()
