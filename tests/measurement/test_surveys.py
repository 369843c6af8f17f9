"""A chapter's survey from its first question to its published result."""

from __future__ import annotations

import datetime
import threading
from contextlib import closing
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from chapters import jobs
from chapters.models import Job, Mail
from chapters.scope import in_chapter
from chapters.unscoped import as_backbone
from measurement.actions import surveys
from measurement.actions.answering import answer_survey, find_invitation
from measurement.models import (
    Choice,
    Question,
    Survey,
    SurveyAnswer,
    SurveyInvitation,
    SurveyResponse,
    SurveyResult,
)
from tests.conftest import owner_connection
from tests.factories import make_membership, make_question, make_seat, make_survey, make_user
from tests.factories.surveys import answer, open_for

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "/san-francisco/surveys/"


def work() -> None:
    with as_backbone():
        waiting = list(Job.objects.unfinished().values_list("pk", "chapter_id"))
    for job, chapter in waiting:
        jobs.run(job, chapter)
    with as_backbone():
        assert not Job.objects.exclude(status="done").exists()


TABLES = ("measurement_surveyresponse", "measurement_surveyinvitation")


def close(survey: Survey) -> dict[str, SurveyResult]:
    with in_chapter(survey.chapter):
        surveys.close_survey(survey)
    work()
    with in_chapter(survey.chapter):
        return {one.audience: one for one in SurveyResult.objects.filter(survey=survey)}


@pytest.fixture
def chair(sf: Any, client_for: Any) -> Any:
    person = make_user("chair")
    make_seat(sf, person)
    return client_for(person)


@pytest.fixture
def survey(sf: Any) -> Survey:
    """Rent, then why for those who find it too high, gender, and words."""
    made = make_survey(sf, title="Rent")
    rent = make_question(made, text="Is your rent too high?")
    with in_chapter(sf):
        yes = rent.choices.get(text="Yes")
    make_question(made, "several", ("Raise", "Repairs", "Fees"), text="Why?", shown_if=yes)
    make_question(made, "group", text="Who are you?", is_required=False)
    make_question(made, "text", text="Anything else?", is_required=False)
    return made


def tell_many(survey: Survey, tokens: list[str]) -> None:
    for number, token in enumerate(tokens):
        said = "Yes" if number % 2 else "No"
        sex = "Nonbinary" if number == 0 else "Woman" if number % 3 else "Man"
        assert answer(survey, token, said, ["Raise"] if number % 2 else None, sex, f"Word {number}")


# --- Building -------------------------------------------------------------------------------------


def test_a_chair_builds_opens_and_copies_a_survey(chair: Any, sf: Any) -> None:
    last = (sf.today + datetime.timedelta(days=9)).isoformat()
    about = {"title": "Rent", "closes_on": last, "steward_k": "5", "public_k": "10"}
    place = chair.post(f"{BASE}new/", about)["Location"]
    lines = "Yes\n\n No \nI own"
    given = {"text": "Too high?", "choices": lines, "is_required": "on"}
    assert chair.post(f"{place}ask/single/", given).status_code == 302
    with in_chapter(sf):
        first = Question.objects.get()
        texts = list(first.choices.values_list("text", flat=True))
        yes = first.choices.get(text="Yes")
    assert texts == ["Yes", "No", "I own"]
    scale = {"text": "How safe?", "points": "5", "low": "never", "high": "always",
             "is_required": "on", "shown_if": yes.pk}  # fmt: skip
    assert chair.post(f"{place}ask/scale/", scale).status_code == 302
    with in_chapter(sf):
        second = Question.objects.get(kind="scale")
        assert [c.text for c in second.choices.all()] == ["1: never", "2", "3", "4", "5: always"]
    page = chair.post(f"{place}questions/{second.pk}/up/")
    assert page.status_code == 422 and "is shown after an answer to" in page.content.decode()
    page = chair.post(f"{place}questions/{first.pk}/delete/")
    assert page.status_code == 422 and "Change that first" in page.content.decode()
    # The words that a question depends on stay; other choices may go.
    page = chair.post(f"{place}questions/{first.pk}/", given | {"choices": "No\nMaybe"})
    assert page.status_code == 422 and "Change that first" in page.content.decode()
    fewer = given | {"choices": "Yes\nMaybe"}
    assert chair.post(f"{place}questions/{first.pk}/", fewer).status_code == 302
    assert "How safe?" in chair.get(f"{place}preview/").content.decode()
    assert chair.post(f"{place}open/").status_code == 302
    assert chair.post(f"{place}questions/{first.pk}/", given).status_code == 404
    copy = chair.post(f"{place}copy/")["Location"]
    with in_chapter(sf):
        twin = Survey.objects.get(version=2)
        asked = list(Question.objects.filter(survey=twin))
        assert asked[1].shown_if and asked[1].shown_if.question_id == asked[0].pk
    assert chair.get(copy).status_code == 200


