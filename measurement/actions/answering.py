"""Asking and answering: a link for each person, used once, and answers that lead to no link."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse

from chapters.audit import record
from chapters.models import Chapter, MailChoice
from chapters.post import post
from measurement.actions.surveys import hold
from measurement.models import Survey, SurveyAnswer, SurveyInvitation, SurveyResponse

MOST_LINKS = 500
# By question: numbers of choices, a number, or words.
Given = Mapping[int, Sequence[int] | Decimal | str]


def find_invitation(token: str) -> SurveyInvitation | None:
    """The open chapter's invitation with this token; the token itself is stored nowhere."""
    rows = SurveyInvitation.objects.select_related("survey__chapter")
    return rows.filter(token_hash=_digest(token)).first()


@transaction.atomic
def send_invitations(survey: Survey, people: Iterable[Any], *, by: Any) -> int:
    """Send each person a link by e-mail, unless they had one; gives how many went out."""
    held = hold(survey, Survey.State.OPEN)
    asked = set(SurveyInvitation.objects.filter(survey=held).values_list("user_id", flat=True))
    fresh = [person for person in people if person.pk not in asked]
    for person in fresh:
        context = {
            "name": person.get_short_name(), "survey": held,
            "survey_url": settings.SITE_URL + _make_link(held, person),
        }  # fmt: skip
        topic = MailChoice.Topic.SURVEYS
        post("survey-invitation", person.email, context, chapter=held.chapter, topic=topic)
    facts = {"links": len(fresh)}
    record("survey.sent", subject=held, chapter=held.chapter, by=by, facts=facts)
    return len(fresh)


@transaction.atomic
def print_links(survey: Survey, number: int, *, by: Any) -> list[str]:
    """New links that belong to nobody, to be handed out on paper; shown this once."""
    held = hold(survey, Survey.State.OPEN)
    links = [settings.SITE_URL + _make_link(held) for _ in range(min(number, MOST_LINKS))]
    facts = {"links": len(links)}
    record("survey.printed", subject=held, chapter=held.chapter, by=by, facts=facts)
    return links


def _make_link(survey: Survey, person: Any = None) -> str:
    token = secrets.token_urlsafe(24)
    SurveyInvitation.objects.create(
        chapter=survey.chapter, survey=survey, user=person, token_hash=_digest(token)
    )
    return reverse("measurement:survey-answer", args=[survey.chapter.slug, token])


def _digest(token: str) -> str:
    """192 random bits can't be guessed back from a plain digest."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def answer_survey(invitation: SurveyInvitation, given: Given) -> bool:
    """Store somebody's answers and use up the link; False where it was used or is too late.

    Of two that come at once the second waits for the first and finds the link used. Nothing that is
    stored with the answers is stored with the link.
    """
    # One after another, and none while it closes.
    rows = Survey.objects.select_for_update(no_key=True, of=("self",)).select_related("chapter")
    survey = rows.get(pk=invitation.survey_id)
    unused = SurveyInvitation.objects.filter(pk=invitation.pk, is_answered=False)
    if not survey.takes_answers or not unused.update(is_answered=True):
        return False
    response = SurveyResponse.objects.create(chapter=survey.chapter, survey=survey)
    SurveyAnswer.objects.bulk_create(_answers(survey.chapter, response, given))
    return True


def _answers(chapter: Chapter, response: SurveyResponse, given: Given) -> Iterable[SurveyAnswer]:
    for question, answer in given.items():
        if isinstance(answer, str):
            # Words belong to no response: nothing tells who wrote them.
            yield SurveyAnswer(chapter=chapter, question_id=question, text=answer)
        elif isinstance(answer, Decimal):
            yield SurveyAnswer(
                chapter=chapter, question_id=question, response=response, number=answer
            )
        else:
            for choice in answer:
                yield SurveyAnswer(
                    chapter=chapter, question_id=question, response=response, choice_id=choice
                )


# The database keeps rows in the order in which they came, and with each the transaction that wrote
# it. Once nobody answers any more both are written anew, sorted by their random keys.
_SCATTER = (
    """
    WITH gone AS (DELETE FROM measurement_surveyinvitation WHERE survey_id = %s RETURNING *)
    INSERT INTO measurement_surveyinvitation SELECT * FROM gone ORDER BY id
    """,
    """
    WITH gone AS (DELETE FROM measurement_surveyanswer WHERE question_id IN
        (SELECT id FROM measurement_question WHERE survey_id = %s) RETURNING *)
    INSERT INTO measurement_surveyanswer SELECT * FROM gone ORDER BY id
    """,
    """
    WITH gone AS (DELETE FROM measurement_surveyresponse WHERE survey_id = %s RETURNING *)
    INSERT INTO measurement_surveyresponse SELECT * FROM gone ORDER BY id
    """,
)


def scatter(survey: Survey) -> None:
    """Write links and answers of a closed survey anew, so that their order tells nothing."""
    with connection.cursor() as cursor:
        for statement in _SCATTER:
            cursor.execute(statement, [survey.pk])
