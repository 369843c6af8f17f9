"""The pages of organizations: who sees what, and what the forms refuse."""

import csv
import datetime
import io

import pytest
from django.urls import reverse

from chapters.scope import in_chapter
from members.actions.organizations import invite_representative
from members.models import (
    Checkout,
    Organization,
    OrganizationMembership,
    Payment,
    Representative,
    SeatInvitation,
)
from tests.factories import (
    make_organization,
    make_organization_membership,
    make_representative,
    make_tier,
    make_user,
)
from tests.members.test_organizations import token_in
from tests.payments import deliver, pay, session_events

PROFILE = {
    "name": "Harbor  Pay Project",
    "sector": "nonprofit",
    "website": "https://harbor.example.org/",
    "description": "Pay audits for small shops.",
    "focus": ["work", "care"],
    "populations": ["mothers"],
    "is_listed": "on",
}


def at(name: str, chapter, *args, **query) -> str:
    return reverse(f"members:{name}", args=[chapter.slug, *args], query=query or None)


# --- The directory -------------------------------------------------------------------------------


def test_directory_shows_paying_listed_organizations_of_the_chapter(client, sf, denver):
    make_organization_membership(sf, mark="Shown")
    make_organization_membership(sf, mark="Unlisted", is_listed=False)
    make_organization_membership(sf, mark="Unpaid", status="pending")
    make_organization_membership(sf, mark="Lapsed", paid_until="2020-01-01")
    make_organization_membership(denver, mark="Elsewhere")
    page = client.get(at("organization-directory", sf)).content.decode()
    assert "1 organization<" in page and "Shown" in page
    for word in ("Unlisted", "Unpaid", "Lapsed", "Elsewhere"):
        assert word not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"sector": "business"}, {"Beta"}),
        ({"focus": "care"}, {"Alpha"}),
        ({"population": "girls"}, {"Beta"}),
        ({"q": "audits"}, {"Alpha"}),
        ({"q": "alph"}, {"Alpha"}),
        ({"q": "nothing-like-it"}, set()),
        ({"sector": "no-such"}, {"Alpha", "Beta"}),
        ({"page": "99"}, {"Alpha", "Beta"}),
        ({"q": "a\0'\"); drop"}, set()),
    ],
)
def test_directory_filters(client, sf, query, found):
    alpha = make_organization(name="Alpha", focus=["care"], description="We audit pay.")
    beta = make_organization(name="Beta", sector="business", populations=["girls"])
    for one in (alpha, beta):
        make_organization_membership(sf, organization=one)
    page = client.get(at("organization-directory", sf, **query))
    assert {one.organization.name for one in page.context["page"]} == found


@pytest.mark.parametrize("count", [1, 30])
def test_directory_asks_as_often_for_many(client, sf, count, django_assert_num_queries):
    for _ in range(count):
        make_organization_membership(sf)
    client.get(at("organization-directory", sf))
    with django_assert_num_queries(9):
        client.get(at("organization-directory", sf))


def test_file_is_for_council_and_staff_and_runs_no_formula(client_for, sf, mia, lou, bea):
    organization = make_organization(name="=cmd|' /C calc'!A0", description=" +1+1")
    make_organization_membership(sf, organization=organization)
    address = at("organization-file", sf)
    assert client_for(mia).get(address).status_code == 404
    for person in (lou, bea):
        answer = client_for(person).get(address)
        rows = list(csv.reader(io.StringIO(answer.content.decode())))
        assert rows[1][0] == "'=cmd|' /C calc'!A0"
        assert rows[1][3] == "' +1+1"


def test_unpaid_organization_is_seen_by_its_managers_alone(client_for, sf, mia, lou):
    held = make_organization_membership(sf, manager=mia, status="pending")
    address = at("organization", sf, held.pk)
    assert client_for(mia).get(address).status_code == 200
    for person in (None, lou):
        assert client_for(person).get(address).status_code == 404


# --- Seats ---------------------------------------------------------------------------------------


