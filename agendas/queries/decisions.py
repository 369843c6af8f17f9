"""Reads over decisions: lists, the seat of a person, and the whole record of one."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Case, Q, QuerySet, When

from agendas.models import Decision, Delegation, Edition, Elector, Evidence, Objection, Vote
from members.queries.selves import accounts_of, now_of

DISSENT = ("object", "aside", "against")


@dataclass(frozen=True)
class AnswerLine:
    """An answer to an objection."""

    by: str
    text: str
    at: dt.datetime


@dataclass(frozen=True)
class ObjectionLine:
    """An objection with its answers, oldest first."""

    id: int
    name: str
    user_id: int
    reason: str
    at: dt.datetime
    stands: bool
    kept: bool
    answers: tuple[AnswerLine, ...]


@dataclass(frozen=True)
class SeatLine:
    """One seat of the electorate: who votes for it, and how; `choice` is empty without a vote.

    `is_second`: its holder votes for another seat, by an account that is the same person's now.
    """

    elector: Elector
    delegation: Delegation | None
    vote: Vote | None
    is_second: bool = False

    @property
    def name(self) -> str:
        """The seat's name on the chapter's page when the decision opened."""
        return self.elector.shown_as

    @property
    def counts(self) -> bool:
        """True where the vote counts: a delegate's only while named, present and briefed."""
        if self.vote is None:
            return False
        if self.vote.delegation_id is None:
            return True
        named = self.delegation
        return bool(named and named.pk == self.vote.delegation_id and named.is_informed)

    @property
    def is_here(self) -> bool:
        """True where the seat can vote in the room: its holder, or a delegate who is briefed."""
        named = self.delegation
        return named.is_informed if named else self.elector.present_at is not None

    @property
    def choice(self) -> str:
        """What was chosen, or nothing."""
        return self.vote.choice if self.vote else ""

    @property
    def shown_choice(self) -> str:
        """The same in words."""
        return self.vote.get_choice_display() if self.vote else "No vote"

    @property
    def reason(self) -> str:
        """Why, in the voter's words."""
        return self.vote.reason if self.vote else ""

    @property
    def is_dissent(self) -> bool:
        """True where the seat did not simply agree."""
        return self.counts and self.choice in DISSENT


@dataclass(frozen=True)
class DecisionRecord:
    """Everything about one decision, as its page and its printed record show it.

    `tally`: choice to number, with electorate, took_part and needed; empty until it is closed.
    """

    decision: Decision
    seats: tuple[SeatLine, ...]
    objections: tuple[ObjectionLine, ...]
    evidence: tuple[Evidence, ...]
    edition: Edition | None
    earlier: Decision | None
    later: tuple[Decision, ...]

    @property
    def tally(self) -> dict[str, Any]:
        """Counts as frozen at closing."""
        found: dict[str, Any] = self.decision.record.get("tally", {})
        return found

    @property
    def dissents(self) -> tuple[SeatLine, ...]:
        """Seats that objected, stood aside or voted against."""
        return tuple(seat for seat in self.seats if seat.is_dissent)

    @property
    def here(self) -> tuple[SeatLine, ...]:
        """Seats that the roll call found, delegates among them only where they may vote."""
        return tuple(seat for seat in self.seats if seat.is_here)

    @property
    def missing(self) -> tuple[SeatLine, ...]:
        """Seats without a vote that counts, but for those that nobody can vote for."""
        return tuple(seat for seat in self.seats if not (seat.counts or seat.is_second))

    @property
    def standing(self) -> tuple[ObjectionLine, ...]:
        """Objections that nobody has withdrawn."""
        return tuple(one for one in self.objections if one.stands)

    @property
    def unanswered(self) -> tuple[ObjectionLine, ...]:
        """Those of them without an answer."""
        return tuple(one for one in self.standing if not one.answers)

    @property
    def unsettled(self) -> tuple[ObjectionLine, ...]:
        """Those of them whose author has not said yet whether the answer is enough."""
        return tuple(one for one in self.standing if not one.kept)


@dataclass(frozen=True)
class Wanted:
    """What a reader of the list looks for; empty: anything. `state` may be an outcome too."""

    q: str = ""
    state: str = ""


def listed_decisions(wanted: Wanted, *, inside: bool) -> QuerySet[Decision]:
    """Decisions of the open chapter; for others than its council the public closed ones."""
    rows = Decision.objects.all() if inside else Decision.objects.filter(**Decision.PUBLIC)
    if wanted.state in Decision.Outcome.values:
        rows = rows.filter(outcome=wanted.state)
    elif wanted.state:
        rows = rows.filter(state=wanted.state)
    for word in wanted.q.split()[:8]:
        rows = rows.filter(
            Q(question__icontains=word)
            | Q(background__icontains=word)
            | Q(proposal__icontains=word)
            | Q(sentence__icontains=word)
        )
    return rows.order_by("-made_at", "-pk")


