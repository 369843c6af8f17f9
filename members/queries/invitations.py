"""Reads over invitations: how a member's stand, and whether an address may be asked."""

from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from chapters.models import Chapter
from members.models import GiftedPlace, Invitation, InvitationLink, Membership, Payment, User
from members.models.invitations import address_key, digest_address

GOAL = 10


@dataclass(frozen=True)
class InvitationCounts:
    """People of one member or chapter: `sent` letters, then who joined, then who paid."""

    sent: int = 0
    joined: int = 0
    paid: int = 0
    waiting: int = 0
    declined: int = 0

    @property
    def stations(self) -> list[bool]:
        """Ten marks, set for as many as joined."""
        return [number < self.joined for number in range(GOAL)]


_COUNTS = {
    "sent": Count("pk", filter=Q(way="mail")),
    "joined": Count("pk", filter=Q(joined_at__isnull=False)),
    "paid": Count("pk", filter=Q(paid_at__isnull=False)),
    "waiting": Count("pk", filter=Q(state="open")),
    "declined": Count("pk", filter=Q(state="declined")),
}


def count_invitations(membership: Membership) -> InvitationCounts:
    """How a member's invitations stand; for the member, in any scope of theirs."""
    rows = Invitation.mine(membership.user_id).filter(membership=membership)
    return InvitationCounts(**rows.aggregate(**_COUNTS))


@dataclass(frozen=True)
class InvitationsOfMember:
    """One membership with how its invitations stand."""

    membership: Membership
    counts: InvitationCounts


def home_invitations(user: Any, memberships: list[Membership]) -> list[InvitationsOfMember]:
    """How invitations stand in each chapter in which the person invites; one query."""
    rows: Any = Invitation.mine(user).order_by().values("membership").annotate(**_COUNTS)
    known = {row.pop("membership"): InvitationCounts(**row) for row in rows}
    return [
        InvitationsOfMember(membership, known.get(membership.pk, InvitationCounts()))
        for membership in memberships
        if membership.is_current
    ]


def chapter_invitations(chapter: Chapter) -> InvitationCounts:
    """How all invitations of a chapter stand. Needs its scope."""
    rows = Invitation.objects.filter(chapter=chapter)
    return InvitationCounts(**rows.aggregate(**_COUNTS))


def invitations_by_chapter() -> list[Any]:
    """The counts of every chapter in view, by name: for the backbone."""
    rows = Invitation.objects.order_by("chapter__name").values("chapter__name")
    return list(rows.annotate(**_COUNTS, accepted=Count("pk", filter=Q(state="accepted"))))


def my_invitations(membership: Membership) -> QuerySet[Invitation]:
    """A member's own invitations, newest first."""
    return Invitation.mine(membership.user_id).filter(membership=membership)


def inviting_memberships(user: Any) -> list[Membership]:
    """The person's memberships that invite: those in good standing today."""
    rows = Membership.mine(user).select_related("chapter", "user").order_by("chapter__name")
    return [membership for membership in rows if membership.is_current]


def digests_of(user: Any) -> list[str]:
    """Digests of every address that the person has confirmed."""
    confirmed = EmailAddress.objects.filter(user=user, verified=True)
    return [digest_address(email) for email in confirmed.values_list("email", flat=True)]


def was_ever_member(email: str, chapter: Chapter) -> bool:
    """True where the address, however spelled, belongs to somebody who once joined the chapter."""
    name, _, domain = address_key(email).rpartition("@")
    same = Q(email__iexact=f"{name}@{domain}") | Q(
        email__istartswith=f"{name}+", email__iendswith=f"@{domain}"
    )
    confirmed = EmailAddress.objects.filter(same, verified=True).values_list("user_id", flat=True)
    people = {*confirmed, *User.objects.filter(same).values_list("pk", flat=True)}
    rows = Membership.objects.filter(chapter=chapter, joined_on__isnull=False)
    return bool(people) and rows.filter(user_id__in=people).exists()


def has_paid(chapter: Chapter) -> Q:
    """Of an invitation: its person paid dues here, or somebody paid for their place."""
    person = OuterRef("accepted_by")
    dues = Payment.objects.filter(chapter=chapter, membership__user=person)
    given = GiftedPlace.objects.filter(chapter=chapter, membership__user=person)
    return Q(Exists(dues)) | Q(Exists(given))


def links_to_thank(chapter: Chapter) -> QuerySet[InvitationLink]:
    """Links of members whose tenth person has paid and who were not thanked."""
    paid = Invitation.objects.filter(chapter=chapter, paid_at__isnull=False).order_by()
    ten = paid.values("membership").annotate(count=Count("pk")).filter(count__gte=GOAL)
    rows = InvitationLink.objects.filter(chapter=chapter, thanked_at=None)
    return rows.filter(membership__in=ten.values("membership")).select_related("user")


def standing_of(invitation: Invitation, user: Any) -> str:
    """What a visitor with the letter's link finds.

    “open”, “expired”, “used”, “mine”, “declined”; for somebody signed in also “own” (the
    inviter), “member” (who joined before) and “other” (sent to another address than theirs).
    """
    state = invitation.state
    if state == Invitation.State.ACCEPTED:
        return "mine" if invitation.accepted_by_id == user.pk else "used"
    if state == Invitation.State.DECLINED:
        return "declined"
    if invitation.is_expired:
        return "expired"
    return _standing_of_person(invitation, user) if user.is_authenticated else "open"


def _standing_of_person(invitation: Invitation, user: Any) -> str:
    if invitation.inviter_id == user.pk:
        return "own"
    if has_joined(user, invitation.chapter):
        return "member"
    return "open" if invitation.address_digest in digests_of(user) else "other"


def has_joined(user: Any, chapter: Chapter) -> bool:
    """True where the person is or once was a member of the chapter."""
    rows = Membership.mine(user).filter(chapter=chapter)
    return rows.filter(joined_on__isnull=False).exists()
