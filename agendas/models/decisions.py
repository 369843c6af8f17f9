"""Decisions of a council: what is asked, by which rule, on which evidence, and what came of it.

Everything that a vote rests on is frozen when the decision opens: triggers of the database refuse
later changes (migration `decision_walls`). Names stand in electors alone, so that an erasure finds
them; `record` holds the outcome without names.
"""

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from agendas.models.agenda import Section
from chapters.once import held_once, sent_key
from chapters.owned import ChapterOwned, PublishedManager, ScopedManager
from chapters.prose import Block, read_blocks
from measurement.models import Claim, Indicator

LONGEST_TEXT = 4000
LONGEST_REASON = 2000


class Decision(ChapterOwned):
    """A question that a council decides; drafts and open ones are seen by the council alone."""

    PUBLIC: ClassVar[dict[str, Any]] = {"is_public": True, "state": "closed"}

    class Kind(models.TextChoices):
        QUESTION = "question", "A question"
        RATIFY = "ratify", "Adopt the common agenda"

    class Rule(models.TextChoices):
        CONSENT = "consent", "Consent: passes unless somebody objects"
        MAJORITY = "majority", "Majority: more for than against"
        TWO_THIRDS = "two_thirds", "Two thirds of those for or against"
        THREE_QUARTERS = "three_quarters", "Three quarters of those for or against"

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"

    class Outcome(models.TextChoices):
        PASSED = "passed", "Passed"
        FAILED = "failed", "Did not pass"
        NO_QUORUM = "no_quorum", "No quorum"
        WITHDRAWN = "withdrawn", "Withdrawn"

    kind = models.CharField(max_length=8, choices=Kind, default=Kind.QUESTION)
    question = models.CharField(max_length=200)
    background = models.TextField(max_length=LONGEST_TEXT, blank=True)
    # What there was to choose from: [{"name", "strengths", "weaknesses", "perspectives"}].
    options = models.JSONField(default=list, blank=True)
    proposal = models.TextField(max_length=LONGEST_TEXT)
    rule = models.CharField(max_length=14, choices=Rule, default=Rule.CONSENT)
    fallback = models.CharField(
        max_length=14, blank=True, choices=[one for one in Rule.choices if one[0] != "consent"]
    )
    quorum = models.PositiveSmallIntegerField(
        default=50, validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="Percent of the electorate that must take part",
    )  # fmt: skip
    electorate = models.PositiveSmallIntegerField(null=True, help_text="Seats when it opened")
    # How many people shaped the proposal, and how many of them live what it is about.
    voices = models.PositiveSmallIntegerField(null=True, blank=True)
    affected_voices = models.PositiveSmallIntegerField(null=True, blank=True)
    is_public = models.BooleanField(default=True, help_text="Everybody reads it once it is closed")
    state = models.CharField(max_length=6, choices=State, default=State.DRAFT)
    earlier = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="later"
    )
    proposer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    sent_key = sent_key()
    made_at = models.DateTimeField(auto_now_add=True)
    opened_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True)
    review_on = models.DateField(null=True, blank=True)
    review_told_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=9, choices=Outcome, blank=True)
    sentence = models.TextField(blank=True, help_text="The outcome in words")
    note = models.CharField(max_length=300, blank=True, help_text="Why it was withdrawn")
    record = models.JSONField(default=dict, blank=True)
    is_sample = models.BooleanField(default=False, help_text="Invented for a demonstration")

    objects: ClassVar[ScopedManager] = ScopedManager()
    published = PublishedManager()

    class Meta(ChapterOwned.Meta):
        ordering = ["-made_at", "-id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            held_once("proposer", "agendas_decision_sent_once"),
            models.CheckConstraint(
                condition=Q(quorum__gte=1, quorum__lte=100), name="agendas_decision_quorum"
            ),
            models.CheckConstraint(
                condition=~Q(state="open")
                | Q(opened_at__isnull=False, closes_at__gt=F("opened_at"), electorate__gte=1),
                name="agendas_decision_open_has_frame",
            ),
            models.CheckConstraint(
                condition=Q(fallback="") | Q(rule="consent"), name="agendas_decision_fallback"
            ),
            models.CheckConstraint(
                condition=~Q(kind="ratify") | Q(is_public=True), name="agendas_ratified_in_public"
            ),
            models.CheckConstraint(
                condition=Q(voices__isnull=True, affected_voices__isnull=True)
                | Q(affected_voices__lte=F("voices")),
                name="agendas_decision_voices",
            ),
        ]
        indexes = [models.Index(fields=["chapter", "state"], name="agendas_decision_state")]

    def __str__(self) -> str:
        return self.question

    @property
    def is_open(self) -> bool:
        """True while votes are taken, but for the time that has run out."""
        return self.state == self.State.OPEN

    @property
    def is_closed(self) -> bool:
        """True once it has an outcome."""
        return self.state == self.State.CLOSED

    @property
    def by_consent(self) -> bool:
        """True where people consent, stand aside or object."""
        return self.rule == self.Rule.CONSENT

    @property
    def background_blocks(self) -> list[Block]:
        """The background as paragraphs and lists."""
        return read_blocks(self.background)

    @property
    def proposal_blocks(self) -> list[Block]:
        """The proposal as paragraphs and lists."""
        return read_blocks(self.proposal)


