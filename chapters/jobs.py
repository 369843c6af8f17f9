"""How a job is run: claimed in one transaction, done and finished in another, or not at all.

Claiming commits a lease and a fencing number that only grows. Everything a handler changes, and
the row that says "done", commit together, and only for the holder of the newest number; so a
job that several workers try takes effect once. A heartbeat on a second connection keeps the
lease and shows the progress while the work is under way.
"""

import hashlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import Error as DatabaseError
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from chapters.models import Job, StoredFile
from chapters.models.jobs import MAX_ATTEMPTS
from chapters.scope import in_chapter
from chapters.unscoped import as_backbone

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
HEARTBEAT_SECONDS = 1.0
BACKOFF_SECONDS = (5, 20)
DISK_FULL = "53100"  # PostgreSQL's code for it
NO_ROOM = "The server has no room left on its disk. Nothing was stored; free some and try again."
# What a request may not: wait behind a load, load a city, draw a chart between two statements.
PATIENCE = {
    "lock_timeout": "30s",
    "statement_timeout": "300s",
    "idle_in_transaction_session_timeout": "300s",
}


class Refused(RuntimeError):
    """The job does not exist in the chapter that the caller names."""


class Hopeless(Exception):
    """The work can't be done, however often it is tried. The message is shown to the asker."""


class GivenUp(BaseException):
    """The job was stopped or another worker holds it; passes through `except Exception`."""


@dataclass
class Work:
    """What a handler gets: the job's arguments in, progress and files out."""

    job: Job
    done: int = 0
    total: int = 0
    phase: str = ""
    is_lost: bool = False

    @property
    def arguments(self) -> dict[str, Any]:
        """What `request_job` was given."""
        return self.job.arguments

    def report(self, done: int, total: int, phase: str) -> None:
        """Show progress, such as (31, 48, "Drawing charts"); cheap enough for every step.

        Raises:
            GivenUp: somebody pressed Stop, or the lease was lost.
        """
        self.done, self.total, self.phase = done, total, phase[:80]
        if self.is_lost:
            raise GivenUp

    def store(self, name: str, content_type: str, content: bytes) -> StoredFile:
        """Keep a file for download; it exists once the whole job is done, and never in part.

        Raises:
            ValueError: the job is a national one; files belong to a chapter.
        """
        if self.job.chapter_id is None:
            raise ValueError("A national job has no chapter that could keep its file.")
        return StoredFile.objects.create(
            chapter_id=self.job.chapter_id,
            job=self.job,
            name=name,
            content_type=content_type,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
        )


