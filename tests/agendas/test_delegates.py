"""Idea 8: a delegate counts only if named, present and briefed."""

import datetime as dt

import pytest
from django.utils import timezone

from agendas.actions import deciding, voting
from agendas.actions.ratifying import Refused
from agendas.models import Decision, Delegation
from agendas.queries.decisions import decision_record
from chapters.scope import in_chapter
from members.models import Membership
from tests.factories import make_membership, make_seat, make_user
from tests.factories.decisions import make_decision, vote

pytestmark = pytest.mark.django_db


@pytest.fixture
def ivy(sf):
    return make_seat(sf, make_user("ivy"), shown_as="Ivy N.").user


@pytest.fixture
def opened(sf, lou, ivy):
    return make_decision(sf, lou, opened=True)


def closed(sf, decision, monkeypatch):
    there = timezone.now() + dt.timedelta(days=8)
    monkeypatch.setattr(timezone, "now", lambda: there)
    with in_chapter(sf):
        deciding.tend_decisions(sf)
        return Decision.objects.get(pk=decision.pk)


@pytest.fixture
def delegate(sf, mia):
    return make_membership(sf, mia).user


@pytest.fixture
def named(sf, ivy, delegate, opened):
    with in_chapter(sf, ivy):
        voting.name_delegate(opened, ivy, delegate.email, "Harbor Pay Project")
        return Delegation.objects.select_related("decision").get()


def test_a_delegate_who_is_not_briefed_is_refused_and_makes_no_quorum(
    sf, ivy, delegate, named, monkeypatch
):
    with in_chapter(sf):
        voting.check_in(named)
    with pytest.raises(voting.NotInformed, match="not confirmed the briefing") as refusal:
        vote(named.decision, delegate, "consent")
    assert refusal.value.missing == "briefing"
    assert closed(sf, named.decision, monkeypatch).outcome == "no_quorum"


def test_a_delegate_who_is_not_present_is_refused(sf, delegate, named):
    with in_chapter(sf):
        with pytest.raises(Refused, match="Open the briefing"):
            voting.confirm_briefing(named)
        voting.open_briefing(named)
        voting.confirm_briefing(named)
    with pytest.raises(voting.NotInformed, match="not checked in"):
        vote(named.decision, delegate, "consent")


def inform(sf, named) -> None:
    with in_chapter(sf):
        voting.open_briefing(named)
        voting.confirm_briefing(named)
        voting.check_in(named)


def test_a_delegate_present_and_briefed_counts(sf, delegate, named, monkeypatch):
    inform(sf, named)
    vote(named.decision, delegate, "consent")
    assert closed(sf, named.decision, monkeypatch).outcome == "passed"


def test_the_seat_takes_its_vote_back(sf, ivy, delegate, named, monkeypatch):
    inform(sf, named)
    vote(named.decision, delegate, "consent")
    with in_chapter(sf, ivy):
        voting.end_delegation(named.decision, ivy)
        assert [seat.counts for seat in decision_record(named.decision).seats] == [False, False]
    with pytest.raises(Refused, match="no seat"):
        vote(named.decision, delegate, "consent")
    assert closed(sf, named.decision, monkeypatch).outcome == "no_quorum"


def test_delegates_are_members_without_a_vote_of_their_own(sf, lou, ivy, mia, opened):
    with in_chapter(sf, ivy):
        for address, why in ((mia.email, "member"), (lou.email, "seat of their own")):
            if address == lou.email:
                make_membership(sf, lou)
            with pytest.raises(Refused, match=why):
                voting.name_delegate(opened, ivy, address)


def test_a_delegate_votes_for_one_seat_alone(sf, lou, ivy, named):
    with in_chapter(sf, lou), pytest.raises(Refused, match="another seat"):
        voting.name_delegate(named.decision, lou, named.delegate.email)


def test_an_objection_goes_with_the_delegate_who_made_it(sf, ivy, delegate, named):
    inform(sf, named)
    vote(named.decision, delegate, "object", "Too fast.")
    with in_chapter(sf, ivy):
        voting.end_delegation(named.decision, ivy)
        record = decision_record(named.decision)
        assert [one.stands for one in record.objections] == [False]
        assert record.unanswered == ()


def test_an_objection_of_the_seat_itself_outlives_a_delegation(sf, ivy, delegate, named):
    vote(named.decision, ivy, "object", "Too fast.")
    with in_chapter(sf, ivy):
        voting.end_delegation(named.decision, ivy)
        assert [one.stands for one in decision_record(named.decision).objections] == [True]


def test_a_delegate_whose_membership_ended_votes_no_more(sf, delegate, named):
    inform(sf, named)
    with in_chapter(sf):
        Membership.objects.filter(user=delegate).update(status="lapsed")
    with pytest.raises(Refused, match="your membership has ended"):
        vote(named.decision, delegate, "consent")
