"""The inbox of Stripe's events: stored before anything is done, applied exactly once."""

from django.db import models
from django.db.models import Q


class StripeEvent(models.Model):
    """One event as it was delivered; its id makes a second delivery find the first."""

    class State(models.TextChoices):
        RECEIVED = "received", "Received"
        APPLIED = "applied", "Applied"
        IGNORED = "ignored", "Not ours to act on"
        FAILED = "failed", "Failed"

    id = models.CharField(max_length=120, primary_key=True)
    type = models.CharField(max_length=80)
    livemode = models.BooleanField()
    payload = models.JSONField()
    state = models.CharField(max_length=8, choices=State, default=State.RECEIVED)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(help_text="When Stripe made the event")
    received_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-received_at"]
        indexes = [
            models.Index(
                fields=["received_at"], name="members_event_waiting",
                condition=Q(state="received"),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class Watermark(models.Model):
    """Up to which moment a list of Stripe's was read whole, and how far the next reading came."""

    name = models.CharField(max_length=20, primary_key=True)
    reached_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True, help_text="When the reading under way began")
    cursor = models.CharField(
        max_length=120,
        blank=True,
        db_default="",
        default="",
        help_text="The last object of the page that it has read",
    )

    def __str__(self) -> str:
        return f"{self.name} until {self.reached_at:%Y-%m-%d %H:%M}"
