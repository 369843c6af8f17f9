"""Fault 9: many clicks at the same moment on one vote, or on opening and closing."""

import pytest

from agendas.actions import deciding, voting
from agendas.actions.ratifying import Refused
from agendas.models import Decision, Elector, Objection, Vote, VoteChange
from chapters.models import Mail
from chapters.scope import in_chapter
from tests.factories import make_seat, make_user
from tests.factories.decisions import make_decision
from tests.faults.test_09_accepting import TRIES, at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault(9)]


def test_fifty_clicks_on_one_vote_are_one_row(sf, lou):
    held = make_decision(sf, lou, opened=True)

    def click(number: int) -> str:
        with in_chapter(sf, lou):
            return voting.cast_vote(held, lou, "object", "Too fast.").choice

    assert at_once(click) == ["object"] * TRIES
    with in_chapter(sf):
        assert (Vote.objects.count(), VoteChange.objects.count()) == (1, 1)
        assert Objection.objects.count() == 1
        assert Mail.objects.filter(kind="decision-objection").count() == 1


def test_fifty_different_choices_are_one_row_with_every_change(sf, lou):
    held = make_decision(sf, lou, rule="majority", opened=True)
    choices = ("for", "against", "abstain")

    def click(number: int) -> None:
        with in_chapter(sf, lou):
            voting.cast_vote(held, lou, choices[number % 3])

    at_once(click)
    with in_chapter(sf):
        assert Vote.objects.count() == 1
        history = list(VoteChange.objects.values_list("choice", flat=True))
        assert history[-1] == Vote.objects.get().choice
    assert all(one != other for one, other in zip(history, history[1:], strict=False))


def test_fifty_people_vote_at_once_and_each_counts(sf, lou):
    people = [lou, *(make_seat(sf, make_user()).user for _ in range(TRIES - 1))]
    held = make_decision(sf, lou, opened=True)

    def click(number: int) -> None:
        with in_chapter(sf, people[number]):
            voting.cast_vote(held, people[number], "consent")

    at_once(click)
    with in_chapter(sf):
        assert Vote.objects.count() == TRIES
        assert deciding.close_decision(held, lou).record["tally"]["consent"] == TRIES


def test_fifty_clicks_on_open_open_it_once(sf, lou):
    draft = make_decision(sf, lou)

    def click(number: int) -> None:
        with in_chapter(sf, lou):
            deciding.open_decision(draft, lou)

    at_once(click)
    with in_chapter(sf):
        assert Elector.objects.count() == 1
        assert Mail.objects.filter(kind="decision-opened").count() == 1


def test_votes_and_closing_at_once_count_what_was_stored(sf, lou):
    ivy = make_seat(sf, make_user("ivy")).user
    held = make_decision(sf, lou, rule="majority", opened=True)
    with in_chapter(sf):
        voting.cast_vote(held, lou, "for")
        voting.cast_vote(held, ivy, "for")

    def click(number: int) -> None:
        try:
            with in_chapter(sf):
                if number % 10 == 5:
                    deciding.close_decision(held, lou)
                else:
                    voting.cast_vote(held, ivy, ("against", "for")[number % 2])
        except Refused:
            pass

    at_once(click)
    with in_chapter(sf):
        done = Decision.objects.get()
        said = {one.choice for one in Vote.objects.filter(elector__user=ivy)}
        tally = done.record["tally"]
    assert done.is_closed
    assert said == ({"for"} if tally["against"] == 0 else {"against"})
