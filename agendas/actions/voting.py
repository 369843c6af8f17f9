"""Votes, delegates and objections; one row a seat, whoever clicks how often."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils import timezone

from agendas.actions.deciding import closing_words, lock_decision
from agendas.actions.ratifying import Refused
from agendas.models import (
    Choice,
    Decision,
    Delegation,
    Elector,
    Objection,
    ObjectionAnswer,
    Vote,
    VoteChange,
)
from agendas.queries.chairs import chairs_of
from agendas.queries.decisions import counted_votes, own_seat, seat_for
from agendas.rules import CHOICES
from chapters import audit
from chapters.post import post
from members.access import is_member
from members.queries.selves import now_of


class NotInformed(Refused):
    """A delegate who is absent or not briefed; `missing` says what is to be done first."""

    def __init__(self, message: str, missing: str) -> None:
        super().__init__(message)
        self.missing = missing


@transaction.atomic
def cast_vote(decision: Decision, by: Any, choice: str, reason: str = "") -> Vote:
    """Vote for one's seat, or as its delegate; another choice replaces it until the closing.

    The same again changes nothing. Every choice stays in the history. Raises Refused, or
    NotInformed for a delegate who is not present and briefed.
    """
    held = hold_open(decision)
    elector, delegation = seat_for(held, by)
    if elector is None:
        raise Refused("You hold no seat in this decision, and nobody named you as delegate.")
    _check_choice(held, choice, reason)
    if delegation:
        _check_delegate(held, delegation)
    else:
        _end_delegation(elector)
    return _store(held, elector, delegation, by, choice, reason.strip())


def hold_open(decision: Decision) -> Decision:
    """The decision's row, locked, while it takes votes. Raises Refused."""
    held = lock_decision(decision)
    if not held.is_open or held.closes_at is None or held.closes_at <= timezone.now():
        raise Refused("This decision takes no votes and words now.")
    return held


def _check_choice(decision: Decision, choice: str, reason: str) -> None:
    if choice not in CHOICES[decision.rule]:
        raise Refused("Choose one of the answers.")
    if choice == Choice.OBJECT and not reason.strip():
        raise Refused("Say why you object, so that it can be answered.")


def _check_delegate(decision: Decision, delegation: Delegation) -> None:
    [person] = now_of([delegation.delegate])
    if not is_member(person, decision.chapter):
        raise Refused("Delegates are members of the chapter, and your membership has ended.")
    if delegation.briefed_at is None:
        raise NotInformed(
            "Your vote can’t count yet: you have not confirmed the briefing.", "briefing"
        )
    if delegation.present_at is None:
        raise NotInformed("Your vote can’t count yet: you have not checked in.", "present")


def _store(
    decision: Decision,
    elector: Elector,
    delegation: Delegation | None,
    by: Any,
    choice: str,
    reason: str,
) -> Vote:
    vote = Vote.objects.filter(elector=elector).first()
    said = (choice, reason, delegation.pk if delegation else None)
    if vote and (vote.choice, vote.reason, vote.delegation_id) == said:
        return vote
    vote = vote or Vote(chapter_id=decision.chapter_id, decision=decision, elector=elector)
    vote.choice, vote.reason, vote.delegation = choice, reason, delegation
    vote.save()
    VoteChange.objects.create(
        chapter_id=decision.chapter_id, decision=decision, elector=elector, by=by,
        choice=choice, reason=reason,
    )  # fmt: skip
    _follow_objection(decision, elector, choice, reason)
    return vote


# --- Objections ----------------------------------------------------------------------------------


def _follow_objection(decision: Decision, elector: Elector, choice: str, reason: str) -> None:
    standing = Objection.objects.filter(elector=elector, withdrawn_at__isnull=True).first()
    if standing and choice == Choice.OBJECT and standing.reason == reason:
        return
    if standing:
        standing.withdrawn_at = timezone.now()
        standing.save(update_fields=["withdrawn_at"])
    if choice == Choice.OBJECT:
        made = Objection.objects.create(
            chapter_id=decision.chapter_id, decision=decision, elector=elector, reason=reason
        )
        _write(decision, [*chairs_of(decision.chapter), decision.proposer], made)


def _write(decision: Decision, people: list[Any], objection: Objection) -> None:
    for address in sorted({person.email for person in people if person.is_active}):
        post(
            "decision-objection",
            address,
            {"decision": decision, "objection": objection, "name": objection.elector.shown_as},
            chapter=decision.chapter,
        )


