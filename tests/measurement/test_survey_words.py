"""What a survey says of its days, of its branches, and of an answer that can't be stored."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from chapters.plain_words import NULL
from chapters.scope import in_chapter
from measurement.actions import surveys
from measurement.models import Survey
from tests.factories import make_question, make_seat, make_survey, make_user
from tests.factories.surveys import open_for

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "/san-francisco/surveys/"


@pytest.fixture
def chair(sf: Any, client_for: Any) -> Any:
    person = make_user("chair")
    make_seat(sf, person)
    return client_for(person)


def test_a_slip_of_the_date_does_not_close_an_open_survey(chair: Any, sf: Any) -> None:
    survey = make_survey(sf)
    make_question(survey)
    open_for(survey, 1)
    given = {"steward_k": "5", "public_k": "10"}
    past = (sf.today - datetime.timedelta(days=1)).isoformat()
    refused = chair.post(f"{BASE}{survey.pk}/edit/", given | {"closes_on": past})
    assert refused.status_code == 422 and "That day has passed" in refused.content.decode()
    with in_chapter(sf):
        assert surveys.close_late_surveys(sf) == 0
    today = given | {"closes_on": sf.today.isoformat()}
    assert chair.post(f"{BASE}{survey.pk}/edit/", today).status_code == 302


def test_a_survey_closed_early_names_the_day_on_which_it_was(
    chair: Any, client: Any, sf: Any
) -> None:
    survey = make_survey(sf)
    make_question(survey)
    (token,) = open_for(survey, 1)
    with in_chapter(sf):
        surveys.close_survey(survey)
        closed = Survey.objects.select_related("chapter").get()
    assert closed.last_day == sf.today < closed.closes_on
    said = f"{sf.today:%B} {sf.today.day}, {sf.today.year}"
    late = client.get(f"{BASE}answer/{token}/")
    assert f"took answers until {said}" in late.content.decode()
    assert said in chair.get(f"{BASE}{survey.pk}/").content.decode()
    # One that the sweep closed the day after ended on its last day.
    closed.closes_on = sf.today - datetime.timedelta(days=1)
    assert closed.last_day == closed.closes_on


def test_answers_to_follow_are_offered_question_by_question(chair: Any, sf: Any) -> None:
    survey = make_survey(sf)
    make_question(survey, text="Rent?", choices=("Yes", "No"))
    make_question(survey, text="Safe?", choices=("Often", "Never"))
    page = chair.get(f"{BASE}{survey.pk}/ask/text/").content.decode()
    places = [page.index(words) for words in ("Rent?: Yes", "Rent?: No", "Safe?: O", "Safe?: N")]
    assert places == sorted(places)


def test_an_answer_that_breaks_several_rules_is_told_once(client: Any, sf: Any) -> None:
    survey = make_survey(sf)
    hours = make_question(survey, "number", text="Hours?", least=0, most=168)
    words = make_question(survey, "text", text="What else?")
    (token,) = open_for(survey, 1)
    given = {f"q{hours.pk}": "99999999999999", f"q{words.pk}": "a\0b"}
    refused = client.post(f"{BASE}answer/{token}/", given)
    page = refused.content.decode()
    # In the summary and beside the field.
    assert refused.status_code == 422 and page.count("Enter a number from 0 up to 168") == 2
    assert page.count(NULL) == 2
