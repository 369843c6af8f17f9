"""What no event told us: a look at everything at Stripe that may have changed unheard.

Stripe is asked between transactions; each answer is settled in a short one of its own.
"""

import datetime
import logging
from collections.abc import Callable
from functools import partial

from django.db.models import Q
from django.utils import timezone

from chapters.models import Chapter
from chapters.scope import in_chapter
from members import gateway
from members.actions.checkouts import refresh_checkout
from members.actions.disputes import sync_dispute
from members.actions.inbox import apply_event, receive_event
from members.actions.refunds import send_refund, sync_refund
from members.actions.renewals import end_subscriptions, refresh_subscription
from members.models import Checkout, Dispute, Refund, StripeEvent, Subscription, Watermark

log = logging.getLogger(__name__)
# Stripe lists an event a little after its moment, and our clock may differ from its.
_OVERLAP = datetime.timedelta(hours=2)


def reconcile() -> int:
    """Find what webhooks did not bring; gives the number of look-ups. Raises GatewayDown.

    All events since the last complete look go through the inbox; then whatever is still under
    way is looked up one by one: checkouts, subscriptions whose period is over, refunds, disputes.
    """
    now = timezone.now()
    _read_events(now)
    end_subscriptions()
    return sum(_reconcile_chapter(chapter, now) for chapter in Chapter.objects.all())


def _read_events(now: datetime.datetime) -> None:
    """Take in every event since the last time that no delivery brought, oldest first.

    What was delivered is left to the sweep: on a busy day thousands are listed, few are missing.
    """
    since = min(reached("events") or now, now) - _OVERLAP
    listed = {event["id"]: event for event in gateway.list_recent_events(since)[::-1]}
    known = set(StripeEvent.objects.filter(pk__in=listed).values_list("pk", flat=True))
    missing = [event for ident, event in listed.items() if ident not in known]
    for event in missing:
        receive_event(event)
    reach("events", now)
    for event in missing:
        apply_event(event["id"])


def reached(name: str) -> datetime.datetime | None:
    """Up to which moment a list of Stripe's was read, or None."""
    return Watermark.objects.filter(pk=name).values_list("reached_at", flat=True).first()


def reach(name: str, moment: datetime.datetime) -> None:
    """Remember that a list of Stripe's was read whole up to a moment."""
    Watermark.objects.update_or_create(pk=name, defaults={"reached_at": moment})


def _reconcile_chapter(chapter: Chapter, now: datetime.datetime) -> int:
    looks: list[Callable[[], object]] = [
        *[partial(refresh_checkout, row) for row in _waiting_checkouts(chapter, now)],
        *[partial(refresh_subscription, row) for row in _waiting_subscriptions(chapter, now)],
        *_waiting_refunds(chapter, now),
        *_waiting_disputes(chapter, now),
    ]
    for look in looks:
        try:
            look()
        except gateway.GatewayRefused:
            log.exception("%s can't be looked up", look)
    return len(looks)


def _waiting_subscriptions(chapter: Chapter, now: datetime.datetime) -> list[Subscription]:
    """Those that should have been charged or ended, and were not looked at for an hour."""
    with in_chapter(chapter):
        rows = Subscription.objects.exclude(status__in=Subscription.ENDED)
        over = Q(current_period_end__lt=now) | ~Q(status=Subscription.Status.ACTIVE)
        return list(rows.filter(over, seen_at__lt=now - datetime.timedelta(hours=1)))


def _waiting_refunds(chapter: Chapter, now: datetime.datetime) -> list[Callable[[], object]]:
    a_minute_ago = now - datetime.timedelta(minutes=1)
    with in_chapter(chapter):
        rows = Refund.objects.filter(created_at__lt=a_minute_ago)
        asked = list(rows.filter(status=Refund.Status.ASKED).values_list("pk", flat=True))
        pending = rows.filter(status=Refund.Status.PENDING).values_list("stripe_id", flat=True)
        known = [ident for ident in pending if ident]
    return [
        *[partial(send_refund, ident, chapter.pk) for ident in asked],
        *[partial(sync_refund, ident) for ident in known],
    ]


def _waiting_disputes(chapter: Chapter, now: datetime.datetime) -> list[Callable[[], object]]:
    with in_chapter(chapter):
        rows = Dispute.objects.filter(status__in=[Dispute.Status.WARNING, Dispute.Status.OPEN])
        rows = rows.filter(closed_at=None, opened_at__lt=now - datetime.timedelta(hours=1))
        return [partial(sync_dispute, ident) for ident in rows.values_list("stripe_id", flat=True)]


def _waiting_checkouts(chapter: Chapter, now: datetime.datetime) -> list[Checkout]:
    with in_chapter(chapter):
        waiting = Checkout.objects.filter(
            status__in=Checkout.UNSETTLED, created_at__lt=now - datetime.timedelta(minutes=5)
        )
        # Without a session nobody was ever sent to pay, so nothing can have been paid.
        day_old = waiting.filter(
            session_id__isnull=True, created_at__lt=now - datetime.timedelta(days=1)
        )
        day_old.update(status=Checkout.Status.EXPIRED)
        return list(waiting.filter(session_id__isnull=False))
