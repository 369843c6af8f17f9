"""What the payment provider keeps of people who were erased here: nothing but its own books."""

import logging

from chapters.models import Chapter, Erasure
from chapters.scope import in_chapter
from chapters.sweeping import sweep_chapters, sweep_rows
from members import billing_gateway, gateway
from members.actions.renewals import refresh_subscription
from members.models import Subscription

log = logging.getLogger(__name__)
FORGET_CUSTOMERS = "members.tasks.forget_customers"


def forget_customers() -> int:
    """Delete erased people's customers at Stripe, which ends what would renew; gives how many.

    A row keeps its customer until that is done, so what fails is tried again. Opens its own
    scopes. Raises GatewayDown.
    """
    return sweep_chapters(_forget_in, stops=(gateway.GatewayDown,))


def _forget_in(chapter: Chapter) -> int:
    erased = Erasure.objects.exclude(done_at=None).values("user")
    with in_chapter(chapter):
        rows = list(Subscription.objects.filter(user__in=erased).exclude(customer_id=""))
    return sweep_rows(_forget, rows, stops=(gateway.GatewayDown,))


def _forget(row: Subscription) -> bool:
    try:
        billing_gateway.delete_customer(row.customer_id)
    except gateway.GatewayUnknown:
        log.info("The customer of subscription %s was deleted before", row.stripe_id)
    except gateway.GatewayRefused:
        log.exception("The customer of subscription %s can't be deleted", row.stripe_id)
        return False
    refresh_subscription(row)
    with in_chapter(row.chapter_id):
        Subscription.objects.filter(pk=row.pk).update(customer_id="")
    return True
