"""Surveys, with people who answer them."""

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from chapters.models import Chapter
from chapters.scope import in_chapter
from measurement.actions import answering, surveys
from measurement.models import Category, CategoryOption, Question, Survey, SurveyResult
from measurement.queries.surveys import questions_of

SEX = {"female": "Woman", "male": "Man", "nonbinary": "Nonbinary"}


def make_survey(chapter: Chapter, **fields: Any) -> Survey:
    """A draft of the chapter, open for answers for a month."""
    mark = fields.pop("mark", "Local")
    fields = {
        "title": f"{mark} survey",
        "intro": f"{mark} introduction",
        "closes_on": chapter.today + datetime.timedelta(days=30),
    } | fields
    with in_chapter(chapter):
        return Survey.objects.create(chapter=chapter, **fields)


def make_question(
    survey: Survey, kind: str = "single", choices: Sequence[str] = ("Yes", "No"), **fields: Any
) -> Question:
    """A question of a draft; a demographic one asks for the sex of people."""
    pairs = [(text, "") for text in choices] if kind not in ("number", "text") else []
    fields = {"text": f"A question of kind {kind}", "kind": kind} | fields
    with in_chapter(survey.chapter):
        if kind == "group":
            fields.setdefault("category", make_category())
            pairs = [(one.name, one.code) for one in fields["category"].options.all()]
        question = Question(**fields)
        return surveys.save_question(survey, question, pairs, by=None)


def make_category(code: str = "sex", options: Mapping[str, str] = SEX) -> Category:
    """A category with its options."""
    category, _ = Category.objects.get_or_create(code=code, defaults={"name": code.capitalize()})
    for position, (key, name) in enumerate(options.items(), 1):
        defaults = {"name": name, "position": position}
        CategoryOption.objects.get_or_create(category=category, code=key, defaults=defaults)
    return category


def make_result(chapter: Chapter, **fields: Any) -> SurveyResult:
    """The published result of a survey that 90 of 120 answered, with nothing in it to show."""
    survey = fields.pop("survey", None) or make_survey(chapter, state="closed")
    content: dict[str, Any] = {
        "title": survey.title, "version": 1, "invited": 120, "n": 90, "k": 10, "questions": [],
    }  # fmt: skip
    defaults = {"audience": "public", "k": 10, "answers": 90, "content": content}
    fields = defaults | {"is_published": True} | fields
    with in_chapter(chapter):
        return SurveyResult.objects.create(chapter=chapter, survey=survey, **fields)


def open_for(survey: Survey, people: int) -> list[str]:
    """Open a draft and give the tokens of that many links on paper."""
    with in_chapter(survey.chapter):
        surveys.open_survey(survey, by=None)
        links = answering.print_links(survey, people, by=None) if people else []
    return [link.rstrip("/").rpartition("/")[2] for link in links]


def answer(survey: Survey, token: str, *answers: Any) -> bool:
    """Answer the questions in their order: words of choices, a list of them, a number, or None."""
    with in_chapter(survey.chapter):
        given: dict[int, Any] = {}
        for question, said in zip(questions_of(survey), answers, strict=True):
            if said is None:
                continue
            if question.kind == "text":
                given[question.pk] = said
            elif question.kind == "number":
                given[question.pk] = Decimal(str(said))
            else:
                words = said if isinstance(said, list) else [said]
                numbers = {choice.text: choice.pk for choice in question.choices.all()}
                given[question.pk] = [numbers[word] for word in words]
        invitation = answering.find_invitation(token)
        assert invitation is not None
        return answering.answer_survey(invitation, given)
