"""Saying in public what a chapter's figures show, and what it wants them to show."""

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from chapters.audit import record
from chapters.models import Chapter
from chapters.ready import forget
from measurement import claiming, wording
from measurement.actions.duties import plan_calendar
from measurement.models import Claim, DemographicGroup, Indicator, Target
from measurement.queries import chapter_score


class NothingToClaim(Exception):
    """No list was frozen, so there is no M."""


@transaction.atomic
def make_claim(chapter: Chapter, by: Any = None) -> Claim:
    """Freeze what the chapter's dashboard says now; saying the same again gives the same claim.

    Raises:
        NothingToClaim: there is no scorecard.
    """
    score = chapter_score(chapter)
    if score.scorecard is None or not score.m:
        raise NothingToClaim
    snapshot = claiming.freeze(score)
    claim, is_new = Claim.objects.get_or_create(
        chapter=chapter,
        sha256=claiming.seal(snapshot),
        defaults={
            "scorecard": score.scorecard,
            "place": score.place,
            "sentence": f"{wording.headline(score)} in {score.place.name}",
            "rule": claiming.rule(score.scorecard.level),
            "level": score.scorecard.level,
            "m": score.m,
            "improved": score.improved,
            "naive_up": score.tally.naive_up,
            "expected_by_chance": score.tally.expected_by_chance,
            "counts": score.tally.counts,
            "snapshot": snapshot,
            "by": by,
        },
    )
    if is_new:
        forget(chapter)
        record("claim.made", subject=claim, chapter=chapter, by=by, facts={"code": claim.token})
    return claim


@transaction.atomic
def set_target(
    chapter: Chapter,
    indicator: Indicator,
    group: DemographicGroup,
    *,
    value: Decimal,
    due: int,
    reason: str,
    by: Any,
) -> Target:
    """Aim at a value; the target that stood for this indicator and group is withdrawn."""
    Chapter.objects.select_for_update().get(pk=chapter.pk)
    withdraw_target(chapter, indicator, group, by)
    target = Target.objects.create(
        chapter=chapter,
        indicator=indicator,
        group=group,
        value=value,
        due=due,
        reason=reason,
        by=by,
    )
    plan_calendar(chapter)
    forget(chapter)
    facts = {"indicator": indicator.code, "group": group.key, "value": str(value), "due": due}
    record("target.set", subject=target, chapter=chapter, by=by, facts=facts)
    return target


@transaction.atomic
def withdraw_target(
    chapter: Chapter, indicator: Indicator, group: DemographicGroup, by: Any = None
) -> None:
    """Let no target stand for this indicator and group; what was aimed at stays on record."""
    standing = Target.objects.filter(
        chapter=chapter, indicator=indicator, group=group, withdrawn_at__isnull=True
    )
    for target in list(standing):
        target.withdrawn_at = timezone.now()
        target.save(update_fields=["withdrawn_at"])
        record("target.withdrawn", subject=target, chapter=chapter, by=by)
    forget(chapter)
