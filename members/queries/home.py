"""What stands on a member's own page: a function a section, composed in `home`."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from members.models import Membership, Payment
from members.queries import my_memberships, my_payments


@dataclass(frozen=True)
class Home:
    """One person's page; each section's template reads its own field."""

    memberships: list[Membership]
    payments: QuerySet[Payment]


def home(user: Any) -> Home:
    """Everything on the page of one person, across chapters."""
    return Home(memberships=list(my_memberships(user)), payments=my_payments(user))
