"""Reads over paid places: who waits for one, what was decided, how many are left this year."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from chapters.models import Chapter
from members.models import PaidPlace

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

    @property
    def is_full(self) -> bool:
        """True when no more places are given this year."""
        return self.limit is not None and self.granted >= self.limit


def places_queue(chapter: Chapter) -> PlacesQueue:
    """The open chapter's questions for paid places; three queries."""
    rows = PaidPlace.objects.select_related("user", "decided_by")
    return PlacesQueue(
        waiting=list(rows.filter(status=_Status.ASKED)),
        decided=list(rows.exclude(status=_Status.ASKED).order_by("-decided_at")[:SHOWN_DECIDED]),
        year=_this_year(chapter),
        granted=granted_this_year(chapter),
        limit=chapter.paid_places,
    )


def granted_this_year(chapter: Chapter) -> int:
    """Paid places given since January 1 on the chapter's calendar. Needs its scope."""
    rows = PaidPlace.objects.filter(chapter=chapter, status=_Status.GRANTED)
    zone = ZoneInfo(chapter.zone)
    first = timezone.localtime(timezone=zone).replace(
        month=1, day=1, hour=0, minute=0, second=0, microsecond=0
    )
    return rows.filter(decided_at__gte=first).count()


def _this_year(chapter: Chapter) -> int:
    return timezone.localdate(timezone=ZoneInfo(chapter.zone)).year


def my_place(user: Any, chapter: Chapter) -> PaidPlace | None:
    """The person's newest question for a paid place in this chapter."""
    rows = PaidPlace.mine(user).filter(chapter=chapter).select_related("chapter")
    return rows.order_by("-asked_at", "-id").first()
