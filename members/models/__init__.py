"""The tables of people and money."""

from members.models.billing import Dispute, Refund, Reminder, Subscription
from members.models.dues import Checkout, Interval, Membership, Payment, Purpose
from members.models.events import StripeEvent, Watermark
from members.models.expenses import Expense
from members.models.gifts import Gift, GiftedPlace
from members.models.invitations import Invitation, InvitationLink, InvitationRefusal
from members.models.ledger import Account, Entry, Fund, Line
from members.models.merges import Merge
from members.models.offers import Kind, Need, Offer, OfferRequest
from members.models.open_books import OpenEntry, OpenLine
from members.models.organizations import (
    Focus,
    Organization,
    OrganizationDues,
    OrganizationMembership,
    OrganizationTier,
    Population,
    Representative,
    SeatInvitation,
)
from members.models.payouts import Movement, Payout, PayoutPart
from members.models.people import User
from members.models.places import PaidPlace

__all__ = [
    "Account",
    "Checkout",
    "Dispute",
    "Entry",
    "Expense",
    "Focus",
    "Fund",
    "Gift",
    "GiftedPlace",
    "Interval",
    "Invitation",
    "InvitationLink",
    "InvitationRefusal",
    "Kind",
    "Line",
    "Membership",
    "Merge",
    "Movement",
    "Need",
    "Offer",
    "OfferRequest",
    "OpenEntry",
    "OpenLine",
    "Organization",
    "OrganizationDues",
    "OrganizationMembership",
    "OrganizationTier",
    "PaidPlace",
    "Payment",
    "Payout",
    "PayoutPart",
    "Population",
    "Purpose",
    "Refund",
    "Reminder",
    "Representative",
    "SeatInvitation",
    "StripeEvent",
    "Subscription",
    "User",
    "Watermark",
]
