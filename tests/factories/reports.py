"""Reports, ready to be written in."""

from typing import Any

from agendas.models import Report
from chapters.models import Chapter
from chapters.scope import in_chapter
from tests.factories.words import count

EMPTY: dict[str, Any] = {
    "schema": 1,
    "kind": "baseline",
    "as_of": "2026-01-31",
    "indicators": [],
    "needs": [],
    "missing": [],
    "figures": [],
    "sources": [],
    "score": {"headline": "No indicators yet", "chance": "", "rule": "", "figures": []},
}


def make_report(chapter: Chapter, **fields: Any) -> Report:
    """A draft without any figure; `status` and the rest as given."""
    mark = fields.pop("mark", "Sample")
    place = {"name": chapter.place.name, "state": chapter.place.state}
    inputs = EMPTY | {"place": place, "chapter": {"name": chapter.name, "slug": chapter.slug}}
    fields = {
        "kind": Report.Kind.BASELINE,
        "title": f"{mark} report",
        "year": 2026,
        "status": Report.Status.DRAFT,
        "inputs": inputs,
        "inputs_sha256": f"{next(count):064}",
    } | fields
    with in_chapter(chapter):
        return Report.objects.create(chapter=chapter, **fields)
