"""Figures, and where they come from."""

import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from chapters.models import Chapter
from chapters.scope import in_chapter
from measurement.models import (
    DemographicGroup,
    Duty,
    IndexTemplate,
    Indicator,
    Observation,
    Period,
    Proposal,
    Source,
)
from tests.factories.words import count


def make_indicator(chapter: Chapter, **fields: Any) -> Indicator:
    """A local indicator of the chapter; national ones come with `load_reference`."""
    number = next(count)
    mark = fields.pop("mark", "Local")
    fields = {
        "code": f"{mark.lower()}-{number}",
        "name": f"{mark} indicator",
        "definition": f"{mark} definition",
        "topic": "work",
        "unit_measure": "proportion",
        "value_type": "proportion",
        "direction": 1,
        "universe": f"{mark} universe",
        "aggregation_type": "none",
        "custodian": f"{mark} custodian",
    } | fields
    with in_chapter(chapter):
        return Indicator.objects.create(chapter=chapter, **fields)


def make_source(chapter: Chapter, **fields: Any) -> Source:
    """A survey that a chapter made."""
    number, mark = next(count), fields.pop("mark", "Example")
    fields = {
        "publisher": f"{mark} Survey",
        "title": "What neighbors say",
        "table_id": f"survey-{number}",
        "programme": "own_survey",
        "release": "1",
        "licence": "CC BY 4.0",
        "file_sha256": "0" * 64,
    } | fields
    with in_chapter(chapter):
        return Source.objects.create(chapter=chapter, **fields)


def make_observation(chapter: Chapter, **fields: Any) -> Observation:
    """A figure of the chapter's own about its place; 2023, all people, 0.5."""
    mark = fields.pop("mark", "Local")
    year = fields.pop("year", 2023)
    period, _ = Period.objects.get_or_create(
        start=datetime.date(year, 1, 1),
        end=datetime.date(year, 12, 31),
        defaults={"window_years": 1, "label": str(year)},
    )
    group, _ = DemographicGroup.objects.get_or_create(key="", defaults={"name": "All"})
    fields = {
        "indicator": fields.get("indicator") or make_indicator(chapter, mark=mark),
        "place": chapter.place,
        "period": period,
        "group": group,
        "source": fields.get("source") or make_source(chapter),
        "obs_value": Decimal("0.5"),
        "annotation_raw": f"{mark} note"[:40],
    } | fields
    with in_chapter(chapter):
        return Observation.objects.create(chapter=chapter, **fields)


def make_template(**fields: Any) -> dict[str, Any]:
    """An index of one indicator, as its file says it."""
    leaf = {
        "code": "hs_degree_19_20",
        "parent": "schooling",
        "direction": 1,
        "normalise": {"method": "goalposts", "low": 0.5, "high": 1},
    }
    nodes = [{"code": "schooling", "parent": None}]
    definition = {"code": "schooling", "version": "1", "indicators": [leaf], "nodes": nodes}
    return {"name": "Schooling", "about": "One thing.", "definition": definition} | fields


def make_duty(chapter: Chapter, **fields: Any) -> Duty:
    """Figures that are due in a year, seen to by nobody."""
    fields.setdefault("due_on", timezone.localdate() + datetime.timedelta(days=365))
    fields.setdefault("indicator", None)
    fields["indicator"] = fields["indicator"] or make_indicator(chapter)
    with in_chapter(chapter):
        return Duty.objects.create(chapter=chapter, **fields)


def make_proposal(chapter: Chapter, **fields: Any) -> Proposal:
    """An indicator of the chapter's own, proposed to the nation and not answered yet."""
    mark = fields.pop("mark", "Local")
    fields.setdefault("indicator", None)
    fields["indicator"] = fields["indicator"] or make_indicator(chapter, mark=mark)
    with in_chapter(chapter):
        return Proposal.objects.create(chapter=chapter, **{"reason": f"{mark} reason"} | fields)


def make_index_template() -> IndexTemplate:
    """An imported index; its indicator need not be there."""
    document = make_template()
    return IndexTemplate.objects.create(code="schooling", version="1", sha256="0" * 64, **document)
