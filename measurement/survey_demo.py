"""Two sample surveys of one chapter: a closed one with invented answers, and an open one."""

import datetime
import random
from decimal import Decimal
from typing import Any

from chapters.models import Chapter
from measurement.actions import answering, survey_results, surveys
from measurement.models import Category, Question, Survey
from measurement.queries.surveys import questions_of

ASKED, ANSWERED = 150, 118
Kind = Question.Kind
# kind, question, choices; the second is asked of those who gave the first answer to the first.
CLOSED: list[tuple[str, str, list[str]]] = [
    (Kind.SINGLE, "Did your rent rise in the last twelve months?", ["Yes", "No", "I own my home"]),
    (Kind.SEVERAL, "What did you do about it?",
     ["Cut other spending", "Took more work", "Asked for help", "Looked for another home"]),
    (Kind.SCALE, "How safe is your home from an eviction?",
     ["1: not at all", "2", "3", "4", "5: very safe"]),
    (Kind.NUMBER, "How many hours a week do you care for somebody without pay?", []),
    (Kind.GROUP, "Which of these describes you?", []),
    (Kind.TEXT, "What should the council know?", []),
]  # fmt: skip
OPEN: list[tuple[str, str, list[str]]] = [
    (Kind.SINGLE, "Which priority should come first next year?",
     ["Fair pay", "Homes and care", "Safety and voice"]),
    (Kind.TEXT, "Why that one?", []),
]  # fmt: skip


def load_surveys(chapter: Chapter) -> None:
    """Make both once; needs the chapter's scope."""
    if Survey.objects.filter(chapter=chapter).exists() or not Category.objects.exists():
        return
    closed = _make(chapter, "Homes and care (sample)", CLOSED)
    links = answering.print_links(closed, ASKED, by=None)
    rng = random.Random(7)  # noqa: S311 - invented answers, the same on every machine
    questions = questions_of(closed)
    for link in links[:ANSWERED]:
        invitation = answering.find_invitation(link.rstrip("/").rpartition("/")[2])
        if invitation:
            answering.answer_survey(invitation, _invent(questions, rng))
    surveys.close_survey(closed)
    survey_results.work_out(closed.pk)
    survey_results.publish_results(closed, by=None)
    opened = _make(chapter, "Which priority first? (sample)", OPEN)
    answering.print_links(opened, 12, by=None)


def _make(chapter: Chapter, title: str, asked: list[tuple[str, str, list[str]]]) -> Survey:
    intro = "A sample survey with invented answers. Four minutes."
    last = chapter.today + datetime.timedelta(days=60)
    survey = surveys.create_survey(chapter, by=None, title=title, intro=intro, closes_on=last)
    first = None
    for kind, text, choices in asked:
        is_needed = kind not in (Kind.TEXT, Kind.GROUP)
        question = Question(kind=kind, text=text, is_required=is_needed)
        pairs = [(choice, "") for choice in choices]
        if kind == Kind.GROUP:
            question.category = Category.objects.get(code="sex")
            pairs = [(one.name, one.code) for one in question.category.options.all()]
        elif kind == Kind.NUMBER:
            question.least, question.most = Decimal(0), Decimal(168)
            question.unit = "hours a week"
        elif kind == Kind.SEVERAL and first:
            question.shown_if = first.choices.get(text="Yes")
        saved = surveys.save_question(survey, question, pairs, by=None)
        first = first or saved
    surveys.open_survey(survey, by=None)
    return survey


def _invent(questions: list[Question], rng: random.Random) -> dict[int, Any]:
    """Somebody's answers: most rent and most are women, as members of the sample are."""
    rent, ways, safe, hours, sex, words = questions
    choices = {question.pk: [one.pk for one in question.choices.all()] for question in questions}
    risen = rng.choices(choices[rent.pk], [6, 3, 2])
    given: dict[int, Any] = {
        rent.pk: risen,
        safe.pk: rng.choices(choices[safe.pk], [2, 3, 5, 4, 3]),
        hours.pk: Decimal(rng.randrange(0, 40)),
        sex.pk: rng.choices(choices[sex.pk], [70, 40, 4, 0]),
    }
    if risen[0] == choices[rent.pk][0]:
        given[ways.pk] = rng.sample(choices[ways.pk], rng.randrange(1, 3))
    if rng.random() < 0.2:
        given[words.pk] = rng.choice(["Repairs take months.", "Childcare costs as much as rent."])
    return given