Handler = Callable[[Work], None]
_handlers: dict[str, Handler] = {}


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of this kind (in an app's `tasks.py`)."""

    def register(handler: Handler) -> Handler:
        if _handlers.setdefault(kind, handler) is not handler:
            raise ValueError(f"Two handlers for “{kind}”.")
        return handler

    return register


def run(job_id: UUID | str, chapter_id: int | None) -> None:
    """Do one job if it waits or was abandoned; leave it alone if somebody else has it.

    Raises:
        Refused: there is no such job in that chapter (None: among the national ones).
    """
    job = _claim(job_id, chapter_id)
    if job is None:
        return
    try:
        _do(job)
    except GivenUp:
        logger.info("%s (%s) was given up: stopped, or held by another.", job.kind, job.pk)
    except Exception as error:
        logger.exception("%s (%s) failed, attempt %s.", job.kind, job.pk, job.attempts)
        _record_failure(job, error)


def bury_abandoned() -> int:
    """Fail the jobs whose workers were lost too often; returns how many."""
    with as_backbone():
        abandoned = Job.objects.overdue().filter(attempts__gte=MAX_ATTEMPTS)
        return abandoned.update(
            status=Job.Status.FAILED,
            error=f"The work was cut off {MAX_ATTEMPTS} times before it was done.",
            fence=F("fence") + 1,
            finished_at=Now(),
        )


def _scope_of(chapter_id: int | None) -> Any:
    return as_backbone() if chapter_id is None else in_chapter(chapter_id)


def _claim(job_id: UUID | str, chapter_id: int | None) -> Job | None:
    with _scope_of(chapter_id):
        national = Job.objects.filter(chapter__isnull=True)
        rows = national if chapter_id is None else Job.objects.filter(chapter_id=chapter_id)
        job = rows.filter(pk=job_id)
        if not job.exists():
            raise Refused(f"There is no job {job_id} in chapter {chapter_id}.")
        taken = job.overdue().filter(attempts__lt=MAX_ATTEMPTS)
        is_mine = taken.update(
            status=Job.Status.RUNNING,
            attempts=F("attempts") + 1,
            fence=F("fence") + 1,
            lease_until=Now() + LEASE,
            started_at=Now(),
            done=0,
            total=0,
            phase="",
        )
        return job.select_related("chapter__place").get() if is_mine else None


def _do(job: Job) -> None:
    handler = _handlers[job.kind]
    work = Work(job)
    heartbeat = Heartbeat(work)
    heartbeat.start()
    try:
        with _scope_of(job.chapter_id):
            allow_long_work()
            handler(work)
            # Ended before the row is locked, so that it can't wait for this very transaction.
            heartbeat.end()
            _finish(work)
    finally:
        heartbeat.end()


def allow_long_work() -> None:
    """Let this transaction take the time that a job may, and a request may not."""
    with connection.cursor() as cursor:
        for setting in PATIENCE.items():
            cursor.execute("select set_config(%s, %s, true)", setting)


def _held(job: Job) -> Any:
    return Job.objects.filter(pk=job.pk, fence=job.fence, status=Job.Status.RUNNING)


def _finish(work: Work) -> None:
    finished = _held(work.job).update(
        status=Job.Status.DONE,
        done=work.done,
        total=work.total,
        phase=work.phase,
        error="",
        lease_until=None,
        finished_at=Now(),
    )
    if not finished:
        raise GivenUp


def _record_failure(job: Job, error: Exception) -> None:
    changes: dict[str, Any] = {"status": Job.Status.FAILED, "finished_at": Now()}
    if job.attempts < MAX_ATTEMPTS and not isinstance(error, Hopeless):
        wait = timedelta(seconds=BACKOFF_SECONDS[job.attempts - 1])
        changes = {"status": Job.Status.QUEUED, "not_before": Now() + wait}
    with _scope_of(job.chapter_id):
        _held(job).update(error=_sentence(error), lease_until=None, **changes)


def _sentence(error: Exception) -> str:
    if isinstance(error, Hopeless):
        return str(error)
    if getattr(error.__cause__, "pgcode", None) == DISK_FULL:
        return NO_ROOM
    # What broke may name tables and values; it stands in the log, not on the asker's page.
    return f"Something broke on our side ({type(error).__name__})."


class Heartbeat(threading.Thread):
    """Renews the lease and writes the progress, on a connection of its own."""

    def __init__(self, work: Work) -> None:
        super().__init__(name=f"heartbeat of {work.job.pk}", daemon=True)
        self.work = work
        self._ended = threading.Event()

    def run(self) -> None:
        """Beat until the work has ended or is lost."""
        while not self._ended.wait(HEARTBEAT_SECONDS) and not self.work.is_lost:
            try:
                self._beat()
            except DatabaseError as error:
                # The lease outlives many missed beats, and the fence guards what comes after.
                logger.warning("A heartbeat of job %s was missed: %s", self.work.job.pk, error)
                connection.close()
        connection.close()

    def end(self) -> None:
        """Stop beating; returns when no beat is under way."""
        self._ended.set()
        self.join()

    def _beat(self) -> None:
        work = self.work
        with _scope_of(work.job.chapter_id):
            renewed = _held(work.job).update(
                lease_until=Now() + LEASE, done=work.done, total=work.total, phase=work.phase
            )
        work.is_lost = not renewed
