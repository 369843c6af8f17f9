"""Work that must not be lost: the row is the truth, Celery only the doorbell."""

import uuid
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from chapters.models.places import Chapter
from chapters.owned import ChapterOwned, ScopedManager

MAX_ATTEMPTS = 3
# Web and database may run on two machines whose clocks differ a little.
CLOCK_SKEW = timedelta(seconds=2)


class JobQuerySet(models.QuerySet):
    """Sets of jobs."""

    def overdue(self) -> "JobQuerySet":
        """Jobs that wait, or whose worker let its lease run out, by the database's clock."""
        waiting = Q(status=Job.Status.QUEUED, not_before__lte=Now() + CLOCK_SKEW)
        lost = Q(status=Job.Status.RUNNING, lease_until__lt=Now())
        return self.filter(waiting | lost)

    def unfinished(self) -> "JobQuerySet":
        """Jobs that wait or run."""
        return self.filter(status__in=[Job.Status.QUEUED, Job.Status.RUNNING])


class Job(models.Model):
    """One piece of work: kind and arguments in, progress and an outcome out."""

    OWNER = "asked_by"

    class Status(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        STOPPED = "stopped", "Stopped"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    chapter = models.ForeignKey(Chapter, on_delete=models.PROTECT, null=True, related_name="+")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=160)
    arguments = models.JSONField(default=dict)
    status = models.CharField(max_length=8, choices=Status, default=Status.QUEUED)
    phase = models.CharField(max_length=80, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Grows with every claim; only the holder of the newest number may finish the job.
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    not_before = models.DateTimeField(default=timezone.now)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar = ScopedManager.from_queryset(JobQuerySet)()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["chapter", "id"], name="chapters_job_in_chapter")
        ]
        indexes = [
            models.Index(
                fields=["status", "not_before"],
                name="chapters_job_waiting",
                condition=Q(status__in=["queued", "running"]),
            ),
            models.Index(fields=["chapter", "-created_at"], name="chapters_job_of_chapter"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.get_status_display()})"

    @property
    def is_finished(self) -> bool:
        """True when nothing more will happen by itself."""
        return self.status in {self.Status.DONE, self.Status.FAILED, self.Status.STOPPED}

    @property
    def percent(self) -> int:
        """Progress from 0 to 100; 0 while the size of the work is unknown."""
        return min(100, 100 * self.done // self.total) if self.total else 0

    @property
    def time_left(self) -> str:
        """How long it may still take at the pace so far, in words; empty while nobody can say."""
        if not (self.started_at and self.done and self.total) or self.is_finished:
            return ""
        spent = (timezone.now() - self.started_at).total_seconds()
        left = spent * (self.total - self.done) / self.done
        if left < 10:
            return "A few seconds left."
        if left < 55:
            return f"About {round(left, -1):.0f} seconds left."
        minutes = round(left / 60)
        return "About a minute left." if minutes == 1 else f"About {minutes} minutes left."


class StoredFile(ChapterOwned):
    """A file that a job made, whole or not at all: stored in the transaction that ends the job."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.ForeignKey(
        Job, on_delete=models.CASCADE, null=True, related_name="files", db_constraint=True
    )
    name = models.CharField(max_length=160)
    content_type = models.CharField(max_length=80)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
