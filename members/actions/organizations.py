"""What organizations do: join a chapter, pay, seat their people, and let them go.

The database counts the seats (trigger `members_seat_free`); here its refusal becomes `NoSeatFree`.
"""

import datetime
import hashlib
import secrets
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from chapters.audit import record
from chapters.models import Chapter
from chapters.post import post
from members.actions.reminding import withdraw_organization_reminders
from members.models import (
    Organization,
    OrganizationMembership,
    OrganizationTier,
    Representative,
    SeatInvitation,
    User,
)

INVITATIONS_A_DAY = 20


class NoSeatFree(Exception):
    """Every seat of the organization is taken, or promised to somebody who was invited."""


class SeatStays(Exception):
    """The seat can't be given up like this; the words say why."""


class InvitationOver(Exception):
    """The invitation was used, withdrawn, or has expired."""


# --- Joining ------------------------------------------------------------------------------------


@transaction.atomic
def enroll_organization(
    user: Any, chapter: Chapter, profile: dict[str, Any], tier: OrganizationTier, known: Any = None
) -> OrganizationMembership:
    """The organization's membership of the open chapter, waiting for its first dues.

    profile: fields of Organization, and `is_listed`. known: an Organization that `user` manages
    elsewhere. Somebody who comes back before paying finds what they had begun. Raises NoSeatFree.
    """
    held = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    membership = _begun(held, known)
    if membership is None:
        organization = known or Organization()
        membership = OrganizationMembership(chapter=chapter, organization=organization)
    save_profile(membership, profile, store=False)
    membership.organization.save()
    membership.organization_id = membership.organization.pk
    if membership.status == OrganizationMembership.Status.PENDING:
        membership.tier, membership.seats = tier, _at_least_taken(membership, tier.seats)
    membership.save()
    if not _seats(membership).filter(user=held).exists():
        is_first = not _seats(membership).filter(is_primary=True).exists()
        _sit(membership, held, Representative.Role.MANAGER, is_primary=is_first)
    return membership


def _begun(user: User, known: Organization | None) -> OrganizationMembership | None:
    """The known organization's row here, or one that the person began and nobody paid for."""
    rows = OrganizationMembership.objects.select_related("organization", "chapter")
    if known is not None:
        return rows.filter(organization=known).first()
    return rows.filter(
        status=OrganizationMembership.Status.PENDING,
        representatives__user=user,
        representatives__role=Representative.Role.MANAGER,
        representatives__ended_at__isnull=True,
    ).first()


def save_profile(
    membership: OrganizationMembership, profile: dict[str, Any], *, store: bool = True
) -> None:
    """Write what an organization says of itself; its website is never fetched."""
    organization = membership.organization
    for field in ("name", "sector", "website", "description", "focus", "populations"):
        setattr(organization, field, profile[field])
    membership.is_listed = profile["is_listed"]
    if store:
        organization.save()
        membership.save(update_fields=["is_listed"])


def _at_least_taken(membership: OrganizationMembership, seats: int) -> int:
    return max(seats, _seats(membership).count()) if membership.pk else seats


def extend_organization(
    membership: OrganizationMembership,
    tier: OrganizationTier,
    joined_on: datetime.date,
    until: datetime.date,
) -> None:
    """Make the organization's membership active until a day, with the tier's seats.

    Nobody loses a seat by a payment: a smaller tier still holds those who sit.
    """
    rows = OrganizationMembership.objects.select_for_update(no_key=True)
    held = rows.get(pk=membership.pk)
    held.tier, held.seats = tier, _at_least_taken(held, tier.seats)
    held.status = OrganizationMembership.Status.ACTIVE
    held.joined_on = held.joined_on or joined_on
    held.paid_until = until
    held.save()
    withdraw_organization_reminders(held)
    record_standing(held, "dues")


def record_standing(held: OrganizationMembership, why: str, by: Any = None) -> None:
    """Leave on record how an organization's membership stands from now on; why: a word."""
    until = held.paid_until.isoformat() if held.paid_until else None
    facts = {"to": str(held.status), "until": until, "seats": held.seats, "why": why}
    record("organization.moved", subject=held, chapter=held.chapter, by=by, facts=facts)


# --- Seats --------------------------------------------------------------------------------------


def _seats(membership: OrganizationMembership) -> Any:
    return Representative.objects.seated().filter(organization_membership=membership)


