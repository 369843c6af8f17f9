"""Who did what, and when: a chain of hashes for each chapter, and one for the nation.

An entry never changes. What it says about a person stands in a row of its own, which may be
deleted; the chain holds only that row's salted digest, so it verifies with and without it.
"""

import uuid

from django.conf import settings
from django.db import models

from chapters.models.places import Chapter
from chapters.owned import ScopedManager


class AuditEntry(models.Model):
    """One act. `hash` covers every column beside it and the hash of the act before."""

    # Made here and not by the database: in a chapter's scope, a national row can't be read back.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    chapter = models.ForeignKey(Chapter, on_delete=models.PROTECT, null=True, related_name="+")
    number = models.PositiveBigIntegerField()
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=60)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField()
    facts = models.JSONField(default=dict, help_text="What is about no person")
    digest = models.CharField(max_length=64, blank=True)
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    objects = ScopedManager()

    class Meta:
        ordering = ["-at", "-number"]
        verbose_name = "audit entry"
        verbose_name_plural = "audit log"
        constraints = [
            models.UniqueConstraint(fields=["chapter", "id"], name="chapters_audit_in_chapter"),
            models.UniqueConstraint(
                fields=["chapter", "number"], nulls_distinct=False, name="chapters_audit_one_chain"
            ),
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="chapters_audit_subject"),
            models.Index(fields=["by"], name="chapters_audit_by"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type} {self.subject_id}"


class AuditDetail(models.Model):
    """What an act says about a person. Erased by deleting the row; its salt goes with it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    chapter = models.ForeignKey(Chapter, on_delete=models.PROTECT, null=True, related_name="+")
    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, related_name="detail")
    about = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    salt = models.CharField(max_length=64)
    values = models.JSONField(default=dict)

    objects = ScopedManager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["chapter", "id"], name="chapters_auditdetail_in_chapter"
            )
        ]

    def __str__(self) -> str:
        return f"Details of {self.entry_id}"


class AuditHead(models.Model):
    """The end of each chain, and the lock under which it grows. Zero is the nation's chain."""

    chain = models.PositiveBigIntegerField(primary_key=True)
    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["chain"]

    def __str__(self) -> str:
        return f"Chain {self.chain}: {self.number} entries"
