"""A survey's result as figures: reviewed like any file, without a margin, small groups empty."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from chapters.scope import in_chapter
from measurement.models import Indicator, Observation, Period, Source, Survey, Upload
from measurement.telling import found_in
from tests.factories import make_question, make_seat, make_survey, make_user
from tests.factories.surveys import answer, open_for
from tests.measurement.test_surveys import BASE, close, work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def published(figures: None, sf: Any, client_for: Any) -> tuple[Any, Survey, int]:
    """A published result: of 24 women 12 say yes, of 20 men 17, so that their noes are few."""
    chair = make_user("chair")
    make_seat(sf, chair)
    survey = make_survey(sf, title="Safety")
    question = make_question(survey, text="Do you feel safe?")
    make_question(survey, "group", text="Who are you?")
    tokens = open_for(survey, 55)
    said = [("Yes", "Woman")] * 12 + [("No", "Woman")] * 12
    said += [("Yes", "Man")] * 17 + [("No", "Man")] * 3
    for token, answers in zip(tokens, said, strict=False):
        assert answer(survey, token, *answers)
    close(survey)
    client = client_for(chair)
    assert client.post(f"{BASE}{survey.pk}/publish/").status_code == 302
    return client, survey, question.pk


def test_a_figure_is_made_once_and_of_the_year_of_the_chapter(published: Any, sf: Any) -> None:
    """A survey that closes on New Year's Eve in the evening is of the year that ends."""
    chair, survey, question = published
    night = dt.datetime(2027, 1, 1, 3, tzinfo=dt.UTC)
    with in_chapter(sf):
        Survey.objects.filter(pk=survey.pk).update(closed_at=night)
        (yes,) = survey.questions.get(pk=question).choices.filter(text="Yes")
    address = f"{BASE}{survey.pk}/questions/{question}/figures/"
    given = {"choices": yes.pk, "direction": 1, "name": "People who feel safe"}
    assert chair.post(address, given).status_code == 302
    with in_chapter(sf):
        (upload,) = Upload.objects.filter(chapter=sf)
    assert b",2026," in bytes(upload.content) and b",2027," not in bytes(upload.content)
    again = chair.post(address, given)
    assert again.status_code == 422
    assert "was made of this question already" in again.content.decode()


def test_figures_go_through_review_and_stand_without_a_margin(
    published: Any, sf: Any, client_for: Any, client: Any
) -> None:
    chair, survey, question = published
    address = f"{BASE}{survey.pk}/questions/{question}/figures/"
    with in_chapter(sf):
        (yes,) = survey.questions.get(pk=question).choices.filter(text="Yes")
    assert chair.post(address, {"choices": yes.pk, "direction": 1}).status_code == 422
    given = {"choices": yes.pk, "direction": 1, "name": "People who feel safe"}
    upload = chair.post(address, given)["Location"]
    work()
    assert chair.post(f"{upload}load/").status_code == 302
    work()
    another = make_user("another")
    make_seat(sf, another)
    assert client_for(another).post(f"{upload}publish/").status_code == 302
    work()
    with in_chapter(sf):
        assert Upload.objects.get(chapter=sf).state == "published"
        own = Indicator.objects.get(name="People who feel safe")
        rows = {row.group.key: row for row in Observation.objects.filter(indicator=own)}
        total = rows[""]
        assert (float(total.obs_value), total.sample_n, total.se_method) == (0.659091, 44, "none")
        assert (total.se, total.moe, total.annotation_raw) == (None, None, "response rate 80%")
        assert total.source.programme == "own_survey"
        hidden = {key for key, row in rows.items() if row.obs_value is None}
        assert hidden == {"sex=female", "sex=male"}
        assert {rows[key].conf_status for key in hidden} <= {"A", "D"}
    page = client.get("/san-francisco/dashboard/").content.decode()
    assert "People who feel safe" in page and "44 people answered, response rate 80%" in page
    found = client.get("/api/v1/observations/?place=0667000&period=2026").json()["results"]
    ours = [row for row in found if row["programme"] == "own_survey"]
    told = {row["group"]: (row["sample_n"], row["margin_90"], row["suppressed"]) for row in ours}
    hidden_row = (None, None, True)
    assert told == {"": (44, None, False), "sex=female": hidden_row, "sex=male": hidden_row}
    assert {row["value"] for row in ours if row["suppressed"]} == {None}


def test_the_newest_of_what_the_council_counted_stands_with_its_margin() -> None:
    own = Indicator(pk=1, name="Women who cycle", value_type="proportion", decimals=1)
    source = Source()
    rows = [
        Observation(
            indicator=own, obs_value=value, se=error, sample_n=n, source=source,
            period=Period(label=label), annotation_raw="",
        )
        for label, value, error, n in (("2024", 0.034, 0.003, None), ("2023", 0.03, None, 50))
    ]  # fmt: skip
    said = [(one.value, one.period, one.people) for one in found_in(rows)]
    assert said == [("3.4%", "2024", "± 0.5")]
    assert found_in(rows[1:])[0].people == "50 people answered"
