"""What happens after a payment: renewal by itself, reminders, refunds, disputes."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from chapters.owned import ChapterOwned
from members.models.dues import Checkout, Interval, Membership, Payment
from members.models.organizations import OrganizationMembership


class Subscription(ChapterOwned):
    """Dues that renew by themselves, as Stripe had them at `seen_at`."""

    OWNER = "user"

    class Status(models.TextChoices):
        INCOMPLETE = "incomplete", "First payment open"
        EXPIRED = "incomplete_expired", "Never paid"
        TRIALING = "trialing", "Trial"
        ACTIVE = "active", "Active"
        PAST_DUE = "past_due", "Payment failed"
        UNPAID = "unpaid", "Unpaid"
        PAUSED = "paused", "Paused"
        CANCELED = "canceled", "Ended"

    ENDED = (Status.EXPIRED, Status.CANCELED)
    FAILING = (Status.PAST_DUE, Status.UNPAID)

    checkout = models.OneToOneField(Checkout, on_delete=models.PROTECT, related_name="subscription")
    membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, related_name="subscriptions"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    stripe_id = models.CharField(max_length=120, unique=True)
    customer_id = models.CharField(max_length=120)
    interval = models.CharField(max_length=5, choices=Interval)
    amount_cents = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=20, choices=Status)
    current_period_end = models.DateTimeField(null=True)
    cancel_at_period_end = models.BooleanField(default=False)
    # We want it ended at Stripe (refunded, lapsed, replaced); asked again until it is.
    end_wanted = models.BooleanField(default=False)
    seen_at = models.DateTimeField(help_text="When Stripe was asked; older answers change nothing")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["-created_at", "-id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.CheckConstraint(
                condition=Q(interval__in=["month", "year"]), name="members_subscription_interval"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_cents / 100:.2f} {self.currency.upper()} a {self.interval}"

    @property
    def has_ended(self) -> bool:
        """True where Stripe will never charge for it again."""
        return self.status in self.ENDED

    @property
    def will_renew(self) -> bool:
        """True while Stripe charges again at the end of the period."""
        return not (self.has_ended or self.cancel_at_period_end or self.end_wanted)


class Reminder(ChapterOwned):
    """One letter about one end of a person's or an organization's dues, the only one of its kind.

    `user` is whom it was written to: the member, or the organization's contact.
    """

    OWNER = "user"

    membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, related_name="reminders"
    )
    organization_membership = models.ForeignKey(
        OrganizationMembership, on_delete=models.PROTECT, null=True, related_name="reminders"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=24)
    due_on = models.DateField(help_text="The end of dues that the letter is about")
    mail = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["-created_at", "-id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["membership", "kind", "due_on"], name="members_one_reminder"
            ),
            models.UniqueConstraint(
                fields=["organization_membership", "kind", "due_on"],
                name="members_one_organization_reminder",
            ),
            models.CheckConstraint(
                condition=Q(membership__isnull=True) ^ Q(organization_membership__isnull=True),
                name="members_reminder_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_on}"


class Refund(ChapterOwned):
    """Money on its way back, in part or in full; the id is the idempotency key at Stripe."""

    OWNER = "user"

    class Status(models.TextChoices):
        ASKED = "asked", "Not sent yet"
        PENDING = "pending", "On its way"
        SUCCEEDED = "succeeded", "Refunded"
        FAILED = "failed", "Failed"
        REFUSED = "refused", "Refused by the payment provider"

    # These hold part of the payment: no more than the rest can be refunded.
    COUNTED = (Status.ASKED, Status.PENDING, Status.SUCCEEDED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    amount_cents = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=400)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    status = models.CharField(max_length=9, choices=Status, default=Status.ASKED)
    stripe_id = models.CharField(max_length=120, unique=True, null=True)
    error = models.TextField(blank=True)
    # The days of membership that a full refund took away; given back if the refund fails.
    took_days = models.PositiveSmallIntegerField(default=0)
    is_booked = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["-created_at"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0), name="members_refund_of_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_cents / 100:.2f} {self.currency.upper()}, {self.status}"


class Dispute(ChapterOwned):
    """A payment that a member's bank takes back; the membership stays until it is lost."""

    OWNER = "user"

    class Status(models.TextChoices):
        WARNING = "warning", "Inquiry"
        OPEN = "open", "Open"
        WON = "won", "Won"
        LOST = "lost", "Lost"

    # These keep part of the payment from being refunded; a mere inquiry does not.
    TAKING = (Status.OPEN, Status.LOST)

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    stripe_id = models.CharField(max_length=120, unique=True)
    amount_cents = models.PositiveIntegerField()
    fee_cents = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=80)
    status = models.CharField(max_length=7, choices=Status, default=Status.OPEN)
    answer_by = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["-opened_at", "-id"]

    def __str__(self) -> str:
        return f"{self.amount_cents / 100:.2f} {self.currency.upper()}, {self.status}"
