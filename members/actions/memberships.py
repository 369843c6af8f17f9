"""How a membership becomes active or runs on; both kinds of actions end here."""

import datetime

from django.db import transaction
from django.db.models import Max

from chapters.models import Chapter
from chapters.ready import forget
from members.models import Membership


def lock_chapter(chapter_id: int) -> Chapter:
    """The chapter's row, held until the transaction ends: numbers are given out under it.

    `no_key` lets others add rows that point at the chapter meanwhile.
    """
    return Chapter.objects.select_for_update(no_key=True).get(pk=chapter_id)


def extend_membership(
    membership: Membership, chapter: Chapter, joined_on: datetime.date, until: datetime.date
) -> bool:
    """Make the membership active until a day; True when it was not active before.

    `chapter` must be held by `lock_chapter`.
    """
    is_new = membership.status != Membership.Status.ACTIVE
    membership.status = Membership.Status.ACTIVE
    membership.number = membership.number or _next_number(chapter)
    membership.joined_on = membership.joined_on or joined_on
    membership.paid_until = until
    membership.save(update_fields=["status", "number", "joined_on", "paid_until"])
    if is_new:
        chapter.member_count += 1
        chapter.save(update_fields=["member_count"])
    forget(chapter)
    return is_new


def change_status(membership: Membership) -> Membership:
    """Store another status, and count the chapter's active members anew."""
    with transaction.atomic():
        chapter = lock_chapter(membership.chapter_id)
        membership.save(update_fields=["status"])
        rows = Membership.objects.filter(chapter=chapter, status=Membership.Status.ACTIVE)
        chapter.member_count = rows.count()
        chapter.save(update_fields=["member_count"])
        forget(chapter)
    return membership


def _next_number(chapter: Chapter) -> int:
    highest = Membership.objects.filter(chapter=chapter).aggregate(top=Max("number"))["top"]
    return (highest or 0) + 1
