"""Paid places: asked for without reasons, decided by the council, told by e-mail."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils import timezone

from chapters import audit
from chapters.models import Chapter, Seat
from chapters.post import post
from members.actions.gifts import take_sponsored_place
from members.actions.joining import sponsor_membership
from members.actions.memberships import lock_chapter
from members.models import Membership, PaidPlace
from members.queries.places import granted_this_year

_Status = PaidPlace.Status


class PlaceRefused(Exception):
    """A paid place can't be given; the words say why."""


def ask_for_place(user: Any, chapter: Chapter, note: str) -> PaidPlace:
    """Put a question before the open chapter's council, once while it waits, and tell its chairs.

    The letter to the chairs names nobody and gives no reasons: both stand on the page.
    """
    held = PaidPlace.objects.filter(user=user, status=_Status.ASKED).first()
    if held:
        return held
    try:
        with transaction.atomic():
            place = PaidPlace.objects.create(chapter=chapter, user=user, note=note)
    except IntegrityError:
        # The other half of a double click was first.
        return PaidPlace.objects.get(user=user, status=_Status.ASKED)
    for address in _chairs(chapter):
        post("paid-place-asked", address, {}, chapter=chapter)
    return place


def _chairs(chapter: Chapter) -> list[str]:
    seats = Seat.objects.current().filter(chapter=chapter)
    chairs = seats.filter(role=Seat.Role.CHAIR) or seats
    people = get_user_model()._default_manager.filter(pk__in=[seat.user_id for seat in chairs])
    return list(people.order_by("email").values_list("email", flat=True))


def grant_place(place: PaidPlace, *, by: Any) -> Membership:
    """Give twelve months without dues, in the open chapter, and tell the person.

    Places that somebody sponsored go first; they do not count as the chapter's own.
    Raises PlaceRefused where it was decided already, the year's places are given out, or
    somebody would decide for themselves.
    """
    with transaction.atomic():
        chapter = lock_chapter(place.chapter_id)
        held = _take_up(place, by)
        membership = take_sponsored_place(held.user, chapter, by=by) or _own_place(held, chapter)
        _decide(held, _Status.GRANTED, by, paid_until=membership.paid_until)
        context = {"name": held.user.get_short_name(), "membership": membership}
        post("paid-place-granted", held.user.email, context, chapter=chapter)
        facts = {"paid_until": membership.paid_until}
        audit.record("paid-place.granted", subject=held, chapter=chapter, by=by, facts=facts)
    return membership


def _own_place(held: PaidPlace, chapter: Chapter) -> Membership:
    if chapter.paid_places is not None and granted_this_year(chapter) >= chapter.paid_places:
        raise PlaceRefused(f"All {chapter.paid_places} paid places of this year are given out")
    return sponsor_membership(held.user, chapter)


def decline_place(place: PaidPlace, words: str, *, by: Any) -> PaidPlace:
    """Say no in words of one's own, in the open chapter. Raises PlaceRefused."""
    with transaction.atomic():
        held = _take_up(place, by)
        _decide(held, _Status.DECLINED, by, words=words)
        context = {"name": held.user.get_short_name(), "words": words}
        post("paid-place-declined", held.user.email, context, chapter=held.chapter)
        audit.record("paid-place.declined", subject=held, chapter=held.chapter, by=by)
    return held


def _take_up(place: PaidPlace, by: Any) -> PaidPlace:
    rows = PaidPlace.objects.select_for_update(no_key=True, of=("self",))
    held = rows.select_related("user", "chapter").get(pk=place.pk)
    if held.status != _Status.ASKED:
        raise PlaceRefused("Somebody else has decided on this question meanwhile")
    if held.user_id == by.pk:
        raise PlaceRefused("Somebody else decides on your own question")
    return held


def _decide(held: PaidPlace, status: PaidPlace.Status, by: Any, **fields: Any) -> None:
    values = {"status": status, "decided_by": by, "decided_at": timezone.now(), **fields}
    for name, value in values.items():
        setattr(held, name, value)
    held.save(update_fields=list(values))


def set_paid_places(chapter: Chapter, number: int | None, *, by: Any) -> None:
    """Set how many paid places the chapter gives in a year; None: no limit."""
    with transaction.atomic():
        facts = {"before": chapter.paid_places, "after": number}
        Chapter.objects.filter(pk=chapter.pk).update(paid_places=number)
        chapter.paid_places = number
        audit.record("paid-places.set", subject=chapter, chapter=chapter, by=by, facts=facts)
