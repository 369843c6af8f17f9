"""Who may do what on the ground floor; all answers are for the chapter whose scope is open."""

from typing import Any

from chapters.models import Job, Seat


def is_backbone(user: Any) -> bool:
    """True for active staff of the backbone organisation."""
    return bool(user.is_authenticated and user.is_active and user.is_staff)


def is_council(user: Any) -> bool:
    """True while the person holds a seat on the open chapter's council."""
    return user.is_authenticated and Seat.objects.current().filter(user=user).exists()


def can_see_job(user: Any, job: Job) -> bool:
    """Who asked for the work, and the council of its chapter; they may also stop it."""
    return user.is_authenticated and (job.asked_by_id == user.pk or is_council(user))
