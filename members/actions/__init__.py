"""What changes people and money; `checkouts` leads to a payment, `paying` follows from one."""

from members.actions.calendar import sweep_chapter, sweep_memberships
from members.actions.checkouts import (
    close_checkout,
    open_checkout,
    open_payment_page,
    refresh_checkout,
    start_checkout,
)
from members.actions.gifts import take_sponsored_place
from members.actions.inbox import apply_event, receive_event, retry_events
from members.actions.joining import greet_person, rename_person, sponsor_membership
from members.actions.memberships import MoveRefused, change_status
from members.actions.merging import MergeRefused, merge_people, preview_merge, undo_merge
from members.actions.moving import follow_homes, join_beside, move_home
from members.actions.organization_dues import order_dues
from members.actions.places import ask_for_place, decline_place, grant_place, set_paid_places
from members.actions.receipts import ReceiptRefused, resend_receipt
from members.actions.reconciling import reconcile
from members.actions.refunds import (
    RefundRefused,
    refund_payment,
    refundable_cents,
    send_refund,
)
from members.actions.renewals import change_renewal, end_subscriptions, refresh_subscription
from members.actions.returning import restore_gift, withdraw_gift
from members.actions.waiving import cancel_membership, grant_year, mark_of

__all__ = [
    "MergeRefused",
    "MoveRefused",
    "merge_people",
    "preview_merge",
    "undo_merge",
    "ReceiptRefused",
    "cancel_membership",
    "grant_year",
    "mark_of",
    "resend_receipt",
    "apply_event",
    "ask_for_place",
    "change_renewal",
    "change_status",
    "close_checkout",
    "decline_place",
    "follow_homes",
    "grant_place",
    "greet_person",
    "join_beside",
    "move_home",
    "open_checkout",
    "open_payment_page",
    "order_dues",
    "receive_event",
    "reconcile",
    "refund_payment",
    "send_refund",
    "sweep_chapter",
    "sweep_memberships",
    "end_subscriptions",
    "RefundRefused",
    "refresh_subscription",
    "refundable_cents",
    "refresh_checkout",
    "rename_person",
    "restore_gift",
    "retry_events",
    "set_paid_places",
    "sponsor_membership",
    "start_checkout",
    "take_sponsored_place",
    "withdraw_gift",
]
