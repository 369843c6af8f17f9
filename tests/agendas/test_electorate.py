"""The electorate is who sat on the council at the opening, whatever becomes of seat or account."""

import datetime as dt

import pytest
from django.utils import timezone

from agendas.actions import deciding, voting
from agendas.models import Delegation, Elector, Vote
from agendas.queries.decisions import decision_record
from agendas.queries.under_way import waiting_votes
from chapters.models import Mail, Seat
from chapters.scope import in_chapter
from chapters.unscoped import as_backbone
from members.actions import merge_people, undo_merge
from members.queries.selves import now_of
from tests.factories import make_membership, make_seat, make_user
from tests.factories.decisions import make_decision, vote

pytestmark = pytest.mark.django_db


@pytest.fixture
def ivy(sf):
    return make_seat(sf, make_user("ivy"), shown_as="Ivy N.").user


@pytest.fixture
def opened(sf, lou, ivy):
    return make_decision(sf, lou, opened=True)


@pytest.fixture
def left(sf, ivy):
    """Ivy's seat ends."""

    def end():
        with in_chapter(sf):
            Seat.objects.filter(user=ivy).update(ends_at=timezone.now())

    return end


def at(decision, path=""):
    return f"/san-francisco/decisions/{decision.pk}/{path}"


def test_who_left_the_council_names_a_delegate_in_an_open_decision(
    sf, ivy, mia, opened, left, client_for
):
    left()
    make_membership(sf, mia)
    client = client_for(ivy)
    page = client.get(at(opened)).content.decode()
    assert "Your seat on the council has ended" in page and at(opened, "delegate/") in page
    assert client.get(at(opened, "delegate/")).status_code == 200
    assert client.post(at(opened, "delegate/"), {"email": mia.email}).status_code == 303
    with in_chapter(sf):
        assert Delegation.objects.get().delegate == mia
    client.post(at(opened, "delegate/end/"))
    client.post(at(opened, "vote/"), {"choice": "consent"})
    with in_chapter(sf):
        assert Delegation.objects.get().ended_at and Vote.objects.get().elector.user == ivy


def test_who_sits_on_the_council_reads_nothing_of_an_end(ivy, opened, client_for):
    page = client_for(ivy).get(at(opened)).content.decode()
    assert "has ended" not in page and "Name a delegate" in page


def test_nobody_else_names_delegates(sf, mia, otto, opened, client_for):
    late = make_seat(sf, make_user("late")).user
    for person in (late, mia, otto):
        for path in ("delegate/", "delegate/end/"):
            assert client_for(person).post(at(opened, path)).status_code == 404


def merge(keeper, double):
    with as_backbone():
        return merge_people(keeper, double, by=make_user(), reason="One person")


def test_merged_person_keeps_seat_and_vote(sf, ivy, opened, client_for):
    vote(opened, ivy, "object", "Too fast.")
    keeper = make_user("keeper")
    done = merge(keeper, ivy)
    client = client_for(keeper)
    assert "Your vote: object" in client.get(at(opened)).content.decode()
    client.post(at(opened, "vote/"), {"choice": "consent"})
    with in_chapter(sf):
        assert Vote.objects.get().choice == "consent"
        assert Elector.objects.get(shown_as="Ivy N.").user == ivy
    with as_backbone():
        undo_merge(done, by=make_user("other"))
    assert client.post(at(opened, "vote/"), {"choice": "consent"}).status_code == 404


def test_letters_go_to_the_account_of_today(sf, lou, ivy, opened):
    keeper = make_user("keeper")
    merge(keeper, ivy)
    vote(opened, lou, "consent")
    vote(opened, keeper, "consent")
    with in_chapter(sf):
        deciding.close_decision(opened, lou)
        told = Mail.objects.filter(kind="decision-outcome").values_list("to", flat=True)
        assert sorted(told) == sorted([lou.email, keeper.email])


def test_merged_delegate_goes_on(sf, ivy, mia, opened, client_for):
    make_membership(sf, mia)
    with in_chapter(sf, ivy):
        voting.name_delegate(opened, ivy, mia.email)
    keeper = make_user("keeper")
    merge(keeper, mia)
    client = client_for(keeper)
    for path in ("briefing/", "briefing/", "present/"):
        step = client.get if path == "briefing/" else client.post
        assert step(at(opened, path)).status_code in {200, 303}
    client.post(at(opened, "briefing/"))
    client.post(at(opened, "vote/"), {"choice": "consent"})
    with in_chapter(sf):
        assert Vote.objects.get().delegation == Delegation.objects.get()


def asked(sf, person):
    """Names of the seats for which the person is asked to vote."""
    with in_chapter(sf, person):
        return [seat.shown_as for seat in waiting_votes(person)]


def missing(sf, decision):
    with in_chapter(sf):
        return [seat.name for seat in decision_record(decision).missing]


def inform(sf, named):
    with in_chapter(sf):
        voting.open_briefing(named)
        voting.confirm_briefing(named)
        voting.check_in(named)


