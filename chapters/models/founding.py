"""Founding a chapter: the founder's application and the pledges toward the first budget."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from chapters.models.places import Chapter, Place
from chapters.owned import ChapterOwned

# No letter or digit that is taken for another when somebody reads it out.
CLEAR_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def make_reference() -> str:
    """A name for a request that can be said on the telephone: NC- and seven letters or digits."""
    return "NC-" + "".join(secrets.choice(CLEAR_LETTERS) for _ in range(7))


def make_token() -> str:
    """A secret that fits into an address."""
    return secrets.token_urlsafe(18).replace("_", "-")


class Application(models.Model):
    """A founder's request, from the first question to a chapter; it belongs to the backbone."""

    class Stage(models.TextChoices):
        REQUESTED = "requested", "Information requested"
        TALKING = "talking", "In conversation"
        APPLYING = "applying", "Application under way"
        APPROVED = "approved", "Approved"
        CLOSED = "closed", "Closed"

    reference = models.CharField(max_length=12, unique=True, editable=False, default=make_reference)
    # Opens the founder's own view of where the request stands.
    token = models.SlugField(max_length=40, unique=True, editable=False, default=make_token)
    name = models.CharField(max_length=120)
    email = models.EmailField()
    city = models.CharField(max_length=120)
    state = models.CharField(max_length=2)
    organization = models.CharField(max_length=160, blank=True)
    message = models.TextField(max_length=4000, blank=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, blank=True)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.REQUESTED)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        limit_choices_to={"is_staff": True},
        related_name="application_queue",
    )
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["due_at", "id"]
        indexes = [models.Index(fields=["stage", "due_at"], name="chapters_application_queue")]

    def __str__(self) -> str:
        return f"{self.reference}: {self.city}, {self.state}"

    def get_absolute_url(self) -> str:
        """The founder's page."""
        return reverse("chapters:received", args=[self.token])

    @property
    def is_overdue(self) -> bool:
        """True when nobody answered in time."""
        return self.answered_at is None and self.due_at < timezone.now()


class Pledge(ChapterOwned):
    """A promise toward the sum a chapter needs to start; nothing is charged before launch."""

    class State(models.TextChoices):
        PLEDGED = "pledged", "Pledged"
        CONFIRMED = "confirmed", "Confirmed"
        COLLECTED = "collected", "Collected"
        RELEASED = "released", "Released"

    name = models.CharField(max_length=160)
    email = models.EmailField(blank=True)
    amount_cents = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3, default="usd")
    state = models.CharField(max_length=10, choices=State, default=State.PLEDGED)
    note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["-amount_cents", "id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0), name="chapters_pledge_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.amount_cents / 100:,.2f} {self.currency.upper()}"


class WaitlistEntry(models.Model):
    """Somebody who would join a chapter in a city that has none; confirmed, they count for it."""

    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=120)
    state = models.CharField(max_length=2)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, blank=True)
    # Opens this one entry, to confirm it or to take it off the list.
    token = models.SlugField(max_length=40, unique=True, editable=False, default=make_token)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    told_of = models.ForeignKey(
        Chapter, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["state", "city", "id"]
        verbose_name_plural = "waitlist entries"
        constraints = [
            models.UniqueConstraint(
                Lower("email"), Lower("city"), "state", name="chapters_waitlist_once"
            )
        ]
        indexes = [
            models.Index(
                Lower("city"), "state", name="chapters_waitlist_of_city",
                condition=Q(confirmed_at__isnull=False),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.email}: {self.city}, {self.state}"

    def get_absolute_url(self) -> str:
        """The entry's own page, for whoever holds its address."""
        return reverse("chapters:waitlist-entry", args=[self.token])
