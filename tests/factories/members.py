"""People, their memberships, and whom they invite."""

import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.utils import timezone

from chapters.models import Chapter
from chapters.scope import in_chapter
from members.models import Invitation, InvitationLink, Membership, PaidPlace, User
from members.models.invitations import digest_address
from tests.factories.words import PASSWORD, count


def make_user(handle: str = "", /, *, password: str | None = PASSWORD, **fields: Any) -> User:
    """A person who has confirmed the address `<handle>@example.org`; None: no password."""
    handle = handle or f"person{next(count)}"
    fields.setdefault("name", handle.capitalize())
    email = fields.pop("email", f"{handle.lower()}@example.org")
    user = User.objects.create_user(email, password, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_membership(chapter: Chapter, user: User | None = None, **fields: Any) -> Membership:
    """A membership that is active and paid for another half year."""
    today = chapter.today
    fields = {
        "number": next(count),
        "status": Membership.Status.ACTIVE,
        "joined_on": today - datetime.timedelta(days=180),
        "paid_until": today + datetime.timedelta(days=185),
    } | fields
    with in_chapter(chapter):
        return Membership.objects.create(chapter=chapter, user=user or make_user(), **fields)


def make_paid_place(chapter: Chapter, user: User | None = None, **fields: Any) -> PaidPlace:
    """A question for a paid place that waits for the council."""
    mark = fields.pop("mark", "Paid place")
    fields = {"note": f"{mark} note"} | fields
    with in_chapter(chapter):
        return PaidPlace.objects.create(chapter=chapter, user=user or make_user(), **fields)


def make_invitation(membership: Membership, **fields: Any) -> Invitation:
    """A letter of this member that waits for an answer; `accepted_by` makes it accepted."""
    mark = fields.pop("mark", f"Invited{next(count)}")
    now = fields.get("created_at", timezone.now())
    email = fields.pop("email", f"{mark.lower()}@example.org")
    if fields.get("accepted_by"):
        fields = {"state": Invitation.State.ACCEPTED, "accepted_at": now} | fields
    fields = {
        "email": email,
        "address_digest": digest_address(email),
        "message": f"{mark} message",
        "expires_at": now + datetime.timedelta(days=30),
    } | fields
    with in_chapter(membership.chapter_id):
        return Invitation.objects.create(
            chapter_id=membership.chapter_id,
            membership=membership,
            inviter_id=membership.user_id,
            **fields,
        )


def make_invitation_link(membership: Membership, **fields: Any) -> InvitationLink:
    """The member's personal link; asked for again, the same one."""
    with in_chapter(membership.chapter_id):
        return InvitationLink.objects.get_or_create(
            membership=membership,
            defaults={"chapter_id": membership.chapter_id, "user_id": membership.user_id, **fields},
        )[0]
