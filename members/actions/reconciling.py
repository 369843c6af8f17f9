"""What no event told us: a look at everything at Stripe that may have changed unheard.

Stripe is asked between transactions; each answer is settled in a short one of its own.
"""

import datetime
import logging
import random
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar

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

T = TypeVar("T")
log = logging.getLogger(__name__)
# Stripe lists an event a little after its moment, and our clock may differ from its.
_OVERLAP = datetime.timedelta(hours=2)
_EVENTS = "events"
# Seconds before a page is asked for again; the library has by then tried three times.
_PAUSES = (0.5, 2)
_FAILURES_IN_A_ROW = 3


def reconcile() -> int:
    """Find what webhooks did not bring; gives the number of looks.

    All events since the last complete look go through the inbox; then whatever is still under
    way is looked up one by one: checkouts, subscriptions whose period is over, refunds, disputes.
    What Stripe does not answer keeps nobody else waiting. Raises GatewayDown at the end if
    something was not looked at, and earlier where Stripe seems to be away.
    """
    patience = _Patience()
    count = patience.take([end_subscriptions, _read_events])
    for chapter in _shuffled(Chapter.objects.all()):
        count += patience.take(_shuffled(_looks(chapter, timezone.now())))
    patience.end()
    return count


class _Patience:
    """Goes on after a failure, until some in a row say that Stripe is away."""

    def __init__(self) -> None:
        self._failure: gateway.GatewayDown | None = None
        self._in_a_row = 0

    def take(self, looks: list[Callable[[], object]]) -> int:
        """Take each look, and say how many; raises GatewayDown at the third failure in a row."""
        for look in looks:
            try:
                look()
            except gateway.GatewayRefused:
                log.exception("%s can't be looked up", look)
            except gateway.GatewayDown as failure:
                self._note(failure)
                continue
            self._in_a_row = 0
        return len(looks)

    def _note(self, failure: gateway.GatewayDown) -> None:
        self._failure = failure
        self._in_a_row += 1
        if self._in_a_row == _FAILURES_IN_A_ROW:
            raise failure

    def end(self) -> None:
        """Raises GatewayDown if a look was left without an answer."""
        if self._failure:
            raise self._failure


def _shuffled(things: Iterable[T]) -> list[T]:
    """In another order each time, so that what fails always does not always come first."""
    rows = list(things)
    return random.sample(rows, len(rows))


# --- Events --------------------------------------------------------------------------------------


def _read_events() -> None:
    """Take in every event since the last look that no delivery brought.

    A look that could not be finished goes on from the page it came to, before a new one begins;
    only a finished one moves the mark from which the next begins.
    """
    now = timezone.now()
    beginning = {"reached_at": now - _OVERLAP}
    mark, _ = Watermark.objects.get_or_create(pk=_EVENTS, defaults=beginning)
    if mark.began_at is None or _finish_look(mark):
        mark.refresh_from_db()
        if mark.began_at is None and _advance(mark, began_at=now):
            _finish_look(mark)


def _finish_look(mark: Watermark) -> bool:
    """Read page by page what is left of a look; False where another worker is at it too."""
    assert mark.began_at
    since = min(mark.reached_at, mark.began_at) - _OVERLAP
    more = True
    while more:
        events, more = _next_page(since, mark)
        missing = _store_missing(events)
        if events and not _advance(mark, cursor=events[-1]["id"]):
            return False
        _apply(missing)
    return _advance(mark, reached_at=mark.began_at, began_at=None, cursor="")


def _next_page(since: datetime.datetime, mark: Watermark) -> tuple[list[dict[str, Any]], bool]:
    """The page after the mark's, asked for again where Stripe stumbles; raises GatewayDown."""
    for seconds in _PAUSES:
        try:
            return gateway.list_events(since, mark.cursor)
        except gateway.GatewayDown:
            time.sleep(seconds)
        except gateway.GatewayRefused:
            if not mark.cursor:
                raise
            # Stripe forgets events after 30 days, the one in our mark too.
            _advance(mark, cursor="")
    return gateway.list_events(since, mark.cursor)


def _advance(mark: Watermark, **changes: Any) -> bool:
    """Write how far a look came, unless somebody else moved the mark meanwhile: then False."""
    seen = {"began_at": mark.began_at, "cursor": mark.cursor, "reached_at": mark.reached_at}
    done = Watermark.objects.filter(pk=mark.pk, **seen).update(**changes)
    for name, value in changes.items():
        setattr(mark, name, value)
    return done == 1


def _store_missing(listed: list[dict[str, Any]]) -> list[str]:
    """Put into the inbox what no delivery brought, and give the ids, oldest first.

    What was delivered is left to the sweep: on a busy day thousands are listed, few are missing.
    """
    rows = StripeEvent.objects.filter(pk__in=[event["id"] for event in listed])
    known = set(rows.values_list("pk", flat=True))
    missing = [event for event in listed[::-1] if event["id"] not in known]
    for event in missing:
        receive_event(event)
    return [event["id"] for event in missing]


def _apply(event_ids: list[str]) -> None:
    """Apply what was found at once; from the first that waits for Stripe on, the sweep does."""
    all(apply_event(ident) for ident in event_ids)


def reached(name: str) -> datetime.datetime | None:
    """Up to which moment a list of Stripe's was read, or None."""
    return Watermark.objects.filter(pk=name).values_list("reached_at", flat=True).first()


def reach(name: str, moment: datetime.datetime) -> None:
    """Remember that a list of Stripe's was read whole up to a moment."""
    Watermark.objects.update_or_create(pk=name, defaults={"reached_at": moment})


# --- What is under way ---------------------------------------------------------------------------


def _looks(chapter: Chapter, now: datetime.datetime) -> list[Callable[[], object]]:
    return [
        *[partial(refresh_checkout, row) for row in _waiting_checkouts(chapter, now)],
        *[partial(refresh_subscription, row) for row in _waiting_subscriptions(chapter, now)],
        *_waiting_refunds(chapter, now),
        *_waiting_disputes(chapter, now),
    ]


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
