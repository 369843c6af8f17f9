"""A person's own page: each idea they sent, with what became of it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agendas.models import Idea
from chapters.scope import in_chapter
from tests.factories import make_agenda, make_idea, make_project, make_section, make_user

pytestmark = pytest.mark.django_db


def answer(idea, chapter, way, **fields):
    with in_chapter(chapter):
        Idea.objects.filter(pk=idea.pk).update(way=way, answered_at=timezone.now(), **fields)


def shown(client):
    page = client.get("/me/")
    assert page.status_code == 200
    return page.content.decode()


def test_each_idea_says_what_became_of_it(sf, denver, lou, mia, client_for):
    section = make_section(make_agenda(sf), lou, heading="Fair pay")
    project = make_project(section, lou, title="One template")
    secret = make_project(section, lou, title="Not public yet", is_published=False)
    ideas = {
        name: make_idea(chapter, mia, title=name)
        for name, chapter in (
            ("Built", sf), ("Written", sf), ("Dropped", denver), ("Waiting", denver), ("Early", sf)
        )
    }  # fmt: skip
    answer(ideas["Built"], sf, "project", project=project)
    answer(ideas["Written"], sf, "section", section=section)
    answer(ideas["Dropped"], denver, "not used", answer="The city does it already.")
    answer(ideas["Early"], sf, "project", project=secret)
    make_idea(sf, make_user("other"), title="Another person’s")
    page = shown(client_for(mia))
    assert f'Led to <a href="{project.get_absolute_url()}">One template</a>' in page
    assert f'agenda/#section-{section.pk}">Fair pay</a>' in page
    assert "Not used because: The city does it already." in page
    assert "Unanswered" in page and ideas["Waiting"].get_absolute_url() in page
    assert "Not public yet" not in page and "beside the idea" in page
    assert "Another person’s" not in page


def test_hidden_idea_says_why_and_a_page_without_ideas_says_nothing(sf, mia, client_for):
    assert "Your ideas" not in shown(client_for(mia))
    idea = make_idea(sf, mia)
    with in_chapter(sf):
        Idea.objects.filter(pk=idea.pk).update(is_shown=False, hidden_reason="It names a person")
    assert "Hidden by the council: It names a person" in shown(client_for(mia))


def test_page_asks_as_often_for_thirty_ideas(sf, lou, mia, client_for):
    section = make_section(make_agenda(sf), lou)
    client, counts = client_for(mia), []
    for number in (1, 29):
        for one in range(number):
            answer(make_idea(sf, mia, title=f"{number} {one}"), sf, "section", section=section)
        shown(client)
        with CaptureQueriesContext(connection) as found:
            shown(client)
        counts.append(len(found))
    assert counts[0] == counts[1]
