"""What changes people and money; `checkouts` leads to a payment, `paying` follows from one."""

from members.actions.checkouts import (
    close_checkout,
    open_checkout,
    open_payment_page,
    refresh_checkout,
    start_checkout,
)
from members.actions.inbox import apply_event, receive_event, retry_events
from members.actions.joining import greet_person, rename_person, sponsor_membership
from members.actions.memberships import MoveRefused, change_status
from members.actions.reconciling import reconcile_checkouts

__all__ = [
    "MoveRefused",
    "apply_event",
    "change_status",
    "close_checkout",
    "greet_person",
    "open_checkout",
    "open_payment_page",
    "receive_event",
    "reconcile_checkouts",
    "refresh_checkout",
    "rename_person",
    "retry_events",
    "sponsor_membership",
    "start_checkout",
]
