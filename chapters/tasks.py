"""Celery's shells of the ground floor: ids in, one call each."""

from celery import shared_task

from chapters import actions, delivery, jobs
from chapters.actions import RUN_JOB
from chapters.doorbell import ring
from chapters.models import Chapter, Job
from chapters.queries import open_chapters
from chapters.scope import as_self
from chapters.sweeping import sweep_chapters
from chapters.unscoped import as_backbone

SWEEP_LIMIT = 100


@shared_task(name=RUN_JOB)
def run_job(job_id: str, chapter_id: int | None) -> None:
    """Do one job of one chapter (None: a national one)."""
    jobs.run(job_id, chapter_id)


@shared_task
def sweep_jobs() -> None:
    """Ring again for every job that waits or was abandoned."""
    jobs.bury_abandoned()
    with as_backbone():
        overdue = Job.objects.overdue().order_by("not_before").values_list("pk", "chapter_id")
        waiting = list(overdue[:SWEEP_LIMIT])
    for job_id, chapter_id in waiting:
        ring(RUN_JOB, str(job_id), chapter_id)


@shared_task
def deliver_post() -> None:
    """Send the mail that waits."""
    delivery.deliver_waiting()


@shared_task
def tell_waitlists() -> None:
    """Tell whoever waited for a chapter that has opened, and forget who never confirmed."""
    sweep_chapters(_tell_waitlist, open_chapters().select_related("place"))
    actions.forget_unconfirmed()


def _tell_waitlist(chapter: Chapter) -> None:
    with as_self():
        actions.tell_waitlist(chapter)
