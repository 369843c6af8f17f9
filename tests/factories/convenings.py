"""Convenings and who comes."""

import datetime
from typing import Any

from django.utils import timezone

from chapters.models import Chapter
from chapters.scope import in_chapter
from convenings.models import Convening, Registration
from tests.factories.words import count


def make_convening(chapter: Chapter, **fields: Any) -> Convening:
    """A published convening in a week, an hour long, without a limit of places."""
    mark = fields.pop("mark", "Convening")
    starts_at = timezone.now() + datetime.timedelta(days=7)
    fields = {
        "title": f"{mark} title",
        "summary": f"{mark} summary",
        "description": f"{mark} description",
        "starts_at": starts_at,
        "ends_at": fields.get("starts_at", starts_at) + datetime.timedelta(hours=1),
        "zone": chapter.zone,
        "place": f"{mark} place",
        "online_url": f"https://meet.example.org/{mark.lower()}",
        "published_at": timezone.now(),
    } | fields
    with in_chapter(chapter):
        return Convening.objects.create(chapter=chapter, **fields)


def make_registration(convening: Convening, **fields: Any) -> Registration:
    """Somebody with a place."""
    mark = fields.pop("mark", f"Guest{next(count)}")
    fields = {"name": f"{mark} name", "email": f"{mark.lower()}@example.org"} | fields
    with in_chapter(convening.chapter_id):
        return Registration.objects.create(
            chapter_id=convening.chapter_id, convening=convening, **fields
        )
