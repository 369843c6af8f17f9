"""The outbox: one row an e-mail, written in the transaction that has something to say."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from chapters.models.personal import MailChoice
from chapters.models.places import Chapter
from chapters.owned import ScopedManager


class Mail(models.Model):
    """One message to one address; staff read the same rows as the mail log."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        DECLINED = "declined", "Not sent: not wanted"
        UNKNOWN = "unknown", "Unknown: sent or not"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    chapter = models.ForeignKey(Chapter, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.SlugField(max_length=60)
    to = models.EmailField()
    # Letters with a topic can be declined, and carry the means to do so.
    topic = models.SlugField(max_length=20, blank=True)
    choice = models.ForeignKey(MailChoice, on_delete=models.SET_NULL, null=True, related_name="+")
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    attachments = models.JSONField(default=list, help_text="[{name, content_type, text}]")
    # Receipts may arrive twice but never not at all; campaigns the other way round.
    at_least_once = models.BooleanField(default=True)
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "mail log"
        indexes = [
            models.Index(
                fields=["not_before"],
                name="chapters_mail_waiting",
                condition=Q(state__in=["queued", "sending"]),
            ),
            models.Index(fields=["chapter", "-created_at"], name="chapters_mail_of_chapter"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to}"