def test_input_stays_and_is_told_what_is_wrong(chair: Any, sf: Any) -> None:
    place = f"{BASE}{make_survey(sf).pk}/ask/single/"
    page = chair.post(place, {"text": "Kept", "choices": "One"})
    assert page.status_code == 422
    assert "Enter from 2 to 30 choices" in page.content.decode() and "Kept" in page.content.decode()
    low = {"title": "Low", "closes_on": "2030-01-01", "steward_k": "4", "public_k": "9"}
    page = chair.post(f"{BASE}new/", low).content.decode()
    assert "SDC-FLOOR: The threshold may not go below 5." in page
    assert "SDC-FLOOR: The threshold may not go below 10." in page


def test_thresholds_of_an_open_survey_only_rise(chair: Any, survey: Survey) -> None:
    open_for(survey, 0)
    place = f"{BASE}{survey.pk}/edit/"
    last = survey.closes_on.isoformat()
    higher = {"closes_on": last, "steward_k": "8", "public_k": "12"}
    assert chair.post(place, higher).status_code == 302
    page = chair.post(place, higher | {"public_k": "11"})
    assert page.status_code == 422 and "only rises" in page.content.decode()
    with in_chapter(survey.chapter), pytest.raises(IntegrityError), transaction.atomic():
        Survey.objects.filter(pk=survey.pk).update(public_k=10)


def test_closing_says_first_what_is_missing(chair: Any, survey: Survey) -> None:
    tokens = open_for(survey, 3)
    page = chair.get(f"{BASE}{survey.pk}/").content.decode()
    assert "3 of 3 links are not answered yet." in page and "It can’t be undone." in page
    assert answer(survey, tokens[0], "No", None, "Woman", "A word")
    page = chair.get(f"{BASE}{survey.pk}/").content.decode()
    assert "2 of 3 links are not answered yet." in page
    assert f"1 answer so far: the council sees counts from {survey.steward_k} on." in page


