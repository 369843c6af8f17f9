"""The one chapter in which a person pays dues.

A membership that becomes active is its person's home unless another one is, and is still paid.
"""

from django.db import IntegrityError, transaction

from chapters.scope import in_chapter
from members.models import Membership
from members.queries.homes import home_of


def claim_home(membership: Membership) -> bool:
    """Make an active membership its person's home where none is paid; True when it is now.

    Opens scopes of its own, since the home may stand in another chapter.
    """
    if membership.is_home:
        return True
    with in_chapter(membership.chapter_id, membership.user_id):
        home = home_of(membership.user_id)
    if home and home.is_current:
        return False
    try:
        with transaction.atomic():
            leave_home(home)
            make_home(membership)
    except IntegrityError:
        # Another chapter's payment arrived in the same moment and was first.
        membership.is_home = False
    return membership.is_home


def leave_home(home: Membership | None) -> None:
    """Let a membership be one beside another from now on; its dates stay."""
    if home:
        with in_chapter(home.chapter_id, home.user_id):
            Membership.objects.filter(pk=home.pk).update(is_home=False)


def make_home(membership: Membership) -> None:
    """Let a membership be the home, in its chapter's scope."""
    membership.is_home = True
    with in_chapter(membership.chapter_id, membership.user_id):
        membership.save(update_fields=["is_home"])
