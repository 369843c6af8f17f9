"""Who is asked where a chapter's chair is meant."""

from typing import Any

from chapters.models import Chapter, Seat


def chairs_of(chapter: Chapter) -> list[Any]:
    """The people of the chair, or the whole council while that seat is empty."""
    rows = Seat.objects.current().filter(chapter=chapter, user__is_active=True)
    seats = list(rows.select_related("user").order_by("pk"))
    chairs = [seat for seat in seats if seat.role == Seat.Role.CHAIR] or seats
    return [seat.user for seat in chairs]
