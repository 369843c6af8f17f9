"""What the texts of agendas and of reports have in common: none that was submitted is ever lost."""

from typing import Any, Protocol

from django.conf import settings
from django.db import models

from chapters.owned import ChapterOwned
from chapters.prose import Block, read_blocks


class Text(Protocol):
    """Anything with a heading and a body."""

    @property
    def heading(self) -> Any:
        """What stands over it."""

    @property
    def body(self) -> Any:
        """The text as it was typed."""


class KeptText(ChapterOwned):
    """A text as somebody submitted it; the database refuses to change or delete it.

    A saved one carries the version it made; one set aside after a conflict carries the version
    that it was written on.
    """

    class State(models.TextChoices):
        SAVED = "saved", "Saved"
        SET_ASIDE = "set aside", "Set aside"

    state = models.CharField(max_length=9, choices=State, default=State.SAVED)
    version = models.PositiveIntegerField()
    body = models.TextField(blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta(ChapterOwned.Meta):
        abstract = True
        ordering = ["-made_at", "-id"]

    @property
    def label(self) -> str:
        """What the history calls it."""
        if self.state == self.State.SET_ASIDE:
            return f"Set aside, written on version {self.version}"
        return f"Version {self.version}"

    @property
    def blocks(self) -> list[Block]:
        """The text as paragraphs and lists."""
        return read_blocks(self.body)