def _sit(
    membership: OrganizationMembership, user: Any, role: str, *, is_primary: bool = False
) -> Representative:
    """Give a person a seat. Raises NoSeatFree; who sits already keeps what they have."""
    try:
        with transaction.atomic():
            seat = Representative.objects.create(
                chapter_id=membership.chapter_id,
                organization_membership=membership,
                user=user,
                role=role,
                is_primary=is_primary,
            )
            _note("seat.taken", seat, user)
            return seat
    except IntegrityError as error:
        seat = _seats(membership).filter(user=user).first()
        if seat is None:
            raise NoSeatFree from error
        return seat


def _note(action: str, row: Representative | SeatInvitation, by: Any) -> None:
    """Leave on record what became of a seat, in the transaction in which it did."""
    membership = row.organization_membership
    facts = {"organization": membership.organization_id, "role": str(row.role)}
    record(action, subject=row, chapter=membership.chapter, by=by, facts=facts)


def free_seats(membership: OrganizationMembership) -> int:
    """Seats that nobody holds and that no open invitation promises."""
    promised = open_invitations(membership).count()
    return max(0, membership.seats - _seats(membership).count() - promised)


def open_invitations(membership: OrganizationMembership) -> Any:
    """Invitations that can still be accepted."""
    return SeatInvitation.objects.filter(
        organization_membership=membership,
        accepted_at__isnull=True,
        withdrawn_at__isnull=True,
        expires_at__gt=timezone.now(),
    )


@transaction.atomic
def invite_representative(
    membership: OrganizationMembership, by: Any, email: str, role: str
) -> SeatInvitation:
    """Promise a free seat to an address and mail it the link; asking again mails a new link.

    Raises NoSeatFree, or SeatStays where the address sits already or too many were invited.
    """
    held = OrganizationMembership.objects.select_for_update(no_key=True).get(pk=membership.pk)
    if _seats(held).filter(user__email__iexact=email).exists():
        raise SeatStays("This person holds a seat already")
    _check_invited_today(held)
    _close(SeatInvitation.objects.filter(organization_membership=held, email__iexact=email))
    _close_expired(held)
    if free_seats(held) < 1:
        raise NoSeatFree
    token = secrets.token_urlsafe(32)
    invitation = SeatInvitation.objects.create(
        chapter_id=held.chapter_id,
        organization_membership=held,
        email=email,
        role=role,
        token_hash=_digest(token),
        invited_by=by,
        expires_at=timezone.now() + SeatInvitation.LASTS,
    )
    _mail_invitation(invitation, token)
    _note("seat.promised", invitation, by)
    return invitation


def _check_invited_today(membership: OrganizationMembership) -> None:
    since = timezone.now() - datetime.timedelta(days=1)
    sent = SeatInvitation.objects.filter(organization_membership=membership, created_at__gt=since)
    if sent.count() >= INVITATIONS_A_DAY:
        raise SeatStays("Wait a day before you invite more people")


def _close(rows: Any) -> int:
    waiting = rows.filter(accepted_at__isnull=True, withdrawn_at__isnull=True)
    count: int = waiting.update(withdrawn_at=timezone.now())
    return count


def _close_expired(membership: OrganizationMembership) -> None:
    rows = SeatInvitation.objects.filter(organization_membership=membership)
    _close(rows.filter(expires_at__lte=timezone.now()))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _mail_invitation(invitation: SeatInvitation, token: str) -> None:
    chapter = invitation.organization_membership.chapter
    address = reverse("members:seat-invitation", args=[chapter.slug, token])
    context = {
        "organization": invitation.organization_membership.organization,
        "invited_by": invitation.invited_by,
        "expires_on": chapter.day_of(invitation.expires_at),
        "url": settings.SITE_URL + address,
    }
    post("seat-invitation", invitation.email, context, chapter=chapter)


def find_invitation(token: str) -> SeatInvitation | None:
    """The invitation of the open chapter that a link names, while it can be accepted."""
    rows = SeatInvitation.objects.select_related(
        "organization_membership__organization", "organization_membership__chapter", "invited_by"
    )
    return rows.filter(_acceptable(token)).first()


def _acceptable(token: str) -> Q:
    return Q(
        token_hash=_digest(token),
        accepted_at__isnull=True,
        withdrawn_at__isnull=True,
        expires_at__gt=timezone.now(),
    )


