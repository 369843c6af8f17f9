"""Decisions from draft to outcome: what freezes, who votes, what time brings."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from agendas.actions import deciding, evidence, voting
from agendas.actions.ratifying import NothingToAdopt, Refused
from agendas.models import (
    Decision,
    Elector,
    Evidence,
    Objection,
    Vote,
    VoteChange,
)
from agendas.queries.decisions import decision_record
from chapters.models import AuditEntry, Mail, Seat
from chapters.scope import in_chapter
from tests.factories import make_agenda, make_seat, make_section, make_user
from tests.factories.decisions import make_decision, vote

pytestmark = pytest.mark.django_db


@pytest.fixture
def ivy(sf):
    return make_seat(sf, make_user("ivy"), shown_as="Ivy N.").user


@pytest.fixture
def council(sf, lou, ivy):
    return [lou, ivy]


@pytest.fixture
def opened(sf, lou, council):
    return make_decision(sf, lou, opened=True)


def letters(sf, kind: str) -> list[str]:
    with in_chapter(sf):
        return sorted(Mail.objects.filter(kind=kind).values_list("to", flat=True))


def later(monkeypatch, **ahead) -> None:
    """Let the clock of the actions run ahead."""
    there = timezone.now() + dt.timedelta(**ahead)
    monkeypatch.setattr(timezone, "now", lambda: there)


def closed(sf, decision, monkeypatch):
    later(monkeypatch, days=8)
    with in_chapter(sf):
        deciding.tend_decisions(sf)
        return Decision.objects.get(pk=decision.pk)


# --- Opening -------------------------------------------------------------------------------------


def test_opening_freezes_the_electorate_and_tells_everybody(sf, lou, ivy, opened):
    make_seat(sf)
    with in_chapter(sf):
        assert set(Elector.objects.values_list("user_id", flat=True)) == {lou.pk, ivy.pk}
        assert AuditEntry.objects.filter(action="decision.opened").count() == 1
    assert (opened.electorate, letters(sf, "decision-opened")) == (
        2,
        sorted([lou.email, ivy.email]),
    )


def test_letters_name_the_clock_of_the_chapter(sf, opened):
    with in_chapter(sf):
        words = deciding.closing_words(opened)
        told = Mail.objects.filter(kind="decision-opened").earliest("pk")
    assert words.endswith(" Pacific")
    assert f"Decide by {words}: " in told.subject and f"closes on {words}." in told.text


def test_opening_twice_changes_nothing(sf, lou, opened):
    with in_chapter(sf):
        deciding.open_decision(opened, lou)
        assert Elector.objects.count() == 2
    assert len(letters(sf, "decision-opened")) == 2


def test_opening_needs_a_time_to_come_and_a_council(sf, lou, denver):
    late = make_decision(sf, lou, closes_at=timezone.now() - dt.timedelta(hours=1))
    with in_chapter(sf), pytest.raises(Refused, match="still to come"):
        deciding.open_decision(late, lou)
    empty = make_decision(denver)
    with in_chapter(denver), pytest.raises(Refused, match="Nobody holds a seat"):
        deciding.open_decision(empty, lou)


@pytest.mark.parametrize(
    "change",
    [{"rule": "majority"}, {"quorum": 10}, {"electorate": 1}, {"proposal": "Other"},
     {"question": "Other?"}, {"closes_at": None}, {"fallback": "majority"}, {"options": [{}]},
     {"state": "draft"}, {"is_public": False}],
)  # fmt: skip
def test_database_refuses_to_change_what_opened(sf, opened, change):
    with (
        in_chapter(sf),
        pytest.raises(IntegrityError, match="never changed|frame"),
        transaction.atomic(),
    ):
        Decision.objects.filter(pk=opened.pk).update(**change)


def test_database_keeps_electors_evidence_and_votes_of_what_opened(sf, lou, opened):
    with in_chapter(sf):
        for act in (
            lambda: Elector.objects.create(decision=opened, user=make_user(), shown_as="X"),
            lambda: Elector.objects.all().delete(),
            lambda: Elector.objects.update(user=make_user()),
            lambda: Evidence.objects.create(decision=opened, kind="link", title="X"),
            lambda: Decision.objects.all().delete(),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                act()
    vote(opened, lou, "consent")
    with in_chapter(sf):
        for act in (VoteChange.objects.all().delete, Vote.objects.all().delete):
            with pytest.raises(IntegrityError), transaction.atomic():
                act()
        with pytest.raises(IntegrityError), transaction.atomic():
            VoteChange.objects.update(choice="object")


def test_a_draft_changes_until_it_opens(sf, lou, council):
    draft = make_decision(sf, lou)
    with in_chapter(sf):
        assert deciding.revise_decision(draft, quorum=75).quorum == 75
        deciding.open_decision(draft, lou)
        with pytest.raises(Refused, match="can’t change"):
            deciding.revise_decision(draft, quorum=50)


# --- Voting --------------------------------------------------------------------------------------


def test_a_changed_vote_is_one_row_with_its_history(sf, lou, opened):
    for choice in ("consent", "consent", "aside", "consent"):
        vote(opened, lou, choice)
    with in_chapter(sf):
        assert list(Vote.objects.values_list("choice", flat=True)) == ["consent"]
        history = list(VoteChange.objects.values_list("choice", flat=True))
    assert history == ["consent", "aside", "consent"]


def test_only_seats_vote_and_only_with_answers_of_the_rule(sf, lou, mia, opened):
    with pytest.raises(Refused, match="no seat"):
        vote(opened, mia, "consent")
    with pytest.raises(Refused, match="one of the answers"):
        vote(opened, lou, "for")
    with pytest.raises(Refused, match="Say why"):
        vote(opened, lou, "object", "  ")


def test_no_vote_after_the_time_even_before_the_sweep(sf, lou, opened, monkeypatch):
    later(monkeypatch, days=7, seconds=1)
    with pytest.raises(Refused, match="no votes"):
        vote(opened, lou, "consent")


def test_a_seat_that_ended_meanwhile_still_votes(sf, ivy, opened):
    with in_chapter(sf):
        Seat.objects.filter(user=ivy).update(ends_at=timezone.now())
    vote(opened, ivy, "consent")
    with in_chapter(sf):
        assert Vote.objects.count() == 1


# --- Objections ----------------------------------------------------------------------------------


def test_an_objection_is_answered_and_withdrawn(sf, lou, ivy, opened):
    vote(opened, ivy, "object", "Too fast.")
    assert letters(sf, "decision-objection") == [lou.email]
    with in_chapter(sf):
        stated = Objection.objects.select_related("decision", "elector__user").get()
        first = voting.answer_objection(stated, lou, "We take a year.")
        assert voting.answer_objection(stated, lou, "We take a year.") == first
        record = decision_record(opened)
        assert [answer.text for answer in record.standing[0].answers] == ["We take a year."]
    assert letters(sf, "decision-answered") == [ivy.email]
    vote(opened, ivy, "consent")
    with in_chapter(sf):
        record = decision_record(opened)
        assert (record.standing, len(record.objections)) == ((), 1)
        with pytest.raises(Refused, match="withdrawn"):
            voting.answer_objection(stated, lou, "Again.")


def test_an_objection_is_kept_after_an_answer_alone(sf, lou, ivy, opened):
    vote(opened, ivy, "object", "Too fast.")
    with in_chapter(sf):
        stated = Objection.objects.select_related("decision", "elector__user").get()
        with pytest.raises(Refused, match="not answered"):
            voting.keep_objection(stated, ivy)
        voting.answer_objection(stated, lou, "We take a year.")
        with pytest.raises(Refused, match="not yours"):
            voting.keep_objection(stated, lou)
        assert voting.keep_objection(stated, ivy).kept_at is not None


def test_a_standing_objection_stops_consent(sf, lou, ivy, opened, monkeypatch):
    vote(opened, lou, "consent")
    vote(opened, ivy, "object", "Too fast.")
    done = closed(sf, opened, monkeypatch)
    assert done.outcome == "failed"
    assert done.record["objections"] == [{"reason": "Too fast.", "stands": True, "answers": []}]


def test_the_fallback_that_was_frozen_carries_it(sf, lou, ivy, monkeypatch):
    third = make_seat(sf).user
    held = make_decision(sf, lou, fallback="two_thirds", opened=True)
    for person, choice in ((lou, "consent"), (third, "consent")):
        vote(held, person, choice)
    vote(held, ivy, "object", "Too fast.")
    done = closed(sf, held, monkeypatch)
    assert (done.outcome, done.record["decided_by"]) == ("passed", "two_thirds")


# --- Closing -------------------------------------------------------------------------------------


def test_the_chair_closes_once_all_voted_and_all_is_answered(sf, lou, ivy, opened):
    vote(opened, lou, "consent")
    with in_chapter(sf), pytest.raises(Refused, match="Not every seat"):
        deciding.close_decision(opened, lou)
    vote(opened, ivy, "object", "Too fast.")
    with in_chapter(sf), pytest.raises(Refused, match="Answer every"):
        deciding.close_decision(opened, lou)
    with in_chapter(sf):
        stated = Objection.objects.select_related("decision", "elector__user").get()
        voting.answer_objection(stated, lou, "We take a year.")
    with in_chapter(sf), pytest.raises(Refused, match="keep or withdraw"):
        deciding.close_decision(opened, lou)
    vote(opened, ivy, "aside", "Still too fast.")
    with in_chapter(sf):
        done = deciding.close_decision(opened, lou)
    assert done.sentence == (
        "Passed by consent: 1 consented, 1 stood aside, 0 objected. "
        "2 of 2 seats took part; the quorum was 1."
    )
    assert done.record["dissents"] == [{"choice": "aside", "reason": "Still too fast."}]


def test_the_sweep_closes_once(sf, lou, ivy, opened, monkeypatch):
    vote(opened, lou, "consent")
    first = closed(sf, opened, monkeypatch)
    with in_chapter(sf):
        deciding.tend_decisions(sf)
        again = Decision.objects.get(pk=opened.pk)
        assert AuditEntry.objects.filter(action="decision.closed").count() == 1
    assert (again.closed_at, again.outcome) == (first.closed_at, "passed")
    assert letters(sf, "decision-outcome") == sorted([lou.email, ivy.email])


def test_without_quorum_nothing_passes(sf, lou, ivy, monkeypatch):
    held = make_decision(sf, lou, quorum=100, opened=True)
    vote(held, lou, "consent")
    assert closed(sf, held, monkeypatch).outcome == "no_quorum"


def test_database_refuses_to_change_an_outcome(sf, lou, opened, monkeypatch):
    vote(opened, lou, "consent")
    closed(sf, opened, monkeypatch)
    with in_chapter(sf):
        changes: list[dict[str, Any]] = [{"outcome": "failed"}, {"state": "open"}, {"record": {}}]
        for change in changes:
            with pytest.raises(IntegrityError), transaction.atomic():
                Decision.objects.filter(pk=opened.pk).update(**change)
        with pytest.raises(IntegrityError), transaction.atomic():
            Vote.objects.update(choice="object")


def test_who_has_not_voted_is_reminded_once(sf, lou, ivy, opened, monkeypatch):
    vote(opened, lou, "consent")
    with in_chapter(sf):
        deciding.tend_decisions(sf)
    assert letters(sf, "decision-reminder") == []
    later(monkeypatch, days=6, hours=1)
    for _ in range(2):
        with in_chapter(sf):
            deciding.tend_decisions(sf)
    assert letters(sf, "decision-reminder") == [ivy.email]


def test_the_chair_learns_of_two_absences_in_a_row(sf, lou, ivy):
    for number in range(3):
        held = make_decision(sf, lou, opened=True)
        vote(held, lou, "consent")
        with pytest.MonkeyPatch.context() as patch:
            closed(sf, held, patch)
        # Twice absent from the second decision on.
        assert len(letters(sf, "decision-absent")) == number


def test_a_review_is_called_for_once(sf, lou, opened, monkeypatch):
    held = make_decision(sf, lou, opened=True, review_on=sf.today + dt.timedelta(days=30))
    vote(held, lou, "consent")
    closed(sf, held, monkeypatch)
    assert letters(sf, "decision-review") == []
    later(monkeypatch, days=40)
    for _ in range(2):
        with in_chapter(sf):
            deciding.tend_decisions(sf)
    assert letters(sf, "decision-review") == [lou.email]


def test_withdrawing_says_why_and_ends_it(sf, lou, ivy, opened):
    with in_chapter(sf):
        done = deciding.withdraw_decision(opened, lou, "Asked too early")
        with pytest.raises(Refused):
            deciding.withdraw_decision(opened, lou, "Again")
    assert (done.outcome, done.sentence) == ("withdrawn", "Withdrawn: Asked too early")
    assert len(letters(sf, "decision-outcome")) == 2


def test_what_ran_out_is_counted_and_not_withdrawn(sf, lou, ivy, opened, monkeypatch):
    vote(opened, ivy, "object", "Too fast.")
    later(monkeypatch, days=7, seconds=1)
    with in_chapter(sf), pytest.raises(Refused, match="the votes are counted"):
        deciding.withdraw_decision(opened, lou, "It would fail")


def test_no_letter_goes_to_an_account_that_was_closed(sf, lou, ivy, opened, monkeypatch):
    type(ivy).objects.filter(pk=ivy.pk).update(is_active=False)
    closed(sf, opened, monkeypatch)
    for kind in ("decision-reminder", "decision-outcome"):
        assert ivy.email not in letters(sf, kind)
    assert letters(sf, "decision-outcome") == [lou.email]


# --- Evidence ------------------------------------------------------------------------------------


def test_evidence_is_read_once_more_at_opening(sf, lou, council):
    section = make_section(make_agenda(sf), lou, heading="Pay")
    draft = make_decision(sf, lou)
    with in_chapter(sf):
        first = evidence.cite_section(draft, section)
        assert evidence.cite_section(draft, section) == first
        section.version, section.heading = 2, "Fair pay"
        section.save()
        deciding.open_decision(draft, lou)
        found = Evidence.objects.get()
    assert (found.title, found.source) == ("Fair pay", "Version 2")


def test_ratifying_needs_something_to_adopt(sf, lou, council):
    draft = make_decision(sf, lou, kind="ratify")
    with in_chapter(sf), pytest.raises(NothingToAdopt, match="no sections"):
        deciding.open_decision(draft, lou)
