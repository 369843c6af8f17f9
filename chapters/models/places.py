"""Places of the country and the chapters that work in them; both are public by nature."""

import datetime
import zoneinfo
from collections.abc import Iterator
from itertools import count
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone

RESERVED_SLUGS = {
    "accessibility", "account", "admin", "api", "books", "chapters", "claims", "compare",
    "convenings", "data", "gift", "health", "healthz", "help", "indicators", "indices", "join",
    "mail", "me", "method", "nation", "pay", "privacy", "readyz", "start", "static", "webhooks",
}  # fmt: skip


def check_zone(name: str) -> None:
    """Refuse what is not an IANA time zone."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"“{name}” is not a time zone. Enter one like America/Denver.")


def check_slug(slug: str) -> None:
    """Refuse addresses that the national site uses itself."""
    if slug in RESERVED_SLUGS:
        raise ValidationError(f"The address /{slug}/ belongs to the national site.")


def possible_codes(slug: str) -> Iterator[str]:
    """`SF`, `SF2`, `SF3`… for san-francisco, `DEN`, `DEN2`… for denver; never ends."""
    words = [word for word in slug.split("-") if word]
    code = "".join(word[0] for word in words) if len(words) > 1 else slug[:3]
    yield code[:6].upper()
    for number in count(2):
        yield f"{code[:6].upper()}{number}"


class Place(models.Model):
    """A reference area: `geoid` is the Census code with its leading zeros (state + place)."""

    class Level(models.TextChoices):
        NATION = "nation"
        STATE = "state"
        COUNTY = "county"
        CITY = "city"

    geoid = models.CharField(max_length=12, unique=True, validators=[RegexValidator(r"^\d{1,12}$")])
    name = models.CharField(max_length=120)
    level = models.CharField(max_length=8, choices=Level, default=Level.CITY)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True)
    state = models.CharField(max_length=2, blank=True, help_text="Postal code, such as CO")
    same_as = models.CharField(
        max_length=12, blank=True, help_text="Second code of the same area (a city-county)"
    )
    latitude = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    longitude = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    zone = models.CharField(max_length=40, default="America/New_York", validators=[check_zone])

    class Meta:
        ordering = ["name", "geoid"]

    def __str__(self) -> str:
        return f"{self.name}, {self.state}" if self.state else self.name


class Chapter(models.Model):
    """A city's network, and the tenant: rows of other chapters are never in view."""

    class Status(models.TextChoices):
        GATHERING = "gathering", "Gathering pledges"
        LAUNCHING = "launching", "Launching"
        ACTIVE = "active", "Active"
        DORMANT = "dormant", "Dormant"

    OPEN = (Status.ACTIVE, Status.LAUNCHING)

    slug = models.SlugField(max_length=60, unique=True, validators=[check_slug])
    name = models.CharField(max_length=120)
    code = models.CharField(
        max_length=12, unique=True, editable=False, help_text="Begins the numbers of receipts"
    )
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="chapters")
    status = models.CharField(max_length=10, choices=Status, default=Status.GATHERING)
    vision = models.CharField(max_length=200, blank=True)
    zone = models.CharField(max_length=40, validators=[check_zone])
    art = models.SlugField(
        max_length=40, blank=True, help_text="Drawing in templates/chapters/art; empty: strands"
    )
    launched_on = models.DateField(null=True, blank=True)
    goal_cents = models.PositiveBigIntegerField(default=7_500_000)
    paid_places = models.PositiveSmallIntegerField(
        "paid places a year", null=True, blank=True, help_text="Empty: no limit"
    )
    # Public sums, kept right in the transaction that changes them, so that the national pages
    # need no look behind a chapter's walls.
    member_count = models.PositiveIntegerField(default=0, editable=False)
    pledged_cents = models.PositiveBigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the chapter; a new one gets a code that no other chapter has."""
        if not self.code:
            taken = set(Chapter.objects.values_list("code", flat=True))
            self.code = next(code for code in possible_codes(self.slug) if code not in taken)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """The chapter's public page."""
        return reverse("chapter-home", args=[self.slug])

    def day_of(self, moment: datetime.datetime) -> datetime.date:
        """The date of a moment on the chapter's wall calendar."""
        return moment.astimezone(zoneinfo.ZoneInfo(self.zone)).date()

    @property
    def today(self) -> datetime.date:
        """The date on the chapter's calendar."""
        return self.day_of(timezone.now())

    @property
    def pledged_words(self) -> str:
        """Pledged so far, in whole dollars."""
        return f"${self.pledged_cents // 100:,}"

    @property
    def goal_words(self) -> str:
        """What the chapter needs to start, in whole dollars."""
        return f"${self.goal_cents // 100:,}"

    @property
    def is_open(self) -> bool:
        """True where people can join: launching and active chapters."""
        return self.status in self.OPEN
