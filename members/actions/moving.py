"""People in several chapters: dues are paid at home, memberships beside it run along."""

import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from chapters import audit
from chapters.models import Chapter
from chapters.scope import in_chapter
from chapters.sweeping import sweep_rows
from members.actions.homes import claim_home, leave_home, make_home
from members.actions.memberships import extend_membership, lock_chapter
from members.actions.renewals import end_renewal
from members.models import Membership
from members.queries.homes import home_of

_Status = Membership.Status
# Who left a chapter beside, or never began, is not brought back by a renewal elsewhere.
_FOLLOWING = [_Status.ACTIVE, _Status.PAST_DUE, _Status.LAPSED]


class NoHome(Exception):
    """Dues are paid nowhere, so nothing can run along with them."""


def join_beside(user: Any, chapter: Chapter) -> Membership:
    """Make a person with paid dues elsewhere a member of the open chapter too; raises NoHome."""
    home = home_of(user)
    if home is None or not home.is_current:
        raise NoHome
    with transaction.atomic():
        held = lock_chapter(chapter.pk)
        membership, _ = Membership.objects.get_or_create(chapter=held, user=user)
        if not membership.is_home:
            _run_along(membership, held, home)
    return membership


def _run_along(membership: Membership, chapter: Chapter, home: Membership) -> bool:
    """Bring a membership beside to the end of the home's; True when that changed it."""
    if _runs_along(membership, home):
        return False
    extend_membership(membership, chapter, chapter.today, _end_beside(membership, home))
    return True


def _runs_along(membership: Membership, home: Membership) -> bool:
    is_active = membership.status == _Status.ACTIVE
    return is_active and membership.paid_until == _end_beside(membership, home)


def _end_beside(membership: Membership, home: Membership) -> datetime.date:
    assert home.paid_until is not None
    return max(home.paid_until, _paid_here(membership) or home.paid_until)


def _paid_here(membership: Membership) -> datetime.date | None:
    rows = membership.payments(manager="objects").aggregate(end=Max("covers_until"))
    return rows["end"]


def move_home(user: Any, chapter: Chapter) -> Membership:
    """Make another chapter the person's home; raises NoHome where no dues are paid.

    What was stays where it was: numbers, receipts, payments, and the membership left behind,
    which runs along with the new home. Dues that renew by themselves end there, since the next
    ones are the new home's.
    """
    with transaction.atomic():
        home = home_of(user)
        if home is None or not home.is_current:
            raise NoHome
        with in_chapter(chapter, user):
            held = lock_chapter(chapter.pk)
            membership, _ = Membership.objects.get_or_create(chapter=held, user=user)
        if membership.pk == home.pk:
            return home
        leave_home(home)
        with in_chapter(home.chapter_id, home.user_id):
            end_renewal(home)
        make_home(membership)
        with in_chapter(chapter, user):
            _run_along(membership, held, home)
            facts = {"from": home.chapter.slug, "to": held.slug}
            audit.record("home.moved", subject=membership, chapter=held, by=user, facts=facts)
    return membership


def follow_homes(chapter: Chapter) -> int:
    """Bring the chapter's memberships beside another to the end of that one; gives how many.

    Opens its own scopes: each person's rows are read in a scope of that person.
    """
    with in_chapter(chapter):
        rows = Membership.objects.filter(is_home=False, status__in=_FOLLOWING)
        found = list(rows.values_list("pk", "user_id"))

    def follow(row: tuple[int, int]) -> bool:
        return _follow(chapter, *row)

    return sweep_rows(follow, found)


def _follow(chapter: Chapter, pk: int, user_id: int) -> bool:
    with in_chapter(chapter, user_id):
        home = home_of(user_id)
        if home is None:
            row = Membership.objects.select_related("chapter").get(pk=pk)
            return row.is_current and claim_home(row)
        if not home.is_current or home.paid_until is None:
            return False
        if _runs_along(Membership.objects.get(pk=pk), home):
            # Nearly always; nobody who joins meanwhile waits for a lock that is not needed.
            return False
        held = lock_chapter(chapter.pk)
        membership = Membership.objects.get(pk=pk)
        return not membership.is_home and _run_along(membership, held, home)
