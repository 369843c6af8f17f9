"""The roll call: the chair marks who is there and who was briefed, and the tally follows."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from agendas.actions import deciding, voting
from agendas.actions.ratifying import Refused
from agendas.actions.roll import call_roll
from agendas.decision_forms import RollForm
from agendas.models import Decision, Delegation, Elector
from agendas.queries.decisions import decision_record
from chapters.models import AuditEntry
from chapters.scope import in_chapter
from tests.factories import make_membership, make_seat, make_user
from tests.factories.decisions import make_decision, vote

pytestmark = pytest.mark.django_db


@pytest.fixture
def ivy(sf):
    return make_seat(sf, make_user("ivy"), shown_as="Ivy N.").user


@pytest.fixture
def delegate(sf, mia):
    return make_membership(sf, mia).user


@pytest.fixture
def opened(sf, lou, ivy, delegate):
    """An open decision in which Mia votes for Ivy's seat."""
    decision = make_decision(sf, lou, opened=True, quorum=100)
    with in_chapter(sf, ivy):
        voting.name_delegate(decision, ivy, delegate.email)
    return decision


def roll_of(decision):
    return f"/san-francisco/decisions/{decision.pk}/roll/"


def page_form(client, decision):
    return client.get(roll_of(decision)).context["form"]


def boxes(sf, decision):
    """Names of the boxes: Lou's, Mia's presence, Mia's briefing."""
    with in_chapter(sf):
        lou = Elector.objects.exclude(user__email__startswith="ivy").get(decision=decision)
        mia = Delegation.objects.get(decision=decision)
    return f"present-e{lou.pk}", f"present-d{mia.pk}", f"briefed-d{mia.pk}"


def call(client, decision, *ticked, seen=""):
    given = {"seen": seen} | dict.fromkeys(ticked, "on")
    return client.post(roll_of(decision), given, follow=True)


def test_delegate_counts_from_the_moment_that_both_marks_are_there(
    sf, lou, delegate, opened, client_for
):
    client = client_for(lou)
    here, present, briefed = boxes(sf, opened)
    assert "0 of 2 seats present" in client.get(roll_of(opened)).content.decode()
    call(client, opened, present)
    with pytest.raises(voting.NotInformed, match="not confirmed the briefing"):
        vote(opened, delegate, "consent")
    page = call(client, opened, here, present, briefed, seen=present).content.decode()
    assert "2 of 2 seats present" in page and "The roll is saved." in page
    assert "2 seats must vote" in page and "0 of 2" in page
    vote(opened, delegate, "consent")
    vote(opened, lou, "consent")
    assert "Has voted" in client.get(roll_of(opened)).content.decode()
    with in_chapter(sf):
        closed = deciding.close_decision(opened, lou)
    assert (closed.outcome, closed.record["tally"]["took_part"]) == ("passed", 2)
    page = client.get(roll_of(opened)).content.decode()
    assert "As the vote closed" in page and "Save the roll" not in page


def test_tally_leaves_out_a_delegate_whose_marks_are_taken_back(
    sf, lou, delegate, opened, client_for
):
    client = client_for(lou)
    _, present, briefed = boxes(sf, opened)
    call(client, opened, present, briefed)
    call(client, opened, briefed, seen=f"{present} {briefed}")
    with in_chapter(sf):
        assert Delegation.objects.get().present_at is None
    with pytest.raises(voting.NotInformed, match="not checked in"):
        vote(opened, delegate, "consent")
    with in_chapter(sf):
        record = decision_record(opened)
        assert deciding.count(opened, record).tally.took_part == 0 and record.here == ()


def test_marks_under_a_cast_vote_stay(sf, lou, delegate, opened, client_for):
    client = client_for(lou)
    _, present, briefed = boxes(sf, opened)
    call(client, opened, present, briefed)
    vote(opened, delegate, "consent")
    page = call(client, opened, seen=f"{present} {briefed}").content.decode()
    assert "has voted already, so these marks stay" in page
    with in_chapter(sf):
        assert Delegation.objects.get().is_informed


