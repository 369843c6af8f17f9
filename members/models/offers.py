"""Offers, needs, and the asking that brings one to the other."""

import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from chapters.once import held_once, sent_key
from chapters.owned import ChapterOwned, ScopedManager
from members.models.dues import Membership
from members.models.organizations import (
    Focus,
    OrganizationMembership,
    Representative,
    labels,
    tags,
)

# One expression for the index and for every search, so that the index serves it.
OFFER_WORDS = SearchVector("title", "description", config="english")


class Kind(models.TextChoices):
    """What can be contributed; an offer meets a need of its own kind only."""

    SKILL = "skill", "Skill"
    SERVICE = "service", "Service"
    SPACE = "space", "Space"
    DATA = "data", "Data"
    FUNDING = "funding", "Funding"


class OfferQuerySet(models.QuerySet):
    """Sets of offers."""

    def listed(self, today: datetime.date) -> "OfferQuerySet":
        """Open offers, not over, of people and organizations whose dues are paid on a day."""
        paid = Q(
            organization_membership__status=OrganizationMembership.Status.ACTIVE,
            organization_membership__paid_until__gte=today,
        )
        person = Q(organization_membership__isnull=True) & (_pays(today) | _is_seated(today))
        lasting = Q(available_until__isnull=True) | Q(available_until__gte=today)
        # Who has left the network has nobody to answer for their offers.
        there = Q(user__is_active=True)
        return self.filter(lasting, paid | person, there, status=Offer.Status.OPEN)


def _pays(today: datetime.date) -> Exists:
    # As `Membership.is_current` has it: in grace one is still a member.
    rows = Membership.objects.filter(chapter_id=OuterRef("chapter_id"), user_id=OuterRef("user_id"))
    rows = rows.annotate(last=Coalesce("grace_until", "paid_until"))
    return Exists(rows.filter(last__gte=today, status__in=Membership.CURRENT))


def _is_seated(today: datetime.date) -> Exists:
    seats = Representative.objects.seated().filter(
        chapter_id=OuterRef("chapter_id"), user_id=OuterRef("user_id")
    )
    return Exists(
        seats.filter(
            organization_membership__status=OrganizationMembership.Status.ACTIVE,
            organization_membership__paid_until__gte=today,
        )
    )


class Offer(ChapterOwned):
    """Something that a person, or an organization in the chapter, can contribute.

    A person's own offer has no organization and is for the chapter's members alone. `user` is
    who answers when the council asks.
    """

    OWNER = "user"

    class Visibility(models.TextChoices):
        MEMBERS = "members", "Members of the chapter"
        PUBLIC = "public", "Everybody"

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        PAUSED = "paused", "Paused"
        CLOSED = "closed", "Closed"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    organization_membership = models.ForeignKey(
        OrganizationMembership,
        on_delete=models.PROTECT,
        related_name="offers",
        null=True,
        blank=True,
    )
    kind = models.CharField(max_length=8, choices=Kind)
    title = models.CharField(max_length=120)
    description = models.TextField(max_length=2000, blank=True)
    amount_cents = models.PositiveIntegerField(null=True, blank=True)
    availability = models.CharField(max_length=160, blank=True)
    available_until = models.DateField(null=True, blank=True)
    focus = tags(Focus, verbose_name="focus areas")
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.MEMBERS)
    status = models.CharField(max_length=6, choices=Status, default=Status.OPEN)
    sent_key = sent_key()
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar = ScopedManager.from_queryset(OfferQuerySet)()

    class Meta(ChapterOwned.Meta):
        ordering = ["-created_at", "-id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            held_once("user", "members_offer_sent_once"),
            models.CheckConstraint(
                condition=Q(visibility="members") | Q(organization_membership__isnull=False),
                name="members_offer_of_person",
            ),
            models.CheckConstraint(
                condition=Q(amount_cents__isnull=True) | Q(kind="funding", amount_cents__gt=0),
                name="members_offer_amount",
            ),
        ]
        indexes = [
            models.Index(fields=["chapter", "status", "kind"], name="members_offer_listed"),
            GinIndex(OFFER_WORDS, name="members_offer_words"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The offer's page in its chapter."""
        return reverse("members:offer", args=[self.chapter.slug, self.pk])

    @property
    def focus_words(self) -> list[str]:
        """The focus areas in words."""
        return labels(Focus, self.focus)

    @property
    def giver(self) -> str:
        """Who offers it: the organization, or the person."""
        if self.organization_membership:
            return self.organization_membership.organization.name
        return str(self.user)


class Need(ChapterOwned):
    """Something that the council, or a project of the agenda, asks for."""

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        MET = "met", "Met"
        CLOSED = "closed", "Closed"

    kind = models.CharField(max_length=8, choices=Kind)
    title = models.CharField(max_length=120)
    description = models.TextField(max_length=2000, blank=True)
    focus = tags(Focus, verbose_name="focus areas")
    quantity = models.CharField(max_length=80, blank=True)
    due_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=6, choices=Status, default=Status.OPEN)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    sent_key = sent_key()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["-created_at", "-id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            held_once("posted_by", "members_need_sent_once"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The need's page in its chapter."""
        return reverse("members:need", args=[self.chapter.slug, self.pk])

    @property
    def focus_words(self) -> list[str]:
        """The focus areas in words."""
        return labels(Focus, self.focus)


class OfferRequest(ChapterOwned):
    """The council asks for an offer; addresses are exchanged only when the answer is yes."""

    OWNER = "offerer"

    class Status(models.TextChoices):
        ASKED = "asked", "Waiting for an answer"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"

    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="requests")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="requests")
    offerer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    status = models.CharField(max_length=8, choices=Status, default=Status.ASKED)
    words = models.TextField(max_length=1000, blank=True)
    answer = models.TextField(max_length=1000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["-asked_at", "-id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(fields=["need", "offer"], name="members_asked_once"),
            models.CheckConstraint(
                condition=Q(status="asked", answered_at__isnull=True)
                | Q(status__in=["accepted", "declined"], answered_at__isnull=False),
                name="members_answered_has_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.need}: {self.offer}"

    def get_absolute_url(self) -> str:
        """Where it is answered."""
        return reverse("members:offer-request", args=[self.chapter.slug, self.pk])
