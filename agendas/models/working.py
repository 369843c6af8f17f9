"""While somebody works on a section: what they have typed so far, and that they are there."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from agendas.models.agenda import Section
from chapters.owned import ChapterOwned, ScopedManager


class KeptDraft(ChapterOwned):
    """What a person has typed and not saved, kept for them alone; one for each section."""

    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    base_version = models.PositiveIntegerField()
    heading = models.CharField(max_length=160, blank=True)
    body = models.TextField(blank=True)
    reason = models.CharField(max_length=200, blank=True)
    kept_at = models.DateTimeField(auto_now=True)
    was_submitted = models.BooleanField(
        default=False, help_text="Sent to be saved, and met a newer text: it goes into the history"
    )

    objects: ClassVar[ScopedManager] = ScopedManager()

    class Meta(ChapterOwned.Meta):
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(fields=["section", "author"], name="agendas_one_draft"),
        ]

    def __str__(self) -> str:
        return f"Draft of section {self.section_id}"

    @property
    def token(self) -> str:
        """What tells one keeping from the next."""
        return self.kept_at.isoformat()


class Presence(ChapterOwned):
    """A person has a section open; the row is worth nothing once it is 45 seconds old."""

    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()
    typed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ScopedManager] = ScopedManager()

    class Meta(ChapterOwned.Meta):
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(fields=["section", "person"], name="agendas_present_once"),
        ]
        indexes = [models.Index(fields=["section", "seen_at"], name="agendas_who_is_here")]

    def __str__(self) -> str:
        return f"{self.person_id} in section {self.section_id}"
