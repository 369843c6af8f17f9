"""The front pages show every floor, at a fixed cost however large the network, in real words."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chapters.scope import in_chapter
from convenings.models import Convening
from tests.factories import (
    make_booked_payment,
    make_chapter,
    make_convening,
    make_membership,
    make_payment,
    make_registration,
    make_seat,
    make_user,
)

pytestmark = pytest.mark.django_db


def _chapter_with_everything(number: int):
    chapter = make_chapter(f"Town {number}")
    make_seat(chapter)
    make_payment(make_membership(chapter))
    start = timezone.now() + dt.timedelta(days=number + 1)
    with in_chapter(chapter):
        Convening.objects.create(
            chapter=chapter,
            title=f"Meeting {number}",
            summary="Come.",
            starts_at=start,
            ends_at=start + dt.timedelta(hours=1),
            zone=chapter.zone,
            published_at=timezone.now(),
        )
    return chapter


@pytest.mark.parametrize("chapters", [1, 30])
def test_national_home_costs_the_same_with_any_number_of_chapters(
    client: Client, django_assert_num_queries, chapters: int
) -> None:
    for number in range(chapters):
        _chapter_with_everything(number)
    with django_assert_num_queries(8):
        page = client.get("/").content.decode()
    assert page.count('class="tag">Active') == chapters
    assert page.count('<circle class="dot dot--active"') == chapters


@pytest.mark.parametrize("chapters", [1, 30])
def test_chapter_home_costs_the_same_with_any_number_of_chapters(
    client: Client, django_assert_num_queries, chapters: int
) -> None:
    for number in range(chapters):
        _chapter_with_everything(number)
    with django_assert_num_queries(10):
        client.get("/town-0/")
    # The chapter, a savepoint and its end, its scope set and taken back: nothing is found anew.
    with django_assert_num_queries(5):
        client.get("/town-0/?again=1")


def test_national_home_says_when_there_is_nothing(client: Client) -> None:
    page = client.get("/").content.decode()
    assert "No chapter yet" in page
    assert "No convening is announced" in page
    assert "Progress, counted" not in page


def test_chapter_home_shows_its_own_people_and_dues_alone(client: Client, sf, denver) -> None:
    make_seat(sf, shown_as="Amara K.", brings="Resident, Bayview")
    make_seat(sf, shown_as="Gone G.", ended=True)
    make_seat(denver, shown_as="Otto Q.")
    for cents in (1000, 1250, 1400):
        make_booked_payment(make_membership(sf), amount_cents=cents)
        make_booked_payment(make_membership(denver), amount_cents=9900)
    page = client.get("/san-francisco/").content.decode()
    assert "Amara K." in page and "Resident, Bayview" in page
    assert "Gone G." not in page and "Otto Q." not in page
    assert '<p class="big">$36.50</p>' in page and "99" not in page


def test_chapter_home_names_no_member(client: Client, sf, mia) -> None:
    make_payment(make_membership(sf, mia))
    page = client.get("/san-francisco/").content.decode()
    assert mia.name not in page and mia.email not in page


def test_chapter_that_gathers_shows_pledges_and_asks_for_no_dues(client: Client) -> None:
    make_chapter(
        "Richmond", status="gathering", pledged_cents=4_150_000, launched_on=None, vision=""
    )
    page = client.get("/richmond/").content.decode()
    assert "$41,500 of $75,000 pledged" in page
    assert "/richmond/join/" not in page and "Dues received" not in page


def test_bar_is_current_where_the_reader_stands(client: Client, sf) -> None:
    page = client.get("/san-francisco/").content.decode()
    assert page.count('aria-current="page"') == 1
    assert '<a href="/san-francisco/" aria-current="page">Overview</a>' in page
    assert page.count('<a href="/#chapters" aria-current="true">Chapters</a>') == 2


def test_menu_shows_who_is_signed_in(client_for, mia, bea) -> None:
    assert "Sign out" not in client_for(None).get("/").content.decode()
    member = client_for(mia).get("/").content.decode()
    assert "Your membership" in member and "Sign out" in member and "/admin/" not in member
    assert 'href="/admin/"' in client_for(bea).get("/").content.decode()


@pytest.mark.parametrize("count", [1, 30])
def test_a_members_home_shows_convenings_of_every_chapter_at_a_fixed_cost(
    client: Client, count: int
):
    mia = make_user("mia", name="Mia", zone="America/Denver")
    client.force_login(mia)
    for number in range(count):
        convening = make_convening(make_chapter(f"Town {number}"), title=f"Meeting {number}")
        make_registration(convening, user=mia, email=mia.email)
        make_registration(convening, email="otto@example.org")
    client.get("/me/")
    with CaptureQueriesContext(connection) as made:
        page = client.get("/me/").content.decode()
    assert page.count("You are registered.") == count
    assert page.count("Your time: ") == count
    assert len([q for q in made if "convenings_registration" in q["sql"]]) == 2
