"""Organizations: one row a network, and what hangs on it in each chapter that it joins."""

import datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from chapters.owned import ChapterOwned, ScopedManager


class Focus(models.TextChoices):
    """What organizations work on, what offers help with, what needs are about."""

    WORK = "work", "Work and pay"
    INCOME = "income", "Income and savings"
    CARE = "care", "Childcare and care work"
    EDUCATION = "education", "Education and training"
    HEALTH = "health", "Health"
    SAFETY = "safety", "Safety from violence"
    HOUSING = "housing", "Housing"
    LEADERSHIP = "leadership", "Leadership and public life"
    DATA = "data", "Data and research"


class Population(models.TextChoices):
    """Whom an organization serves."""

    WOMEN = "women", "Women"
    GIRLS = "girls", "Girls"
    MOTHERS = "mothers", "Mothers"
    CAREGIVERS = "caregivers", "Caregivers"
    WOMEN_OF_COLOR = "women-of-color", "Women of color"
    IMMIGRANTS = "immigrants", "Immigrants and refugees"
    LGBTQ = "lgbtq", "LGBTQ+ people"
    DISABILITY = "disability", "People with disabilities"
    OLDER = "older", "Older women"
    VETERANS = "veterans", "Veterans"


def tags(choices: Any, **options: Any) -> ArrayField:
    """A field of several codes out of `choices`."""
    inner = models.CharField(max_length=24, choices=choices)
    return ArrayField(inner, default=list, blank=True, **options)


def labels(choices: Any, codes: list[str]) -> list[str]:
    """The words for codes, in the order of `choices`; what is not known is left out."""
    return [label for code, label in choices.choices if code in codes]


def check_website(address: str) -> None:
    """Refuse everything but an https address of a public host; nobody ever fetches it."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme != "https" or "." not in host or parts.username or parts.password:
        raise ValidationError("Enter an address that starts with https://", code="website")


class Organization(models.Model):
    """An organization in the network; its work in a chapter hangs on chapter-owned rows."""

    class Sector(models.TextChoices):
        NONPROFIT = "nonprofit", "Nonprofit"
        GOVERNMENT = "government", "Government"
        BUSINESS = "business", "Business"
        PHILANTHROPY = "philanthropy", "Philanthropy"
        EDUCATION = "education", "Education"

    name = models.CharField(max_length=160)
    sector = models.CharField(max_length=12, choices=Sector)
    website = models.URLField(blank=True, validators=[check_website])
    description = models.TextField(max_length=2000, blank=True)
    focus = tags(Focus, verbose_name="focus areas")
    populations = tags(Population, verbose_name="populations served")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(website="") | Q(website__startswith="https://"),
                name="members_organization_website",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def focus_words(self) -> list[str]:
        """The focus areas in words."""
        return labels(Focus, self.focus)

    @property
    def population_words(self) -> list[str]:
        """The populations served in words."""
        return labels(Population, self.populations)

    @property
    def website_host(self) -> str:
        """The website as a link says it."""
        return (urlsplit(self.website).hostname or "").removeprefix("www.")


class OrganizationTier(models.Model):
    """What an organization of some size pays a year, and how many seats that gives it."""

    code = models.SlugField(max_length=24, unique=True)
    name = models.CharField(max_length=60)
    hint = models.CharField(max_length=120, help_text="For whom, such as “Up to 10 staff”")
    yearly_cents = models.PositiveIntegerField()
    seats = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField(default=0)
    is_open = models.BooleanField(default=True, help_text="Whether it can be chosen now")

    class Meta:
        ordering = ["position", "yearly_cents"]
        constraints = [
            models.CheckConstraint(
                condition=Q(yearly_cents__gte=1200, seats__gte=1), name="members_tier_sums"
            )
        ]

    def __str__(self) -> str:
        return self.name


class OrganizationMembershipQuerySet(models.QuerySet):
    """Sets of organizations in chapters."""

    def current(self, today: datetime.date) -> "OrganizationMembershipQuerySet":
        """Those whose dues are paid on a day."""
        return self.filter(status="active", paid_until__gte=today)


class OrganizationMembership(ChapterOwned):
    """An organization in one chapter: one row for ever, renewed and not repeated."""

    class Status(models.TextChoices):
        PENDING = "pending", "Waiting for payment"
        ACTIVE = "active", "Active"
        CANCELLED = "cancelled", "Cancelled"

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="memberships"
    )
    tier = models.ForeignKey(OrganizationTier, on_delete=models.PROTECT, related_name="+")
    seats = models.PositiveSmallIntegerField(default=2)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    is_listed = models.BooleanField(
        "listed", default=True, help_text="Stands in the chapter’s public directory"
    )
    joined_on = models.DateField(null=True, blank=True)
    paid_until = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = ScopedManager.from_queryset(OrganizationMembershipQuerySet)()

    class Meta(ChapterOwned.Meta):
        ordering = ["organization__name", "id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["chapter", "organization"], name="members_organization_once"
            ),
            models.CheckConstraint(
                condition=~Q(status="active")
                | Q(joined_on__isnull=False, paid_until__isnull=False),
                name="members_organization_has_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} in {self.chapter}"

    @property
    def is_current(self) -> bool:
        """True while dues are paid, to the end of the last day on the chapter's clock."""
        paid = self.paid_until and self.paid_until >= self.chapter.today
        return self.status == self.Status.ACTIVE and bool(paid)