def seats_of(decision: Decision) -> tuple[SeatLine, ...]:
    """The electorate with its votes and delegates; two queries."""
    delegates = {
        one.elector_id: one
        for one in Delegation.objects.filter(decision=decision, ended_at__isnull=True)
    }
    electors = Elector.objects.filter(decision=decision).select_related("vote", "user")
    return tuple(
        SeatLine(elector, delegates.get(elector.pk), getattr(elector, "vote", None))
        for elector in electors
    )


def _mark_second(seats: tuple[SeatLine, ...]) -> tuple[SeatLine, ...]:
    """Mark seats beside another of the same person, but where a delegate votes; as `own_seat`."""
    people = now_of(seat.elector.user for seat in seats)
    voted: dict[int, int] = {}
    for seat, person in zip(seats, people, strict=True):
        if seat.elector.user_id == person.pk:
            voted[person.pk] = seat.elector.pk
        voted.setdefault(person.pk, seat.elector.pk)
    return tuple(
        seat
        if voted[person.pk] == seat.elector.pk or seat.delegation
        else replace(seat, is_second=True)
        for seat, person in zip(seats, people, strict=True)
    )


def objections_of(decision: Decision, names: dict[int, str]) -> tuple[ObjectionLine, ...]:
    """Every objection with its answers; `names`: id of a person to the name of their seat."""
    rows = Objection.objects.filter(decision=decision).select_related("elector")
    lines = []
    for one in rows.prefetch_related("answers__by"):
        answers = [
            AnswerLine(
                names.get(answer.by_id) or answer.by.get_short_name(), answer.text, answer.made_at
            )
            for answer in one.answers.all()
        ]
        lines.append(
            ObjectionLine(
                id=one.pk,
                name=one.elector.shown_as,
                user_id=one.elector.user_id,
                reason=one.reason,
                at=one.made_at,
                stands=one.stands,
                kept=one.kept_at is not None,
                answers=tuple(answers),
            )
        )
    return tuple(lines)


def decision_record(decision: Decision) -> DecisionRecord:
    """The whole of one decision of the open chapter; its number of queries is fixed."""
    seats = _mark_second(seats_of(decision))
    names = {seat.elector.user_id: seat.name for seat in seats}
    edition = Edition.objects.filter(decision=decision).select_related("agenda").first()
    return DecisionRecord(
        decision=decision,
        seats=seats,
        objections=objections_of(decision, names),
        evidence=tuple(
            Evidence.objects.filter(decision=decision).select_related("claim", "indicator")
        ),
        edition=edition,
        earlier=decision.earlier,
        later=tuple(Decision.objects.filter(earlier=decision).order_by("pk")),
    )


def seat_for(decision: Decision, user: Any) -> tuple[Elector | None, Delegation | None]:
    """The seat that a person votes for, and the delegation where it is somebody else's."""
    if not user.is_authenticated:
        return None, None
    own = own_seat(decision, user)
    if own:
        return own, None
    named = delegation_of(decision, user)
    return (named.elector, named) if named else (None, None)


def own_seat(decision: Decision, user: Any) -> Elector | None:
    """The person's seat in the electorate, whether or not it has ended on the council since."""
    return own_seats(accounts_of(user)).filter(decision=decision).first()


def own_seats(accounts: list[int]) -> QuerySet[Elector]:
    """Seats of a person by `accounts_of`; in a decision they vote for the first one.

    Of somebody with two seats, by two accounts that are one now, the one of today's account.
    """
    is_todays = Case(When(user_id=accounts[0], then=0), default=1)
    return Elector.objects.filter(user__in=accounts).order_by(is_todays, "shown_as", "pk")


def delegation_of(decision: Decision, user: Any) -> Delegation | None:
    """What makes the person a delegate in a decision."""
    rows = delegations_of(accounts_of(user)).filter(decision=decision)
    return rows.select_related("decision__chapter", "elector").first()


def delegations_of(accounts: list[int]) -> QuerySet[Delegation]:
    """What makes a person a delegate, by `accounts_of`; in a decision they vote by the first."""
    rows = Delegation.objects.filter(delegate__in=accounts, ended_at__isnull=True)
    return rows.order_by("pk")


def counted_votes() -> QuerySet[Vote]:
    """Votes that count: of who holds the seat, or of a delegate named, briefed and present."""
    informed = Q(
        delegation__ended_at__isnull=True,
        delegation__briefed_at__isnull=False,
        delegation__present_at__isnull=False,
    )
    return Vote.objects.filter(Q(delegation__isnull=True) | informed)
