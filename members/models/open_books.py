"""What everybody may read of the books: entries as they are, receipts of people only together.

See docs/decisions/0008-ledger.md. Like the books, these rows are only ever added.
"""

from typing import Any, ClassVar

from django.db import models

from chapters.owned import ChapterOwned, PublishedManager, ScopedManager


class OpenEntry(ChapterOwned):
    """One entry of the open books: one of the books, or a batch of receipts of `people` people.

    `through` is the newest entry of the books in it; the next batch of `stream` begins after it.
    """

    PUBLIC: ClassVar[dict[str, Any]] = {"number__gt": 0}

    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12)
    occurred_on = models.DateField()
    memo = models.CharField(max_length=200, blank=True)
    people = models.PositiveIntegerField(default=0)
    stream = models.CharField(max_length=120, blank=True)
    through = models.BigIntegerField()

    objects: ClassVar = ScopedManager()
    published: ClassVar = PublishedManager()

    class Meta(ChapterOwned.Meta):
        ordering = ["-number"]
        verbose_name_plural = "open entries"
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(fields=["chapter", "number"], name="members_open_number"),
        ]

    def __str__(self) -> str:
        return f"Open entry {self.number}"


class OpenLine(ChapterOwned):
    """One side of an open entry; carries all that the sums of the nation need."""

    PUBLIC: ClassVar[dict[str, Any]] = {"entry__number__gt": 0}

    entry = models.ForeignKey(OpenEntry, on_delete=models.PROTECT, related_name="lines")
    occurred_on = models.DateField()
    account_code = models.CharField(max_length=8)
    account_name = models.CharField(max_length=80)
    account_kind = models.CharField(max_length=9)
    fund_code = models.CharField(max_length=30)
    amount_cents = models.BigIntegerField(help_text="Debit positive, credit negative")
    currency = models.CharField(max_length=3, default="usd")

    objects: ClassVar = ScopedManager()
    published: ClassVar = PublishedManager()

    class Meta(ChapterOwned.Meta):
        ordering = ["id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["entry", "account_code", "fund_code", "currency"],
                name="members_open_line_once",
            ),
        ]
        indexes = [models.Index(fields=["chapter", "occurred_on"], name="members_open_day")]

    def __str__(self) -> str:
        return f"{self.amount_cents / 100:,.2f} {self.currency.upper()} in {self.account_name}"

    @property
    def debit(self) -> int:
        """The cents of a debit, else zero."""
        return max(self.amount_cents, 0)

    @property
    def credit(self) -> int:
        """The cents of a credit, else zero."""
        return max(-self.amount_cents, 0)