def test_a_seat_that_takes_its_vote_back_is_asked_and_may_name_another(
    sf, ivy, mia, otto, opened, client_for
):
    for person in (mia, otto):
        make_membership(sf, person)
    with in_chapter(sf, ivy):
        named = voting.name_delegate(opened, ivy, mia.email)
    assert (asked(sf, ivy), asked(sf, mia)) == ([], ["Ivy N."])
    inform(sf, named)
    vote(opened, mia, "consent")
    assert asked(sf, mia) == [] and "Ivy N." not in missing(sf, opened)
    client = client_for(ivy)
    client.post(at(opened, "delegate/end/"))
    assert (asked(sf, ivy), asked(sf, mia)) == (["Ivy N."], [])
    assert "Name a delegate who votes for you" in client.get(at(opened)).content.decode()
    assert client.post(at(opened, "delegate/"), {"email": otto.email}).status_code == 303
    assert (asked(sf, ivy), asked(sf, otto)) == ([], ["Ivy N."])
    with in_chapter(sf, otto):
        inform(sf, Delegation.objects.select_related("decision").get(ended_at=None))
    vote(opened, otto, "consent")
    assert asked(sf, otto) == [] and "Ivy N." not in missing(sf, opened)


def test_a_seat_whose_own_vote_counts_names_no_delegate(sf, ivy, mia, opened, client_for):
    make_membership(sf, mia)
    vote(opened, ivy, "consent")
    client = client_for(ivy)
    assert "Name a delegate" not in client.get(at(opened)).content.decode()
    page = client.post(at(opened, "delegate/"), {"email": mia.email})
    assert page.status_code == 422 and "has voted already" in page.content.decode()


def test_one_person_with_two_seats_votes_once_and_holds_up_no_closing(sf, lou, ivy):
    double = make_seat(sf, make_user("double"), shown_as="Double").user
    decision = make_decision(sf, lou, opened=True)
    merge(ivy, double)
    assert asked(sf, ivy) == ["Ivy N."] and "Double" not in missing(sf, decision)
    vote(decision, lou, "consent")
    vote(decision, ivy, "consent")
    assert asked(sf, ivy) == [] and missing(sf, decision) == []
    with in_chapter(sf):
        assert deciding.close_decision(decision, lou).is_closed


def test_two_seats_of_accounts_that_a_third_took_in_are_one(sf, lou, ivy):
    double = make_seat(sf, make_user("double"), shown_as="Double").user
    decision = make_decision(sf, lou, opened=True)
    keeper = make_user("keeper")
    for gone in (ivy, double):
        merge(keeper, gone)
    assert asked(sf, keeper) == ["Double"]
    vote(decision, keeper, "consent")
    vote(decision, lou, "consent")
    assert asked(sf, keeper) == [] and missing(sf, decision) == []


def test_delegate_with_a_seat_by_the_other_account_is_asked_for_that_alone(sf, lou, ivy, mia):
    decision = make_decision(sf, lou, opened=True)
    make_membership(sf, mia)
    with in_chapter(sf, lou):
        voting.name_delegate(decision, lou, mia.email)
    with in_chapter(sf):
        assert asked(sf, mia) == [Elector.objects.get(user=lou).shown_as]
    merge(ivy, mia)
    assert asked(sf, ivy) == ["Ivy N."]


def test_a_reminder_goes_to_nobody_who_voted_by_the_other_account(sf, lou, ivy, monkeypatch):
    double = make_seat(sf, make_user("double"), shown_as="Double").user
    decision = make_decision(sf, lou, opened=True)
    merge(ivy, double)
    vote(decision, ivy, "consent")
    assert decision.closes_at is not None
    there = decision.closes_at - dt.timedelta(hours=2)
    monkeypatch.setattr(timezone, "now", lambda: there)
    with in_chapter(sf):
        assert deciding.remind_electors(decision) == 1
        told = Mail.objects.filter(kind="decision-reminder").values_list("to", flat=True)
        assert list(told) == [lou.email]


def test_absence_is_counted_by_person(sf, lou, ivy, monkeypatch):
    for days in (8, 16):
        decision = make_decision(sf, lou, opened=True)
        vote(decision, lou, "consent")
        assert decision.closes_at is not None
        there = decision.closes_at + dt.timedelta(minutes=days)
        monkeypatch.setattr(timezone, "now", lambda there=there: there)
        with in_chapter(sf):
            deciding.close_decision(decision)
        if days == 8:
            merge(make_user("keeper"), ivy)
    with in_chapter(sf):
        [letter] = Mail.objects.filter(kind="decision-absent")
    assert "Ivy N." in letter.text


def test_seat_follows_through_any_number_of_accounts(sf, lou, ivy, opened):
    chain = [make_user(f"step{number}") for number in range(4)]
    for gone, keeper in zip([ivy, *chain], chain, strict=False):
        merge(keeper, gone)
    assert asked(sf, chain[-1]) == ["Ivy N."]
    vote(opened, chain[-1], "consent")
    ivy.refresh_from_db()
    assert now_of([ivy]) == [chain[-1]] and asked(sf, chain[-1]) == []
