"""Double entry books: funds, accounts, entries and their lines.

A line's `amount_cents` is a debit where it is positive and a credit where it is negative. The
database keeps the rules (migration `ledger_rules`): entries and lines are only ever added, an
entry balances in each fund, and a restricted fund never holds less than nothing.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from chapters.owned import ChapterOwned


class Fund(ChapterOwned):
    """Money kept apart for a purpose; restricted where the giver decided what it is for."""

    code = models.SlugField(max_length=30)
    name = models.CharField(max_length=80)
    restricted = models.BooleanField(default=False)
    purpose = models.CharField(max_length=200, blank=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["restricted", "code"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(fields=["chapter", "code"], name="members_fund_code"),
        ]

    def __str__(self) -> str:
        return self.name


class Account(ChapterOwned):
    """A line of the chart of accounts; its kind says where it stands in the reports."""

    class Kind(models.TextChoices):
        ASSET = "asset", "Assets"
        LIABILITY = "liability", "Liabilities"
        INCOME = "income", "Income"
        EXPENSE = "expense", "Spending"

    code = models.CharField(max_length=8)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=9, choices=Kind)

    class Meta(ChapterOwned.Meta):
        ordering = ["code"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(fields=["chapter", "code"], name="members_account_code"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Entry(ChapterOwned):
    """One event in the books. `key` names the event, so that it is never booked twice.

    `payment` leads to the person whose money it is; the memo never names anybody.
    """

    class Kind(models.TextChoices):
        DUES = "dues", "Dues"
        DONATION = "donation", "Donation"
        GRANT = "grant", "Grant"
        PLEDGE = "pledge", "Pledge collected"
        FEE = "fee", "Payment fee"
        REFUND = "refund", "Refund"
        DISPUTE = "dispute", "Disputed payment"
        EXPENSE = "expense", "Expense"
        EXPENSE_PAID = "expense-paid", "Expense paid"
        TRANSFER = "transfer", "Transfer"
        PAYOUT = "payout", "Payout to the bank"
        REVERSAL = "reversal", "Correction"

    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind)
    occurred_on = models.DateField(help_text="On the chapter's calendar")
    posted_at = models.DateTimeField(auto_now_add=True)
    memo = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    payment = models.ForeignKey(
        "members.Payment", on_delete=models.PROTECT, null=True, related_name="entries"
    )
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="reversal"
    )
    # Receipts of people are shown to the public together with others of their stream.
    stream = models.CharField(max_length=120, blank=True, editable=False)
    # Written by the database: no other transaction adds lines to the entry.
    transaction_id = models.BigIntegerField(null=True, editable=False)

    class Meta(ChapterOwned.Meta):
        ordering = ["-id"]
        verbose_name_plural = "entries"
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(fields=["chapter", "key"], name="members_entry_key"),
            models.CheckConstraint(
                condition=Q(kind="reversal", reverses__isnull=False)
                | ~Q(kind="reversal") & Q(reverses__isnull=True),
                name="members_entry_reversal",
            ),
        ]
        indexes = [
            models.Index(fields=["chapter", "occurred_on"], name="members_entry_day"),
            models.Index(
                fields=["chapter", "stream", "id"],
                name="members_entry_stream",
                condition=~Q(stream=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.occurred_on}"


class Line(ChapterOwned):
    """One side of an entry, in one account and one fund."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="lines")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="lines")
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="lines")
    amount_cents = models.BigIntegerField(help_text="Debit positive, credit negative")
    currency = models.CharField(max_length=3, default="usd")

    class Meta(ChapterOwned.Meta):
        ordering = ["id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.CheckConstraint(condition=~Q(amount_cents=0), name="members_line_not_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.amount_cents / 100:,.2f} {self.currency.upper()} in {self.account}"
