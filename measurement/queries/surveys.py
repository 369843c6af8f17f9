"""Reads of surveys: how each stands, what is asked, and the answers as the tables need them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, When

from chapters.models import Chapter, Place
from measurement.grouping import Answers, Asked
from measurement.models import (
    Category,
    Choice,
    Indicator,
    Observation,
    Question,
    Survey,
    SurveyAnswer,
    SurveyInvitation,
    SurveyResult,
)
from members.models import Membership


@dataclass(frozen=True)
class Turnout:
    """How many links went out, and how many of them were used."""

    invited: int
    answered: int

    @property
    def unanswered(self) -> int:
        """Links that went out and were not used."""
        return self.invited - self.answered

    @property
    def percent(self) -> int | None:
        """The response rate, in whole percent; None before anybody was asked."""
        return round(100 * self.answered / self.invited) if self.invited else None


def surveys_of(chapter: Chapter) -> QuerySet[Survey]:
    """The chapter's surveys, the newest first, with `invited` and `answered`."""
    answered = Count("invitations", filter=Q(invitations__is_answered=True))
    rows = Survey.objects.filter(chapter=chapter).select_related("chapter")
    return rows.annotate(invited=Count("invitations"), answered=answered)


def turnout_of(survey: Survey) -> Turnout:
    """Links that went out, and used ones; one query."""
    found = SurveyInvitation.objects.filter(survey=survey).aggregate(
        invited=Count("pk"), answered=Count("pk", filter=Q(is_answered=True))
    )
    return Turnout(**found)


def questions_of(survey: Survey) -> list[Question]:
    """A survey's questions in their order, each with its choices and what it is shown after."""
    rows = Question.objects.filter(survey=survey).select_related("shown_if__question", "category")
    return list(rows.prefetch_related("choices"))


def choices_before(survey: Survey, question: Question | None) -> list[Choice]:
    """Choices that a question may be shown after: those of the questions before it."""
    rows = Choice.objects.filter(question__survey=survey).select_related("question")
    if question is not None:
        rows = rows.filter(question__position__lt=question.position)
    return list(rows.order_by("question__position", "position"))


def published_results(chapter: Chapter | None = None) -> QuerySet[SurveyResult]:
    """Results that everybody may read, of one chapter or of all."""
    rows = SurveyResult.published.select_related("chapter")
    return rows if chapter is None else rows.filter(chapter=chapter)


def members_to_ask(survey: Survey) -> list[Membership]:
    """Current members of the chapter who got no link to this survey so far."""
    asked = SurveyInvitation.objects.filter(survey=survey, user=OuterRef("user"))
    rows = Membership.objects.filter(chapter=survey.chapter, status__in=Membership.CURRENT)
    found = rows.filter(~Exists(asked), user__is_active=True).select_related("user", "chapter")
    return [one for one in found.order_by("user__name", "pk") if one.is_current]


def asked_for(survey: Survey) -> set[str]:
    """Keys of the people who were sent a link to this survey, as forms carry them; one query."""
    rows = SurveyInvitation.objects.filter(survey=survey, user__isnull=False)
    return {str(key) for key in rows.values_list("user_id", flat=True)}


def categories() -> QuerySet[Category]:
    """Ways to group people, with their options."""
    return Category.objects.prefetch_related("options")


def own_indicators(chapter: Chapter) -> QuerySet[Indicator]:
    """The chapter's own indicators, the newest version of each first."""
    return Indicator.objects.filter(chapter=chapter).order_by("name", "-version")


def own_figures(place: Place) -> list[Observation]:
    """The newest figure of each indicator of the chapter of a place itself, published; one query.

    Of everybody; of a group where an indicator is published by group alone.
    """
    rows = Observation.published.filter(place=place, is_current=True, obs_value__isnull=False)
    mine = rows.filter(indicator__chapter__place=place, indicator__is_public=True)
    named = mine.select_related("indicator", "period", "source", "group")
    is_part = Case(When(group__key="", then=0), default=1)
    name = ("indicator__name", "indicator_id")
    ordered = named.order_by(*name, is_part, "-period__end", "group__key")
    return list(ordered.distinct(*name))


# --- For the tables alone: no page shows these --------------------------------------------------


def asked_of(questions: Sequence[Question]) -> list[Asked]:
    """The questions as the tables know them."""
    return [
        Asked(
            pk=question.pk,
            kind=question.kind,
            text=question.text,
            choices=[(choice.pk, choice.text) for choice in question.choices.all()],
            codes={choice.pk: choice.code for choice in question.choices.all() if choice.code},
            category=question.category.code if question.category else "",
            unit=question.unit,
            after=_after(question),
        )
        for question in questions
    ]


def _after(question: Question) -> tuple[int, int] | None:
    choice = question.shown_if
    return (choice.question_id, choice.pk) if choice else None


def people_of(survey: Survey) -> list[Answers]:
    """Everybody's choices and numbers by question; one query, in no order that tells anything."""
    rows = SurveyAnswer.objects.filter(response__survey=survey)
    people: dict[Any, dict[int, Any]] = {
        pk: {} for pk in survey.responses.order_by("id").values_list("pk", flat=True)
    }
    for response, question, choice, number in rows.values_list(
        "response_id", "question_id", "choice_id", "number"
    ):
        if number is not None:
            people[response][question] = number
        else:
            people[response].setdefault(question, []).append(choice)
    return list(people.values())


def words_of(survey: Survey, k: int) -> list[tuple[Question, list[str]]]:
    """What was written to each question, where at least k wrote; sorted as keys fell."""
    found: dict[int, list[str]] = {}
    rows = SurveyAnswer.objects.filter(question__survey=survey, response__isnull=True)
    for question, text in rows.order_by("id").values_list("question_id", "text"):
        found.setdefault(question, []).append(text)
    asked = Question.objects.filter(survey=survey, kind=Question.Kind.TEXT)
    return [
        (question, words if len(words) >= k else [])
        for question in asked
        for words in [found.get(question.pk, [])]
    ]
