"""Local Advisory Councils: who sits, in which role, for which term."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from chapters.owned import ChapterOwned, ScopedManager


class SeatQuerySet(models.QuerySet):
    """Sets of seats."""

    def current(self) -> "SeatQuerySet":
        """Accepted seats whose term runs now; an ended term counts no second longer."""
        now = timezone.now()
        return self.filter(accepted_at__lte=now, starts_at__lte=now).filter(
            Q(ends_at__isnull=True) | Q(ends_at__gt=now)
        )


class Seat(ChapterOwned):
    """One person's term on one council."""

    OWNER = "user"

    class Role(models.TextChoices):
        CHAIR = "chair"
        SECRETARY = "secretary"
        MEMBER = "member"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)
    shown_as = models.CharField(max_length=80, help_text="Name on the public page, such as Lou P.")
    brings = models.CharField(max_length=120, blank=True, help_text="Sector, employer, or place")
    starts_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = ScopedManager.from_queryset(SeatQuerySet)()

    class Meta(ChapterOwned.Meta):
        ordering = ["role", "shown_as", "id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="chapters_seat_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["chapter", "user"],
                condition=Q(ends_at__isnull=True),
                name="chapters_seat_one_open_term",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shown_as} ({self.get_role_display()})"

    @property
    def initials(self) -> str:
        """Two letters for the round mark beside the name."""
        return "".join(word[0] for word in self.shown_as.split()[:2]).upper()