def test_what_others_said_meanwhile_is_not_cleared(sf, lou, delegate, opened, client_for):
    client = client_for(lou)
    here, present, _ = boxes(sf, opened)
    seen = page_form(client, opened)["seen"].value()
    with in_chapter(sf):
        voting.check_in(Delegation.objects.select_related("decision").get())
    call(client, opened, here, seen=seen)
    with in_chapter(sf):
        assert Delegation.objects.get().present_at is not None
        assert Elector.objects.exclude(present_at=None).count() == 1
    assert page_form(client, opened)["seen"].value().split() == [here, present]


def test_roll_stands_in_the_audit_log_once_for_each_change(sf, lou, opened, client_for):
    client = client_for(lou)
    here, present, briefed = boxes(sf, opened)
    call(client, opened, here, present, briefed)
    call(client, opened, here, present, briefed, seen=f"{here} {present} {briefed}")
    with in_chapter(sf):
        (entry,) = AuditEntry.objects.filter(action="decision.roll")
    assert entry.facts == {"changed": 3, "present": 2, "electorate": 2}


def test_roll_is_the_chairs_and_ends_with_the_vote(sf, lou, ivy, delegate, opened, client_for):
    here, present, briefed = boxes(sf, opened)
    for person in (ivy, delegate, make_user()):
        assert client_for(person).get(roll_of(opened)).status_code == 404
        assert client_for(person).post(roll_of(opened), {here: "on"}).status_code == 404
    draft = make_decision(sf, lou)
    assert "once the decision is open" in client_for(lou).get(roll_of(draft)).content.decode()
    with in_chapter(sf):
        deciding.withdraw_decision(opened, lou, "Too early")
        assert Decision.objects.get(pk=opened.pk).is_closed
    page = call(client_for(lou), opened, here, present, briefed).content.decode()
    assert "takes no votes and words now" in page
    with in_chapter(sf):
        assert not Elector.objects.exclude(present_at=None).exists()
        for rows in (Elector.objects.all(), Delegation.objects.all()):
            with pytest.raises(IntegrityError), transaction.atomic():
                rows.update(present_at=opened.opened_at)


def test_mark_for_a_delegate_who_was_exchanged_is_refused(
    sf, lou, ivy, delegate, opened, client_for
):
    with in_chapter(sf, lou):
        seats = decision_record(opened).seats
        form = RollForm(dict.fromkeys(boxes(sf, opened)[1:], "on"), seats=seats)
        assert form.is_valid()
    other = make_membership(sf, make_user("pat")).user
    with in_chapter(sf, ivy):
        voting.name_delegate(opened, ivy, other.email)
    with in_chapter(sf, lou), pytest.raises(Refused, match="another delegate"):
        call_roll(opened, lou, form.marks())


def test_roll_asks_as_often_for_thirty_seats(sf, lou, client_for):
    counts = []
    for more in (0, 29):
        for number in range(more):
            make_seat(sf, make_user(f"seat{number}"))
        decision = make_decision(sf, lou, opened=True)
        client_for(lou).get(roll_of(decision))
        with CaptureQueriesContext(connection) as found:
            client_for(lou).get(roll_of(decision))
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_share_of_affected_voices_stands_beside_the_decision(sf, lou, ivy, client, client_for):
    held = make_decision(sf, lou, opened=True, voices=40, affected_voices=26)
    few = make_decision(sf, lou, opened=True, voices=4, affected_voices=1)
    for one in (held, few):
        for person in (lou, ivy):
            vote(one, person, "consent")
        with in_chapter(sf):
            deciding.close_decision(one, lou)
    base = "/san-francisco/decisions/"
    assert "65% of the 40 people heard" in client.get(f"{base}{held.pk}/").content.decode()
    assert "Too few people to tell" in client.get(f"{base}{few.pk}/").content.decode()
    shares = [client.get(f"/api/v1/decisions/{one.pk}/").json() for one in (held, few)]
    assert [one["affected_voices"] for one in shares] == [65, None]
