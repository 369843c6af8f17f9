"""Verbs of the ground floor."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction
from django.db.models import Count, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce, Now
from django.urls import reverse
from django.utils import timezone

from chapters import audit
from chapters.doorbell import ring
from chapters.models import Application, Chapter, Job, Mail, Place, Pledge, WaitlistEntry
from chapters.post import DELIVER_POST, post
from chapters.queries import backbone_staff
from chapters.ready import forget

RUN_JOB = "chapters.tasks.run_job"
ANSWER_DAYS = 5
# The backbone's office: a promised day ends when it closes.
OFFICE = ZoneInfo("America/New_York")
CLOSING_HOUR = 17
REPEATED = dt.timedelta(days=1)
# So long an address may stand on a waitlist that nobody has confirmed.
UNCONFIRMED = dt.timedelta(days=30)
TOLD_AT_ONCE = 200


def request_job(
    kind: str, title: str, *, chapter: Chapter | None, by: Any, arguments: dict[str, Any]
) -> Job:
    """Ask for work to be done soon, exactly once; it is as safe as the commit it is part of.

    kind: a name registered with `chapters.jobs.handles`; arguments: JSON, ids rather than rows.
    """
    job = Job(kind=kind, title=title, chapter=chapter, asked_by=by, arguments=arguments)
    job.save(force_insert=True)
    ring(RUN_JOB, str(job.pk), job.chapter_id)
    return job


def stop_job(job: Job) -> bool:
    """Stop work that waits or runs; what it did so far is undone. False: it had ended before."""
    return bool(
        Job.objects.unfinished()
        .filter(pk=job.pk)
        .update(
            status=Job.Status.STOPPED, fence=F("fence") + 1, lease_until=None, finished_at=Now()
        )
    )


def send_again(mail: Mail, *, by: Any) -> bool:
    """Put a letter that was tried in vain back into the outbox, under its own Message-ID.

    False where it waits, was sent, was withdrawn before any try, or carries a code that has
    long expired.
    """
    states = [Mail.State.FAILED, Mail.State.UNKNOWN]
    tried = Mail.objects.filter(pk=mail.pk, state__in=states, attempts__gte=1)
    with transaction.atomic():
        is_queued = tried.exclude(kind="account").update(
            state=Mail.State.QUEUED, attempts=0, error="", not_before=Now(), lease_until=None
        )
        if is_queued:
            facts = {"kind": mail.kind}
            audit.record("mail.sent-again", subject=mail, chapter=mail.chapter, by=by, facts=facts)
            ring(DELIVER_POST)
    return bool(is_queued)


def recount_pledges(chapter: Chapter) -> int:
    """Set what a chapter's pledges come to, in cents; released ones no longer count."""
    row = Chapter.objects.select_for_update().get(pk=chapter.pk)
    pledges = Pledge.objects.filter(chapter=row).exclude(state=Pledge.State.RELEASED)
    row.pledged_cents = pledges.aggregate(sum=Sum("amount_cents"))["sum"] or 0
    row.save(update_fields=["pledged_cents"])
    forget(row)
    return row.pledged_cents


def request_information(**answers: Any) -> Application:
    """Put a founder's question into the backbone's queue, owned and due, and tell both sides.

    answers: name, email, city, state, organization, message. Sent again within a day, it is the
    same request: nothing is stored or mailed twice.
    """
    earlier = _find_repeated(**answers)
    if earlier:
        return earlier
    owner = _least_busy()
    application = Application.objects.create(
        **answers,
        owner=owner,
        due_at=answer_due(timezone.now()),
    )
    post("application-received", application.email, {"application": application})
    if owner:
        link = reverse("admin:chapters_application_change", args=[application.pk])
        post("application-assigned", owner.email, {"application": application, "link": link})
    return application


def _find_repeated(name: str, email: str, city: str, state: str, **rest: Any) -> Application | None:
    with connection.cursor() as cursor:
        # Two presses at once: the second waits here until the first is stored.
        cursor.execute("select pg_advisory_xact_lock(hashtext(%s))", [f"founder:{email.lower()}"])
    recent = Application.objects.filter(created_at__gte=timezone.now() - REPEATED, state=state)
    same = recent.filter(email__iexact=email, city__iexact=city, answered_at=None)
    # With another name it is somebody else, who must not be shown the first one's request.
    return same.filter(name__iexact=name).first()


def _least_busy() -> Any:
    waiting = Application.objects.filter(owner=OuterRef("pk"), answered_at=None).order_by()
    count = waiting.values("owner").annotate(count=Count("pk")).values("count")
    rows = backbone_staff().annotate(waiting=Coalesce(Subquery(count), 0))
    return rows.order_by("waiting", "pk").first()


def answer_due(moment: dt.datetime) -> dt.datetime:
    """The end of the fifth business day after `moment`, by the clock of the backbone's office."""
    day = add_business_days(moment.astimezone(OFFICE), ANSWER_DAYS)
    return day.replace(hour=CLOSING_HOUR, minute=0, second=0, microsecond=0)


def add_business_days(moment: dt.datetime, days: int) -> dt.datetime:
    """`days` Mondays to Fridays after `moment`, at the same time of day."""
    while days:
        moment += dt.timedelta(days=1)
        days -= moment.weekday() < 5
    return moment


# --- Waitlists ------------------------------------------------------------------------------------


def join_waitlist(email: str, city: str, state: str) -> WaitlistEntry:
    """Put an address on a city's waitlist, once, and mail it the link that confirms.

    Who is on it already gets the link again: what a stranger sees is the same in both cases.
    """
    place = Place.objects.filter(name__iexact=city, state=state, level=Place.Level.CITY).first()
    entry = _find_waiting(email, city, state)
    if entry is None:
        try:
            with transaction.atomic():
                entry = WaitlistEntry.objects.create(
                    email=email, city=place.name if place else city, state=state, place=place
                )
        except IntegrityError:
            entry = WaitlistEntry.objects.get(email__iexact=email, city__iexact=city, state=state)
    post("waitlist-confirm", entry.email, {"entry": entry})
    return entry


def _find_waiting(email: str, city: str, state: str) -> WaitlistEntry | None:
    rows = WaitlistEntry.objects.filter(email__iexact=email, city__iexact=city, state=state)
    return rows.first()


def confirm_waiting(entry: WaitlistEntry, name: str) -> None:
    """Count the person from now on; a second press changes the name alone."""
    entry.confirmed_at = entry.confirmed_at or timezone.now()
    entry.name = name
    entry.save(update_fields=["confirmed_at", "name"])


def tell_waitlist(chapter: Chapter) -> int:
    """Tell everybody who waits for this open chapter, once each; gives how many were told."""
    place = chapter.place
    of_city = Q(city__iexact=place.name, state=place.state) | Q(place=place)
    waiting = WaitlistEntry.objects.filter(of_city, confirmed_at__isnull=False, told_at=None)
    with transaction.atomic():
        rows = list(waiting.select_for_update(skip_locked=True, of=("self",))[:TOLD_AT_ONCE])
        for entry in rows:
            post("waitlist-open", entry.email, {"entry": entry, "opened": chapter})
        told = WaitlistEntry.objects.filter(pk__in=[entry.pk for entry in rows])
        told.update(told_at=timezone.now(), told_of=chapter)
    return len(rows)


def forget_unconfirmed() -> int:
    """Take addresses off that nobody has confirmed in time; gives how many."""
    old = WaitlistEntry.objects.filter(
        confirmed_at=None, created_at__lt=timezone.now() - UNCONFIRMED
    )
    return old.delete()[0]
