"""What the payment provider did with our balance, and what it sent to the bank.

One account at the provider serves all chapters: a payout is the nation's, its parts and the
movements behind them are each one chapter's.
"""

from django.db import models

from chapters.owned import ChapterOwned
from members.models.dues import Payment
from members.models.ledger import Entry


class Payout(models.Model):
    """One transfer to the bank as the provider has it; what belongs to no chapter stands here."""

    UNDONE = ("failed", "canceled")

    id = models.CharField(max_length=120, primary_key=True)
    status = models.CharField(max_length=12)
    amount_cents = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    arrives_on = models.DateField()
    created_at = models.DateTimeField()
    unmatched_cents = models.BigIntegerField(
        default=0, help_text="The sum less the parts of all chapters"
    )
    unmatched = models.JSONField(default=list, blank=True)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.amount_cents / 100:,.2f} {self.currency.upper()}, {self.arrives_on}"

    @property
    def is_undone(self) -> bool:
        """True where the money came back: the bank refused it, or it was called off."""
        return self.status in self.UNDONE


class PayoutPart(ChapterOwned):
    """What one chapter had in a payout, booked once by `entry`."""

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="parts")
    net_cents = models.BigIntegerField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(ChapterOwned.Meta):
        ordering = ["-id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(fields=["chapter", "payout"], name="members_one_payout_part"),
        ]

    def __str__(self) -> str:
        return f"{self.net_cents / 100:,.2f} of {self.payout_id}"


class Movement(ChapterOwned):
    """What a charge, a refund or a dispute did to the balance: the amount less the fee.

    `part` is empty until it was paid out.
    """

    stripe_id = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=40)
    source = models.CharField(max_length=120, blank=True)
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, null=True, related_name="movements"
    )
    part = models.ForeignKey(
        PayoutPart, on_delete=models.PROTECT, null=True, related_name="movements"
    )
    amount_cents = models.BigIntegerField()
    fee_cents = models.BigIntegerField()
    net_cents = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField()

    class Meta(ChapterOwned.Meta):
        ordering = ["-created_at", "-id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(net_cents=models.F("amount_cents") - models.F("fee_cents")),
                name="members_movement_net",
            ),
        ]
        indexes = [models.Index(fields=["chapter", "payment"], name="members_movement_of")]

    def __str__(self) -> str:
        return f"{self.kind} {self.net_cents / 100:,.2f} {self.currency.upper()}"
