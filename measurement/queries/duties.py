"""When figures are due, and what is stale: read by pages, the API and claims alike."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db.models import DateField, Exists, Max, OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from chapters.models import Chapter
from measurement.models import Duty, Indicator, Observation, Target
from measurement.queries.scores import current_lines

LONG_AGO = dt.date(1, 1, 1)
# Nowhere on earth is it a later day than this many days after UTC's.
AHEAD = dt.timedelta(days=1)


def find_stale(place_id: int) -> dict[int, dt.date]:
    """Indicators of which a place's figures are overdue, by id, with the day they were due.

    One query. Newer figures than when the turn began end it at once, before any sweep.
    """
    late = Duty.published.filter(chapter__place=place_id, due_on__lt=timezone.localdate() + AHEAD)
    rows = _without_newer(late).select_related("chapter")
    return {row.indicator_id: row.due_on for row in rows if row.is_late(row.chapter.today)}


def duties_of(user: Any, chapter: Chapter) -> list[Duty]:
    """Turns that a person owns and that are late or due soon, the first due first; one query."""
    soon = chapter.today + dt.timedelta(days=Duty.SOON_DAYS)
    rows = Duty.objects.filter(chapter=chapter, owner=user, due_on__lte=soon)
    return list(_without_newer(rows).select_related("indicator"))


def newest_ends(place_id: int, indicators: Collection[int]) -> dict[int, dt.date]:
    """The end of the newest published period with a figure, by indicator id; one query."""
    rows = Observation.published.filter(
        place=place_id, indicator__in=indicators, is_current=True, obs_value__isnull=False
    )
    return dict(rows.values_list("indicator_id").annotate(Max("period__end")))


def adopted(chapter: Chapter) -> list[Indicator]:
    """What the chapter answers for: the national scorecard, its targets, its own indicators.

    Needs the chapter's scope; of several versions the newest; three queries.
    """
    found = {line.indicator_id: line.indicator for line in current_lines()}
    targets = Target.objects.filter(chapter=chapter, withdrawn_at__isnull=True)
    found |= {row.indicator_id: row.indicator for row in targets.select_related("indicator")}
    own: dict[str, Indicator] = {}
    for row in Indicator.objects.filter(chapter=chapter).order_by("code", "-version"):
        own.setdefault(row.code, row)
    return [*found.values(), *(row for row in own.values() if row.pk not in found)]


def _without_newer(rows: QuerySet[Duty]) -> QuerySet[Duty]:
    known = Coalesce(OuterRef("known_until"), Value(LONG_AGO), output_field=DateField())
    newer = Observation.published.filter(
        place=OuterRef("chapter__place_id"),
        indicator=OuterRef("indicator_id"),
        is_current=True,
        obs_value__isnull=False,
        period__end__gt=known,
    )
    return rows.filter(~Exists(newer))
