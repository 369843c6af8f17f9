"""Fault 9: many tries at the same moment to accept one invitation, or one gift."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from chapters.scope import in_chapter
from members.actions import invitations as actions
from members.actions.gifts import accept_gift, take_sponsored_place
from members.models import GiftedPlace, Invitation, Membership
from tests.factories import (
    make_gift,
    make_invitation,
    make_invitation_link,
    make_membership,
    make_user,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault(9)]
TRIES, AT_ONCE = 50, 10


def at_once(work: Callable[[int], Any]) -> list[Any]:
    """Fifty calls, ten at a time, each on a connection of its own."""

    def one(number: int) -> Any:
        try:
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(one, range(TRIES)))


def test_fifty_accepts_of_one_letter_give_one_row(sf, mia):
    invitation = make_invitation(make_membership(sf, mia), email="ann@example.org")
    ann = make_user("ann")

    def accept(number: int) -> bool:
        with in_chapter(sf, ann):
            return actions.accept_invitation(ann, sf, token=invitation.token)

    assert at_once(accept) == [True] * TRIES
    with in_chapter(sf):
        assert list(Invitation.objects.values_list("accepted_by", "state")) == [
            (ann.pk, "accepted")
        ]


def test_fifty_accepts_of_one_link_give_one_row(sf, mia):
    link = make_invitation_link(make_membership(sf, mia))
    ann = make_user("ann")

    def accept(number: int) -> bool:
        with in_chapter(sf, ann):
            return actions.accept_invitation(ann, sf, code=link.code)

    assert at_once(accept) == [True] * TRIES
    with in_chapter(sf):
        assert list(Invitation.objects.values_list("accepted_by", "state")) == [
            (ann.pk, "accepted")
        ]


def test_fifty_letters_at_once_stop_at_the_cap(sf, mia):
    membership = make_membership(sf, mia)

    def invite(number: int) -> str:
        with in_chapter(sf, mia):
            (outcome,) = actions.invite_by_mail(membership, [f"p{number}@example.org"])
            return outcome.verdict

    verdicts = at_once(invite)
    assert (verdicts.count("sent"), verdicts.count("per day")) == (20, 30)
    with in_chapter(sf):
        assert Invitation.objects.count() == 20


def test_fifty_accepts_of_one_gift_give_one_year(sf, mia):
    gift = make_gift(sf, mia, recipient_email="ann@example.org")
    ann = make_user("ann")

    def accept(number: int) -> bool:
        with in_chapter(sf, ann):
            return accept_gift(ann, gift) is not None

    assert at_once(accept).count(True) == 1
    with in_chapter(sf):
        place, membership = GiftedPlace.objects.get(), Membership.objects.get()
    assert membership.paid_until == place.covers_until


def test_fifty_people_share_twenty_sponsored_places(sf, lou):
    make_gift(sf, places=20)
    people = [make_user() for _ in range(TRIES)]

    def take(number: int) -> bool:
        with in_chapter(sf):
            return take_sponsored_place(people[number], sf, by=lou) is not None

    assert at_once(take).count(True) == 20
    with in_chapter(sf):
        assert GiftedPlace.objects.count() == Membership.objects.count() == 20
