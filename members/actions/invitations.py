"""Inviting: asked by mail or by link, answered once, counted when the person has joined."""

import datetime
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from chapters.audit import record
from chapters.models import Chapter, MailChoice
from chapters.post import post
from members.models import (
    Invitation,
    InvitationLink,
    InvitationRefusal,
    Membership,
)
from members.models.invitations import digest_address
from members.plain import plain_name
from members.queries.invitations import digests_of, has_paid, links_to_thank, was_ever_member

LASTS = datetime.timedelta(days=30)
# An address that led to nothing is kept this long after the letter, for the inviter's own list.
KEPT = datetime.timedelta(days=90)
SESSION_KEY = "invitation"
SENT, OWN, AGAIN, NOT_NEEDED = "sent", "own", "again", "not needed"
PER_DAY, TOO_MANY_OPEN, CHAPTER_DAY = "per day", "too many open", "chapter day"
# Caps that another day lifts, by the name of the database's rule.
_CAPS = {
    "members_invitation_per_day": PER_DAY,
    "members_invitation_open": TOO_MANY_OPEN,
    "members_invitation_chapter_day": CHAPTER_DAY,
}


@dataclass(frozen=True)
class Outcome:
    """What became of one address: `verdict` is one of the words above."""

    email: str
    verdict: str

    @property
    def is_postponed(self) -> bool:
        """True where the same address may be tried again on another day."""
        return self.verdict in _CAPS.values()


def link_of(membership: Membership) -> InvitationLink:
    """The member's personal link, made on first sight. Needs the chapter's scope."""
    return InvitationLink.objects.get_or_create(
        membership=membership,
        defaults={"chapter_id": membership.chapter_id, "user_id": membership.user_id},
    )[0]


# --- Asking ---------------------------------------------------------------------------------------


def invite_by_mail(
    membership: Membership, addresses: list[str], message: str = ""
) -> list[Outcome]:
    """Ask each address once, and say of each what became of it. Needs the chapter's scope.

    What is said of an address depends on the inviter's own letters and on this chapter alone,
    and is the same for its members, for who was asked by others and for who said no.
    """
    with transaction.atomic():
        link_of(membership)
        return [Outcome(email, _invite(membership, email, message)) for email in addresses]


def _invite(membership: Membership, email: str, message: str) -> str:
    digest = digest_address(email)
    if digest in digests_of(membership.user):
        return OWN
    open_ones = Invitation.objects.filter(
        chapter=membership.chapter, way=Invitation.Way.MAIL, address_digest=digest
    )
    late = open_ones.filter(state=Invitation.State.OPEN, expires_at__lte=timezone.now())
    late.update(state=Invitation.State.EXPIRED)
    if open_ones.filter(state=Invitation.State.OPEN, membership=membership).exists():
        return AGAIN
    if was_ever_member(email, membership.chapter):
        return NOT_NEEDED
    try:
        with transaction.atomic():
            invitation = _store(membership, email, digest, message)
    except IntegrityError as error:
        return _CAPS.get(_rule_of(error), NOT_NEEDED)
    _send(invitation)
    return SENT


def _store(membership: Membership, email: str, digest: str, message: str) -> Invitation:
    now = timezone.now()
    return Invitation.objects.create(
        chapter=membership.chapter,
        membership=membership,
        inviter=membership.user,
        email=email,
        address_digest=digest,
        message=message,
        created_at=now,
        expires_at=now + LASTS,
    )


def _rule_of(error: IntegrityError) -> str:
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""


def _send(invitation: Invitation) -> None:
    path = reverse("members:invitation", args=[invitation.chapter.slug, invitation.token])
    context = {
        "inviter": plain_name(invitation.inviter.name, "A member"),
        "message": invitation.message,
        "expires_at": invitation.expires_at,
        "invitation_url": settings.SITE_URL + path,
    }
    post("invitation", invitation.email, context, chapter=invitation.chapter, at_least_once=False)


def ask_again(invitation: Invitation, by: Any) -> bool:
    """Tell the inviter that a new invitation is wanted; at most once for each old one."""
    fresh = Invitation.objects.filter(pk=invitation.pk, asked_again_at=None)
    if not fresh.update(asked_again_at=timezone.now()):
        return False
    is_known = by.is_authenticated
    context = {
        "name": invitation.inviter.get_short_name(),
        "invited": invitation.email,
        "asker": plain_name(by.name, "Somebody") if is_known else "",
        "asker_email": by.email if is_known else "",
        "invited_at": invitation.created_at,
        "site_url": settings.SITE_URL,
    }
    address, topic = invitation.inviter.email, MailChoice.Topic.INVITATIONS
    post("invitation-again", address, context, chapter=invitation.chapter, topic=topic)
    return True


# --- Answering ------------------------------------------------------------------------------------


