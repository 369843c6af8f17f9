"""Building a survey: asked about in a draft, opened, closed; a correction is another version."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from chapters.actions import request_job
from chapters.audit import record
from chapters.models import Chapter
from measurement.models import Choice, Question, Survey
from measurement.queries.surveys import questions_of

WORK_OUT = "measurement.survey-results"
State = Survey.State


class SurveyRefused(ValueError):
    """The survey can't take that step; the message says why."""


def create_survey(chapter: Chapter, *, by: Any, **fields: Any) -> Survey:
    """A draft without questions."""
    survey = Survey.objects.create(chapter=chapter, by=by, **fields)
    record("survey.made", subject=survey, chapter=chapter, by=by)
    return survey


@transaction.atomic
def change_survey(survey: Survey, *, by: Any, **fields: Any) -> None:
    """Change a draft; of an open one its last day, and thresholds upward."""
    held = hold(survey, State.DRAFT, State.OPEN)
    if not held.is_draft:
        fields = {name: fields[name] for name in ("closes_on", "steward_k", "public_k")}
        for name in ("steward_k", "public_k"):
            if fields[name] < getattr(held, name):
                raise SurveyRefused(f"SDC-FLOOR: A threshold of {getattr(held, name)} only rises.")
        if fields["closes_on"] < held.chapter.today:
            # The sweep would close it tonight, and nothing opens it again.
            raise SurveyRefused("That day has passed. Close the survey to end it now.")
    for name, value in fields.items():
        setattr(held, name, value)
    held.save(update_fields=list(fields))
    record("survey.changed", subject=held, chapter=held.chapter, by=by)


def hold(survey: Survey, *states: str) -> Survey:
    """The survey under a lock, if it is in one of these states."""
    rows = Survey.objects.select_for_update(of=("self",)).select_related("chapter")
    held = rows.get(pk=survey.pk)
    if held.state not in states:
        raise SurveyRefused(f"The survey has moved on. It is now: {held.get_state_display()}.")
    return held


# --- Questions ----------------------------------------------------------------------------------


@transaction.atomic
def save_question(
    survey: Survey, question: Question, choices: Sequence[tuple[str, str]], *, by: Any
) -> Question:
    """Store a question of a draft with its choices, pairs of words and code, in their order.

    Choices with the same words stay the same choices.
    """
    held = hold(survey, State.DRAFT)
    if not question.pk:
        last = Question.objects.filter(survey=held).aggregate(last=Max("position"))["last"]
        question.survey, question.chapter, question.position = held, held.chapter, (last or 0) + 1
    question.save()
    wanted = [text for text, _ in choices]
    gone = Choice.objects.filter(question=question).exclude(text__in=wanted)
    _be_free(gone)
    gone.delete()
    known = {choice.text: choice for choice in Choice.objects.filter(question=question)}
    for position, (text, code) in enumerate(choices, 1):
        choice = known.get(text) or Choice(chapter=held.chapter, question=question, text=text)
        choice.position, choice.code = position, code
        choice.save()
    return question


def _be_free(choices: Any) -> None:
    """Raise where another question is shown only after one of these choices."""
    asked = Question.objects.filter(shown_if__in=choices).select_related("shown_if").first()
    if asked and asked.shown_if:
        raise SurveyRefused(
            f"“{asked.text}” is shown only after “{asked.shown_if.text}”. Change that first."
        )


@transaction.atomic
def delete_question(question: Question, *, by: Any) -> None:
    """Take a question out of a draft."""
    hold(question.survey, State.DRAFT)
    _be_free(question.choices.all())
    question.delete()


@transaction.atomic
def move_question(question: Question, step: int, *, by: Any) -> None:
    """Change places with the question before (-1) or after (1); nothing at the ends."""
    hold(question.survey, State.DRAFT)
    listed = questions_of(question.survey)
    at = next(place for place, one in enumerate(listed) if one.pk == question.pk)
    to = at + step
    if not 0 <= to < len(listed):
        return
    listed[at], listed[to] = listed[to], listed[at]
    first, second = listed[min(at, to)], listed[max(at, to)]
    if first.shown_if and first.shown_if.question_id == second.pk:
        raise SurveyRefused(f"“{first.text}” is shown after an answer to “{second.text}”.")
    for position, one in enumerate(listed, 1):
        Question.objects.filter(pk=one.pk).update(position=position)


# --- Its life -----------------------------------------------------------------------------------


@transaction.atomic
def open_survey(survey: Survey, *, by: Any) -> None:
    """Let links go out; from now on nothing of what is asked changes."""
    held = hold(survey, State.DRAFT)
    if not Question.objects.filter(survey=held).exists():
        raise SurveyRefused("Ask at least one question first.")
    if held.closes_on < held.chapter.today:
        raise SurveyRefused("Its last day has passed. Set a later one first.")
    held.state, held.opened_at = State.OPEN, timezone.now()
    held.save(update_fields=["state", "opened_at"])
    record("survey.opened", subject=held, chapter=held.chapter, by=by)


@transaction.atomic
def close_survey(survey: Survey, *, by: Any = None) -> None:
    """Take no more answers, for good, and have the results worked out."""
    held = hold(survey, State.OPEN)
    arguments = {"survey": held.pk}
    title = f"Results of {held.title}"[:160]
    job = request_job(WORK_OUT, title, chapter=held.chapter, by=by, arguments=arguments)
    held.state, held.closed_at, held.work = State.CLOSED, timezone.now(), job.pk
    held.save(update_fields=["state", "closed_at", "work"])
    record("survey.closed", subject=held, chapter=held.chapter, by=by)


def close_late_surveys(chapter: Chapter) -> int:
    """Close the open surveys whose last day has passed; needs the chapter's scope."""
    late = Survey.objects.filter(state=State.OPEN, closes_on__lt=chapter.today)
    for survey in late:
        close_survey(survey)
    return len(late)


@transaction.atomic
def copy_survey(survey: Survey, *, by: Any) -> Survey:
    """A draft with the same questions: the next version, in which they can be corrected."""
    last = Survey.objects.filter(title=survey.title).aggregate(last=Max("version"))["last"]
    copy = Survey.objects.create(
        chapter=survey.chapter, by=by, title=survey.title, intro=survey.intro, replaces=survey,
        version=last + 1, closes_on=max(survey.closes_on, survey.chapter.today),
        steward_k=survey.steward_k, public_k=survey.public_k,
    )  # fmt: skip
    twins: dict[int, Choice] = {}
    for question in questions_of(survey):
        choices, after = list(question.choices.all()), question.shown_if_id
        question.pk, question.survey = None, copy
        question.shown_if = twins[after] if after else None
        question.save(force_insert=True)
        for choice in choices:
            old, choice.pk, choice.question = choice.pk, None, question
            choice.save(force_insert=True)
            twins[old] = choice
    record("survey.copied", subject=copy, chapter=copy.chapter, by=by)
    return copy
