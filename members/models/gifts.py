"""Gift memberships and sponsored places: paid by one person, used by another."""

import uuid
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import F, Q

from chapters.owned import ChapterOwned
from members.models.dues import Checkout, Membership
from members.models.invitations import digest_address

_SEAL = Signer(sep=".", salt="members.gift")


class Gift(ChapterOwned):
    """Places of a chapter that somebody pays for: one for a person, or several for the council.

    A gift to a person that is declined, or not answered in time, becomes a sponsored place.
    """

    OWNER = "giver"

    class State(models.TextChoices):
        UNPAID = "unpaid", "Not paid yet"
        OFFERED = "offered", "Waiting for the recipient"
        ACCEPTED = "accepted", "Accepted"
        SPONSORED = "sponsored", "Sponsored places"
        WITHDRAWN = "withdrawn", "Paid back"

    giver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    giver_name = models.CharField(max_length=120)
    # Made in the giver's browser session: the same form sent twice is one gift.
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    checkout = models.OneToOneField(
        Checkout, on_delete=models.PROTECT, related_name="gift", null=True
    )
    places = models.PositiveSmallIntegerField(default=1)
    places_taken = models.PositiveSmallIntegerField(default=0)
    amount_cents = models.PositiveIntegerField(help_text="For all places together")
    recipient_name = models.CharField(max_length=120, blank=True)
    recipient_email = models.EmailField(max_length=254, blank=True)
    message = models.TextField(max_length=500, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.UNPAID)
    created_at = models.DateTimeField(auto_now_add=True)
    offered_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    sponsored_at = models.DateTimeField(null=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["-created_at", "-id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(fields=["chapter", "key"], name="members_gift_once"),
            models.CheckConstraint(
                condition=Q(places__gte=1, places_taken__lte=F("places")),
                name="members_gift_places",
            ),
            models.CheckConstraint(
                condition=Q(amount_cents__gte=F("places") * 1200), name="members_gift_minimum"
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(accepted_by__isnull=False, places_taken=1),
                name="members_gift_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(recipient_email="") | Q(places=1), name="members_gift_to_one"
            ),
        ]
        indexes = [
            models.Index(fields=["giver", "-created_at"], name="members_gift_giver"),
            models.Index(
                fields=["chapter", "sponsored_at"], name="members_gift_sponsored",
                condition=Q(state="sponsored"),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.places} by {self.giver_name}, {self.get_state_display().lower()}"

    @property
    def is_personal(self) -> bool:
        """True where a person was named, False for places that the council assigns."""
        return bool(self.recipient_email)

    @property
    def address_digest(self) -> str:
        """The digest of the recipient's address, as invitations compare addresses."""
        return digest_address(self.recipient_email)

    @property
    def token(self) -> str:
        """What stands in the recipient's link. It is worked out and not stored."""
        return _SEAL.sign(str(self.pk))

    @classmethod
    def by_token(cls, token: str) -> Any:
        """The open chapter's gift with this token, or None."""
        try:
            pk = int(_SEAL.unsign(token))
        except (BadSignature, ValueError):
            return None
        return cls.objects.filter(pk=pk).select_related("chapter", "giver").first()


class GiftedPlace(ChapterOwned):
    """Which membership a given place extended, from when until when, and who assigned it."""

    gift = models.ForeignKey(Gift, on_delete=models.PROTECT, related_name="used")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    # Empty where the recipient took it.
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    covers_from = models.DateField()
    covers_until = models.DateField()
    # The days that a refund of the gift took away; given back if the refund fails.
    took_days = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["-id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.CheckConstraint(
                condition=Q(covers_until__gt=F("covers_from")), name="members_gifted_covers"
            ),
        ]

    def __str__(self) -> str:
        return f"Until {self.covers_until}"
