"""Rows of the ground: places, chapters, seats, and what they send and store."""

import datetime
from typing import Any

from django.utils import timezone

from chapters.models import (
    Application,
    Chapter,
    Job,
    Mail,
    Place,
    Pledge,
    Seat,
    StoredFile,
    WaitlistEntry,
)
from chapters.scope import in_chapter
from members.models import User
from tests.factories.members import make_user
from tests.factories.words import count


def make_place(name: str = "Springfield", **fields: Any) -> Place:
    """A city; the same `geoid` gives the same place."""
    fields = {"state": "IL", "zone": "America/Chicago", "latitude": 40, "longitude": -90} | fields
    geoid = fields.pop("geoid", None) or f"99{next(count):05}"
    return Place.objects.get_or_create(geoid=geoid, defaults={"name": name, **fields})[0]


def make_chapter(name: str = "", **fields: Any) -> Chapter:
    """An active chapter with a place of its own (`geoid`, `state` and `zone` name it)."""
    name = name or f"Springfield {next(count)}"
    zone = fields.get("zone", "America/Chicago")
    place = {key: fields.pop(key) for key in ("geoid", "state") if key in fields}
    fields.setdefault("place", None)
    fields["place"] = fields["place"] or make_place(name, zone=zone, **place)
    fields = {
        "slug": name.lower().replace(" ", "-"),
        "zone": zone,
        "status": Chapter.Status.ACTIVE,
        "vision": f"{name} works for everyone who lives in it.",
        "launched_on": datetime.date(2024, 1, 15),
    } | fields
    return Chapter.objects.create(name=name, **fields)


def make_seat(chapter: Chapter, user: User | None = None, **fields: Any) -> Seat:
    """A seat that is taken: accepted, begun, not ended. `ended=True` ends it yesterday."""
    now = timezone.now()
    mark = fields.pop("mark", "Council")
    if fields.pop("ended", False):
        fields["ends_at"] = now - datetime.timedelta(days=1)
    fields = {
        "shown_as": f"{mark} seat",
        "brings": f"{mark} experience",
        "starts_at": now - datetime.timedelta(days=30),
        "accepted_at": now - datetime.timedelta(days=29),
    } | fields
    with in_chapter(chapter):
        return Seat.objects.create(chapter=chapter, user=user or make_user(), **fields)


def make_application(**fields: Any) -> Application:
    """A founder's request for information."""
    number = next(count)
    mark = fields.pop("mark", "Founder")
    fields = {
        "reference": f"NC-{number:06}",
        "name": f"{mark} name",
        "email": f"{mark.lower()}{number}@example.org",
        "city": f"{mark} city",
        "state": "OH",
        "organization": f"{mark} organization",
        "message": f"{mark} message",
        "due_at": timezone.now() + datetime.timedelta(days=3),
    } | fields
    return Application.objects.create(**fields)


def make_waitlist_entry(**fields: Any) -> WaitlistEntry:
    """Somebody of Boise who waits for a chapter and has confirmed it; `place` names the city."""
    mark = fields.pop("mark", f"Waiting{next(count)}")
    place = fields.get("place")
    city = {"city": place.name, "state": place.state} if place else {"city": "Boise", "state": "ID"}
    fields = {
        "name": f"{mark} name",
        "email": f"{mark.lower()}@example.org",
        "confirmed_at": timezone.now(),
        **city,
    } | fields
    return WaitlistEntry.objects.create(**fields)


def make_pledge(chapter: Chapter, **fields: Any) -> Pledge:
    """A pledge of $500."""
    mark = fields.pop("mark", "Pledge")
    fields = {
        "name": f"{mark} giver",
        "email": f"{mark.lower()}@example.org",
        "amount_cents": 50_000,
        "note": f"{mark} note",
    } | fields
    with in_chapter(chapter):
        return Pledge.objects.create(chapter=chapter, **fields)


def make_job(chapter: Chapter, by: User | None = None, **fields: Any) -> Job:
    """A job that waits; nobody rings for it."""
    mark = fields.pop("mark", "Job")
    fields = {
        "kind": "test",
        "title": f"{mark} title",
        "arguments": {"word": f"{mark} argument"},
        "phase": f"{mark} phase",
        "error": f"{mark} error",
    } | fields
    with in_chapter(chapter):
        return Job.objects.create(chapter=chapter, asked_by=by, **fields)


def make_file(chapter: Chapter, job: Job | None = None, **fields: Any) -> StoredFile:
    """A small text file that a job left."""
    mark = fields.pop("mark", "File")
    fields = {
        "name": f"{mark}.txt",
        "content_type": "text/plain",
        "content": f"{mark} content".encode(),
        "sha256": "0" * 64,
    } | fields
    with in_chapter(chapter):
        return StoredFile.objects.create(chapter=chapter, job=job, **fields)


def make_mail(chapter: Chapter, **fields: Any) -> Mail:
    """A message that was sent long ago."""
    mark = fields.pop("mark", "Mail")
    fields = {
        "kind": "test",
        "to": f"{mark.lower()}@example.org",
        "subject": f"{mark} subject",
        "text": f"{mark} text",
        "html": f"<p>{mark} text</p>",
        "error": f"{mark} error",
        "state": Mail.State.SENT,
        "sent_at": timezone.now(),
    } | fields
    with in_chapter(chapter):
        return Mail.objects.create(chapter=chapter, **fields)
