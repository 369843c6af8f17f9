"""Letters about an end of dues: on set days, each once, and never after a renewal.

A row of Reminder makes a letter the only one of its kind about one end of dues. A renewal moves
that end, so nothing about the old one is due any more; what still waits in the outbox is
withdrawn in the transaction of the renewal.
"""

import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from chapters.models import MailChoice
from chapters.post import post, withdraw
from members.dues import show_dollars
from members.models import Membership, OrganizationMembership, Reminder, Subscription, User

# Days before the end on which a letter is sent to who pays by hand, or by card once a year.
BEFORE_END = (30, 7, 1)
BEFORE_CARD = (30,)
# Days after it while grace lasts; a day that was missed is made good unless a later one is due.
CARD_FAILED = (0, 7, 21)
IN_GRACE = (1, 21)
BEFORE_ORGANIZATION = (30, 7)
# Who comes to know of an old end only now is not written to about it any more.
LAPSED_SINCE_AT_MOST = 30

TEMPLATES = {
    "renewal": "renewal-reminder",
    "card": "card-renewal",
    "card-failed": "card-failed",
    "grace": "dues-ended",
    "lapsed": "membership-lapsed",
    "stopped": "renewal-stopped",
    "organization": "organization-reminder",
    "organization-lapsed": "organization-lapsed",
}
# What one may do without. Word of a charge, of a failed one and of an end is always sent.
DECLINABLE = {
    "renewal": MailChoice.Topic.REMINDERS,
    "grace": MailChoice.Topic.REMINDERS,
    "organization": MailChoice.Topic.REMINDERS,
}


def remind(membership: Membership, kind: str, subscription: Subscription | None = None) -> bool:
    """Post one letter about the membership's end of dues; False where it was posted before.

    kind: a key of TEMPLATES with a day, such as `renewal-30`. In the chapter's scope, with the
    membership locked.
    """
    due_on = membership.paid_until
    assert due_on is not None
    row, is_new = Reminder.objects.get_or_create(
        chapter_id=membership.chapter_id,
        membership=membership,
        kind=kind,
        due_on=due_on,
        defaults={"user_id": membership.user_id},
    )
    if is_new:
        _send(row, membership.user, _letter(membership, subscription))
    return is_new


def _send(row: Reminder, reader: User, letter: dict[str, object]) -> None:
    """Post the letter that a new row stands for, and keep which one it is."""
    plan = row.kind if row.kind in TEMPLATES else row.kind.rpartition("-")[0]
    topic = DECLINABLE.get(plan, "")
    mail = post(TEMPLATES[plan], reader.email, letter, chapter=row.chapter, topic=topic)
    Reminder.objects.filter(pk=row.pk).update(mail=mail.pk)


def _letter(membership: Membership, subscription: Subscription | None) -> dict[str, object]:
    return {
        "name": membership.user.get_short_name(),
        "chapter": membership.chapter,
        "membership": membership,
        "subscription": subscription,
        "amount": show_dollars(subscription.amount_cents) if subscription else "",
    }


def withdraw_reminders(membership: Membership) -> int:
    """Take back the letters that wait in the outbox; the dues they speak of have been paid."""
    return _withdraw(Reminder.objects.filter(membership=membership))


def _withdraw(rows: QuerySet[Reminder]) -> int:
    recent = timezone.now() - datetime.timedelta(days=60)
    mails = rows.filter(created_at__gte=recent).exclude(mail=None).values_list("mail", flat=True)
    return withdraw(list(mails), "Not sent: the membership was renewed first.")


# --- Organizations -------------------------------------------------------------------------------


def remind_organization(membership: OrganizationMembership, kind: str, reader: User) -> bool:
    """Post one letter about an organization's end of dues; False where it was posted before.

    kind: `organization-30`, `organization-7` or `organization-lapsed`. In the chapter's scope,
    with the membership locked. Who becomes the contact between two letters gets the second.
    """
    assert membership.paid_until is not None
    row, is_new = Reminder.objects.get_or_create(
        chapter_id=membership.chapter_id,
        organization_membership=membership,
        kind=kind,
        due_on=membership.paid_until,
        defaults={"user_id": reader.pk},
    )
    if is_new:
        path = reverse("members:organization-renew", args=[membership.chapter.slug, membership.pk])
        letter = {
            "name": reader.get_short_name(),
            "organization": membership.organization,
            "membership": membership,
            "amount": show_dollars(membership.tier.yearly_cents),
            "url": settings.SITE_URL + path,
        }
        _send(row, reader, letter)
    return is_new


def withdraw_organization_reminders(membership: OrganizationMembership) -> int:
    """The same as `withdraw_reminders`, for an organization that has paid."""
    return _withdraw(Reminder.objects.filter(organization_membership=membership))


def day_due(days: int, plan: tuple[int, ...], *, before: bool) -> int | None:
    """The letter of a plan that is due, `days` before or after the end of dues; None: none is.

    >>> day_due(6, (30, 7, 1), before=True)
    7
    """
    if before:
        return min((day for day in plan if 0 <= days <= day), default=None)
    return max((day for day in plan if days >= day), default=None)
