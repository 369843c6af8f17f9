"""Fault 9: many tries at the same moment to accept one invitation, or one gift."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from chapters.scope import in_chapter
from members.actions import invitations as actions
from members.models import Invitation
from tests.factories import make_invitation, make_invitation_link, make_membership, make_user

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
