"""What a decision's printed record freezes: question, rule, votes, objections, evidence."""

from typing import Any

from agendas.models import Decision, Edition
from agendas.queries import outline
from agendas.queries.decisions import DecisionRecord, SeatLine, decision_record
from agendas.queries.editions import edition_sections, kept_links
from agendas.queries.evidence import voices_percent
from chapters.models import Chapter


def freeze_decision(chapter: Chapter, pk: int) -> dict[str, Any]:
    """A closed decision of the open chapter as JSON. Raises Decision.DoesNotExist.

    Seats have numbers instead of names: what is frozen and printed outlives whoever asks to be
    forgotten, and the decision's own page does not.
    """
    decision = Decision.objects.select_related("chapter", "earlier").get(
        pk=pk, state=Decision.State.CLOSED
    )
    record = decision_record(decision)
    numbers = {seat.elector.user_id: f"Seat {n}" for n, seat in enumerate(record.seats, start=1)}
    return {
        "schema": 1,
        "kind": "decision",
        "chapter": {"name": chapter.name, "slug": chapter.slug},
        "place": {"name": chapter.place.name, "state": chapter.place.state},
        "as_of": chapter.today.isoformat(),
        "question": decision.question,
        "background": decision.background,
        "proposal": decision.proposal,
        "sentence": decision.sentence,
        "facts": _facts(decision, record, chapter),
        "seats": [[numbers[seat.elector.user_id], *_vote(seat)] for seat in record.seats],
        "objections": [
            {
                "name": numbers[one.user_id],
                "reason": one.reason,
                "state": "It stands" if one.stands else "Withdrawn",
                "answers": [f"Answer: {answer.text}" for answer in one.answers],
            }
            for one in record.objections
        ],
        "adopted": _adopted(record.edition),
        "evidence": [[one.title, one.figure, one.source or one.url] for one in record.evidence],
        "figures": [],
        "sources": [],
    }  # fmt: skip


def _seats(count: int | None) -> str:
    return f"{count} seat" if count == 1 else f"{count} seats"


def _adopted(edition: Edition | None) -> list[dict[str, Any]]:
    """The text that a ratification adopted, section by section in reading order."""
    if edition is None or edition.status != Edition.Status.ADOPTED:
        return []
    known = kept_links(edition) or {}
    entries = outline(edition.agenda, None, edition_sections(edition)).entries
    return [
        {
            "heading": f"{entry.number} {entry.section.heading}".strip(),
            "kind": entry.section.kind,
            "body": entry.section.body,
            "known": [one.words for one in known.get(entry.section.pk, [])],
        }
        for entry in entries
    ]


def _vote(seat: SeatLine) -> list[str]:
    """Who cast it, what it was, and why."""
    by = "by a delegate" if seat.delegation else "in person"
    return [by, seat.shown_choice, seat.reason] if seat.counts else [by, "Not counted", ""]


def _facts(decision: Decision, record: DecisionRecord, chapter: Chapter) -> list[list[str]]:
    days = {
        "Opened": decision.opened_at and chapter.day_of(decision.opened_at),
        "Closed": decision.closed_at and chapter.day_of(decision.closed_at),
        "Comes back for review": decision.review_on,
    }
    rows = [
        ["Outcome", decision.get_outcome_display()],
        ["Rule", decision.get_rule_display()],
        *([["If objected to", decision.get_fallback_display()]] if decision.fallback else []),
        ["Quorum", f"{decision.quorum} percent of {_seats(decision.electorate)}"],
        *([name, f"{day:%B} {day.day}, {day.year}"] for name, day in days.items() if day),
    ]
    share = voices_percent(decision)
    if share is not None:
        rows.append(["Affected voices", f"{share}% of {decision.voices} people heard"])
    if record.earlier:
        rows.append(["Follows", record.earlier.question])
    if record.edition:
        rows.append(["Adopted", str(record.edition)])
    return rows