def test_only_managers_reach_seats_profile_and_dues(client_for, sf, denver, mia, otto):
    held = make_organization_membership(sf, manager=mia)
    make_organization_membership(denver, manager=otto)
    make_representative(held, plain := make_user("plain"))
    for name in ("organization-seats", "organization-edit", "organization-renew"):
        address = at(name, sf, held.pk)
        assert client_for(mia).get(address).status_code == 200
        assert client_for(None).get(address).status_code == 302
        for stranger in (otto, plain):
            assert client_for(stranger).get(address).status_code == 404
            assert client_for(stranger).post(address, PROFILE).status_code == 404


def test_one_seat_more_is_refused_with_words(client_for, sf, mia):
    held = make_organization_membership(sf, manager=mia)
    client, address = client_for(mia), at("organization-seats", sf, held.pk)
    asked = {"email": "ana@example.org", "role": "member"}
    assert client.post(address, asked).status_code == 302
    answer = client.post(address, {"email": "eve@example.org", "role": "member"})
    assert answer.status_code == 422
    assert "All 2 seats are taken or promised" in answer.content.decode()


def test_representative_gives_up_own_seat_and_no_other(client_for, sf, mia):
    held = make_organization_membership(sf, manager=mia, seats=3)
    own = make_representative(held, make_user("own"))
    other = make_representative(held)
    client = client_for(own.user)
    assert (
        client.post(at("organization-seat", sf, held.pk, other.pk), {"do": "end"}).status_code
        == 404
    )
    assert (
        client.post(at("organization-seat", sf, held.pk, own.pk), {"do": "primary"}).status_code
        == 404
    )
    assert client.post(at("organization-seat", sf, held.pk, own.pk), {"do": "end"}).url == "/me/"
    with in_chapter(sf):
        assert Representative.objects.seated().count() == 2


def test_invited_person_takes_the_seat_on_the_page(client_for, sf, mia):
    held = make_organization_membership(sf, manager=mia)
    client_for(mia).post(
        at("organization-seats", sf, held.pk), {"email": "ana@example.org", "role": "member"}
    )
    with in_chapter(sf):
        address = at("seat-invitation", sf, token_in("ana@example.org"))
    assert "Send me a code" in client_for(None).get(address).content.decode()
    client = client_for(make_user("ana"))
    assert "Take the seat" in client.get(address).content.decode()
    assert client.post(address).url == "/me/#organizations"
    assert client.get(address).status_code == 410


# --- Profile -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "website",
    [
        "javascript:alert(1)",
        "http://harbor.example.org/",
        "https://user:pass@harbor.example.org/",
        "data:text/html,x",
        "//harbor.example.org",
        "https://localhost",
        "https://harbor.example.org/\n<script>",
    ],
)
def test_website_must_be_plain_https(client_for, sf, mia, website):
    held = make_organization_membership(sf, manager=mia)
    before = held.organization.website
    address = at("organization-edit", sf, held.pk)
    answer = client_for(mia).post(address, {**PROFILE, "website": website})
    if answer.status_code == 302:
        held.organization.refresh_from_db()
        assert held.organization.website.startswith("https://harbor.example.org")
    else:
        assert answer.status_code == 422
        held.organization.refresh_from_db()
        assert held.organization.website == before


# --- Joining and paying --------------------------------------------------------------------------


def join(client, chapter, tier) -> str:
    """The three steps; gives the address to which Pay leads."""
    client.post(at("organization-join", chapter), PROFILE)
    client.post(at("organization-join-size", chapter), {"tier": tier.code})
    return client.post(at("organization-join-review", chapter)).url


def settle(client, provider, chapter, address: str) -> str:
    """Pay on the sandbox's page; gives the last checkout's id."""
    page = client.get(client.get(address).url)
    assert page.status_code == 303
    with in_chapter(chapter):
        checkout = Checkout.objects.latest("created_at")
    pay(provider, checkout)
    deliver(session_events(provider)[-1])
    return str(checkout.pk)


