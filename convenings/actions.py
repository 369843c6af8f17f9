"""What people do with a convening: announce it, register for it, give a place back."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from chapters.post import post
from chapters.ready import forget
from convenings.calendars import CONTENT_TYPE, calendar_file
from convenings.clock import tell_times
from convenings.models import Convening, Registration, RegistrationQuerySet
from convenings.queries import Places, count_places

# A page that anybody can fill in must not fill somebody else's mailbox.
MAIL_AGAIN_AFTER = dt.timedelta(minutes=15)


class Over(Exception):
    """The convening has ended."""


@transaction.atomic
def save_convening(convening: Convening) -> Convening:
    """Store a convening; another time or place makes calendars replace their entry."""
    before = Convening.objects.select_for_update().filter(pk=convening.pk).first()
    if before and _when_and_where(before) != _when_and_where(convening):
        convening.sequence = before.sequence + 1
    convening.save()
    _promote(convening)
    forget(convening.chapter)
    return convening


@transaction.atomic
def register(convening: Convening, name: str, email: str, user: Any = None) -> Places:
    """Give an address a place, or one on the waiting list, and mail it a confirmation.

    Returns how full the convening was before: all that may be said to whoever filled in the
    form. An address that is registered already keeps what it has, and gets its mail once more.
    `user` is the person who is signed in; the row is theirs if the address is. Raises Over.
    """
    held = Convening.objects.select_for_update().select_related("chapter").get(pk=convening.pk)
    if held.is_over:
        raise Over
    places = count_places(held)
    row = _registrations(held).filter(email__iexact=email).first()
    row = row or Registration(chapter=held.chapter, convening=held, name=name, email=email)
    if row.pk is None or row.status == Registration.Status.CANCELLED:
        row.status = _status(places)
        row.queued_at = timezone.now()
    if user and user.is_authenticated and user.email.lower() == email.lower():
        row.user = user
    _confirm(row, held)
    return places


@transaction.atomic
def cancel_registration(registration: Registration) -> Registration:
    """Give a place back, and pass it to the first who waits; a second press changes nothing."""
    held = Convening.objects.select_for_update().get(pk=registration.convening_id)
    row = Registration.objects.select_related("chapter").get(pk=registration.pk)
    if row.status != Registration.Status.CANCELLED:
        row.status = Registration.Status.CANCELLED
        row.save()
        _promote(held)
    return row


def _registrations(convening: Convening) -> RegistrationQuerySet:
    return Registration.objects.filter(convening=convening).select_related("chapter")


def _status(places: Places) -> str:
    return Registration.Status.WAITING if places.is_full else Registration.Status.REGISTERED


def _promote(convening: Convening) -> None:
    """Move people from the waiting list to free places, first come first; needs the lock."""
    if convening.is_over:
        return
    places = count_places(convening)
    waiting = _registrations(convening).waiting()
    free = None if places.capacity is None else max(0, places.capacity - places.taken)
    for row in waiting[:free]:
        row.status = Registration.Status.REGISTERED
        row.mailed_at = None
        _confirm(row, convening, promoted=True)


def _confirm(row: Registration, convening: Convening, *, promoted: bool = False) -> None:
    """Save a registration and mail it, unless it was mailed a moment ago."""
    now = timezone.now()
    again = row.pk is not None and row.mailed_at and now - row.mailed_at < MAIL_AGAIN_AFTER
    if not again:
        row.mailed_at = now
    row.save()
    if again:
        return
    context = {
        "registration": row,
        "convening": convening,
        "times": tell_times(convening.starts_at, convening.ends_at, convening.zone),
        "promoted": promoted,
        "registration_url": settings.SITE_URL + row.get_absolute_url(),
        "convening_url": settings.SITE_URL + convening.get_absolute_url(),
    }
    kind = "registration" if row.has_place else "waiting-list"
    files = [_calendar(convening)] if row.has_place else []
    post(kind, row.email, context, chapter=convening.chapter, attachments=files)


def _calendar(convening: Convening) -> dict[str, str]:
    text = calendar_file(convening, online_url=convening.online_url)
    return {"name": "convening.ics", "content_type": CONTENT_TYPE, "text": text}


def _when_and_where(convening: Convening) -> tuple[Any, ...]:
    return (
        convening.title, convening.starts_at, convening.ends_at,
        convening.place, convening.online_url,
    )  # fmt: skip
