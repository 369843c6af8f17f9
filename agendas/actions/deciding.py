"""A decision from draft to outcome. What a vote rests on is frozen at opening, by the database too.

The row of the decision is the lock: whoever votes, closes or answers holds it.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from agendas.actions import ratifying
from agendas.actions.evidence import refresh_evidence
from agendas.actions.ratifying import Refused
from agendas.models import Decision, Elector
from agendas.queries.chairs import chairs_of
from agendas.queries.decisions import (
    DecisionRecord,
    SeatLine,
    decision_record,
    seats_of,
)
from agendas.rules import Ballot, Rule, Verdict, decide, describe
from chapters import audit
from chapters.models import Chapter, Seat
from chapters.once import store_once
from chapters.post import post
from chapters.ready import forget
from chapters.scope import in_chapter
from chapters.zones import zone_name
from members.queries.selves import accounts_of, now_of, of_person

log = logging.getLogger(__name__)
DAY = dt.timedelta(days=1)


def draft_decision(chapter: Chapter, by: Any, **fields: Any) -> Decision:
    """Store a draft, once; `fields` are those of the model that its form asks for."""
    return store_once(Decision(chapter=chapter, proposer=by, **fields), "proposer")[0]


@transaction.atomic
def revise_decision(decision: Decision, **fields: Any) -> Decision:
    """Change a draft. Raises Refused once it is open."""
    held = lock_decision(decision)
    if held.state != Decision.State.DRAFT:
        raise Refused(
            f"This decision is {held.state}, so its text, rule and quorum can’t change any more."
        )
    for name, value in fields.items():
        setattr(held, name, value)
    held.save()
    return held


def lock_decision(decision: Decision) -> Decision:
    """The decision's row, held until the transaction ends."""
    rows = Decision.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("chapter").get(pk=decision.pk)


def _lock_to_end(decision: Decision) -> Decision:
    """The same for one that ends; the agenda's row comes before the log's, as everywhere."""
    held = lock_decision(decision)
    if held.kind == Decision.Kind.RATIFY:
        ratifying.lock_agenda()
    return held


@transaction.atomic
def open_decision(decision: Decision, by: Any) -> Decision:
    """Take votes from now on; the council's seats of this moment are the electorate.

    Opening an open one again changes nothing. Raises Refused without a closing time to come,
    without anybody on the council, or where there is nothing to adopt.
    """
    held = lock_decision(decision)
    if held.is_open:
        return held
    if held.is_closed:
        raise Refused("This decision is closed. Open a new one that names it.")
    now = timezone.now()
    if held.closes_at is None or held.closes_at <= now:
        raise Refused("Give a closing time that is still to come.")
    if held.kind == Decision.Kind.RATIFY:
        ratifying.freeze_edition(held)
    electors = _seat_electors(held)
    if not electors:
        raise Refused("Nobody holds a seat on the council now, so nobody could vote.")
    refresh_evidence(held)
    held.state, held.opened_at, held.electorate = Decision.State.OPEN, now, len(electors)
    held.save()
    _tell(held, "decision-opened", [one.user for one in electors])
    facts = {"rule": held.rule, "quorum": held.quorum, "electorate": held.electorate}
    audit.record("decision.opened", subject=held, chapter=held.chapter, by=by, facts=facts)
    return held


def _seat_electors(decision: Decision) -> list[Elector]:
    seats = Seat.objects.current().filter(chapter_id=decision.chapter_id).select_related("user")
    names = {seat.user_id: seat for seat in seats}
    return [
        Elector.objects.create(
            chapter_id=decision.chapter_id,
            decision=decision,
            user=seat.user,
            shown_as=seat.shown_as,
        )
        for seat in names.values()
    ]


# --- Closing -------------------------------------------------------------------------------------


@transaction.atomic
def close_decision(decision: Decision, by: Any = None) -> Decision:
    """Count and state the outcome; a closed decision stays as it is.

    by: the chair, who may close before the time once every seat has voted and every standing
    objection is answered and, that read, kept; None: the sweep, once the time is over. Raises
    Refused before that.
    """
    held = _lock_to_end(decision)
    if held.is_closed:
        return held
    if not held.is_open:
        raise Refused("This decision has not been opened yet.")
    record = decision_record(held)
    if held.closes_at and timezone.now() < held.closes_at:
        _refuse_early(record, by)
    verdict = count(held, record)
    held.outcome = verdict.outcome
    held.sentence = _sentence(held, verdict, record)
    held.record = _frozen(verdict, record)
    _end(held, by)
    if held.kind == Decision.Kind.RATIFY:
        ratifying.settle_edition(held, by)
    _tell_outcome(held, record)
    return held


