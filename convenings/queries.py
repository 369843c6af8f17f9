"""Reads over convenings and registrations."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from chapters.models import Chapter
from convenings.models import Convening, ConveningQuerySet, Registration

FEW = 5
PAST_SHOWN = 30


@dataclass(frozen=True)
class Places:
    """How full a convening is.

    Public words are rounded: an exact count would tell whoever tries an address whether it had
    been registered before.
    """

    taken: int
    capacity: int | None

    @property
    def is_full(self) -> bool:
        """True where the next person waits."""
        return self.capacity is not None and self.taken >= self.capacity

    @property
    def rounded(self) -> int:
        """Taken places for a public bar, down to a full ten."""
        return self.taken if self.is_full else self.taken // 10 * 10

    @property
    def words(self) -> str:
        """“All 12 places are taken”, “Few places left”, “180 or more of 250 places taken”."""
        if self.capacity is None:
            return ""
        if self.is_full:
            return f"All {self.capacity:,} places are taken"
        if self.capacity - self.taken <= FEW:
            return "Few places left"
        if self.taken < 10:
            return f"{self.capacity:,} places"
        return f"{self.rounded:,} or more of {self.capacity:,} places taken"


def next_convenings(chapter: Chapter | None = None, limit: int = 3) -> list[Convening]:
    """The next published convenings, of one chapter or of all, in any scope."""
    return list(_published(chapter).coming()[:limit])


def listed_convenings(
    chapter: Chapter | None = None,
) -> tuple[QuerySet[Convening], QuerySet[Convening]]:
    """All that come, and the latest that are over."""
    return _published(chapter).coming(), _published(chapter).past()[:PAST_SHOWN]


def count_places(convening: Convening) -> Places:
    """How full a convening of the open chapter is."""
    taken = Registration.objects.filter(convening=convening).with_place().count()
    return Places(taken, convening.capacity)


def own_registration(convening: Convening, user: Any) -> Registration | None:
    """The signed-in person's registration, unless it is cancelled."""
    if not user.is_authenticated:
        return None
    rows = Registration.objects.filter(convening=convening, user=user)
    return rows.exclude(status=Registration.Status.CANCELLED).first()


def registrations_of(user: Any, past: int = 2) -> list[Registration]:
    """What a person is registered or waits for, the next first, then the latest that are over.

    In any chapter; needs the person's own scope. past: at most so many that are over.
    """
    rows = Registration.mine(user).filter(convening__published_at__isnull=False)
    rows = rows.exclude(status=Registration.Status.CANCELLED)
    rows = rows.select_related("chapter", "convening__chapter")
    now = timezone.now()
    coming = rows.filter(convening__ends_at__gt=now).order_by("convening__starts_at", "id")
    over = rows.filter(convening__ends_at__lte=now).order_by("-convening__starts_at", "id")
    return [*coming, *over[:past]]


def _published(chapter: Chapter | None) -> ConveningQuerySet:
    rows: ConveningQuerySet = Convening.published.select_related("chapter")
    return rows.filter(chapter=chapter) if chapter else rows
