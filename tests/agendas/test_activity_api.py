"""The public API of activities and projects: what is published, and nothing else."""

import pytest

from agendas.actions.activities import rest_activities
from agendas.actions.projects import link_indicator
from chapters.scope import in_chapter
from measurement.models import Indicator
from members.models import OrganizationMembership
from tests.factories import (
    make_activity,
    make_agenda,
    make_commitment,
    make_indicator,
    make_organization_membership,
    make_project,
    make_section,
)

pytestmark = pytest.mark.django_db
ACTIVITIES, PROJECTS = "/api/v1/activities/", "/api/v1/projects/"


def strategy_of(chapter, by, **agenda):
    priority = make_section(make_agenda(chapter, **agenda), by)
    return make_section(priority.agenda, by, parent=priority, heading=f"{chapter} strategy")


def names(client, address, field, **query):
    return [row[field] for row in client.get(address, query).json()["results"]]


def test_activities_of_all_chapters_are_read_page_by_page(sf, denver, lou, dee, client):
    for chapter, by in ((sf, lou), (denver, dee)):
        held = make_organization_membership(chapter, mark=f"{chapter} partner")
        make_activity(strategy_of(chapter, by), held.organization, what=f"{chapter} work")
    assert names(client, ACTIVITIES, "what") == ["Denver work", "San Francisco work"]
    assert names(client, ACTIVITIES, "what", chapter="denver") == ["Denver work"]
    first = client.get(ACTIVITIES, {"limit": "1"}).json()
    assert first["results"][0]["organization"] == "Denver partner"
    second = client.get(first["next"]).json()
    assert [row["what"] for row in second["results"]] == ["San Francisco work"]
    assert second["next"] is None
    assert "San Francisco work" in client.get(ACTIVITIES, {"format": "csv"}).content.decode()


def test_resting_and_unpublished_work_is_not_there(sf, denver, lou, dee, client):
    held = make_organization_membership(sf)
    make_activity(strategy_of(sf, lou), held.organization)
    draft = strategy_of(denver, dee, status="draft", published_at=None)
    make_activity(draft, make_organization_membership(denver).organization)
    make_project(draft, dee)
    make_project(strategy_of(sf, lou), lou, is_published=False)
    assert len(names(client, ACTIVITIES, "id")) == 1
    assert names(client, PROJECTS, "id") == []
    with in_chapter(sf):
        OrganizationMembership.objects.update(is_listed=False)
        rest_activities(sf)
    assert names(client, ACTIVITIES, "id", limit="9") == []


def test_project_tells_its_computed_progress_and_what_it_contributed_to(sf, lou, client):
    project = make_project(strategy_of(sf, lou), lou, title="One template")
    for status in ("done", "open", "open", "withdrawn"):
        make_commitment(project, status=status)
    local = make_indicator(sf)
    with in_chapter(sf, lou):
        link_indicator(project, Indicator.objects.get(pk=local.pk), "", lou)
    (row,) = client.get(PROJECTS).json()["results"]
    assert (row["commitments"], row["kept"], row["percent"]) == (3, 1, 33)
    # The chapter's own indicator stays with the chapter.
    assert row["contributed_to"] == ""
    assert lou.name not in str(row) and lou.email not in str(row)


@pytest.mark.parametrize("query", [{"chapter": "../"}, {"cursor": "x"}, {"wrong": "1"}])
def test_wrong_parameters_are_refused(client, db, query):
    assert client.get(PROJECTS, query).status_code == 400