@pytest.mark.django_db(transaction=True)
def test_organization_joins_pays_and_renews(provider, client_for, sf, mia):
    from members import actions
    from members.models import StripeEvent

    tier, client = make_tier(seats=3), client_for(mia)
    for _ in range(2):
        client.get(at("organization-join", sf))
    for number in (1, 2):
        with in_chapter(sf, mia):
            held = OrganizationMembership.objects.first()
        address = (
            join(client, sf, tier)
            if held is None
            else client.post(at("organization-renew", sf, held.pk), {"tier": tier.code}).url
        )
        checkout = settle(client, provider, sf, address)
        for event in StripeEvent.objects.filter(state="received"):
            actions.apply_event(event.pk)
        with in_chapter(sf, mia):
            held = OrganizationMembership.objects.get()
            assert (held.status, held.seats) == ("active", 3)
            assert Payment.objects.count() == number
            last = Payment.objects.latest("pk")
            assert held.paid_until == last.covers_until
    with in_chapter(sf, mia):
        first, last = Payment.objects.order_by("pk")
        assert (last.purpose, last.covers_from) == ("organization", first.covers_until)
        assert Representative.objects.get().is_primary
    assert Organization.objects.get().name == "Harbor Pay Project"
    page = client.get(at("organization-paid", sf, checkout=checkout)).content.decode()
    assert "Harbor Pay Project is a member of San Francisco" in page


def test_coming_back_before_paying_finds_the_same_organization(client_for, sf, mia):
    tier, client = make_tier(), client_for(mia)
    assert join(client, sf, tier) == join(client, sf, tier)
    assert Organization.objects.count() == 1
    with in_chapter(sf):
        assert Checkout.objects.count() == 1


def test_days_are_those_of_the_chapters_calendar(client_for, sf, mia):
    held = make_organization_membership(sf, manager=mia, seats=3)
    night = datetime.datetime(2026, 3, 1, 2, tzinfo=datetime.UTC)
    with in_chapter(sf):
        Representative.objects.update(started_at=night)
        invite_representative(held, mia, "ann@example.org", "member")
        SeatInvitation.objects.update(expires_at=night.replace(year=2126))
    page = client_for(mia).get(at("organization-seats", sf, held.pk)).content.decode()
    assert "since February 28, 2026" in page
    assert "works until February 28, 2126" in page


def test_same_name_is_not_taken_twice(client_for, sf, mia):
    make_organization_membership(sf, organization=make_organization(name="harbor pay project"))
    answer = client_for(mia).post(at("organization-join", sf), PROFILE)
    assert answer.status_code == 422
    assert "is a member already" in answer.content.decode()


def test_smaller_size_than_people_sit_is_refused(client_for, sf, mia):
    held = make_organization_membership(sf, manager=mia)
    make_representative(held)
    answer = client_for(mia).post(
        at("organization-renew", sf, held.pk), {"tier": make_tier(seats=1).code}
    )
    assert answer.status_code == 422
    assert "2 people hold a seat" in answer.content.decode()


def test_managed_organization_joins_a_second_chapter(client_for, sf, denver, mia):
    held = make_organization_membership(sf, manager=mia)
    tier, client = make_tier(), client_for(mia)
    assert (
        "Which organization joins?" in client.get(at("organization-join", denver)).content.decode()
    )
    client.get(at("organization-join", denver, known=held.organization_id))
    join(client, denver, tier)
    assert Organization.objects.count() == 1
    with in_chapter(denver):
        assert OrganizationMembership.objects.get().organization == held.organization


def test_nobody_takes_a_seat_where_others_manage_the_organization(
    client_for, sf, denver, mia, otto
):
    held = make_organization_membership(sf, manager=mia)
    there = make_organization_membership(denver, organization=held.organization, manager=otto)
    client = client_for(mia)
    client.get(at("organization-join", denver, known=held.organization_id))
    join(client, denver, make_tier())
    with in_chapter(denver):
        seats = Representative.objects.filter(organization_membership=there)
        assert [seat.user for seat in seats] == [otto]


def test_foreign_organization_can_not_be_taken_along(client_for, sf, denver, mia, otto):
    held = make_organization_membership(sf, manager=otto)
    client = client_for(mia)
    client.get(at("organization-join", denver, known=held.organization_id))
    join(client, denver, make_tier())
    assert Organization.objects.count() == 2
