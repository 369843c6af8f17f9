"""Verbs of the ground floor."""

import datetime as dt
import secrets
from typing import Any

from django.db.models import Count, F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from chapters.doorbell import ring
from chapters.models import Application, Chapter, Job
from chapters.post import post
from chapters.queries import backbone_staff

RUN_JOB = "chapters.tasks.run_job"
ANSWER_DAYS = 5


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


def request_information(**answers: Any) -> Application:
    """Put a founder's question into the backbone's queue, owned and due, and tell both sides.

    answers: name, email, city, state, organization, message.
    """
    owner = _least_busy()
    application = Application.objects.create(
        **answers,
        token=secrets.token_urlsafe(18).replace("_", "-"),
        reference=f"NC-{secrets.randbelow(900_000) + 100_000}",
        owner=owner,
        due_at=add_business_days(timezone.now(), ANSWER_DAYS),
    )
    post("application-received", application.email, {"application": application})
    if owner:
        link = reverse("admin:chapters_application_change", args=[application.pk])
        post("application-assigned", owner.email, {"application": application, "link": link})
    return application


def _least_busy() -> Any:
    waiting = Count("application_queue", filter=Q(application_queue__answered_at=None))
    return backbone_staff().annotate(waiting=waiting).order_by("waiting", "pk").first()


def add_business_days(moment: dt.datetime, days: int) -> dt.datetime:
    """`days` Mondays to Fridays after `moment`, at the same time of day."""
    while days:
        moment += dt.timedelta(days=1)
        days -= moment.weekday() < 5
    return moment
