"""Expenses: asked for by one person of the council, approved by another, then paid."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from chapters.owned import ChapterOwned
from members.models.ledger import Account, Fund


class Expense(ChapterOwned):
    """Money that the council spends. `title` stands in the open books, `payee` never does."""

    class State(models.TextChoices):
        REQUESTED = "requested", "Waiting for approval"
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"
        PAID = "paid", "Paid"

    MOVES: ClassVar[dict[str, tuple[str, ...]]] = {
        State.REQUESTED: (State.APPROVED, State.REJECTED),
        State.APPROVED: (State.PAID,),
    }

    title = models.CharField(max_length=120)
    payee = models.CharField(max_length=160)
    amount_cents = models.PositiveBigIntegerField(validators=[MinValueValidator(1)])
    currency = models.CharField(max_length=3, default="usd")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="expenses")
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="expenses")
    spent_on = models.DateField()
    state = models.CharField(max_length=9, choices=State, default=State.REQUESTED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True, help_text="Why it was rejected")
    paid_on = models.DateField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["-created_at", "-id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0), name="members_expense_of_something"
            ),
            models.CheckConstraint(
                condition=~Q(decided_by=F("requested_by")), name="members_expense_two_people"
            ),
            models.CheckConstraint(
                condition=Q(state="requested", decided_by__isnull=True, decided_at__isnull=True)
                | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(state="requested")),
                name="members_expense_decided",
            ),
            models.CheckConstraint(
                condition=Q(state="paid", paid_on__isnull=False)
                | (~Q(state="paid") & Q(paid_on__isnull=True)),
                name="members_expense_paid_on",
            ),
        ]
        indexes = [models.Index(fields=["chapter", "state"], name="members_expense_state")]

    def __str__(self) -> str:
        return self.title
