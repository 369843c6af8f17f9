"""Surveys in the API: published results alone, and never a number that the page does not show."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from chapters.scope import in_chapter
from measurement.actions.survey_results import publish_results
from measurement.models import Survey, SurveyResult
from tests.factories import make_chapter, make_question, make_result, make_survey
from tests.factories.surveys import answer, open_for
from tests.measurement.test_surveys import close

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "/api/v1/surveys/"


@pytest.fixture
def safety(sf: Any) -> Survey:
    """Closed: of 24 women 12 feel safe, of 20 men 17, so that their noes are few."""
    survey = make_survey(sf, title="Safety")
    make_question(survey, text="Do you feel safe?")
    make_question(survey, "group", text="Who are you?")
    make_question(survey, "text", text="Anything else?", is_required=False)
    said = [("Yes", "Woman")] * 12 + [("No", "Woman")] * 12
    said += [("Yes", "Man")] * 17 + [("No", "Man")] * 3
    for token, answers in zip(open_for(survey, 55), said, strict=False):
        assert answer(survey, token, *answers, "Somebody follows me.")
    close(survey)
    return survey


def test_a_result_is_there_once_it_is_published(safety: Survey, sf: Any, client: Any) -> None:
    assert client.get(ADDRESS).json() == {"results": [], "next": None}
    assert client.get(f"{ADDRESS}{safety.pk}/").status_code == 404
    with in_chapter(sf):
        publish_results(safety, by=None)
        made_on = SurveyResult.objects.get(survey=safety, audience="public").made_on
    (row,) = client.get(ADDRESS).json()["results"]
    page = f"http://testserver/san-francisco/surveys/{safety.pk}/published/"
    assert row == {
        "number": safety.pk, "chapter": "san-francisco", "title": "Safety", "version": 1,
        "answers": 44, "invited": 55, "response_rate": 80, "threshold": 10,
        "made_on": made_on.isoformat(), "url": page,
    }  # fmt: skip
    assert client.get(row["url"]).status_code == 200
    assert client.get(f"{ADDRESS}?chapter=denver").json()["results"] == []


def test_small_counts_are_null_and_marked(safety: Survey, sf: Any, client: Any) -> None:
    with in_chapter(sf):
        publish_results(safety, by=None)
    found = client.get(f"{ADDRESS}{safety.pk}/")
    feel, who = found.json()["questions"]
    shown = {"mean": None, "suppressed": False}
    assert feel["answers"] == [
        {"label": "Yes", "count": 29, "of": 44, "percent": 65.9, **shown},
        {"label": "No", "count": 15, "of": 44, "percent": 34.1, **shown},
    ]
    (table,) = feel["by"]
    assert table["groups"] == [{"label": "Woman", "n": 24}, {"label": "Man", "n": 20}]
    cells = [cell for line in table["answers"] for cell in line["groups"]]
    hidden = [cell for cell in cells if cell["suppressed"]]
    # Three noes of men: whichever others are hidden with them look the same.
    assert len(hidden) == 4
    assert {(c["count"], c["percent"], c["mean"], c["suppressed"]) for c in hidden} == {
        (None, None, None, True)
    }
    assert [row["count"] for row in who["answers"]] == [24, 20]
    assert "status" not in found.content.decode() and "follows" not in found.content.decode()


def test_csv_has_the_numbers_of_the_page_of_the_survey(
    safety: Survey, sf: Any, client: Any
) -> None:
    with in_chapter(sf):
        publish_results(safety, by=None)
    file = client.get(f"/san-francisco/surveys/{safety.pk}/published/file.csv").content.decode()
    ours = client.get(f"{ADDRESS}{safety.pk}/?format=csv").content.decode()
    rows = list(csv.DictReader(io.StringIO(file)))
    assert len(rows) > 4
    assert list(csv.DictReader(io.StringIO(ours))) == [
        {name: cell for name, cell in row.items() if name != "note"}
        | {"suppressed": str(row["note"] == "suppressed")}
        for row in rows
    ]


def test_what_the_council_reads_is_not_in_it(sf: Any, client: Any) -> None:
    result = make_result(sf, audience="steward", k=5, is_published=False)
    for number in (str(result.survey_id), "0", "9" * 19, "nothing", "-1", "²"):
        assert client.get(f"{ADDRESS}{number}/").status_code == 404, number
    assert client.get(ADDRESS).json()["results"] == []


@pytest.mark.parametrize("results", [1, 30])
def test_the_list_takes_the_same_reads(
    sf: Any, client: Any, django_assert_num_queries: Any, results: int
) -> None:
    other = make_chapter("Denver")
    numbers = [make_result(other if n % 2 else sf).survey_id for n in range(results)]
    client.get(ADDRESS)
    with django_assert_num_queries(1):
        found = client.get(f"{ADDRESS}?limit=100").json()
    assert [row["number"] for row in found["results"]] == numbers[::-1]
    seen, address = [], f"{ADDRESS}?limit=7"
    while address:
        page = client.get(address).json()
        seen += [row["number"] for row in page["results"]]
        address = page["next"]
    assert seen == numbers[::-1]
