"""Verbs of the ground floor."""

from typing import Any

from django.db.models import F
from django.db.models.functions import Now

from chapters.doorbell import ring
from chapters.models import Chapter, Job

RUN_JOB = "chapters.tasks.run_job"


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