def test_an_open_survey_never_changes_whoever_tries(survey: Survey) -> None:
    open_for(survey, 0)
    with as_backbone():
        for change in (
            lambda: Question.objects.filter(survey=survey).update(text="Another"),
            lambda: Choice.objects.filter(question__survey=survey).update(text="Another"),
            lambda: Choice.objects.filter(text="Fees").delete(),
            lambda: Survey.objects.filter(pk=survey.pk).update(state="draft"),
            lambda: Survey.objects.filter(pk=survey.pk).update(title="Another"),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                change()


def test_others_build_nothing(survey: Survey, client_for: Any, client: Any) -> None:
    member = make_user("member")
    make_membership(survey.chapter, member)
    pages = ["", "edit/", "preview/", "invite/", "results/", "ask/single/"]
    for page in pages:
        assert client_for(member).get(f"{BASE}{survey.pk}/{page}").status_code == 404
    assert client.get(BASE).status_code == 200
    assert "Rent" not in client.get(BASE).content.decode()


@pytest.mark.parametrize("number", [1, 30])
def test_list_asks_as_often_for_many(
    number: int, sf: Any, chair: Any, django_assert_num_queries: Any
) -> None:
    for _ in range(number):
        open_for(make_survey_with(sf), 2)
    with django_assert_num_queries(17):
        assert chair.get(BASE).status_code == 200


def make_survey_with(chapter: Any) -> Survey:
    made = make_survey(chapter)
    make_question(made)
    return made


# --- Asking and answering -------------------------------------------------------------------------


def test_members_get_a_link_each_that_answers_once(
    chair: Any, survey: Survey, sf: Any, client: Any
) -> None:
    people = [make_user(name) for name in ("ada", "bo")]
    for person in people:
        make_membership(sf, person)
    open_for(survey, 0)
    assert chair.post(f"{BASE}{survey.pk}/invite/", {"everybody": "on"}).status_code == 302
    with as_backbone():
        letters = {mail.to: mail.text for mail in Mail.objects.filter(kind="survey-invitation")}
    assert set(letters) == {person.email for person in people}
    path = "/" + letters["ada@example.org"].split("://")[1].split()[0].partition("/")[2]
    assert client.get(path).status_code == 200
    names = field_names(survey)
    empty = client.post(path, {})
    assert empty.status_code == 422 and empty.content.decode().count("Choose an answer") == 2
    given = {
        names["Is your rent too high?"]: choice(survey, "No"),
        names["Why?"]: choice(survey, "Fees"),
        names["Anything else?"]: "Kept words",
    }
    assert client.post(path, given)["Location"] == f"{BASE}thanks/"
    again = client.get(path)
    assert again.status_code == 410 and "This link was used" in again.content.decode()
    with in_chapter(sf):
        # The question that was not to be shown has no answer; words lead to no response.
        stored = SurveyAnswer.objects.values_list("question__text", "response", "text")
        assert {(text, bool(of), words) for text, of, words in stored} == {
            ("Is your rent too high?", True, ""), ("Anything else?", False, "Kept words"),
        }  # fmt: skip
        assert SurveyInvitation.objects.filter(is_answered=True).count() == 1


def field_names(survey: Survey) -> dict[str, str]:
    with in_chapter(survey.chapter):
        rows = Question.objects.filter(survey=survey)
        return {question.text: f"q{question.pk}" for question in rows}


def choice(survey: Survey, text: str) -> int:
    with in_chapter(survey.chapter):
        return Choice.objects.get(question__survey=survey, text=text).pk


def test_an_error_loses_nothing(survey: Survey, client: Any) -> None:
    (token,) = open_for(survey, 1)
    names = field_names(survey)
    sent = {names["Is your rent too high?"]: choice(survey, "Yes"), names["Anything else?"]: "Kept"}
    page = client.post(f"{BASE}answer/{token}/", sent)
    text = page.content.decode()
    assert page.status_code == 422 and "<title>Error: Rent" in text
    assert "Choose an answer to “Why?”" in text and "Kept" in text
    assert text.count("checked") == 1


def test_script_in_a_question_stays_text(sf: Any, client: Any) -> None:
    script = "<script>1</script>"
    made = make_survey(sf, title=script, intro=script)
    make_question(made, choices=(script, "No"), text=script, hint=script)
    make_question(made, "number", text="How many?", hint=script, unit=script)
    (token,) = open_for(made, 1)
    text = client.get(f"{BASE}answer/{token}/").content.decode()
    assert script not in text and script.capitalize() not in text
    assert text.lower().count("&lt;script&gt;1&lt;/script&gt;") == 8


def test_links_that_are_late_or_foreign_say_so(
    survey: Survey, client: Any, denver: Any, sf: Any
) -> None:
    (token,) = open_for(survey, 1)
    assert client.get(f"{BASE}answer/{token}x/").status_code == 404
    foreign = client.get(f"/denver/surveys/answer/{token}/")
    assert foreign.status_code == 404 and "This link is not known" in foreign.content.decode()
    with in_chapter(sf):
        Survey.objects.update(closes_on=sf.today - datetime.timedelta(days=1))
    late = client.get(f"{BASE}answer/{token}/")
    assert late.status_code == 410 and "This survey has closed" in late.content.decode()
    with in_chapter(sf):
        assert surveys.close_late_surveys(sf) == 1


def test_two_clicks_at_once_are_one_answer(survey: Survey) -> None:
    (token,) = open_for(survey, 1)
    start, said = threading.Barrier(2), []

    def click() -> None:
        start.wait()
        said.append(answer(survey, token, "No", None, "Woman", None))
        connection.close()

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == [False, True]
    with in_chapter(survey.chapter):
        assert SurveyResponse.objects.count() == 1


def test_the_database_holds_a_link_for_each_response(survey: Survey) -> None:
    (token,) = open_for(survey, 1)
    with in_chapter(survey.chapter):
        with pytest.raises(IntegrityError), transaction.atomic():
            SurveyResponse.objects.create(survey=survey)
        invitation = find_invitation(token)
        assert invitation and answer_survey(invitation, {})
        with pytest.raises(IntegrityError), transaction.atomic():
            SurveyInvitation.objects.update(is_answered=False)
        with pytest.raises(IntegrityError), transaction.atomic():
            SurveyResponse.objects.create(survey=survey)


@pytest.fixture
def no_holes(db: None) -> None:
    """Space that other tests left would be filled first, in an order of its own."""
    with closing(owner_connection()) as owner, owner.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"vacuum full {table}")