def count(decision: Decision, record: DecisionRecord) -> Verdict:
    """What the votes come to now, by the frozen rule."""
    ballots = [Ballot(seat.choice, seat.counts) for seat in record.seats if seat.vote]
    return decide(rule_of(decision), decision.electorate or len(record.seats), ballots)


def rule_of(decision: Decision) -> Rule:
    """The decision's rule for the arithmetic."""
    return Rule(decision.rule, decision.quorum, decision.fallback)


def _refuse_early(record: DecisionRecord, by: Any) -> None:
    if by is None:
        raise Refused("Its time is not over yet.")
    if record.missing:
        raise Refused("Not every seat has voted yet, so it closes at its time.")
    if record.unanswered:
        raise Refused("Answer every objection before you close.")
    if record.unsettled:
        raise Refused(
            "Who objected has not said yet whether the answer is enough. Ask them to keep or"
            " withdraw the objection; otherwise it closes at its time."
        )


def _sentence(decision: Decision, verdict: Verdict, record: DecisionRecord) -> str:
    parts = [describe(rule_of(decision), verdict)]
    if record.evidence:
        number = len(record.evidence)
        parts.append(f"It rests on {number} {'piece' if number == 1 else 'pieces'} of evidence.")
    if decision.review_on:
        parts.append(f"It comes up for review on {_day(decision.review_on)}.")
    return " ".join(parts)


