"""Offers, needs and how one meets the other."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from chapters.models import Mail
from chapters.scope import in_chapter
from members.actions import offers as actions
from members.models import Offer, OfferRequest
from members.queries.matching import rank_offers
from members.queries.offers import OfferFilter, listed_offers
from tests.factories import (
    make_membership,
    make_need,
    make_offer,
    make_organization_membership,
    make_representative,
    make_user,
)

FORM = {
    "kind": "space",
    "title": "Meeting room",
    "visibility": "public",
    "giver": "own",
    "focus": ["care"],
}


def at(name: str, chapter, *args, **query) -> str:
    return reverse(f"members:{name}", args=[chapter.slug, *args], query=query or None)


@pytest.fixture
def ana(sf):
    """A paid-up member of San Francisco."""
    return make_membership(sf, make_user("ana")).user


def titles(chapter, **kwargs) -> list[str]:
    with in_chapter(chapter):
        return [one.title for one in listed_offers(chapter, **kwargs)]


# --- Who sees what -------------------------------------------------------------------------------


def test_people_offer_to_members_alone(client_for, sf, denver, ana, otto, lou):
    make_offer(sf, ana, title="Own offer")
    held = make_organization_membership(sf)
    make_offer(sf, ana, title="Open one", organization_membership=held, visibility="public")
    make_offer(sf, ana, title="Inner one", organization_membership=held)
    for person, count in ((None, 1), (otto, 1), (ana, 3), (lou, 3)):
        page = client_for(person).get(at("offers", sf))
        assert page.context["page"].paginator.count == count
    assert client_for(ana).get(at("offers", denver)).context["page"].paginator.count == 0


def test_database_keeps_offers_of_people_among_members(sf, ana):
    with pytest.raises(IntegrityError, match="offer_of_person"), transaction.atomic():
        make_offer(sf, ana, visibility="public")
    with pytest.raises(IntegrityError, match="offer_amount"), transaction.atomic():
        make_offer(sf, ana, amount_cents=100)


def test_offers_stand_while_their_giver_has_paid(sf, ana):
    today = timezone.localdate()
    past, lapsed = today - datetime.timedelta(days=3), make_user()
    make_membership(sf, lapsed, paid_until=past)
    soon = today + datetime.timedelta(days=4)
    late = make_membership(sf, status="past_due", paid_until=past, grace_until=soon).user
    unpaid = make_organization_membership(sf, paid_until=past)
    seated = make_representative(make_organization_membership(sf)).user
    make_offer(sf, ana, title="Paid")
    make_offer(sf, seated, title="Seated")
    make_offer(sf, lapsed, title="Lapsed")
    make_offer(sf, late, title="In grace")
    make_offer(sf, make_user(), title="Stranger")
    make_offer(sf, make_membership(sf, make_user(is_active=False)).user, title="Gone")
    make_offer(sf, ana, title="Unpaid", organization_membership=unpaid)
    make_offer(sf, ana, title="Paused", status="paused")
    make_offer(sf, ana, title="Over", available_until=past)
    assert titles(sf, inside=True) == ["In grace", "Seated", "Paid"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (OfferFilter(kind="space"), ["Room"]),
        (OfferFilter(focus="care"), ["Workshop"]),
        (OfferFilter(q="negotiate"), ["Workshop"]),
        (OfferFilter(q="workshp"), ["Workshop"]),
        (OfferFilter(q="room -projector"), []),
        (OfferFilter(q="nothing"), []),
        (OfferFilter(q="' & | ! :* ("), []),
    ],
)
def test_offers_are_found_by_words_and_choices(sf, ana, wanted, found):
    make_offer(sf, ana, title="Workshop", description="How to negotiate pay.", focus=["care"])
    make_offer(sf, ana, title="Room", description="With a projector.", kind="space")
    assert titles(sf, inside=True, wanted=wanted) == found


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize(("name", "asked"), [("offers", 12), ("needs", 13), ("offers-mine", 14)])
def test_lists_ask_as_often_for_many(
    client_for, sf, ana, lou, name, asked, count, django_assert_num_queries
):
    for _ in range(count):
        make_offer(sf, ana)
        make_need(sf, lou)
    client = client_for(ana)
    client.get(at(name, sf))
    with django_assert_num_queries(asked):
        client.get(at(name, sf))


# --- Publishing ----------------------------------------------------------------------------------


def test_person_publishes_and_edits_own_offer(client_for, sf, ana, lou, otto):
    client = client_for(ana)
    assert client.post(at("offer-new", sf), FORM).status_code == 302
    with in_chapter(sf):
        offer = Offer.objects.get()
    assert (offer.user, offer.visibility, offer.organization_membership) == (ana, "members", None)
    address = at("offer-edit", sf, offer.pk)
    assert client.post(address, {**FORM, "status": "closed"}).status_code == 302
    for stranger in (lou, otto):
        assert client_for(stranger).get(address).status_code == 404
    assert client_for(lou).get(at("offer", sf, offer.pk)).status_code == 404
    assert client.get(at("offer", sf, offer.pk)).status_code == 200


def test_manager_offers_for_the_organization(client_for, sf, mia, ana):
    held = make_organization_membership(sf, manager=mia)
    given = {**FORM, "kind": "funding", "amount": "$5,000"}
    assert client_for(mia).post(at("offer-new", sf), {**given, "giver": held.pk}).status_code == 302
    assert client_for(ana).post(at("offer-new", sf), {**given, "giver": held.pk}).status_code == 302
    with in_chapter(sf):
        own, offer = Offer.objects.select_related("organization_membership")
    assert (offer.organization_membership, offer.amount_cents) == (held, 500_000)
    assert (offer.visibility, own.organization_membership) == ("public", None)
    assert client_for().get(at("offer", sf, offer.pk)).status_code == 200


def test_outsiders_neither_publish_nor_read_needs(client_for, sf, otto, mia, lou):
    need = make_need(sf, lou)
    for person in (otto, mia):
        for address in (at("offer-new", sf), at("needs", sf), at("need", sf, need.pk)):
            assert client_for(person).get(address).status_code == 404


# --- Matching ------------------------------------------------------------------------------------


def test_best_offer_stands_first_with_its_reasons(sf, ana, lou):
    due = timezone.localdate() + datetime.timedelta(days=30)
    need = make_need(
        sf, lou, kind="service", title="Childcare during meetings", focus=["care"], due_on=due
    )
    common = {"kind": "service", "description": ""}
    make_offer(sf, ana, title="Printing", focus=["work"], **common)
    make_offer(sf, ana, title="Backup childcare in meetings", focus=["care"], **common)
    make_offer(sf, ana, title="Cooking", focus=["care", "work"], **common)
    make_offer(sf, ana, title="Childcare during meetings", kind="space", focus=["care"])
    make_offer(
        sf, ana, title="Childcare", available_until=due - datetime.timedelta(days=1), **common
    )
    with in_chapter(sf):
        matches = rank_offers(need)
    found = [match.offer.title for match in matches]
    assert found == ["Backup childcare in meetings", "Cooking", "Printing"]
    assert matches[0].reasons[0] == "It is the kind that is needed: service"
    assert "In common: childcare and care work" in matches[0].reasons
    assert matches[0].reasons[-1] == "It has no end date"


def test_matching_stays_in_the_chapter(sf, denver, lou, otto):
    make_offer(denver, otto)
    with in_chapter(sf):
        assert rank_offers(make_need(sf, lou)) == []


@pytest.mark.parametrize("count", [1, 30])
def test_matches_take_one_question(sf, ana, lou, count, django_assert_num_queries):
    need = make_need(sf, lou)
    for _ in range(count):
        make_offer(sf, ana)
    with in_chapter(sf), django_assert_num_queries(1):
        assert len([match.offer.giver for match in rank_offers(need)]) == min(20, count)


# --- Asking --------------------------------------------------------------------------------------


def letters(kind: str) -> list[Mail]:
    return list(Mail._base_manager.filter(kind=kind))


def test_yes_exchanges_addresses_and_no_does_not(client_for, sf, ana, lou):
    need = make_need(sf, lou)
    for answer, shared in (("no", False), ("yes", True)):
        offer = make_offer(sf, ana)
        asked = client_for(lou).post(at("need-ask", sf, need.pk, offer.pk), {"words": "For May"})
        assert asked.url == at("need", sf, need.pk)
        with in_chapter(sf):
            request = OfferRequest.objects.get(offer=offer)
            (letter,) = [one for one in letters("offer-asked") if offer.title in one.text][:1]
        assert letter.to == ana.email and lou.email not in letter.text
        address = at("offer-request", sf, request.pk)
        assert lou.email not in client_for(ana).get(address).content.decode()
        given = {"answer": answer, "words": "Gladly"}
        assert client_for(ana).post(address, given).status_code == 302
        page = client_for(lou).get(address).content.decode()
        assert (f"mailto:{ana.email}" in page) is shared
        with in_chapter(sf):
            newest = Mail.objects.filter(kind="offer-answered").latest("created_at")
            assert newest.to == lou.email and (ana.email in newest.text) is shared
            assert Mail.objects.filter(kind="offer-accepted").count() == shared


def test_nobody_is_asked_twice_and_nobody_answers_twice(client_for, sf, ana, lou):
    need, offer = make_need(sf, lou), make_offer(sf, ana)
    client, address = client_for(lou), at("need-ask", sf, need.pk, offer.pk)
    client.post(address, {"words": ""})
    assert client.post(address, {"words": ""}).status_code == 422
    with in_chapter(sf):
        request = OfferRequest.objects.get()
        actions.answer_request(request, ana, accept=False, words="")
        with pytest.raises(actions.AnsweredAlready):
            actions.answer_request(request, ana, accept=True, words="")
        assert Mail.objects.filter(kind="offer-asked").count() == 1


def test_only_the_council_asks_and_only_the_offerer_answers(client_for, sf, ana, lou, dee):
    need, offer = make_need(sf, lou), make_offer(sf, ana)
    address = at("need-ask", sf, need.pk, offer.pk)
    for person in (ana, dee):
        assert client_for(person).post(address, {"words": ""}).status_code == 404
    client_for(lou).post(address, {"words": ""})
    with in_chapter(sf):
        request = at("offer-request", sf, OfferRequest.objects.get().pk)
    other = make_membership(sf).user
    for person in (other, dee):
        assert client_for(person).post(request, {"answer": "yes"}).status_code == 404
    client_for(lou).post(request, {"answer": "yes"})
    with in_chapter(sf):
        assert OfferRequest.objects.get().status == "asked"


def test_offer_of_another_kind_can_not_be_asked_for(client_for, sf, ana, lou):
    need, offer = make_need(sf, lou), make_offer(sf, ana, kind="space")
    assert client_for(lou).get(at("need-ask", sf, need.pk, offer.pk)).status_code == 404


# --- Home and admin ------------------------------------------------------------------------------


def test_home_shows_seats_offers_and_questions_of_all_chapters(client_for, sf, denver, mia, lou):
    held = make_organization_membership(sf, manager=mia, mark="Harbor")
    make_organization_membership(denver, manager=mia, mark="Range")
    offer = make_offer(sf, mia, organization_membership=held, mark="Room")
    with in_chapter(sf):
        actions.ask_for_offer(make_need(sf, lou), offer, lou, "")
    page = client_for(mia).get("/me/").content.decode()
    for words in ("Harbor", "Range", "Room title", "Say yes or no"):
        assert words in page
    assert "Harbor" not in client_for(lou).get("/me/").content.decode()


@pytest.mark.parametrize(
    "name",
    [
        "need", "offer", "offerrequest", "organization", "organizationdues",
        "organizationmembership", "organizationtier", "representative", "seatinvitation",
    ],
)  # fmt: skip
def test_admin_lists_what_staff_may_see(client_for, sf, mia, lou, bea, name):
    held = make_organization_membership(sf, manager=mia)
    offer = make_offer(sf, mia, organization_membership=held)
    with in_chapter(sf):
        actions.ask_for_offer(make_need(sf, lou), offer, lou, "")
    address = f"/admin/members/{name}/"
    assert client_for(bea).get(address).status_code == 200
    assert client_for(bea).get(address, {"q": "Title"}).status_code == 200
