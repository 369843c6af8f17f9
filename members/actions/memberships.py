"""How a membership moves between its states. Nobody else writes a membership's status.

Each move holds the chapter's row, so that numbers have no gaps and the public count of members
(active, and past due while grace lasts) stays right.
"""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from chapters import audit
from chapters.models import Chapter
from chapters.ready import forget
from members.actions.homes import claim_home
from members.dues import last_day_of_grace
from members.models import Membership

_Status = Membership.Status


class MoveRefused(Exception):
    """A membership does not go from its state to the one that was asked for."""


def lock_chapter(chapter_id: int) -> Chapter:
    """The chapter's row, held until the transaction ends: numbers are given out under it.

    `no_key` lets others add rows that point at the chapter meanwhile.
    """
    return Chapter.objects.select_for_update(no_key=True).get(pk=chapter_id)


def lock_membership(membership_id: int) -> Membership:
    """A membership of the open chapter, held until the transaction ends; lock its chapter first."""
    return Membership.objects.select_for_update(no_key=True).get(pk=membership_id)


def extend_membership(
    membership: Membership, chapter: Chapter, joined_on: datetime.date, until: datetime.date
) -> bool:
    """Make the membership active until a day; True when the person was no member before.

    It becomes the person's home where they have none whose dues are paid.
    `chapter` must be held by `lock_chapter`.
    """
    is_new = membership.status not in Membership.CURRENT
    membership.number = membership.number or _next_number(chapter)
    membership.joined_on = membership.joined_on or joined_on
    membership.paid_until = until
    move_membership(membership, chapter, _Status.ACTIVE, why="dues")
    claim_home(membership)
    return is_new


def move_membership(
    membership: Membership,
    chapter: Chapter,
    status: str,
    *,
    why: str,
    by: Any = None,
    grace_until: datetime.date | None = None,
) -> Membership:
    """Store a status with the dates that the row carries, and count the chapter's members.

    `chapter` must be held by `lock_chapter`. why: a word for the audit. Raises MoveRefused.
    """
    before = membership.status
    if status not in (before, *Membership.MOVES[before]):
        raise MoveRefused(f"A membership does not go from {before} to {status}.")
    membership.status = status
    membership.grace_until = grace_until
    membership.save(update_fields=["status", "number", "joined_on", "paid_until", "grace_until"])
    if (status in Membership.CURRENT) != (before in Membership.CURRENT):
        _count(chapter)
    forget(chapter)
    if status != before:
        facts = {"from": str(before), "to": str(status), "why": why}
        audit.record("membership.moved", subject=membership, chapter=chapter, by=by, facts=facts)
    return membership


# In one statement, so that the chapter is held hardly longer for a thousand than for one. What is
# materialized is read once, and not for each row, however little is known of the table yet.
_ACTIVATE = """
    WITH given AS (
        SELECT * FROM unnest(%(ids)s::bigint[], %(joined)s::date[], %(until)s::date[])
        WITH ORDINALITY AS one (id, joined_on, until, place)
    ), due AS MATERIALIZED (
        SELECT given.*, row_number() OVER (PARTITION BY held.number IS NULL ORDER BY place) AS turn
        FROM given JOIN members_membership held ON held.id = given.id
        WHERE held.chapter_id = %(chapter)s
            AND (held.paid_until IS NULL OR held.paid_until < given.until)
    ), top AS MATERIALIZED (
        SELECT coalesce(max(number), 0) AS number
        FROM members_membership WHERE chapter_id = %(chapter)s
    )
    UPDATE members_membership AS held
    SET status = 'active', grace_until = NULL, paid_until = due.until,
        joined_on = coalesce(held.joined_on, due.joined_on),
        number = coalesce(held.number, top.number + due.turn)
    FROM due, top WHERE held.id = due.id RETURNING held.id
"""


def activate_memberships(
    chapter: Chapter, dates: Mapping[int, tuple[datetime.date | None, datetime.date]]
) -> list[int]:
    """Make many memberships active at once, in their order; gives the ids of those that became so.

    dates: for each id the day of joining, for who has none yet, and the day until which dues are
    paid; where a later one stands, nothing changes. `chapter` must be held by `lock_chapter`; it
    is counted anew. Homes and the audit are the caller's.
    """
    columns: dict[str, Any] = {
        "ids": list(dates),
        "joined": [joined_on for joined_on, _ in dates.values()],
        "until": [until for _, until in dates.values()],
    }
    with connection.cursor() as cursor:
        cursor.execute(_ACTIVATE, {**columns, "chapter": chapter.pk})
        found = sorted(row[0] for row in cursor.fetchall())
    _count(chapter)
    forget(chapter)
    return found


def change_status(membership: Membership, *, by: Any = None) -> Membership:
    """Store the status that staff chose for a row, in the open scope. Raises MoveRefused."""
    with transaction.atomic():
        chapter = lock_chapter(membership.chapter_id)
        held = lock_membership(membership.pk)
        grace = None
        if membership.status == _Status.PAST_DUE and held.paid_until:
            grace = held.grace_until or last_day_of_grace(held.paid_until)
        move_membership(held, chapter, membership.status, why="staff", by=by, grace_until=grace)
    return held


def recount_members(chapter: Chapter) -> int:
    """Count the open chapter's members anew."""
    with transaction.atomic():
        held = lock_chapter(chapter.pk)
        _count(held)
        forget(held)
    return held.member_count


def _count(chapter: Chapter) -> None:
    rows = Membership.objects.filter(chapter=chapter, status__in=Membership.CURRENT)
    chapter.member_count = rows.count()
    chapter.save(update_fields=["member_count"])


def _next_number(chapter: Chapter) -> int:
    highest = Membership.objects.filter(chapter=chapter).aggregate(top=Max("number"))["top"]
    return (highest or 0) + 1
