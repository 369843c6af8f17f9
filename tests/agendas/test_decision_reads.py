"""Decisions in the public API and in the council's workspace."""

import pytest

from agendas.actions import deciding, evidence
from agendas.waiting import news_of, tasks_of
from chapters.scope import in_chapter
from tests.factories import make_agenda, make_seat, make_section, make_user
from tests.factories.decisions import make_decision, vote

pytestmark = pytest.mark.django_db
LIST = "/api/v1/decisions/"


@pytest.fixture
def ivy(sf):
    return make_seat(sf, make_user("ivy"), shown_as="Ivy N.").user


def close(sf, lou, ivy, **fields):
    section = make_section(make_agenda(sf), lou, heading="Fair pay")
    held = make_decision(sf, lou, **fields)
    with in_chapter(sf):
        evidence.cite_section(held, section)
        deciding.open_decision(held, lou)
    vote(held, lou, "consent")
    vote(held, ivy, "aside", "Not mine.")
    with in_chapter(sf):
        return deciding.close_decision(held, lou)


def test_api_lists_public_closed_decisions_alone(sf, lou, ivy, client, client_for):
    done = close(sf, lou, ivy)
    hidden = close(sf, lou, ivy, is_public=False)
    held = make_decision(sf, lou, opened=True)
    (row,) = client.get(LIST).json()["results"]
    assert (row["id"], row["chapter"], row["outcome"]) == (done.pk, "san-francisco", "passed")
    for reader in (client, client_for(lou)):
        for one in (hidden, held):
            assert reader.get(f"{LIST}{one.pk}/").status_code == 404
    assert client.get(f"{LIST}nothing/").status_code == 404
    assert client.get(f"{LIST}?chapter=denver").json()["results"] == []


def test_api_gives_tally_dissent_and_evidence_without_names(sf, lou, ivy, client):
    done = close(sf, lou, ivy)
    answer = client.get(f"{LIST}{done.pk}/")
    found = answer.json()
    assert found["tally"] == {
        "electorate": 2, "took_part": 2, "needed": 1, "consent": 1, "aside": 1, "object": 0,
    }  # fmt: skip
    assert found["dissents"] == [{"choice": "aside", "reason": "Not mine."}]
    assert found["evidence"] == [
        {"kind": "section", "title": "Fair pay", "figure": "", "source": "Version 1"}
    ]
    assert b"Ivy" not in answer.content
    table = client.get(f"{LIST}{done.pk}/?format=csv").content.decode()
    assert table.splitlines()[1].startswith(f"{done.pk},san-francisco,question")


def test_api_pages_lead_on(sf, lou, ivy, client):
    first, second = close(sf, lou, ivy), close(sf, lou, ivy)
    page = client.get(f"{LIST}?limit=1").json()
    assert [row["id"] for row in page["results"]] == [second.pk]
    rest = client.get(page["next"]).json()
    assert ([row["id"] for row in rest["results"]], rest["next"]) == ([first.pk], None)


def test_workspace_lists_votes_and_objections_that_wait(sf, lou, ivy):
    make_agenda(sf)  # without one, the council is also told to begin it
    held = make_decision(sf, lou, opened=True)
    with in_chapter(sf, ivy):
        assert [task.words for task in tasks_of(ivy, sf)] == ["Vote: Decision question?"]
    vote(held, ivy, "object", "Too fast.")
    with in_chapter(sf):
        assert tasks_of(ivy, sf) == []
        assert [task.words for task in tasks_of(lou, sf)] == [
            "Vote: Decision question?",
            "Answer the objection of Ivy N.",
        ]


def test_workspace_tells_what_was_decided(sf, lou, ivy):
    done = close(sf, lou, ivy)
    with in_chapter(sf):
        (news,) = news_of(sf, done.made_at)
    assert news.words == "Passed: Decision question?"
