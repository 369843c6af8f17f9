"""Reads over needs and their scores."""

from typing import Any

from agendas.models import Need, NeedRanking, NeedScore
from chapters.models import Seat

METHOD = (
    "Members of the council scored each need by each criterion, from 1 to 5. A mark is the mean "
    "of the scores given; the total is the mean of the marks, weighted by the criteria."
)


def my_scores(ranking: NeedRanking, user: Any) -> dict[tuple[int, str], int]:
    """What a person gave, by need and criterion; one query."""
    rows = NeedScore.objects.filter(need__report=ranking.report_id, by=user)
    return {(need, key): score for need, key, score in rows.values_list(
        "need_id", "criterion", "score"
    )}  # fmt: skip


def needs_of(ranking: NeedRanking) -> list[Need]:
    """The needs in the order in which they were found; one query."""
    return list(Need.objects.filter(report=ranking.report_id))


def scorers(ranking: NeedRanking) -> list[str]:
    """Who scored, by the names under which they sit on the council; two queries."""
    rows = NeedScore.objects.filter(need__report=ranking.report_id)
    people = set(rows.values_list("by_id", flat=True))
    seats = Seat.objects.filter(user__in=people).order_by("shown_as", "-id")
    names = {seat.user_id: seat.shown_as for seat in seats}
    return sorted(names.get(person, "a former member") for person in people)