class Evidence(ChapterOwned):
    """What a decision rests on, with the figure as it stood when the decision opened."""

    class Kind(models.TextChoices):
        INDICATOR = "indicator", "Indicator"
        CLAIM = "claim", "Claim"
        SECTION = "section", "Section of the agenda"
        LINK = "link", "Other source"

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=9, choices=Kind)
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, null=True, related_name="+")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, null=True, related_name="+")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, null=True, related_name="+")
    url = models.URLField(max_length=500, blank=True)
    title = models.CharField(max_length=300)
    figure = models.CharField(max_length=300, blank=True, help_text="As it stood")
    source = models.CharField(max_length=300, blank=True, help_text="Release, version or digest")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["id"]
        verbose_name_plural = "evidence"
        constraints = [*ChapterOwned.Meta.constraints]

    def __str__(self) -> str:
        return self.title


class Elector(ChapterOwned):
    """One seat of the council as it was when the decision opened."""

    OWNER = "user"

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="electors")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    shown_as = models.CharField(max_length=80)
    reminded_at = models.DateTimeField(null=True)
    present_at = models.DateTimeField(null=True, help_text="The chair saw them at the roll call")

    class Meta(ChapterOwned.Meta):
        ordering = ["shown_as", "id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(fields=["decision", "user"], name="agendas_elector_once"),
        ]

    def __str__(self) -> str:
        return self.shown_as


class Delegation(ChapterOwned):
    """Somebody who votes for an elector; counts once present and briefed."""

    OWNER = "delegate"

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="delegations")
    elector = models.ForeignKey(Elector, on_delete=models.PROTECT, related_name="delegations")
    delegate = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    shown_as = models.CharField(max_length=80)
    organization = models.CharField(
        max_length=120, blank=True, help_text="Whom the seat and its delegate speak for"
    )
    named_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True, help_text="Opened the briefing, or heard it")
    briefed_at = models.DateTimeField(
        null=True, help_text="Confirmed the briefing, or the chair gave it"
    )
    present_at = models.DateTimeField(
        null=True, help_text="Checked in, or the chair saw them at the roll call"
    )

    class Meta(ChapterOwned.Meta):
        ordering = ["id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["elector"], condition=Q(ended_at__isnull=True), name="agendas_one_delegate"
            ),
            models.UniqueConstraint(
                fields=["decision", "delegate"], condition=Q(ended_at__isnull=True),
                name="agendas_delegate_of_one",
            ),
            models.CheckConstraint(
                condition=Q(briefed_at__isnull=True) | Q(opened_at__isnull=False),
                name="agendas_briefed_has_opened",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.shown_as} for {self.elector}"

    @property
    def is_informed(self) -> bool:
        """True where the delegate is present and briefed, so that a vote counts."""
        return self.present_at is not None and self.briefed_at is not None
