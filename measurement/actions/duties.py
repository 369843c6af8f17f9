"""The calendar of due figures: it fills itself, reminds, and hands over what nobody does.

Every verb may run again: what was told is written in the row of the turn, with the letter.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from chapters.audit import record
from chapters.models import Chapter, Seat
from chapters.post import post
from chapters.ready import forget
from measurement import duties
from measurement.models import Duty
from measurement.queries import adopted, newest_ends

Told = Duty.Told
WORDS = {
    Told.BEFORE: "is due on",
    Told.DUE: "was due on",
    Told.DEPUTY: "is two weeks late: it was due on",
    Told.HANDED: "is 90 days late and yours now: it was due on",
}


@transaction.atomic
def plan_calendar(chapter: Chapter) -> int:
    """Give every indicator that the chapter answers for a day and people; gives how many are new.

    Needs the chapter's scope. The chair owns what is new, the next seat deputizes.
    """
    known = set(Duty.objects.filter(chapter=chapter).values_list("indicator", flat=True))
    missing = [row for row in adopted(chapter) if row.pk not in known]
    if not missing:
        return 0
    ends, today = newest_ends(chapter.place_id, [row.pk for row in missing]), chapter.today
    seats = _seats(chapter)
    owner, deputy = (seats[n].user if n < len(seats) else None for n in (0, 1))
    for row in missing:
        until = ends.get(row.pk)
        Duty.objects.get_or_create(
            chapter=chapter,
            indicator=row,
            defaults={
                "due_on": duties.first_due(row, until, today),
                "known_until": until,
                "owner": owner,
                "deputy": deputy,
            },
        )
    forget(chapter)
    return len(missing)


@transaction.atomic
def change_duty(duty: Duty, by: Any, **fields: Any) -> Duty:
    """Give a turn another day, rhythm or people; another day begins its reminders anew."""
    held = Duty.objects.select_for_update().get(pk=duty.pk)
    if held.due_on != fields["due_on"]:
        held.told = Told.NOBODY
    for name, value in fields.items():
        setattr(held, name, value)
    held.save()
    forget(held.chapter)
    facts = {"due_on": str(held.due_on), "every_months": held.every_months}
    people = {"owner": str(held.owner or ""), "deputy": str(held.deputy or "")}
    record("duty.changed", subject=held, chapter=held.chapter, by=by, details=people, facts=facts)
    return held


@transaction.atomic
def tend_duties(chapter: Chapter) -> int:
    """End the turns for which figures came in, remind of the others; gives how many changed.

    Needs the chapter's scope; runs daily, and again without harm.
    """
    rows = list(
        Duty.objects.filter(chapter=chapter)
        .select_for_update(of=("self",))
        .select_related("indicator", "owner", "deputy")
    )
    ends = newest_ends(chapter.place_id, [row.indicator_id for row in rows])
    seats, today = _seats(chapter), chapter.today
    letters: dict[Any, list[tuple[Duty, Told]]] = defaultdict(list)
    changed = 0
    for row in rows:
        newest = ends.get(row.indicator_id)
        if newest is not None and (row.known_until is None or newest > row.known_until):
            _settle(row, newest, today)
            changed += 1
        elif (stage := duties.stage(row, today)) > row.told:
            for user in _remind(row, stage, seats):
                letters[user].append((row, stage))
            changed += 1
    for user, turns in letters.items():
        _write(chapter, user, turns)
    if changed:
        forget(chapter)
    return changed


def _settle(duty: Duty, newest: dt.date, today: dt.date) -> None:
    """End a turn and begin the next."""
    duty.done_on, duty.known_until = today, newest
    duty.due_on, duty.told = duties.next_due(duty, today), Told.NOBODY
    duty.save()
    facts = {"until": str(newest), "next": str(duty.due_on)}
    record("duty.done", subject=duty, chapter=duty.chapter, facts=facts)


def _remind(duty: Duty, stage: Told, seats: list[Seat]) -> Iterable[Any]:
    """Write down the stage, hand over where it calls for that; gives who is told."""
    users: dict[int | None, Any] = {seat.user_id: seat.user for seat in seats}
    owner, deputy = users.get(duty.owner_id), users.get(duty.deputy_id)
    told = [owner]
    if stage >= Told.DEPUTY:
        told.append(deputy)
    if stage == Told.HANDED and deputy is not None:
        duty.owner, duty.deputy = deputy, None
        people = {"from": str(owner or ""), "to": str(deputy)}
        record("duty.handed-over", subject=duty, chapter=duty.chapter, details=people)
    duty.told = stage
    duty.save()
    known = [user for user in told if user is not None]
    # Nobody who is named sits on the council any more: its first seat has to know.
    return known or [seat.user for seat in seats[:1]]


def _write(chapter: Chapter, user: Any, turns: list[tuple[Duty, Told]]) -> None:
    address = settings.SITE_URL + reverse("measurement:calendar", args=[chapter.slug])
    lines = [
        {"name": duty.indicator.name, "words": WORDS[stage], "day": duty.due_on}
        for duty, stage in turns
    ]
    is_late = any(stage >= Told.DEPUTY for _, stage in turns)
    context = {"lines": lines, "is_late": is_late, "url": address}
    post("data-due", user.email, context, chapter=chapter)


def _seats(chapter: Chapter) -> list[Seat]:
    """The council of now: the chair first, then secretary and members, in the order of terms."""
    order = list(Seat.Role)
    rows = Seat.objects.current().filter(chapter=chapter).select_related("user")
    return sorted(rows, key=lambda seat: (order.index(Seat.Role(seat.role)), seat.pk))
