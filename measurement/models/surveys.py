"""Surveys of a chapter: what is asked, who was asked, and what was answered, kept apart.

An answer leads to no invitation and an invitation to no answer: neither has a time, both have
random keys, and when a survey closes their rows are written anew in random order.
"""

import datetime
import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from chapters.owned import ChapterOwned, PublishedManager, ScopedManager
from measurement.models.categories import Category

# The least number of people whom a shown count may tell of: platform, and published tables.
FLOOR, PUBLIC_FLOOR = 5, 10


class Survey(ChapterOwned):
    """One questionnaire in one version; it is never changed once its first link may go out.

    `steward_k` is the smallest count that the council sees, `public_k` the smallest one that is
    published; a chapter may raise both. `work` is the job that is under way.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        OPEN = "open", "Open for answers"
        CLOSED = "closed", "Closed"

    title = models.CharField(max_length=160)
    intro = models.TextField(blank=True)
    state = models.CharField(max_length=6, choices=State, default=State.DRAFT)
    version = models.PositiveSmallIntegerField(default=1)
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closes_on = models.DateField()
    steward_k = models.PositiveSmallIntegerField(default=FLOOR)
    public_k = models.PositiveSmallIntegerField(default=PUBLIC_FLOOR)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    work = models.UUIDField(null=True, blank=True, editable=False)

    class Meta(ChapterOwned.Meta):
        ordering = ["-id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.CheckConstraint(
                condition=Q(steward_k__gte=FLOOR, public_k__gte=PUBLIC_FLOOR)
                & Q(public_k__gte=F("steward_k")),
                name="measurement_survey_threshold_floor",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} (version {self.version})" if self.version > 1 else self.title

    @property
    def is_draft(self) -> bool:
        """True while it may be changed."""
        return self.state == self.State.DRAFT

    @property
    def last_day(self) -> datetime.date:
        """The day until which it took answers: earlier than planned where somebody closed it."""
        if self.closed_at is None:
            return self.closes_on
        return min(self.closes_on, self.chapter.day_of(self.closed_at))

    @property
    def takes_answers(self) -> bool:
        """True while it is open, to the end of its last day on the chapter's clock."""
        return self.state == self.State.OPEN and self.chapter.today <= self.closes_on


class Question(ChapterOwned):
    """One question; `shown_if` is the choice of an earlier one that makes it be asked."""

    class Kind(models.TextChoices):
        SINGLE = "single", "One choice of several"
        SEVERAL = "several", "Any number of choices"
        SCALE = "scale", "A scale"
        NUMBER = "number", "A number"
        TEXT = "text", "Words"
        GROUP = "group", "A demographic group"

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="questions")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=7, choices=Kind)
    text = models.CharField(max_length=300)
    hint = models.CharField(max_length=300, blank=True)
    is_required = models.BooleanField(default=True)
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    least = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    most = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    unit = models.CharField(max_length=30, blank=True)
    shown_if = models.ForeignKey(
        "measurement.Choice", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta(ChapterOwned.Meta):
        ordering = ["position", "id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind="group", category__isnull=False)
                | (~Q(kind="group") & Q(category__isnull=True)),
                name="measurement_question_group_has_category",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def has_choices(self) -> bool:
        """True where people choose and do not type."""
        return self.kind not in (self.Kind.NUMBER, self.Kind.TEXT)


class Choice(ChapterOwned):
    """One choice of a question, a point of its scale, or an option of its category."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="choices")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=160)
    code = models.SlugField(max_length=40, blank=True, help_text="Of the category’s option")

    class Meta(ChapterOwned.Meta):
        ordering = ["position", "id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["question", "text"], name="measurement_choice_once_a_question"
            ),
        ]

    def __str__(self) -> str:
        return self.text


class SurveyInvitation(ChapterOwned):
    """One link that answers once. Only the digest of its token is kept, and no time of use.

    `user` is whom it was sent to, nobody for a link on paper. That somebody answered can be seen
    here, what they answered nowhere.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="invitations")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    token_hash = models.CharField(max_length=64, editable=False)
    is_answered = models.BooleanField(default=False)

    class Meta(ChapterOwned.Meta):
        ordering = ["id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["chapter", "token_hash"], name="measurement_survey_link_once"
            ),
            models.UniqueConstraint(fields=["survey", "user"], name="measurement_survey_asks_once"),
        ]

    def __str__(self) -> str:
        return "Answered" if self.is_answered else "Not answered"


class SurveyResponse(ChapterOwned):
    """Somebody's answers belong together here; whose they are stands nowhere."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="responses")

    class Meta(ChapterOwned.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return "A response"


class SurveyAnswer(ChapterOwned):
    """One choice, number or text. Words belong to no response, so nothing tells who wrote them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    response = models.ForeignKey(
        SurveyResponse, on_delete=models.PROTECT, null=True, related_name="answers"
    )
    choice = models.ForeignKey(Choice, on_delete=models.PROTECT, null=True, related_name="+")
    number = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    text = models.TextField(blank=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["response", "question", "choice"],
                condition=Q(response__isnull=False),
                nulls_distinct=False,
                name="measurement_answer_once",
            ),
            models.CheckConstraint(
                condition=Q(response__isnull=True, choice__isnull=True, number__isnull=True)
                & ~Q(text="")
                | Q(response__isnull=False, choice__isnull=False, number__isnull=True, text="")
                | Q(response__isnull=False, choice__isnull=True, number__isnull=False, text=""),
                name="measurement_answer_words_apart",
            ),
        ]

    def __str__(self) -> str:
        return "An answer"


class SurveyResult(ChapterOwned):
    """What may be shown of a survey's answers, small counts hidden, for one kind of reader.

    `content` is as `measurement.tabulating.tabulate` gives it. It is worked out once, after the
    last answer, and never again, so no later edition can be set against it.
    """

    PUBLIC: ClassVar[dict[str, Any]] = {"is_published": True}

    class Audience(models.TextChoices):
        STEWARD = "steward", "The council"
        PUBLIC = "public", "Everybody"

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="results")
    audience = models.CharField(max_length=7, choices=Audience)
    k = models.PositiveSmallIntegerField()
    answers = models.PositiveIntegerField()
    content = models.JSONField()
    is_published = models.BooleanField(default=False)
    made_on = models.DateField(auto_now_add=True)

    objects: ClassVar[ScopedManager] = ScopedManager()
    published = PublishedManager()

    class Meta(ChapterOwned.Meta):
        # By key: another chapter may read the result, but not the survey behind it.
        ordering = ["-id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["survey", "audience"], name="measurement_result_once_a_reader"
            ),
            models.CheckConstraint(
                condition=Q(is_published=False) | Q(audience="public", k__gte=PUBLIC_FLOOR),
                name="measurement_result_public_alone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.answers} answers, {self.get_audience_display()}"
