"""Memberships and the dues that keep them: what was asked, what was paid, until when it counts."""

import datetime
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from chapters.owned import ChapterOwned


class Purpose(models.TextChoices):
    """What a payment is for."""

    DUES = "dues", "Dues"
    GIFT = "gift", "Gift membership"
    ORGANIZATION = "organization", "Organization dues"


class Interval(models.TextChoices):
    """How often is paid: once for twelve months, or again and again by itself."""

    ONCE = "once", "Once, for 12 months"
    MONTH = "month", "Every month"
    YEAR = "year", "Every year"


class Membership(ChapterOwned):
    """A person in a chapter: one row for ever, renewed and not repeated.

    Only `members.actions.memberships` writes the status; the database allows only `MOVES`.
    """

    OWNER = "user"

    class Status(models.TextChoices):
        PENDING = "pending", "Waiting for payment"
        ACTIVE = "active", "Active"
        PAST_DUE = "past_due", "Past due"
        LAPSED = "lapsed", "Lapsed"
        CANCELLED = "cancelled", "Cancelled"

    # Members of the chapter: dues are paid, or may still be paid without a gap.
    CURRENT = (Status.ACTIVE, Status.PAST_DUE)
    MOVES: ClassVar[dict[str, tuple[str, ...]]] = {
        Status.PENDING: (Status.ACTIVE, Status.CANCELLED),
        Status.ACTIVE: (Status.PAST_DUE, Status.LAPSED, Status.CANCELLED),
        Status.PAST_DUE: (Status.ACTIVE, Status.LAPSED, Status.CANCELLED),
        Status.LAPSED: (Status.ACTIVE, Status.CANCELLED),
        Status.CANCELLED: (Status.ACTIVE,),
    }

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(null=True, editable=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    joined_on = models.DateField(null=True)
    paid_until = models.DateField(null=True)
    grace_until = models.DateField(null=True)
    # Dues are paid in one chapter, the person's home; memberships beside it run as long as it does.
    is_home = models.BooleanField("home chapter", default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["number", "id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(fields=["chapter", "user"], name="members_one_membership"),
            models.UniqueConstraint(fields=["chapter", "number"], name="members_number_once"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(is_home=True), name="members_one_home"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["active", "past_due"])
                | Q(number__isnull=False, paid_until__isnull=False),
                name="members_active_has_dates",
            ),
            models.CheckConstraint(
                condition=Q(status="past_due", grace_until__isnull=False)
                | (~Q(status="past_due") & Q(grace_until__isnull=True)),
                name="members_grace_while_past_due",
            ),
        ]
        indexes = [
            models.Index(fields=["chapter", "status", "paid_until"], name="members_due_soon")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.chapter}"

    @property
    def is_current(self) -> bool:
        """True while dues are paid or in grace, to the end of that day on the chapter's clock."""
        last = self.last_day
        return self.status in self.CURRENT and last is not None and last >= self.chapter.today

    @property
    def last_day(self) -> datetime.date | None:
        """The last day on which the person is a member if nothing more is paid."""
        return self.grace_until or self.paid_until


class Checkout(ChapterOwned):
    """One intention to pay, with the price that the server decided; a double click finds it."""

    OWNER = "user"

    class Status(models.TextChoices):
        OPEN = "open", "Not paid yet"
        CLOSING = "closing", "Replaced by another"
        PENDING = "pending", "Payment on its way"
        PAID = "paid", "Paid"
        FAILED = "failed", "Failed"
        EXPIRED = "expired", "Expired"
        QUARANTINED = "quarantined", "Held back: the sums differ"

    UNDER_WAY = (Status.OPEN, Status.PENDING)
    # Stripe may still have something to say about these.
    UNSETTLED = (Status.OPEN, Status.CLOSING, Status.PENDING)

    # The idempotency key of the Stripe call, so a repeated call gives the same session.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=12, choices=Purpose, default=Purpose.DUES)
    interval = models.CharField(max_length=5, choices=Interval, default=Interval.ONCE)
    membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, related_name="checkouts"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    amount_cents = models.PositiveIntegerField()
    currency = models.CharField(max_length=3, default="usd")
    status = models.CharField(max_length=12, choices=Status, default=Status.OPEN)
    session_id = models.CharField(max_length=120, unique=True, null=True)
    session_url = models.URLField(max_length=2000, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["-created_at"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.CheckConstraint(
                condition=Q(amount_cents__gte=1200) | Q(interval="month", amount_cents__gte=100),
                name="members_checkout_minimum",
            ),
            models.CheckConstraint(
                condition=~Q(purpose="dues") | Q(membership__isnull=False),
                name="members_checkout_dues_of_whom",
            ),
            models.UniqueConstraint(
                fields=["membership"],
                condition=Q(status__in=["open", "pending"]),
                name="members_one_open_checkout",
            ),
        ]
        indexes = [models.Index(fields=["status", "changed_at"], name="members_checkout_open")]

    def __str__(self) -> str:
        return f"{self.amount_cents / 100:.2f} {self.currency.upper()}, {self.status}"

    @property
    def renews(self) -> bool:
        """True where Stripe charges again by itself."""
        return self.interval != Interval.ONCE


class Payment(ChapterOwned):
    """Money that arrived; written once by what Stripe says and never changed.

    `checkout` names the page on which it was paid, `invoice_id` the invoice of a subscription;
    the first payment of a subscription has both.
    """

    OWNER = "user"

    purpose = models.CharField(max_length=12, choices=Purpose, default=Purpose.DUES)
    membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, related_name="payments"
    )
    checkout = models.OneToOneField(
        Checkout, on_delete=models.PROTECT, null=True, related_name="payment"
    )
    invoice_id = models.CharField(max_length=120, unique=True, null=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    receipt_number = models.CharField(max_length=24, unique=True)
    amount_cents = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    payment_intent = models.CharField(max_length=120, unique=True)
    # Empty where the months begin later: a gift's with its acceptance.
    covers_from = models.DateField(null=True)
    covers_until = models.DateField(null=True)
    paid_at = models.DateTimeField()

    class Meta(ChapterOwned.Meta):
        ordering = ["-paid_at", "-id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.CheckConstraint(
                condition=Q(covers_until__gt=F("covers_from"))
                | Q(covers_from__isnull=True, covers_until__isnull=True),
                name="members_payment_covers",
            ),
            models.CheckConstraint(
                condition=~Q(purpose="dues")
                | Q(membership__isnull=False, covers_from__isnull=False),
                name="members_payment_dues_of_whom",
            ),
            models.CheckConstraint(
                condition=Q(checkout__isnull=False) | Q(invoice_id__isnull=False),
                name="members_payment_from_where",
            ),
        ]

    def __str__(self) -> str:
        return self.receipt_number