def accept_invitation(user: Any, chapter: Chapter, *, token: str = "", code: str = "") -> bool:
    """Make an invitation this person's own: the one place where that happens.

    By token it must be open, not expired and sent to an address that the person has confirmed;
    all of it stands in the statement that takes it. By code of a link it is made on the spot.
    Nobody accepts their own, nobody who was a member before, and nobody two: the first counts.
    Needs the chapter's scope.
    """
    try:
        with transaction.atomic():
            pk = _pk_of(token) if token else _come_by_link(user, chapter, code)
            joined = Membership.objects.filter(chapter=chapter, user=user, joined_on__isnull=False)
            reached = Q(way=Invitation.Way.LINK) | Q(address_digest__in=digests_of(user))
            rows = Invitation.objects.answerable().filter(~Exists(joined), reached, pk=pk)
            rows.exclude(inviter=user).update(
                state=Invitation.State.ACCEPTED, accepted_by=user, accepted_at=timezone.now()
            )
            if not Invitation.objects.filter(pk=pk, accepted_by=user).exists():
                transaction.set_rollback(True)
                return False
            return True
    except IntegrityError:
        # Credited to somebody before: a second invitation changes nothing and bars nothing.
        return True


def _pk_of(token: str) -> int:
    invitation = Invitation.by_token(token)
    return invitation.pk if invitation else 0


def _come_by_link(user: Any, chapter: Chapter, code: str) -> int:
    """An open invitation by a member's link for the one who has just answered it."""
    link = InvitationLink.objects.filter(chapter=chapter, code=code).first()
    if link is None:
        return 0
    mine = Invitation.objects.filter(chapter=chapter, accepted_by=user).first()
    if mine:
        return mine.pk
    now = timezone.now()
    return Invitation.objects.create(
        chapter=chapter,
        membership_id=link.membership_id,
        inviter_id=link.user_id,
        way=Invitation.Way.LINK,
        created_at=now,
        expires_at=now + datetime.timedelta(minutes=1),
    ).pk


def keep_for_joining(session: MutableMapping[str, Any], chapter: Chapter, **ticket: str) -> None:
    """Remember what a visitor said yes to, until the person is known."""
    session[SESSION_KEY] = {"chapter": chapter.slug, **ticket}


def claim_invitation(user: Any, chapter: Chapter, session: MutableMapping[str, Any]) -> str:
    """Accept what this browser said yes to; gives the page that says why not, or nothing.

    Called by the way of joining when the person is known. Needs the chapter's scope.
    """
    ticket = session.get(SESSION_KEY) or {}
    if ticket.get("chapter") != chapter.slug:
        return ""
    token, code = ticket.get("token", ""), ticket.get("code", "")
    if accept_invitation(user, chapter, token=token, code=code):
        del session[SESSION_KEY]
        return ""
    name, key = ("invitation", token) if token else ("invitation-link", code)
    return reverse(f"members:{name}", args=[chapter.slug, key])


def decline_invitation(invitation: Invitation) -> None:
    """Say no, for this and every later invitation of the chapter. Needs the chapter's scope."""
    with transaction.atomic():
        InvitationRefusal.objects.get_or_create(
            chapter=invitation.chapter, address_digest=invitation.address_digest
        )
        rows = Invitation.objects.filter(pk=invitation.pk)
        declined = rows.filter(state__in=[Invitation.State.OPEN, Invitation.State.EXPIRED]).update(
            state=Invitation.State.DECLINED, declined_at=timezone.now()
        )
        if declined:
            record("invitation.declined", subject=invitation, chapter=invitation.chapter)


def forget_invited(user: Any) -> None:
    """Erase a person's address from the invitations of the open chapter; the counts stay."""
    reached = Q(accepted_by=user) | Q(address_digest__in=digests_of(user))
    Invitation.objects.filter(reached).update(email="", message="")


def end_invitations(chapter: Chapter) -> int:
    """Mark what is expired, and forget addresses that led to nothing. Needs the scope."""
    now = timezone.now()
    rows = Invitation.objects.filter(chapter=chapter)
    late = rows.filter(state=Invitation.State.OPEN, expires_at__lte=now)
    count = late.update(state=Invitation.State.EXPIRED)
    old = rows.filter(created_at__lt=now - KEPT).exclude(email="")
    old.exclude(state=Invitation.State.ACCEPTED).update(email="", message="")
    return count


# --- Counting -------------------------------------------------------------------------------------


def credit_invitations(chapter: Chapter, user: Any = None) -> int:
    """Count who has joined and paid; thanks for ten. Idempotent; gives the newly paid.

    With `user` only this person's invitation is looked at. Needs the chapter's scope.
    """
    now = timezone.now()
    rows = Invitation.objects.filter(chapter=chapter, state=Invitation.State.ACCEPTED)
    rows = rows if user is None else rows.filter(accepted_by=user)
    joined = Membership.objects.filter(
        chapter=chapter, user=OuterRef("accepted_by"), joined_on__isnull=False
    )
    rows.filter(Exists(joined), joined_at=None).update(joined_at=now)
    waiting = rows.filter(joined_at__isnull=False, paid_at=None)
    count = waiting.filter(has_paid(chapter)).update(paid_at=now)
    if count or user is None:
        _thank_for_ten(chapter)
    return count


def _thank_for_ten(chapter: Chapter) -> None:
    for link in links_to_thank(chapter):
        once = InvitationLink.objects.filter(pk=link.pk, thanked_at=None)
        if once.update(thanked_at=timezone.now()):
            context = {"name": link.user.get_short_name(), "site_url": settings.SITE_URL}
            topic = MailChoice.Topic.INVITATIONS
            post("ten-invited", link.user.email, context, chapter=chapter, topic=topic)
