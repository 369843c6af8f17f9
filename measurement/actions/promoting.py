"""Indicators of a chapter's own: defined, changed while unused, proposed to the nation, answered.

A definition that figures rest on is never changed: another one is another version.
"""

from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from chapters.audit import record
from chapters.models import Chapter
from chapters.post import post
from chapters.ready import forget
from measurement.actions.duties import plan_calendar
from measurement.models import Duty, Indicator, Observation, Proposal, ScorecardLine, Target

# What a definition is; the rest says which indicator it is and who keeps it.
DEFINITION = (
    "name", "definition", "topic", "unit_measure", "value_type", "direction", "numerator_def",
    "denominator_def", "universe", "aggregation_type", "valid_min", "valid_max", "decimals",
    "min_change", "parity", "nominal_dollars", "se_method", "programme", "table_id",
)  # fmt: skip
State = Proposal.State


class ProposalRefused(ValueError):
    """The step can't be taken; the message says why."""


def is_used(indicator: Indicator) -> bool:
    """Whether anything rests on the definition: figures, targets, a list, a proposal."""
    return (
        Observation.objects.filter(indicator=indicator).exists()
        or Target.objects.filter(indicator=indicator).exists()
        or ScorecardLine.objects.filter(indicator=indicator).exists()
        or Proposal.objects.filter(indicator=indicator).exclude(state=State.DECLINED).exists()
    )


@transaction.atomic
def define_indicator(chapter: Chapter, by: Any, **fields: Any) -> Indicator:
    """Make an indicator of the chapter's own, in its first version."""
    row = Indicator.objects.create(
        chapter=chapter, version=1, custodian=f"Council of {chapter.name}", **fields
    )
    plan_calendar(chapter)
    record("indicator.defined", subject=row, chapter=chapter, by=by, facts={"code": row.code})
    return row


@transaction.atomic
def revise_indicator(indicator: Indicator, by: Any, **fields: Any) -> Indicator:
    """Change a definition that nothing rests on yet; else make the next version beside it."""
    held = Indicator.objects.select_for_update().get(pk=indicator.pk)
    if all(getattr(held, name) == value for name, value in fields.items()):
        return held
    replaced = held.pk if is_used(held) else None
    if replaced:
        last = Indicator.objects.filter(chapter=held.chapter_id, code=held.code)
        fields |= {
            "version": (last.aggregate(Max("version"))["version__max"] or 0) + 1,
            "replaces_id": replaced,
            "valid_from": held.chapter.today if held.chapter else timezone.localdate(),
        }
        held.pk, held._state.adding, held.is_public = None, True, False
    for name, value in fields.items():
        setattr(held, name, value)
    held.save()
    if replaced:
        # Whoever saw to the figures of the version before sees to those of this one.
        Duty.objects.filter(indicator=replaced).update(indicator=held, known_until=None)
    facts = {"code": held.code, "version": held.version}
    record("indicator.revised", subject=held, chapter=held.chapter, by=by, facts=facts)
    return held


@transaction.atomic
def propose_indicator(indicator: Indicator, reason: str, by: Any) -> Proposal:
    """Ask the backbone to take an indicator of the chapter's own into the national library."""
    if Proposal.objects.filter(indicator=indicator, state=State.ACCEPTED).exists():
        raise ProposalRefused("It is in the national library already.")
    try:
        with transaction.atomic():
            proposal = Proposal.objects.create(
                chapter_id=indicator.chapter_id, indicator=indicator, reason=reason, by=by
            )
    except IntegrityError as error:
        raise ProposalRefused("It is proposed already and waits for the backbone.") from error
    facts = {"code": indicator.code, "version": indicator.version}
    record("indicator.proposed", subject=proposal, chapter=proposal.chapter, by=by, facts=facts)
    return proposal


@transaction.atomic
def accept_proposal(proposal: Proposal, *, code: str, answer: str, by: Any) -> Indicator:
    """Make a national indicator of the definition, in the backbone's scope.

    The chapter's own and its figures stay what they are: they are of another indicator, so that
    nothing compares the two.
    """
    held = _hold(proposal)
    if Indicator.published.filter(code=code).exists():
        raise ProposalRefused(f"The national library has an indicator {code} already.")
    own = held.indicator
    last = Indicator.published.aggregate(Max("position"))["position__max"] or 0
    made = Indicator.objects.create(
        chapter=None, code=code, version=1, custodian="Network City backbone",
        origin=held.chapter.name[:120], position=last + 1, valid_from=timezone.localdate(),
        **{name: getattr(own, name) for name in DEFINITION},
    )  # fmt: skip
    _answer(held, State.ACCEPTED, answer, by, made)
    return made


@transaction.atomic
def decline_proposal(proposal: Proposal, *, answer: str, by: Any) -> None:
    """Say no, with the reason."""
    if not answer.strip():
        raise ProposalRefused("Give the reason.")
    _answer(_hold(proposal), State.DECLINED, answer, by, None)


def _hold(proposal: Proposal) -> Proposal:
    held = (
        Proposal.objects.select_for_update(of=("self",))
        .select_related("indicator", "chapter", "by")
        .get(pk=proposal.pk)
    )
    if held.state != State.OPEN:
        raise ProposalRefused(f"It is answered: {held.get_state_display().lower()}.")
    return held


def _answer(held: Proposal, state: str, answer: str, by: Any, result: Indicator | None) -> None:
    held.state, held.answer, held.result = state, answer, result
    held.answered_by, held.answered_at = by, timezone.now()
    held.save()
    details = {"answer": answer} if answer else None
    facts = {"code": result.code} if result else {}
    record(f"indicator.{state}", subject=held, chapter=held.chapter, by=by, details=details,
           facts=facts)  # fmt: skip
    if held.by is not None:
        page = reverse("measurement:own-indicator", args=[held.chapter.slug, held.indicator_id])
        context = {"proposal": held, "indicator": held.indicator, "result": result,
                   "url": settings.SITE_URL + page}  # fmt: skip
        post("proposal-answered", held.by.email, context, chapter=held.chapter)
    forget(None)
