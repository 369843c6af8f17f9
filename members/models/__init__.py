"""The tables of people and money."""

from members.models.dues import Checkout, Membership, Payment
from members.models.events import StripeEvent
from members.models.people import Organization, User
from members.models.places import PaidPlace

__all__ = [
    "Checkout",
    "Membership",
    "Organization",
    "PaidPlace",
    "Payment",
    "StripeEvent",
    "User",
]
