"""What no event told us: a look at everything at Stripe that may have changed unheard.

Stripe is asked between transactions; each answer is settled in a short one of its own.
"""

import datetime
import logging

from django.utils import timezone

from chapters.models import Chapter
from chapters.scope import in_chapter
from members import gateway
from members.actions.checkouts import refresh_checkout
from members.actions.inbox import apply_event, receive_event
from members.models import Checkout

log = logging.getLogger(__name__)


def reconcile_checkouts() -> int:
    """Find what webhooks did not bring; gives the number of look-ups. Raises GatewayDown.

    Events of the last hours go through the inbox, then checkouts that are still under way are
    looked up one by one.
    """
    now = timezone.now()
    for event in gateway.list_recent_events(now - datetime.timedelta(hours=2)):
        receive_event(event)
        apply_event(event["id"])
    return sum(_reconcile_chapter(chapter, now) for chapter in Chapter.objects.all())


def _reconcile_chapter(chapter: Chapter, now: datetime.datetime) -> int:
    checkouts = _waiting_checkouts(chapter, now)
    for checkout in checkouts:
        try:
            refresh_checkout(checkout)
        except gateway.GatewayRefused:
            log.exception("Checkout %s can't be looked up", checkout.pk)
    return len(checkouts)


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
