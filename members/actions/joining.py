"""Who joins: a person behind an address, and memberships that somebody else pays for."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.utils import filter_users_by_email
from django.db import IntegrityError, transaction

from chapters.models import Chapter
from members.actions.memberships import extend_membership, lock_chapter
from members.dues import period_bought
from members.models import Membership, User


def greet_person(email: str) -> User:
    """The person behind an address, or a new one who still has to confirm it by a code.

    A new person has no name: whoever types an address may not be who reads its mail.
    """
    known = filter_users_by_email(email, prefer_verified=True)
    if known:
        return known[0]
    try:
        with transaction.atomic():
            user = User.objects.create_user(email)
            EmailAddress.objects.create(user=user, email=user.email, primary=True)
            return user
    except IntegrityError:
        return User.objects.get(email__iexact=email)


def rename_person(user: User, name: str) -> None:
    """Call a person by another name."""
    user.name = name
    user.save(update_fields=["name"])


def sponsor_membership(user: Any, chapter: Chapter) -> Membership:
    """Give a person twelve months without dues: a paid place. No payment is recorded.

    Needs the chapter's scope.
    """
    with transaction.atomic():
        held = lock_chapter(chapter.pk)
        membership, _ = Membership.objects.get_or_create(chapter=chapter, user=user)
        today = held.today
        _, until = period_bought(today, membership.paid_until)
        extend_membership(membership, held, today, until)
    return membership
