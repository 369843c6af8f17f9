"""Stripe's events: stored when they arrive, applied exactly once, by looking where they point.

What counts is the object as Stripe has it at the moment of acting, so events may come twice,
late, in any order or not at all (`reconciling`).
"""

import datetime
import logging
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from chapters.doorbell import ring
from chapters.scope import in_chapter
from members import gateway
from members.actions.disputes import sync_dispute
from members.actions.paying import settle_checkout
from members.actions.refunds import sync_refund
from members.actions.renewals import sync_subscription
from members.models import StripeEvent

log = logging.getLogger(__name__)
APPLY_EVENT = "members.tasks.apply_event"
MAX_ATTEMPTS = 5
# Who paid, as the provider knows it. Nothing here reads it: what counts is asked for by id.
PERSONAL = {
    "address", "billing_details", "collected_information", "custom_fields", "customer_address",
    "customer_details", "customer_email", "customer_name", "customer_phone", "customer_shipping",
    "customer_tax_ids", "email", "evidence", "hosted_invoice_url", "individual", "invoice_pdf",
    "name", "owner", "payment_method_details", "phone", "receipt_email", "receipt_url", "shipping",
    "shipping_details",
}  # fmt: skip


def receive_event(event: dict[str, Any]) -> None:
    """Store a verified event and ring for it; the second delivery of one changes nothing.

    It is applied by a worker and not here: Stripe must be asked how things stand, and the
    acknowledgement must not wait for that. A bell that nobody hears is made good by the sweep,
    so no more than one is rung: thousands of them would keep the workers from other work.
    """
    given = {
        "type": event["type"],
        "livemode": event["livemode"],
        "payload": without_persons(event),
        "created_at": datetime.datetime.fromtimestamp(event["created"], datetime.UTC),
    }
    _, is_new = StripeEvent.objects.get_or_create(id=event["id"], defaults=given)
    if is_new:
        ring(APPLY_EVENT, event["id"])


def without_persons(part: Any) -> Any:
    """An event, or a part of one, without what says whose it is; also after an erasure.

    >>> without_persons({"id": "cs_1", "customer_details": {"name": "Ann"}})
    {'id': 'cs_1'}
    """
    if isinstance(part, dict):
        kept = {key: value for key, value in part.items() if key not in PERSONAL}
        return {key: without_persons(value) for key, value in kept.items()}
    return [without_persons(one) for one in part] if isinstance(part, list) else part


def retry_events(event_ids: list[str]) -> int:
    """Let events that failed or were not ours be applied anew; gives how many will be."""
    waiting = StripeEvent.objects.filter(pk__in=event_ids).exclude(state=StripeEvent.State.APPLIED)
    count = waiting.update(state=StripeEvent.State.RECEIVED, attempts=0, error="")
    for event_id in event_ids:
        ring(APPLY_EVENT, event_id)
    return count


def apply_event(event_id: str) -> bool:
    """Do what a stored event calls for, once; False: it waits, since Stripe does not answer."""
    event = StripeEvent.objects.filter(pk=event_id, state=StripeEvent.State.RECEIVED).first()
    if event is None:
        return True
    if event.type not in gateway.EVENTS:
        _finish(event, StripeEvent.State.IGNORED)
        return True
    try:
        is_ours = _apply(event.payload["data"]["object"])
    except gateway.GatewayDown as error:
        StripeEvent.objects.filter(pk=event.pk).update(error=f"Waiting: {error}"[:500])
        return False
    except Exception as error:
        log.exception("Event %s could not be applied", event.pk)
        _count_failure(event, error)
    else:
        _finish(event, StripeEvent.State.APPLIED if is_ours else StripeEvent.State.IGNORED)
    return True


def _apply(thing: dict[str, Any]) -> bool:
    """Settle what an event points at; False where it isn't ours.

    Doing it twice, or in two workers at once, is harmless: each look is settled under locks and
    only moves things up. So the event may be finished afterwards, in a commit of its own.
    """
    look = _LOOKS.get(thing.get("object", ""))
    return look is not None and look(thing)


def _look_at_session(thing: dict[str, Any]) -> bool:
    session = gateway.retrieve_session(thing["id"])
    if session.subscription:
        sync_subscription(session.subscription)
    if session.place is None:
        return False
    chapter_id, checkout_id = session.place
    with in_chapter(chapter_id):
        return settle_checkout(checkout_id, session) is not None


def _look_at_invoice(thing: dict[str, Any]) -> bool:
    about = (thing.get("parent") or {}).get("subscription_details") or {}
    ident = gateway.nested(about.get("subscription")).get("id", "")
    return bool(ident) and sync_subscription(ident)


def _look_behind(sync: Callable[[str], bool]) -> Callable[[dict[str, Any]], bool]:
    """Word of a refund or a dispute may come before word of its payment: that is read first."""

    def look(thing: dict[str, Any]) -> bool:
        intent = gateway.nested(thing.get("payment_intent")).get("id", "")
        return sync(thing["id"]) or (read_payment(intent) and sync(thing["id"]))

    return look


def read_payment(intent: str) -> bool:
    """Settle what a payment was made for, by its id alone; False where it isn't ours."""
    if not intent:
        return False
    if session_id := gateway.find_session(intent):
        return _look_at_session({"id": session_id})
    return _look_at_invoice(gateway.find_invoice(intent))


_LOOKS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "checkout.session": _look_at_session,
    "subscription": lambda thing: sync_subscription(thing["id"]),
    "invoice": _look_at_invoice,
    "refund": _look_behind(sync_refund),
    "dispute": _look_behind(sync_dispute),
}


def _finish(event: StripeEvent, state: StripeEvent.State) -> None:
    waiting = StripeEvent.objects.filter(pk=event.pk, state=StripeEvent.State.RECEIVED)
    waiting.update(state=state, error="", applied_at=timezone.now())


def _count_failure(event: StripeEvent, error: Exception) -> None:
    """Note a try in vain, unless another worker has applied the event meanwhile."""
    attempts = event.attempts + 1
    state = StripeEvent.State.FAILED if attempts >= MAX_ATTEMPTS else StripeEvent.State.RECEIVED
    waiting = StripeEvent.objects.filter(pk=event.pk, state=StripeEvent.State.RECEIVED)
    words = f"{type(error).__name__}: {error}"[:500]
    waiting.update(attempts=attempts, error=words, state=state)