class RepresentativeQuerySet(models.QuerySet):
    """Sets of representatives."""

    def seated(self) -> "RepresentativeQuerySet":
        """Those who hold their seat now."""
        return self.filter(ended_at__isnull=True)

    def managing(self) -> "RepresentativeQuerySet":
        """Those who may edit the organization and give out its seats."""
        return self.seated().filter(role="manager")


class Representative(ChapterOwned):
    """A person on one of an organization's seats; ended and never deleted.

    A trigger (`members_seat_free`) refuses one more than the organization has seats.
    """

    OWNER = "user"

    class Role(models.TextChoices):
        MANAGER = "manager", "Manager"
        MEMBER = "member", "Representative"

    organization_membership = models.ForeignKey(
        OrganizationMembership, on_delete=models.PROTECT, related_name="representatives"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=8, choices=Role, default=Role.MEMBER)
    is_primary = models.BooleanField("primary contact", default=False)
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = ScopedManager.from_queryset(RepresentativeQuerySet)()

    class Meta(ChapterOwned.Meta):
        ordering = ["-is_primary", "started_at", "id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["organization_membership", "user"],
                condition=Q(ended_at__isnull=True),
                name="members_representative_once",
            ),
            models.UniqueConstraint(
                fields=["organization_membership"],
                condition=Q(ended_at__isnull=True, is_primary=True),
                name="members_one_primary_contact",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} for {self.organization_membership}"


class SeatInvitation(ChapterOwned):
    """An invitation to a seat by e-mail; the token itself is in the letter alone."""

    LASTS = datetime.timedelta(days=14)

    organization_membership = models.ForeignKey(
        OrganizationMembership, on_delete=models.PROTECT, related_name="invitations"
    )
    email = models.EmailField("e-mail address", max_length=254)
    role = models.CharField(
        max_length=8, choices=Representative.Role, default=Representative.Role.MEMBER
    )
    token_hash = models.CharField(max_length=64, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["-created_at", "-id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(fields=["chapter", "token_hash"], name="members_seat_token"),
            models.UniqueConstraint(
                "organization_membership",
                Lower("email"),
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="members_one_seat_invitation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.organization_membership}"


class OrganizationDues(ChapterOwned):
    """What a checkout buys for an organization: twelve months of a tier."""

    organization_membership = models.ForeignKey(
        OrganizationMembership, on_delete=models.PROTECT, related_name="dues"
    )
    tier = models.ForeignKey(OrganizationTier, on_delete=models.PROTECT, related_name="+")
    checkout = models.OneToOneField(
        "members.Checkout", on_delete=models.PROTECT, related_name="organization_dues"
    )
    covers_from = models.DateField(null=True, blank=True)
    covers_until = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["-created_at", "-id"]
        verbose_name_plural = "organization dues"

    def __str__(self) -> str:
        return f"{self.tier} for {self.organization_membership}"
