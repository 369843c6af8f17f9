"""Invitations: who was asked by whom, what became of it, and who wants no more of them."""

import hashlib
import re
import secrets
from typing import Any, ClassVar

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from chapters.models.founding import CLEAR_LETTERS
from chapters.owned import ChapterOwned, ScopedManager
from members.models.dues import Membership

_SEAL = Signer(sep=".", salt="members.invitation")


def make_code() -> str:
    """Eight letters or digits for a personal link; it opens nothing, so it may be known."""
    return "".join(secrets.choice(CLEAR_LETTERS) for _ in range(8)).lower()


def address_key(email: str) -> str:
    """What makes two spellings one address: small letters, and nothing after a +."""
    name, _, domain = email.strip().lower().rpartition("@")
    return f"{re.sub(r'[+].*', '', name) or name}@{domain}"


def digest_address(email: str) -> str:
    """Recognises an address without keeping it: the SHA-256 of its key, in hexadecimal."""
    return hashlib.sha256(address_key(email).encode()).hexdigest()


class InvitationLink(ChapterOwned):
    """A member's personal link, and whether the member was thanked for ten people."""

    OWNER = "user"

    membership = models.OneToOneField(Membership, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    code = models.SlugField(max_length=16, default=make_code, editable=False)
    thanked_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(fields=["chapter", "code"], name="members_link_code_once"),
        ]

    def __str__(self) -> str:
        return f"Link of {self.user}"


class InvitationQuerySet(models.QuerySet):
    """Sets of invitations."""

    def answerable(self) -> "InvitationQuerySet":
        """Open and not expired; part of the one statement that accepts."""
        return self.filter(state=Invitation.State.OPEN, expires_at__gt=timezone.now())


class Invitation(ChapterOwned):
    """One person asked by one member, by mail or by the member's link.

    The caps against abuse are a trigger of the table: see the migration `invitations`.
    """

    OWNER = "inviter"

    class State(models.TextChoices):
        OPEN = "open", "Waiting for an answer"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        EXPIRED = "expired", "Expired"

    class Way(models.TextChoices):
        MAIL = "mail", "By e-mail"
        LINK = "link", "By personal link"

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    inviter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    way = models.CharField(max_length=4, choices=Way, default=Way.MAIL)
    # As it was typed, and emptied some weeks after it has served; the digest stays.
    email = models.EmailField(max_length=254, blank=True)
    address_digest = models.CharField(max_length=64, blank=True)
    message = models.TextField(max_length=500, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    accepted_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    joined_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    asked_again_at = models.DateTimeField(null=True)

    objects: ClassVar = ScopedManager.from_queryset(InvitationQuerySet)()

    class Meta(ChapterOwned.Meta):
        ordering = ["-created_at", "-id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["chapter", "accepted_by"], name="members_invited_by_one"
            ),
            models.UniqueConstraint(
                fields=["chapter", "address_digest"],
                condition=Q(state="open", way="mail"),
                name="members_one_open_invitation",
            ),
            models.CheckConstraint(
                condition=Q(state="accepted", accepted_by__isnull=False, accepted_at__isnull=False)
                | (~Q(state="accepted") & Q(accepted_by__isnull=True)),
                name="members_invitation_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(accepted_by__isnull=True) | ~Q(accepted_by=F("inviter")),
                name="members_invitation_not_oneself",
            ),
            models.CheckConstraint(
                condition=Q(way="link") | ~Q(address_digest=""),
                name="members_invitation_mail_has_digest",
            ),
        ]
        indexes = [
            models.Index(fields=["inviter", "-created_at"], name="members_invitation_inviter"),
            models.Index(fields=["chapter", "-created_at"], name="members_invitation_day"),
            models.Index(fields=["chapter", "address_digest"], name="members_invitation_address"),
        ]

    def __str__(self) -> str:
        return f"{self.get_way_display()}, {self.get_state_display().lower()}"

    @property
    def token(self) -> str:
        """What stands in the letter's link. It is worked out and not stored."""
        return _SEAL.sign(str(self.pk))

    @property
    def is_expired(self) -> bool:
        """True once nobody can accept it any more for its age."""
        return self.state == self.State.EXPIRED or (
            self.state == self.State.OPEN and self.expires_at <= timezone.now()
        )

    @classmethod
    def by_token(cls, token: str) -> Any:
        """The open chapter's invitation with this token, or None."""
        try:
            pk = int(_SEAL.unsign(token))
        except (BadSignature, ValueError):
            return None
        return cls.objects.filter(pk=pk).select_related("chapter", "inviter").first()


class InvitationRefusal(ChapterOwned):
    """An address that wants no invitations from this chapter, ever; only its digest is kept."""

    address_digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["-id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["chapter", "address_digest"], name="members_refusal_once"
            ),
        ]

    def __str__(self) -> str:
        return f"An address since {self.created_at:%Y-%m-%d}"
