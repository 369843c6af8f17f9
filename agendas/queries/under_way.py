"""What the council is at: decisions that take votes, and the report that is being written."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from agendas.models import Decision, Delegation, Elector, NeedRanking, Report, ReportSection
from agendas.queries.decisions import counted_votes, delegations_of, own_seats
from agendas.rules import needed_seats
from members.queries.selves import accounts_of


@dataclass(frozen=True)
class OpenDecision:
    """A decision under way: seats that answered, of how many, and how many the quorum asks for.

    `objections` are those that stand; `awaits_me` is true while the reader's vote is missing.
    """

    decision: Decision
    answered: int
    seats: int
    needed: int
    objections: int
    awaits_me: bool

    @property
    def closes_at(self) -> dt.datetime | None:
        """When the votes are counted."""
        return self.decision.closes_at


def waiting_votes(user: Any) -> QuerySet[Elector]:
    """Seats of the open chapter's running decisions for which this person has yet to vote.

    One's own, unless a delegate was named for it, and those that one is the delegate of without
    a seat of one's own: a person votes for one seat of a decision, as in `seat_for`.
    """
    accounts = accounts_of(user)
    own = own_seats(accounts).filter(decision=OuterRef("decision"))
    given = delegations_of(accounts).filter(decision=OuterRef("decision"))
    named = Delegation.objects.filter(elector=OuterRef("pk"), ended_at__isnull=True)
    rows = Elector.objects.filter(
        Q(pk=Subquery(own.values("pk")[:1])) & ~Exists(named)
        | Q(pk=Subquery(given.values("elector")[:1])) & ~Exists(own),
        ~Exists(counted_votes().filter(elector=OuterRef("pk"))),
        decision__state=Decision.State.OPEN,
        decision__closes_at__gt=timezone.now(),
    )
    return rows.select_related("decision").order_by("decision__closes_at", "pk")


def open_decisions(user: Any) -> list[OpenDecision]:
    """Decisions of the open chapter that take votes, the first to close first; two queries."""
    running = Decision.objects.filter(state=Decision.State.OPEN, closes_at__gt=timezone.now())
    standing = Count("objections", filter=Q(objections__withdrawn_at__isnull=True), distinct=True)
    rows = running.annotate(
        answered=Count("electors", filter=Q(electors__vote__in=counted_votes()), distinct=True),
        standing=standing,
        awaits_me=Exists(waiting_votes(user).filter(decision=OuterRef("pk"))),
    ).order_by("closes_at", "pk")
    return [
        OpenDecision(
            row,
            answered=row.answered,
            seats=row.electorate or 0,
            needed=needed_seats(row.electorate or 0, row.quorum),
            objections=row.standing,
            awaits_me=row.awaits_me,
        )
        for row in rows
    ]


@dataclass(frozen=True)
class ReportInHand:
    """The report that is being made: what the council has to write in it, and what is written."""

    report: Report
    sections: tuple[ReportSection, ...]
    ranking: NeedRanking | None

    @property
    def parts(self) -> int:
        """Sections of the council, and the ranking of needs where the report has one."""
        return len(self.sections) + (self.ranking is not None)

    @property
    def ready(self) -> int:
        """How many of them are done."""
        ranked = self.ranking is not None and self.ranking.closed_at is not None
        return sum(bool(one.body) for one in self.sections) + ranked


def report_in_hand() -> ReportInHand | None:
    """The newest report of the open chapter that is not published yet; at most three queries.

    The printed record of a decision is nobody's to write.
    """
    rows = Report.objects.filter(status__in=[Report.Status.ASKED, Report.Status.DRAFT])
    rows = rows.exclude(kind=Report.Kind.DECISION).select_related("job").defer("inputs")
    report = rows.order_by("-id").first()
    if report is None:
        return None
    sections = tuple(ReportSection.objects.filter(report=report))
    ranking = NeedRanking.objects.filter(report=report).first()
    return ReportInHand(report, sections, ranking)
