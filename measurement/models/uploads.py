"""Files of figures on their way in: checked, loaded, reviewed, published."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from chapters.owned import SharedManager, SharedOrOwned


class Upload(SharedOrOwned):
    """One file of figures, the nation's or a chapter's; its rows come in all together or not.

    `report` holds the problems found, as dicts of code, severity, line, column, message; at most
    `MOST_PROBLEMS` of them. `about` is what the form says of sources that are new, `first` the
    first figures as they would come in, `work` the job that is under way. Who sent a file in does
    not publish it, and what is published the backbone alone takes back; the database holds both.
    """

    MOST_PROBLEMS: ClassVar[int] = 1000

    class Layout(models.TextChoices):
        LONG = "long", "One figure a line"
        CENSUS = "census", "Census Bureau"
        WIDE = "wide", "One place a line, one column a figure"

    class State(models.TextChoices):
        CHECKING = "checking", "Being checked"
        COLUMNS = "columns", "Waits to be told what its columns are"
        REFUSED = "refused", "Has errors"
        READY = "ready", "Checked, waits to be loaded"
        LOADED = "loaded", "Loaded, waits for review"
        RETURNED = "returned", "Sent back"
        PUBLISHED = "published", "Published"
        WITHDRAWN = "withdrawn", "Withdrawn"
        DISCARDED = "discarded", "Discarded, nothing was loaded"

    # Nothing was loaded of these, or it was taken out again.
    LOOSE: ClassVar = (State.COLUMNS, State.REFUSED, State.READY, State.RETURNED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    name = models.CharField(max_length=200)
    layout = models.CharField(max_length=6, choices=Layout, default=Layout.LONG)
    mapping = models.JSONField(default=dict, blank=True)
    about = models.JSONField(default=dict, blank=True)
    header = models.JSONField(default=list, blank=True)
    first = models.JSONField(default=list, blank=True)
    work = models.UUIDField(null=True, blank=True, editable=False)
    content = models.BinaryField(null=True, editable=False)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=9, choices=State, default=State.CHECKING)
    rows = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    restated = models.PositiveIntegerField(default=0)
    errors = models.PositiveIntegerField(default=0)
    warnings = models.PositiveIntegerField(default=0)
    report = models.JSONField(default=list, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    review_note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    loaded_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawal_reason = models.TextField(blank=True)

    objects: ClassVar[SharedManager] = SharedManager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["chapter", "-created_at"], name="measurement_uploads")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="published")
                | Q(chapter__isnull=True)
                | (Q(reviewed_by__isnull=False) & ~Q(reviewed_by=F("by"))),
                name="measurement_upload_reviewed_by_another",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_state_display()})"

    @property
    def is_counted(self) -> bool:
        """True where its figures were counted: before that no 0 is a count."""
        states = self.State
        if self.state == states.DISCARDED:
            return bool(self.rows) and not self.errors
        return self.state not in (states.CHECKING, states.COLUMNS, states.REFUSED)

    @property
    def needs_acknowledgement(self) -> bool:
        """True while warnings stand that nobody has taken note of."""
        return bool(self.warnings) and self.acknowledged_at is None
