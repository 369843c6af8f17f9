"""Who may do what on the ground floor; all answers are for the chapter whose scope is open."""

from typing import Any

from chapters.models import Job, Seat
from chapters.scope import current


def is_backbone(user: Any) -> bool:
    """True for active staff of the backbone organisation."""
    return bool(user.is_authenticated and user.is_active and user.is_staff)


def is_council(user: Any) -> bool:
    """True while the person holds a seat on the open chapter's council.

    The chapter is named here, so that a wider scope, such as the backbone's, makes nobody council.
    """
    scope = current()
    if scope is None or scope.chapter_id is None or not user.is_authenticated:
        return False
    return Seat.objects.current().filter(chapter_id=scope.chapter_id, user=user).exists()


def can_see_job(user: Any, job: Job) -> bool:
    """Who asked for the work, and the council of its chapter; they may also stop it."""
    return user.is_authenticated and (job.asked_by_id == user.pk or is_council(user))
