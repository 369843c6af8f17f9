"""The agendas in the public API: published texts, in reading order, nothing else."""

import pytest

from agendas import actions
from chapters.scope import in_chapter
from tests.factories import make_agenda, make_section

pytestmark = pytest.mark.django_db


def test_agenda_answers_its_sections_in_reading_order(sf, lou, client):
    agenda = make_agenda(sf, title="What we agree on", adopted_note="By consent")
    second = make_section(agenda, lou, heading="Homes", body="**Soon**")
    strategy = make_section(agenda, lou, parent=second, heading="Rooms")
    action = make_section(agenda, lou, kind="action", parent=strategy, heading="Ten rooms")
    gone = make_section(agenda, lou, heading="Gone")
    with in_chapter(sf, lou):
        actions.withdraw_section(gone, lou)
    (row,) = client.get("/api/v1/agendas/").json()["results"]
    assert (row["chapter"], row["title"], row["sections"]) == (
        "san-francisco", "What we agree on", 3)  # fmt: skip
    found = client.get("/api/v1/agendas/san-francisco/").json()
    assert found["adopted_note"] == "By consent"
    assert [(one["kind"], one["number"], one["heading"], one["parent"]) for one in
            found["sections"]] == [
        ("priority", "1", "Homes", None),
        ("strategy", "1.1", "Rooms", second.pk),
        ("action", "", "Ten rooms", strategy.pk),
    ]  # fmt: skip
    assert found["sections"][0]["text"] == "**Soon**" and action.pk == found["sections"][2]["id"]
    table = client.get("/api/v1/agendas/san-francisco/?format=csv").content.decode()
    assert table.splitlines()[1].startswith(f"{second.pk},priority,1,,Homes")


def test_drafts_are_not_in_the_api(sf, denver, lou, client, client_for):
    make_section(make_agenda(sf, status="draft", published_at=None), lou)
    for reader in (client, client_for(lou)):
        assert reader.get("/api/v1/agendas/").json() == {"results": []}
        for chapter in ("san-francisco", "denver"):
            assert reader.get(f"/api/v1/agendas/{chapter}/").status_code == 404
    assert client.get("/api/v1/agendas/?page=2").status_code == 400
