"""What belongs to a person and to no chapter: mail choices, files made for them, an erasure."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from chapters.models.jobs import Job

KEEP_FILES = timedelta(days=7)
UNDO = timedelta(days=7)


def one_week_on() -> datetime:
    """When a file that is made now is deleted."""
    return timezone.now() + KEEP_FILES


class MailChoice(models.Model):
    """Which letters an address does not want; letters without a topic always go out."""

    class Topic(models.TextChoices):
        REMINDERS = "reminders", "Reminders before your dues end"
        CONVENINGS = "convenings", "Convenings and calls to action"
        INVITATIONS = "invitations", "News of people you invited"
        SURVEYS = "surveys", "Surveys and their results"
        NEWS = "news", "News of the chapter"

    email = models.EmailField()
    all_off = models.BooleanField(default=False)
    # `<chapter's id, or 0 for the national>:<topic>`, one word a letter that is not wanted.
    declined = models.JSONField(default=list)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(Lower("email"), name="chapters_mailchoice_address")]

    def __str__(self) -> str:
        return f"Mail choices {self.pk}"

    def wants(self, chapter_id: int | None, topic: str) -> bool:
        """True where letters of this topic from this chapter are wanted."""
        return not self.all_off and f"{chapter_id or 0}:{topic}" not in self.declined


class PersonFile(models.Model):
    """A file that a job made for one person, for a week."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="person_files")
    name = models.CharField(max_length=160)
    content_type = models.CharField(max_length=80)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(default=one_week_on)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name


class Erasure(models.Model):
    """A person's wish to be forgotten: it can be taken back until `due_at`."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(cancelled_at__isnull=True, done_at__isnull=True),
                name="chapters_one_open_erasure",
            )
        ]

    def __str__(self) -> str:
        return f"Erasure {self.pk}"