def _day(day: dt.date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def _frozen(verdict: Verdict, record: DecisionRecord) -> dict[str, Any]:
    """The outcome as data, without names: for programs, and for readers of other chapters."""
    tally = verdict.tally
    frame = {name: getattr(tally, name) for name in ("electorate", "took_part", "needed")}
    return {
        "tally": {**frame, **tally.counts},
        "decided_by": verdict.method,
        "dissents": [{"choice": seat.choice, "reason": seat.reason} for seat in record.dissents],
        "objections": [
            {
                "reason": one.reason,
                "stands": one.stands,
                "answers": [answer.text for answer in one.answers],
            }
            for one in record.objections
        ],
        "evidence": [
            {"kind": one.kind, "title": one.title, "figure": one.figure, "source": one.source}
            for one in record.evidence
        ],
    }


def _end(decision: Decision, by: Any) -> None:
    decision.state, decision.closed_at = Decision.State.CLOSED, timezone.now()
    decision.save()
    forget(decision.chapter)
    facts = {"outcome": decision.outcome} | decision.record.get("tally", {})
    audit.record("decision.closed", subject=decision, chapter=decision.chapter, by=by, facts=facts)


@transaction.atomic
def withdraw_decision(decision: Decision, by: Any, note: str) -> Decision:
    """End a draft or an open decision without an outcome.

    Raises Refused once its time is over: then the votes count, whatever they come to.
    """
    held = _lock_to_end(decision)
    if held.is_closed:
        raise Refused("This decision is closed. Open a new one that names it.")
    if held.is_open and held.closes_at and held.closes_at <= timezone.now():
        raise Refused("Its time is over, so the votes are counted. It can’t be withdrawn now.")
    was_open, held.outcome, held.note = held.is_open, Decision.Outcome.WITHDRAWN, note
    held.sentence = f"Withdrawn: {note}"
    _end(held, by)
    if held.kind == Decision.Kind.RATIFY:
        ratifying.settle_edition(held, by)
    if was_open:
        _tell_outcome(held, decision_record(held))
    return held


# --- Letters -------------------------------------------------------------------------------------


def _tell(decision: Decision, kind: str, people: Iterable[Any], **context: Any) -> None:
    """Write to each once; an account that was closed has no address any more."""
    known = {"decision": decision, "closes": closing_words(decision), **context}
    for address in sorted({person.email for person in now_of(people) if person.is_active}):
        post(kind, address, known, chapter=decision.chapter)


def closing_words(decision: Decision) -> str:
    """When it closes, on the chapter's clock, which the words name: people read it elsewhere."""
    if decision.closes_at is None:
        return ""
    zone = decision.chapter.zone
    there = decision.closes_at.astimezone(ZoneInfo(zone))
    half = "am" if there.hour < 12 else "pm"
    clock = f"{there.hour % 12 or 12}:{there:%M} {half} {zone_name(there, zone)}"
    return f"{_day(there.date())} at {clock}"


def _tell_outcome(decision: Decision, record: DecisionRecord) -> None:
    electors = [seat.elector.user for seat in record.seats]
    delegates = [seat.delegation.delegate for seat in record.seats if seat.delegation]
    _tell(decision, "decision-outcome", [*electors, *delegates, decision.proposer])
    if decision.outcome == Decision.Outcome.WITHDRAWN:
        return
    absent = _absent_twice(decision, record)
    if absent:
        _tell(decision, "decision-absent", chairs_of(decision.chapter), names=sorted(absent))


def _absent_twice(decision: Decision, record: DecisionRecord) -> list[str]:
    """Names of seats without a vote in this decision and in their one before it."""
    found = []
    for seat, person in zip(record.missing, _holders(record.missing), strict=True):
        earlier = Elector.objects.filter(
            of_person("user", person),
            decision__state=Decision.State.CLOSED,
            decision__closed_at__lt=decision.closed_at,
        ).exclude(decision__outcome=Decision.Outcome.WITHDRAWN)
        last = earlier.order_by("-decision__closed_at").select_related("decision").first()
        if last and not _took_part(last.decision, person):
            found.append(seat.name)
    return found


def _holders(seats: Iterable[SeatLine]) -> list[Any]:
    return now_of(seat.elector.user for seat in seats)


def _took_part(decision: Decision, person: Any) -> bool:
    """True where a seat of the person, by whichever account, has a vote that counts."""
    theirs = set(accounts_of(person))
    return any(seat.counts for seat in seats_of(decision) if seat.elector.user_id in theirs)


# --- What time brings ----------------------------------------------------------------------------


def tend_decisions(chapter: Chapter) -> None:
    """Close what is due, remind who has not voted, call for reviews; again changes nothing.

    Each in a transaction of its own, where none is open: one that fails holds up no other, and
    nobody waits for the log while holding a decision that this holds too.
    """
    with in_chapter(chapter):
        steps = _due(chapter)
    for step, pk in steps:
        try:
            with in_chapter(chapter):
                step(Decision.objects.get(pk=pk))
        except Exception:
            log.exception("Decision %s could not be tended; the next sweep tries again.", pk)


def _due(chapter: Chapter) -> list[tuple[Callable[[Decision], Any], int]]:
    now = timezone.now()
    opened = Decision.objects.filter(state=Decision.State.OPEN).order_by("pk")
    review = Decision.objects.filter(
        outcome=Decision.Outcome.PASSED, review_on__lte=chapter.today, review_told_at__isnull=True
    )
    work: list[tuple[Callable[[Decision], Any], QuerySet[Decision]]] = [
        (close_decision, opened.filter(closes_at__lte=now)),
        (remind_electors, opened.filter(closes_at__gt=now)),
        (_call_for_review, review.order_by("pk")),
    ]
    return [(step, pk) for step, rows in work for pk in rows.values_list("pk", flat=True)]


@transaction.atomic
def remind_electors(decision: Decision) -> int:
    """Write once to every seat without a vote when a day, or half of the time, is left."""
    held = lock_decision(decision)
    if not (held.is_open and held.closes_at and held.opened_at):
        return 0
    ahead = min(DAY, (held.closes_at - held.opened_at) / 2)
    if timezone.now() < held.closes_at - ahead:
        return 0
    waiting = [seat for seat in decision_record(held).missing if seat.elector.reminded_at is None]
    for seat in waiting:
        seat.elector.reminded_at = timezone.now()
        seat.elector.save(update_fields=["reminded_at"])
    people = [
        seat.delegation.delegate if seat.delegation else seat.elector.user for seat in waiting
    ]
    _tell(held, "decision-reminder", people)
    return len(waiting)


@transaction.atomic
def _call_for_review(decision: Decision) -> None:
    held = lock_decision(decision)
    if held.review_told_at is not None:
        return
    held.review_told_at = timezone.now()
    held.save(update_fields=["review_told_at"])
    _tell(held, "decision-review", [*chairs_of(held.chapter), held.proposer])
