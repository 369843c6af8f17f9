"""Paid places: memberships without dues, asked for without reasons and granted by the council."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from chapters.owned import ChapterOwned


class PaidPlace(ChapterOwned):
    """One person's question for a paid place, and what became of it."""

    OWNER = "user"

    class Status(models.TextChoices):
        ASKED = "asked", "Asked for"
        GRANTED = "granted", "Granted"
        DECLINED = "declined", "Declined"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.ASKED)
    asked_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    words = models.CharField("what the person was told", max_length=500, blank=True)
    paid_until = models.DateField(null=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["asked_at", "id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["chapter", "user"],
                condition=Q(status="asked"),
                name="members_one_place_asked",
            ),
            models.CheckConstraint(
                condition=Q(status="asked", decided_at__isnull=True)
                | Q(status="declined", decided_at__isnull=False)
                | Q(status="granted", decided_at__isnull=False, paid_until__isnull=False),
                name="members_place_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_status_display()}"
