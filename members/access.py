"""Who may do what with people and money; answers are for the chapter whose scope is open."""

from typing import Any

from chapters.models import Chapter
from members.queries import membership_of


def is_member(user: Any, chapter: Chapter) -> bool:
    """True while the person's dues in the chapter are paid."""
    membership = membership_of(user, chapter)
    return membership is not None and membership.is_current


def can_join(chapter: Chapter) -> bool:
    """True where dues are taken: launching and active chapters."""
    return chapter.is_open
