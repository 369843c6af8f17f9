"""Dues that renew, in tests: the sandbox's clock, its events applied, a chapter's outcome."""

import datetime
import random
from typing import Any

from chapters.scope import in_chapter
from members import actions
from members.models import Checkout, Membership, Payment, StripeEvent, Subscription
from tests.payments import events, open_page, pay
from tests.sandboxes import GOOD, Sandbox


def apply_news(provider: Sandbox, disorder: random.Random | None = None) -> None:
    """Deliver every event that was not delivered yet; with disorder, shuffled and five times."""
    known = set(StripeEvent.objects.values_list("pk", flat=True))
    waiting = [event for event in events(provider) if event["id"] not in known]
    if disorder:
        waiting = waiting * 5
        disorder.shuffle(waiting)
    for event in waiting:
        actions.receive_event(event)
        actions.apply_event(event["id"])


def subscribe(
    provider: Sandbox, user: Any, chapter: Any, interval: str = "year", card: str = GOOD,
    cents: int = 3600,
) -> Subscription:  # fmt: skip
    """A person whose dues renew by themselves, by the first payment's events."""
    checkout = open_page(user, chapter, cents, interval)
    pay(provider, checkout, card)
    apply_news(provider)
    with in_chapter(chapter):
        return Subscription.objects.get(checkout=checkout)


def advance(provider: Sandbox, days: float) -> None:
    """Let days pass at the payment provider."""
    provider.control("POST", "clock", days=days)


def membership(chapter: Any) -> Membership:
    """The chapter's one membership, as it stands now."""
    with in_chapter(chapter):
        return Membership.objects.select_related("chapter", "user").get()


def paid_until(chapter: Any) -> datetime.date:
    """The end of the dues of the chapter's one membership."""
    until = membership(chapter).paid_until
    assert until is not None
    return until


def outcome(chapter: Any) -> dict[str, Any]:
    """Everything that counts of a chapter with one member, without ids and moments."""
    chapter.refresh_from_db()
    with in_chapter(chapter):
        row = Membership.objects.get()
        return {
            "membership": (row.status, row.number, row.paid_until, row.grace_until),
            "checkouts": sorted(Checkout.objects.values_list("status", "interval")),
            "subscriptions": sorted(
                Subscription.objects.values_list("status", "cancel_at_period_end")
            ),
            "payments": list(
                Payment.objects.order_by("receipt_number").values_list(
                    "receipt_number", "amount_cents", "covers_from", "covers_until"
                )
            ),
            "count": chapter.member_count,
        }