@transaction.atomic
def accept_invitation(token: str, user: Any) -> Representative:
    """Take the promised seat with one's own account, once; the one way in.

    Raises InvitationOver, and NoSeatFree where the seats were taken meanwhile.
    """
    accepted = SeatInvitation.objects.filter(_acceptable(token)).update(accepted_at=timezone.now())
    if not accepted:
        raise InvitationOver
    rows = SeatInvitation.objects.select_related("organization_membership__organization")
    invitation = rows.get(token_hash=_digest(token))
    return _sit(invitation.organization_membership, user, invitation.role)


@transaction.atomic
def withdraw_invitation(invitation: SeatInvitation, by: Any = None) -> None:
    """Make an invitation's link worthless and free the seat that it promised."""
    if _close(SeatInvitation.objects.filter(pk=invitation.pk)):
        _note("seat.withdrawn", invitation, by)


@transaction.atomic
def end_seat(seat: Representative, by: Any = None) -> None:
    """Free a seat. The person keeps their account, own membership, receipts and offers.

    Raises SeatStays for the primary contact, and for the last manager.
    """
    rows = OrganizationMembership.objects.select_for_update(no_key=True)
    membership = rows.get(pk=seat.organization_membership_id)
    held = _seats(membership).filter(pk=seat.pk).first()
    if held is None:
        return
    if held.is_primary:
        raise SeatStays("Make somebody else the primary contact first")
    managers = _seats(membership).filter(role=Representative.Role.MANAGER).exclude(pk=held.pk)
    if held.role == Representative.Role.MANAGER and not managers.exists():
        raise SeatStays("Make somebody else a manager first")
    held.ended_at = timezone.now()
    held.save(update_fields=["ended_at"])
    _note("seat.ended", held, by)


@transaction.atomic
def replace_representative(seat: Representative, by: Any, email: str) -> SeatInvitation:
    """Free a seat and promise it to another address. Raises SeatStays, NoSeatFree."""
    end_seat(seat, by)
    return invite_representative(seat.organization_membership, by, email, seat.role)


@transaction.atomic
def make_primary(seat: Representative, by: Any = None) -> None:
    """Make a representative the one who gets receipts and questions, and a manager.

    They and the one before them are told, whoever of the two did it.
    """
    rows = OrganizationMembership.objects.select_for_update(no_key=True)
    membership = rows.get(pk=seat.organization_membership_id)
    held = _seats(membership).filter(pk=seat.pk).select_related("user").first()
    before = _seats(membership).filter(is_primary=True).select_related("user").first()
    if held is None or held == before:
        return
    _seats(membership).filter(is_primary=True).update(is_primary=False)
    held.is_primary, held.role = True, Representative.Role.MANAGER
    held.save(update_fields=["is_primary", "role"])
    for one in (held, before):
        if one is not None:
            _tell_contact(membership, one.user, held.user)
    _note("contact.changed", held, by)


def _tell_contact(membership: OrganizationMembership, reader: User, contact: User) -> None:
    address = reverse("members:organization-seats", args=[membership.chapter.slug, membership.pk])
    context = {
        "name": reader.get_short_name(),
        "organization": membership.organization,
        "contact": contact,
        "is_contact": reader == contact,
        "url": settings.SITE_URL + address,
    }
    post("contact-changed", reader.email, context, chapter=membership.chapter)


def appoint_contact(membership: OrganizationMembership) -> None:
    """Make the manager who sits longest the primary contact where there is none any more."""
    managers = _seats(membership).filter(role=Representative.Role.MANAGER, user__is_active=True)
    heir = managers.order_by("started_at", "pk").first()
    if heir is not None and primary_contact(membership) is None:
        make_primary(heir)


def primary_contact(membership: OrganizationMembership) -> Any:
    """The person who gets the organization's receipts and questions, or None."""
    seat = _seats(membership).filter(is_primary=True).select_related("user").first()
    return seat.user if seat else None


def contact_of(membership: OrganizationMembership) -> Any:
    """The primary contact, or else the manager who sits longest; None where nobody manages it."""
    managers = _seats(membership).filter(role=Representative.Role.MANAGER, user__is_active=True)
    seat = managers.select_related("user").order_by("-is_primary", "pk").first()
    return seat.user if seat else None