@transaction.atomic
def answer_objection(objection: Objection, by: Any, text: str) -> ObjectionAnswer:
    """Answer an objection that stands, and tell who made it; the same again is one answer.

    Raises Refused once the decision is closed or the objection withdrawn.
    """
    held = hold_open(objection.decision)
    if not Objection.objects.filter(pk=objection.pk, withdrawn_at__isnull=True).exists():
        raise Refused("This objection was withdrawn meanwhile.")
    same = ObjectionAnswer.objects.filter(objection=objection, by=by, text=text).first()
    if same:
        return same
    answer = ObjectionAnswer.objects.create(
        chapter_id=held.chapter_id, objection=objection, by=by, text=text
    )
    vote = Vote.objects.select_related("delegation__delegate").get(elector=objection.elector_id)
    voter = vote.delegation.delegate if vote.delegation else objection.elector.user
    [objector] = now_of([voter])
    known = {"decision": held, "answer": answer, "closes": closing_words(held)}
    if objector.is_active:
        post("decision-answered", objector.email, known, chapter=held.chapter)
    return answer


@transaction.atomic
def keep_objection(objection: Objection, by: Any) -> Objection:
    """Note that whoever objected has read the answer and keeps the objection. Raises Refused."""
    held = hold_open(objection.decision)
    elector, _ = seat_for(held, by)
    kept = Objection.objects.filter(pk=objection.pk, withdrawn_at__isnull=True).first()
    if elector is None or kept is None or kept.elector_id != elector.pk:
        raise Refused("This objection is not yours, or it was withdrawn.")
    if not kept.answers.exists():
        raise Refused("It was not answered yet; until then it stands as it is.")
    kept.kept_at = kept.kept_at or timezone.now()
    kept.save(update_fields=["kept_at"])
    return kept


# --- Delegates -----------------------------------------------------------------------------------


@transaction.atomic
def name_delegate(decision: Decision, by: Any, email: str, organization: str = "") -> Delegation:
    """Let a member of the chapter vote for one's own seat, once present and briefed.

    Whoever was on the council when the decision opened may, though their seat has ended since.
    Raises Refused where the person is no member, votes already, or a vote of the seat counts.
    """
    held = hold_open(decision)
    elector = own_seat(held, by)
    if elector is None:
        raise Refused("You hold no seat in this decision.")
    person = get_user_model()._default_manager.filter(email__iexact=email, is_active=True).first()
    if person is None or not is_member(person, held.chapter):
        raise Refused("Nobody with this address is a member of the chapter now.")
    if own_seat(held, person):
        raise Refused("This person votes for a seat of their own.")
    if counted_votes().filter(elector=elector).exists():
        raise Refused("Your seat has voted already; change its vote yourself.")
    return _name(held, elector, person, organization, by)


def _name(
    decision: Decision, elector: Elector, person: Any, organization: str, by: Any
) -> Delegation:
    named = Delegation.objects.filter(elector=elector, ended_at__isnull=True).first()
    if named and named.delegate_id == person.pk:
        return named
    _end_delegation(elector)
    try:
        with transaction.atomic():
            made = Delegation.objects.create(
                chapter_id=decision.chapter_id, decision=decision, elector=elector,
                delegate=person, shown_as=person.get_short_name(), organization=organization,
            )  # fmt: skip
    except IntegrityError:
        raise Refused("This person votes for another seat already.") from None
    known = {"decision": decision, "delegation": made, "closes": closing_words(decision)}
    post("decision-delegate", person.email, known, chapter=decision.chapter)
    audit.record("delegate.named", subject=made, chapter=decision.chapter, by=by)
    return made


@transaction.atomic
def end_delegation(decision: Decision, by: Any) -> None:
    """Take one's vote back; one that the delegate cast counts no more. Raises Refused."""
    held = hold_open(decision)
    elector = own_seat(held, by)
    if elector:
        _end_delegation(elector)


def _end_delegation(elector: Elector) -> None:
    """End it, and with its vote, which counts no more, the objection that was made by it."""
    now = timezone.now()
    open_ones = Delegation.objects.filter(elector=elector, ended_at__isnull=True)
    ended = list(open_ones.select_for_update(no_key=True).values_list("pk", flat=True))
    open_ones.update(ended_at=now)
    if Vote.objects.filter(elector=elector, delegation__in=ended).exists():
        standing = Objection.objects.filter(elector=elector, withdrawn_at__isnull=True)
        standing.update(withdrawn_at=now)


def open_briefing(delegation: Delegation) -> None:
    """Note that the delegate has the briefing before them."""
    Delegation.objects.filter(pk=delegation.pk, opened_at__isnull=True).update(
        opened_at=timezone.now()
    )


@transaction.atomic
def confirm_briefing(delegation: Delegation) -> Delegation:
    """The delegate has read it. Raises Refused where it was never opened, or the vote is over."""
    hold_open(delegation.decision)
    named = Delegation.objects.get(pk=delegation.pk)
    if named.opened_at is None:
        raise Refused("Open the briefing first.")
    named.briefed_at = named.briefed_at or timezone.now()
    named.save(update_fields=["briefed_at"])
    return named


@transaction.atomic
def check_in(delegation: Delegation) -> Delegation:
    """The delegate is there and takes part. Raises Refused once the vote is over."""
    hold_open(delegation.decision)
    named = Delegation.objects.get(pk=delegation.pk)
    named.present_at = named.present_at or timezone.now()
    named.save(update_fields=["present_at"])
    return named
