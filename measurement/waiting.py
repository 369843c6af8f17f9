"""What waits for the council on the floor of measurement, and what happened there."""

import datetime
from typing import Any

from django.urls import reverse

from chapters.models import Chapter, Seat
from chapters.worklist import News, Task
from measurement.duties import Line, line
from measurement.models import Duty, Upload
from measurement.queries.duties import duties_of, newest_ends

MOST = 10
_State = Upload.State
_NEXT = {
    _State.COLUMNS: "Name the columns of",
    _State.REFUSED: "Correct",
    _State.READY: "Load",
    _State.RETURNED: "Correct",
}


def tasks_of(user: Any, chapter: Chapter) -> list[Task]:
    """Figures that the person sees to, others' files to review, one's own to go on with.

    Two queries.
    """
    rows = Upload.objects.filter(chapter=chapter, state__in=[*_NEXT, _State.LOADED])
    rows = rows.select_related("by").defer("content").order_by("created_at")
    files = [task for row in rows[: 2 * MOST] if (task := _task(row, user, chapter))][:MOST]
    return [*(_due(row, chapter) for row in duties_of(user, chapter)[:MOST]), *files]


def _due(row: Duty, chapter: Chapter) -> Task:
    url = reverse("measurement:duty", args=[chapter.slug, row.pk])
    return Task(f"Bring new figures: {row.indicator.name}", url, due=row.due_on)


def _task(row: Upload, user: Any, chapter: Chapter) -> Task | None:
    url = reverse("measurement:upload", args=[chapter.slug, row.pk])
    is_mine = row.by_id == user.pk
    if row.state == _State.LOADED:
        return None if is_mine else Task(f"Review the figures of {row.name}", url, note=_from(row))
    return Task(f"{_NEXT[_State(row.state)]} {row.name}", url) if is_mine else None


def _from(row: Upload) -> str:
    return f"Sent by {row.by}" if row.by else ""


def news_of(chapter: Chapter, since: datetime.datetime) -> list[News]:
    """Which files were published; one query."""
    rows = Upload.objects.filter(chapter=chapter, published_at__gte=since)
    rows = rows.select_related("reviewed_by").defer("content").order_by("-published_at")[:MOST]
    return [
        News(
            f"published the figures of {row.name}",
            row.published_at,
            who=str(row.reviewed_by or ""),
            url=reverse("measurement:upload", args=[chapter.slug, row.pk]),
        )
        for row in rows
        if row.published_at
    ]


def calendar_of(chapter: Chapter) -> list[Line]:
    """Every indicator that the chapter answers for: due when, late or not, with whom.

    What was due first stands first. Three queries.
    """
    rows = list(Duty.objects.filter(chapter=chapter).select_related("indicator"))
    ends = newest_ends(chapter.place_id, [row.indicator_id for row in rows])
    seats = Seat.objects.current().filter(chapter=chapter)
    names = dict(seats.values_list("user_id", "shown_as"))
    today = chapter.today
    return [line(row, today, names, ends.get(row.indicator_id)) for row in rows]
