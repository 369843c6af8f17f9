"""What waits for the council on the floor of members, and what happened there."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Max
from django.urls import reverse

from chapters.models import Chapter
from chapters.worklist import News, Task
from members.dues import show_dollars
from members.models import Expense, Membership, PaidPlace

MOST = 10


def tasks_of(user: Any, chapter: Chapter) -> list[Task]:
    """Expenses that somebody else asked for, and people who wait for a paid place; two queries."""
    return [*_expenses(user, chapter), *_places(user, chapter)]


def _expenses(user: Any, chapter: Chapter) -> list[Task]:
    waiting = Expense.objects.filter(chapter=chapter, state=Expense.State.REQUESTED)
    rows = waiting.exclude(requested_by=user).order_by("created_at")[:MOST]
    url = reverse("members:expenses", args=[chapter.slug])
    return [
        Task(f"Decide on {show_dollars(row.amount_cents, whole=True)}: {row.title}", url)
        for row in rows
    ]


def _places(user: Any, chapter: Chapter) -> list[Task]:
    waiting = PaidPlace.objects.filter(chapter=chapter, status=PaidPlace.Status.ASKED)
    number = waiting.exclude(user=user).count()
    if not number:
        return []
    words = "Answer a person who asks" if number == 1 else f"Answer {number} people who ask"
    return [Task(f"{words} for a paid place", reverse("members:places", args=[chapter.slug]))]


def news_of(chapter: Chapter, since: datetime.datetime) -> list[News]:
    """How many people joined; nobody is named."""
    joined = Membership.objects.filter(chapter=chapter, joined_on__gte=chapter.day_of(since))
    found = joined.aggregate(people=Count("id"), last=Max("joined_on"))
    if not found["people"]:
        return []
    words = "person joined" if found["people"] == 1 else "people joined"
    noon = datetime.datetime.combine(found["last"], datetime.time(12), ZoneInfo(chapter.zone))
    return [News(f"{found['people']:,} {words} {chapter.name}", noon)]
