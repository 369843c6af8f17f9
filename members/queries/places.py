"""Reads over paid places: who waits for one, what was decided, how many are left this year."""

import datetime
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from chapters.models import Chapter
from members.models import GiftedPlace, PaidPlace
from members.queries.gifts import sponsored_places_left

SHOWN_DECIDED = 30
_Status = PaidPlace.Status


@dataclass(frozen=True)
class PlacesQueue:
    """The council's page: questions that wait, what was decided last, and the year's number."""

    waiting: list[PaidPlace]
    decided: list[PaidPlace]
    year: int
    granted: int
    limit: int | None
    sponsored: int

    @property
    def is_full(self) -> bool:
        """True when no more places are given this year: neither the chapter's nor sponsored."""
        return self.limit is not None and self.granted >= self.limit and not self.sponsored


def places_queue(chapter: Chapter) -> PlacesQueue:
    """The open chapter's questions for paid places; five queries."""
    rows = PaidPlace.objects.select_related("user", "decided_by")
    return PlacesQueue(
        waiting=list(rows.filter(status=_Status.ASKED)),
        decided=list(rows.exclude(status=_Status.ASKED).order_by("-decided_at")[:SHOWN_DECIDED]),
        year=chapter.today.year,
        granted=granted_this_year(chapter),
        limit=chapter.paid_places,
        sponsored=sponsored_places_left(chapter),
    )


def granted_this_year(chapter: Chapter) -> int:
    """The chapter's own paid places since January 1 on its calendar. Needs its scope.

    Those that somebody sponsored are not among them.
    """
    rows = PaidPlace.objects.filter(chapter=chapter, status=_Status.GRANTED)
    first = datetime.datetime(chapter.today.year, 1, 1, tzinfo=ZoneInfo(chapter.zone))
    sponsored = GiftedPlace.objects.filter(chapter=chapter, assigned_by__isnull=False)
    given = rows.filter(decided_at__gte=first).count()
    return given - sponsored.filter(created_at__gte=first).count()


def my_place(user: Any, chapter: Chapter) -> PaidPlace | None:
    """The person's newest question for a paid place in this chapter."""
    rows = PaidPlace.mine(user).filter(chapter=chapter).select_related("chapter")
    return rows.order_by("-asked_at", "-id").first()
