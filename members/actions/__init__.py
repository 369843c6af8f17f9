"""What changes people and money; `joining` leads to a payment, `paying` follows from one."""

from members.actions.joining import (
    close_checkout,
    greet_person,
    open_payment_page,
    rename_person,
    sponsor_membership,
    start_checkout,
)
from members.actions.memberships import change_status
from members.actions.paying import (
    apply_event,
    receive_event,
    reconcile_checkouts,
    refresh_checkout,
    retry_events,
)

__all__ = [
    "apply_event",
    "change_status",
    "close_checkout",
    "greet_person",
    "open_payment_page",
    "receive_event",
    "reconcile_checkouts",
    "refresh_checkout",
    "rename_person",
    "retry_events",
    "sponsor_membership",
    "start_checkout",
]