def test_nothing_leads_from_an_answer_to_its_link(no_holes: None, survey: Survey) -> None:
    tokens = open_for(survey, 12)
    tell_many(survey, tokens)
    close(survey)
    for model in (SurveyResponse, SurveyAnswer, SurveyInvitation):
        fields = {field.name for field in model._meta.concrete_fields}
        assert not {"at", "made_at", "created_at", "answered_at", "position"} & fields
    ours = {SurveyInvitation, SurveyResponse, SurveyAnswer}
    linked = {
        (model, field.related_model)
        for model in ours for field in model._meta.concrete_fields if field.related_model in ours
    }  # fmt: skip
    assert linked == {(SurveyAnswer, SurveyResponse)}
    with as_backbone(), connection.cursor() as cursor:
        for table in TABLES:
            # One transaction wrote them all, in the order of keys that nobody chose.
            cursor.execute(
                f"select xmin::text, array_agg(id order by ctid) from {table} group by xmin::text"
            )
            ((_, keys),) = cursor.fetchall()
            assert len(keys) == 12 and keys == sorted(keys)


# --- Results --------------------------------------------------------------------------------------


def test_results_are_for_the_council_and_then_for_everybody(
    survey: Survey, chair: Any, client: Any
) -> None:
    tokens = open_for(survey, 50)
    tell_many(survey, tokens[:40])
    results = close(survey)
    assert (results["steward"].k, results["public"].k) == (5, 10)
    page = chair.get(f"{BASE}{survey.pk}/results/").content.decode()
    assert "40 of 50 answered: 80%" in page and "Word 7" in page
    address = f"{BASE}{survey.pk}/published/"
    assert client.get(address).status_code == 404
    assert chair.post(f"{BASE}{survey.pk}/publish/").status_code == 302
    page = client.get(address).content.decode()
    assert "40 of 50 people asked answered" in page and "margin of error" in page
    assert "Word 7" not in page and "Nonbinary, " not in page.split("Who are you?")[0]
    rows = client.get(f"{address}file.csv").content.decode().splitlines()
    assert rows[0] == "question,answer,by,group,count,of,percent,mean,note"
    assert rows[1:3] == ["Is your rent too high?,Yes,,,20,40,50.0,,",
                         "Is your rent too high?,No,,,20,40,50.0,,"]  # fmt: skip
    assert "Why?,Raise,,,20,20,100.0,," in rows
    assert "Rent" in client.get(BASE).content.decode()


def test_a_few_answers_give_nothing(survey: Survey, chair: Any) -> None:
    tokens = open_for(survey, 9)
    tell_many(survey, tokens[:4])
    results = close(survey)
    assert results["steward"].content["questions"] == []
    page = chair.get(f"{BASE}{survey.pk}/results/").content.decode()
    assert "Fewer than 5 people answered" in page and "Word 1" not in page
    assert chair.post(f"{BASE}{survey.pk}/publish/").status_code == 422


def test_results_are_worked_out_once(survey: Survey) -> None:
    from measurement.actions.survey_results import work_out

    tell_many(survey, open_for(survey, 12))
    first = close(survey)["public"]
    with in_chapter(survey.chapter):
        work_out(survey.pk)
        again = SurveyResult.objects.get(survey=survey, audience="public")
    assert (again.pk, again.content) == (first.pk, first.content)
