"""The tables of people and money."""

from members.models.dues import Checkout, Membership, Payment
from members.models.events import StripeEvent
from members.models.people import Organization, User

__all__ = ["Checkout", "Membership", "Organization", "Payment", "StripeEvent", "User"]
