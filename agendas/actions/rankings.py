"""Verbs of ranking needs: name them, weigh the criteria, score, close with a recorded result."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from agendas.models import Need, NeedRanking, NeedScore, Report
from agendas.queries.rankings import METHOD, needs_of, scorers
from agendas.reports.ranking import TIE_RULE, Criterion, rank, show_mark
from chapters import audit

CRITERIA = (
    ("reach", "How many people it touches", 3),
    ("depth", "How much it weighs on them", 3),
    ("voice", "Those affected ask for it", 2),
    ("power", "We can move it together", 2),
)


class Closed(Exception):
    """The ranking was closed, or the report is published."""


class Nothing(Exception):
    """No need has a score by every criterion."""


def open_ranking(report: Report) -> NeedRanking:
    """Begin the ranking of a report with the usual criteria."""
    criteria = [{"key": key, "name": name, "weight": weight} for key, name, weight in CRITERIA]
    return NeedRanking.objects.create(
        chapter_id=report.chapter_id, report=report, criteria=criteria
    )


@transaction.atomic
def weigh_criteria(ranking: NeedRanking, by: Any, criteria: Sequence[Mapping[str, Any]]) -> None:
    """Set names and weights while nobody has scored. Raises Closed."""
    held = _hold(ranking)
    if NeedScore.objects.filter(need__report=held.report_id).exists():
        raise Closed
    held.criteria = [dict(one) for one in criteria]
    held.save(update_fields=["criteria"])
    facts = {"criteria": held.criteria}
    audit.record("needs.weighed", subject=held, chapter=held.chapter, by=by, facts=facts)


@transaction.atomic
def add_need(ranking: NeedRanking, by: Any, title: str, reason: str) -> Need:
    """Name a need that no figure shows. Raises Closed."""
    held = _hold(ranking)
    return Need.objects.create(
        chapter_id=held.chapter_id, report_id=held.report_id, title=title, reason=reason,
        added_by=by,
    )  # fmt: skip


@transaction.atomic
def score_needs(ranking: NeedRanking, by: Any, given: Mapping[tuple[int, str], int]) -> int:
    """One person's scores by (need, criterion), 1 to 5; given again, they replace the earlier.

    Returns how many were stored. Raises Closed.
    """
    held = _hold(ranking)
    needs = set(Need.objects.filter(report=held.report_id).values_list("pk", flat=True))
    keys = {one["key"] for one in held.criteria}
    rows = [
        NeedScore(chapter_id=held.chapter_id, need_id=need, criterion=key, score=score, by=by)
        for (need, key), score in given.items()
        if need in needs and key in keys
    ]
    NeedScore.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["need", "by", "criterion"],
        update_fields=["score", "given_at"],
    )
    return len(rows)


@transaction.atomic
def close_ranking(ranking: NeedRanking, by: Any) -> NeedRanking:
    """Fix the order of needs with method, marks and who scored. Raises Closed, Nothing."""
    held = _hold(ranking)
    result = result_of(held)
    if not any(row["rank"] != "–" for row in result["rows"]):
        raise Nothing
    held.result = result
    held.closed_at, held.closed_by = timezone.now(), by
    held.save()
    facts = {"order": [row["need"] for row in result["rows"]]}
    audit.record("needs.ranked", subject=held, chapter=held.chapter, by=by, facts=facts)
    return held


@transaction.atomic
def reopen_ranking(ranking: NeedRanking, by: Any) -> NeedRanking:
    """Let people score again; the earlier order stays in the audit log. Raises Closed."""
    held = NeedRanking.objects.select_for_update().get(pk=ranking.pk)
    if not held.report.is_open:
        raise Closed
    held.result, held.closed_at, held.closed_by = {}, None, None
    held.save()
    audit.record("needs.reopened", subject=held, chapter=held.chapter, by=by)
    return held


def result_of(ranking: NeedRanking) -> dict[str, Any]:
    """The order of the needs as the scores have it now, with everything that explains it."""
    needs = {need.pk: need for need in needs_of(ranking)}
    criteria = [Criterion(**one) for one in ranking.criteria]
    rows = NeedScore.objects.filter(need__in=needs).values_list("need", "criterion", "by", "score")
    scores = {(need, key, person): score for need, key, person, score in rows}
    return {
        "method": METHOD,
        "criteria": ranking.criteria,
        "tie_rule": TIE_RULE,
        "scored_by": ", ".join(scorers(ranking)) or "nobody yet",
        "rows": [
            {
                "need": one.need,
                "title": needs[one.need].title,
                "reason": needs[one.need].reason,
                "figures": needs[one.need].figures,
                "rank": "–" if one.rank is None else f"{one.rank}{'=' if one.is_shared else ''}",
                "total": show_mark(one.total),
                "marks": [show_mark(mark) for mark in one.marks],
                "people": one.people,
            }
            for one in rank(list(needs), criteria, scores)
        ],
    }


def _hold(ranking: NeedRanking) -> NeedRanking:
    held = (
        NeedRanking.objects.select_for_update(of=("self",))
        .select_related("report")
        .get(pk=ranking.pk)
    )
    if held.closed_at or not held.report.is_open:
        raise Closed
    return held
