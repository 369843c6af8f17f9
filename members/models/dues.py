"""Memberships and the dues that keep them: what was asked, what was paid, until when it counts."""

import uuid
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from chapters.owned import ChapterOwned


class Membership(ChapterOwned):
    """A person in a chapter: one row for ever, renewed and not repeated."""

    OWNER = "user"

    class Status(models.TextChoices):
        PENDING = "pending", "Waiting for payment"
        ACTIVE = "active", "Active"
        LAPSED = "lapsed", "Lapsed"
        CANCELLED = "cancelled", "Cancelled"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(null=True, editable=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    joined_on = models.DateField(null=True)
    paid_until = models.DateField(null=True)
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
                condition=~Q(status="active") | Q(number__isnull=False, paid_until__isnull=False),
                name="members_active_has_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.chapter}"

    @property
    def is_current(self) -> bool:
        """True while dues are paid, to the end of the last day on the chapter's clock."""
        today = timezone.localdate(timezone=ZoneInfo(self.chapter.zone))
        return self.status == self.Status.ACTIVE and bool(
            self.paid_until and self.paid_until >= today
        )


class Checkout(ChapterOwned):
    """One intention to pay, with the price that the server decided; a double click finds it."""

    OWNER = "user"

    class Status(models.TextChoices):
        OPEN = "open", "Not paid yet"
        PENDING = "pending", "Payment on its way"
        PAID = "paid", "Paid"
        FAILED = "failed", "Failed"
        EXPIRED = "expired", "Expired"
        QUARANTINED = "quarantined", "Held back: the sums differ"

    UNDER_WAY = (Status.OPEN, Status.PENDING)

    # The idempotency key of the Stripe call, so a repeated call gives the same session.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="checkouts")
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
                condition=Q(amount_cents__gte=1200), name="members_checkout_minimum"
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


class Payment(ChapterOwned):
    """Dues that arrived; written once by the webhook and never changed."""

    OWNER = "user"

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="payments")
    checkout = models.OneToOneField(Checkout, on_delete=models.PROTECT, related_name="payment")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    receipt_number = models.CharField(max_length=24)
    amount_cents = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    payment_intent = models.CharField(max_length=120, unique=True)
    covers_from = models.DateField()
    covers_until = models.DateField()
    paid_at = models.DateTimeField()

    class Meta(ChapterOwned.Meta):
        ordering = ["-paid_at", "-id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(fields=["chapter", "receipt_number"], name="members_receipt"),
            models.CheckConstraint(
                condition=Q(covers_until__gt=F("covers_from")), name="members_payment_covers"
            ),
        ]

    def __str__(self) -> str:
        return self.receipt_number
