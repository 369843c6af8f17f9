"""Convenings and the people who registered for them."""

import datetime as dt
import secrets
import uuid
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from chapters.models.places import check_zone
from chapters.owned import ChapterOwned, PublishedManager, ScopedManager
from chapters.prose import Block, read_blocks


class ConveningQuerySet(models.QuerySet):
    """Sets of convenings."""

    def coming(self) -> "ConveningQuerySet":
        """Those not over yet, the next one first."""
        return self.filter(ends_at__gt=timezone.now()).order_by("starts_at", "id")

    def past(self) -> "ConveningQuerySet":
        """Those that are over, the latest first."""
        return self.filter(ends_at__lte=timezone.now()).order_by("-starts_at", "id")


class Convening(ChapterOwned):
    """A meeting that connects, informs and moves people to act."""

    PUBLIC: ClassVar[dict[str, Any]] = {"published_at__isnull": False}

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(max_length=120)
    summary = models.CharField(max_length=240)
    description = models.TextField(max_length=4000, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    zone = models.CharField("time zone", max_length=40, validators=[check_zone])
    place = models.CharField(max_length=160, blank=True, help_text="Empty: online only")
    online_url = models.URLField(
        "online link", max_length=400, blank=True, help_text="Shown only to people with a place"
    )
    capacity = models.PositiveIntegerField(null=True, blank=True, help_text="Empty: no limit")
    published_at = models.DateTimeField(null=True, blank=True)
    # Calendars replace an entry only by one of a higher number.
    sequence = models.PositiveIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager.from_queryset(ConveningQuerySet)()  # type: ignore[misc]
    published = PublishedManager.from_queryset(ConveningQuerySet)()

    class Meta(ChapterOwned.Meta):
        ordering = ["starts_at", "id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="convenings_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(capacity__gt=0),
                name="convenings_capacity_positive",
            ),
        ]
        indexes = [
            models.Index(fields=["chapter", "starts_at"], name="convenings_of_chapter"),
            models.Index(fields=["ends_at"], name="convenings_by_time"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The public page."""
        return reverse("convenings:detail", args=[self.chapter.slug, self.pk])

    @property
    def is_over(self) -> bool:
        """True once it has ended."""
        return self.ends_at <= timezone.now()

    @property
    def local_start(self) -> dt.datetime:
        """The beginning on the convening's own clock."""
        return self.starts_at.astimezone(ZoneInfo(self.zone))

    @property
    def blocks(self) -> list[Block]:
        """The description as paragraphs and lists."""
        return read_blocks(self.description)


def new_token() -> str:
    """A secret that nobody guesses: 192 bits."""
    return secrets.token_urlsafe(24)


class RegistrationQuerySet(models.QuerySet):
    """Sets of registrations."""

    def with_place(self) -> "RegistrationQuerySet":
        """Those who have a place."""
        return self.filter(status=Registration.Status.REGISTERED)

    def waiting(self) -> "RegistrationQuerySet":
        """The waiting list, first come first."""
        return self.filter(status=Registration.Status.WAITING).order_by("queued_at", "id")


class Registration(ChapterOwned):
    """One address for one convening: one row for ever, whatever happens to the place."""

    OWNER: ClassVar[str] = "user"

    class Status(models.TextChoices):
        REGISTERED = "registered", "Registered"
        WAITING = "waiting", "On the waiting list"
        CANCELLED = "cancelled", "Cancelled"

    convening = models.ForeignKey(Convening, on_delete=models.PROTECT, related_name="registrations")
    name = models.CharField(max_length=120)
    email = models.EmailField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.REGISTERED)
    queued_at = models.DateTimeField(default=timezone.now)
    mailed_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager.from_queryset(RegistrationQuerySet)()  # type: ignore[misc]

    class Meta(ChapterOwned.Meta):
        ordering = ["-created_at", "id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(
                "convening", Lower("email"), name="convenings_one_registration"
            ),
        ]
        indexes = [
            models.Index(fields=["convening", "status", "queued_at"], name="convenings_queue")
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.get_status_display().lower()}"

    def get_absolute_url(self) -> str:
        """The page of this registration; whoever knows the address may cancel it."""
        return reverse("convenings:registration", args=[self.chapter.slug, self.token])

    @property
    def has_place(self) -> bool:
        """True while a chair is kept."""
        return self.status == self.Status.REGISTERED

    @property
    def is_waiting(self) -> bool:
        """True while on the waiting list."""
        return self.status == self.Status.WAITING
