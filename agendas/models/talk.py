"""What is said about a section: comments on its paragraphs, and texts that are proposed for it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from agendas.models.agenda import Revision, Section
from chapters.once import held_once, sent_key
from chapters.owned import ChapterOwned, ScopedManager
from chapters.prose import Block, read_blocks

LONGEST_COMMENT = 2000


class Comment(ChapterOwned):
    """Words about one paragraph, or an answer to such words (`thread` is what it answers).

    `anchor` is the digest of the paragraph (`agendas.anchors`) and `quote` its words as they
    were; both empty: about the whole section. What the council removes stays here for an
    appeal; what its author removes goes.
    """

    class Appeal(models.TextChoices):
        NONE = "", "None"
        ASKED = "asked", "Asked"
        GRANTED = "granted", "Put back"
        REFUSED = "refused", "Stays removed"

    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="comments")
    thread = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="answers"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    anchor = models.CharField(max_length=16, blank=True)
    quote = models.CharField(max_length=300, blank=True)
    on_version = models.PositiveIntegerField()
    body = models.TextField(max_length=LONGEST_COMMENT, blank=True)
    sent_key = sent_key()
    made_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    removal_reason = models.CharField(max_length=300, blank=True)
    appeal = models.CharField(max_length=7, choices=Appeal, default="", blank=True)
    appeal_words = models.TextField(max_length=1000, blank=True)

    objects: ClassVar[ScopedManager] = ScopedManager()

    class Meta(ChapterOwned.Meta):
        ordering = ["made_at", "id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            held_once("author", "agendas_comment_sent_once"),
            models.CheckConstraint(
                condition=Q(removal_reason="") | Q(removed_at__isnull=False),
                name="agendas_reason_of_removal",
            ),
        ]
        indexes = [models.Index(fields=["section", "made_at"], name="agendas_comments")]

    def __str__(self) -> str:
        return f"Comment {self.pk} on section {self.section_id}"

    @property
    def blocks(self) -> list[Block]:
        """The words as paragraphs and lists."""
        return read_blocks(self.body)


class Suggestion(ChapterOwned):
    """A text that somebody proposes for a section; its words are never changed."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Taken back"

    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="suggestions")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    base_version = models.PositiveIntegerField()
    heading = models.CharField(max_length=160)
    body = models.TextField(blank=True)
    reason = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    sent_key = sent_key()
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=300, blank=True)
    revision = models.OneToOneField(
        Revision, on_delete=models.PROTECT, null=True, blank=True, related_name="suggestion"
    )

    objects: ClassVar[ScopedManager] = ScopedManager()

    class Meta(ChapterOwned.Meta):
        ordering = ["-made_at", "-id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            held_once("author", "agendas_suggestion_sent_once"),
            models.CheckConstraint(
                condition=(Q(state="accepted", revision__isnull=False))
                | (~Q(state="accepted") & Q(revision__isnull=True)),
                name="agendas_accepted_has_revision",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(answer=""),
                name="agendas_declined_has_reason",
            ),
        ]
        indexes = [models.Index(fields=["section", "state"], name="agendas_suggestions")]

    def __str__(self) -> str:
        return f"Suggestion {self.pk} for section {self.section_id}"

    @property
    def blocks(self) -> list[Block]:
        """The text as paragraphs and lists."""
        return read_blocks(self.body)
