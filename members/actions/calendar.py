"""What the calendar does to memberships: grace, the end of grace, and the letters before it.

Each chapter's day begins at its own midnight. The sweep looks at states and dates alone, so it
may run at any time, twice, or after days of standstill.
"""

import datetime

from django.db.models import Q, QuerySet

from chapters.models import Chapter
from chapters.scope import in_chapter
from chapters.sweeping import sweep_chapters, sweep_rows
from members.actions.memberships import lock_chapter, lock_membership, move_membership
from members.actions.organizations import contact_of
from members.actions.reminding import (
    BEFORE_CARD,
    BEFORE_END,
    BEFORE_ORGANIZATION,
    CARD_FAILED,
    IN_GRACE,
    LAPSED_SINCE_AT_MOST,
    day_due,
    remind,
    remind_organization,
)
from members.actions.renewals import end_renewal
from members.dues import last_day_of_grace
from members.models import Membership, OrganizationMembership, Payment, Subscription

_Status = Membership.Status


def sweep_memberships() -> int:
    """Bring the memberships of all chapters to today; gives how many were."""
    return sweep_chapters(sweep_chapter)


def sweep_chapter(chapter: Chapter, today: datetime.date | None = None) -> int:
    """Bring a chapter's memberships to a day of its calendar (today); opens its own scopes."""
    day = today or chapter.today
    with in_chapter(chapter):
        ids = list(_due(day).values_list("pk", flat=True))

    def bring_to_day(membership_id: int) -> int:
        with in_chapter(chapter):
            _sweep_one(lock_chapter(chapter.pk), membership_id, day)
        return 1

    return sweep_rows(bring_to_day, ids) + _sweep_organizations(chapter, day)


def _due(day: datetime.date) -> QuerySet[Membership]:
    soon = day + datetime.timedelta(days=max(*BEFORE_END, *BEFORE_CARD))
    active = Q(status=_Status.ACTIVE, paid_until__lte=soon)
    return Membership.objects.filter(active | Q(status=_Status.PAST_DUE)).order_by("pk")


def _sweep_one(chapter: Chapter, membership_id: int, day: datetime.date) -> None:
    membership = lock_membership(membership_id)
    subscription = _newest_subscription(membership)
    if membership.status == _Status.ACTIVE and _has_ended(membership.paid_until, day):
        _end_of_dues(membership, chapter, subscription, day)
    if membership.status == _Status.PAST_DUE and _has_ended(membership.grace_until, day):
        _lapse(membership, chapter, subscription)
    elif not _pays_here(membership, subscription):
        return
    elif membership.status == _Status.PAST_DUE:
        _remind_in_grace(membership, subscription, day)
    elif membership.status == _Status.ACTIVE:
        _remind_before(membership, subscription, day)


def _pays_here(membership: Membership, subscription: Subscription | None) -> bool:
    """False beside a home: the letters come from where the next dues are paid.

    Payments of earlier years tell nothing, since the person may have moved; a renewal that goes
    on does.
    """
    return membership.is_home or bool(subscription and subscription.will_renew)


def _has_ended(last: datetime.date | None, day: datetime.date) -> bool:
    return last is not None and last < day


def _newest_subscription(membership: Membership) -> Subscription | None:
    rows = Subscription.objects.filter(membership=membership)
    return rows.order_by("-created_at", "-pk").first()


def _end_of_dues(
    membership: Membership,
    chapter: Chapter,
    subscription: Subscription | None,
    day: datetime.date,
) -> None:
    """Grace, unless the person stopped the renewal: then it ends as they were told."""
    if subscription and _was_stopped(subscription):
        _lapse(membership, chapter, subscription)
        return
    assert membership.paid_until is not None
    move_membership(
        membership,
        chapter,
        _Status.PAST_DUE,
        why="dues ended",
        grace_until=last_day_of_grace(membership.paid_until),
    )


def _was_stopped(subscription: Subscription) -> bool:
    failed = subscription.status in Subscription.FAILING
    return not failed and not subscription.will_renew and _paid_last(subscription)


def _paid_last(subscription: Subscription) -> bool:
    """True where the last dues came from this subscription and not from a payment since."""
    rows = Payment.objects.filter(membership=subscription.membership_id)
    newest = rows.order_by("-paid_at", "-pk").first()
    return bool(newest and newest.invoice_id)


def _lapse(membership: Membership, chapter: Chapter, subscription: Subscription | None) -> None:
    concerns_them = _pays_here(membership, subscription)
    end_renewal(membership)
    move_membership(membership, chapter, _Status.LAPSED, why="dues ended")
    if concerns_them:
        remind(membership, "lapsed")


def _remind_in_grace(
    membership: Membership, subscription: Subscription | None, day: datetime.date
) -> None:
    assert membership.paid_until is not None
    days = (day - membership.paid_until).days
    failing = subscription and subscription.status in Subscription.FAILING
    due = day_due(days, CARD_FAILED if failing else IN_GRACE, before=False)
    if due is not None:
        remind(membership, f"{'card-failed' if failing else 'grace'}-{due}", subscription)


def _remind_before(
    membership: Membership, subscription: Subscription | None, day: datetime.date
) -> None:
    assert membership.paid_until is not None
    days = (membership.paid_until - day).days
    if subscription is None or not _paid_last(subscription):
        due = day_due(days, BEFORE_END, before=True)
        if due is not None:
            remind(membership, f"renewal-{due}")
    elif subscription.will_renew and subscription.interval == "year":
        due = day_due(days, BEFORE_CARD, before=True)
        if due is not None:
            remind(membership, f"card-{due}", subscription)


# --- Organizations -------------------------------------------------------------------------------


def _sweep_organizations(chapter: Chapter, day: datetime.date) -> int:
    """Write to organizations whose dues end soon or ended just now; their state is the date."""
    soon = day + datetime.timedelta(days=max(BEFORE_ORGANIZATION))
    past = day - datetime.timedelta(days=LAPSED_SINCE_AT_MOST)
    with in_chapter(chapter):
        rows = OrganizationMembership.objects.filter(status=OrganizationMembership.Status.ACTIVE)
        rows = rows.filter(paid_until__range=(past, soon)).order_by("pk")
        ids = list(rows.values_list("pk", flat=True))

    def write_to(membership_id: int) -> int:
        with in_chapter(chapter):
            _sweep_organization(membership_id, day)
        return 1

    return sweep_rows(write_to, ids)


def _sweep_organization(membership_id: int, day: datetime.date) -> None:
    rows = OrganizationMembership.objects.select_related("organization", "chapter", "tier")
    held = rows.select_for_update(no_key=True, of=("self",)).get(pk=membership_id)
    assert held.paid_until is not None
    days = (held.paid_until - day).days
    due = day_due(days, BEFORE_ORGANIZATION, before=True)
    kind = "organization-lapsed" if days < 0 else f"organization-{due}"
    if days >= 0 and due is None:
        return
    reader = contact_of(held)
    if reader is not None:
        remind_organization(held, kind, reader)
