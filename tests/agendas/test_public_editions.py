"""Who reads which text once an agenda was adopted: everybody the edition, the council its draft."""

import pytest
from django.db import connection

from agendas import actions
from agendas.actions import deciding
from agendas.anchors import spots_of
from agendas.models import Agenda, Comment, Edition, Section, SectionIndicator, Suggestion
from chapters.scope import as_self, in_chapter
from measurement.models import Indicator
from tests.factories import (
    make_activity,
    make_agenda,
    make_comment,
    make_idea,
    make_indicator,
    make_membership,
    make_organization_membership,
    make_project,
    make_section,
    make_suggestion,
)
from tests.factories.decisions import make_decision, vote

pytestmark = pytest.mark.django_db
AGENDA = "/san-francisco/agenda/"


@pytest.fixture
def member(sf, mia):
    make_membership(sf, mia)
    return mia


@pytest.fixture
def strategy(sf, lou):
    """A strategy that was adopted and reads otherwise in the council's draft."""
    agenda = make_agenda(sf, members_speak=True)
    priority = make_section(agenda, lou, heading="Fair pay")
    made = make_section(agenda, lou, parent=priority, heading="Publish pay", body="Adopted words.")
    adopt(sf, lou)
    with in_chapter(sf, lou):
        actions.revise_section(made, lou, 1, "Drafted heading", "Drafted words.")
        made.refresh_from_db()
    made.agenda, made.parent = agenda, priority
    return made


def adopt(sf, lou):
    held = make_decision(sf, lou, kind="ratify", opened=True)
    vote(held, lou, "consent")
    with in_chapter(sf):
        deciding.close_decision(held, lou)


def page_of(section):
    return f"{AGENDA}sections/{section.pk}/"


def read(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_members_read_and_discuss_the_adopted_text(sf, lou, member, strategy, client_for):
    page = read(client_for(member), page_of(strategy))
    assert "Adopted words." in page and "The council is working on a revision" in page
    assert "Drafted" not in page and "Version 1, edition 1" in page
    assert "Read the draft" not in page
    anchor = spots_of("Adopted words.")[0].anchor
    client_for(member).post(
        f"{page_of(strategy)}comments/add/", {"body": "Which words?", "anchor": anchor}
    )
    with in_chapter(sf):
        said = Comment.objects.get()
    assert (said.quote, said.on_version, said.anchor) == ("Adopted words.", 1, anchor)
    assert "Which words?" in read(client_for(member), page_of(strategy))


def test_council_reads_both_and_comments_on_either(sf, lou, strategy, client_for):
    client = client_for(lou)
    draft = read(client, page_of(strategy))
    assert "Drafted words." in draft and "This is the council’s draft" in draft
    assert "edition 1" in draft and "?text=adopted" in draft
    adopted = read(client, f"{page_of(strategy)}?text=adopted")
    assert "Adopted words." in adopted and "Drafted" not in adopted and "Read the draft" in adopted
    anchor = spots_of("Adopted words.")[0].anchor
    given = {"body": "Keep this", "anchor": anchor, "text": "adopted"}
    assert "?text=adopted#comment-" in client.post(f"{page_of(strategy)}comments/add/", given).url
    with in_chapter(sf):
        assert Comment.objects.get().quote == "Adopted words."


def test_words_about_the_draft_stay_with_the_council(sf, lou, member, strategy, client_for):
    about = make_comment(strategy, lou, body="Too bold a draft", quote="Drafted words.")
    offered = make_suggestion(strategy, lou, body="Drafted words, once more.")
    own = make_comment(strategy, member, body="My own words")
    client = client_for(member)
    page = read(client, page_of(strategy))
    assert "Too bold" not in page and "once more" not in page and "My own words" in page
    assert "Suggested texts" not in page
    assert client.get(f"{AGENDA}suggestions/{offered.pk}/").status_code == 404
    given = {"body": "x", "thread": about.pk}
    assert client.post(f"{page_of(strategy)}comments/add/", given).status_code == 404
    assert client.get(f"{AGENDA}comments/{about.pk}/edit/").status_code == 404
    assert client.get(f"{AGENDA}comments/{own.pk}/edit/").status_code == 200
    council = read(client_for(lou), page_of(strategy))
    assert "Too bold" in council and "Suggested texts" in council
    adopt(sf, lou)
    assert "Too bold" in read(client, page_of(strategy))


def test_suggestion_is_written_on_the_adopted_text(sf, lou, member, strategy, client_for):
    client = client_for(member)
    path = f"{page_of(strategy)}suggest/"
    form = dict(client.get(path).context["form"].initial)
    assert (form["body"], form["base_version"]) == ("Adopted words.", 1)
    given = {"base_version": 2, "heading": "Publish pay", "body": "Adopted, better words."}
    page = client.post(path, given).url
    with in_chapter(sf):
        assert Suggestion.objects.get().base_version == 1
    shown = read(client, page)
    assert "<ins>" in shown and "Drafted" not in shown


def test_new_sections_of_the_draft_are_not_there_for_others(sf, lou, member, strategy, client_for):
    fresh = make_section(strategy.agenda, lou, heading="Drafted priority")
    assert client_for(member).get(page_of(fresh)).status_code == 404
    assert "in no adopted edition yet" in read(client_for(lou), page_of(fresh))
    with in_chapter(sf, lou):
        actions.withdraw_section(strategy, lou)
    assert "Adopted words." in read(client_for(member), page_of(strategy))


def test_board_strategy_projects_and_ideas_speak_in_adopted_words(
    sf, lou, member, strategy, client, client_for
):
    fresh = make_section(strategy.agenda, lou, parent=strategy.parent, heading="Drafted strategy")
    project = make_project(strategy, lou, title="One template")
    early = make_project(fresh, lou, title="Too early")
    idea = make_idea(sf, member, about=strategy)
    paths = [
        "/san-francisco/activities/",
        f"/san-francisco/activities/strategies/{strategy.pk}/",
        "/san-francisco/projects/",
        project.get_absolute_url(),
        "/san-francisco/ideas/",
        idea.get_absolute_url(),
        AGENDA,
    ]
    for reader in (client, client_for(member)):
        for path in paths:
            page = read(reader, path)
            assert "Publish pay" in page and "Drafted" not in page, path
        assert "Not adopted yet" in read(reader, early.get_absolute_url())
        lost = reader.get(f"/san-francisco/activities/strategies/{fresh.pk}/")
        assert lost.status_code == 404
    form = read(client_for(member), "/san-francisco/ideas/new/")
    assert "Publish pay" in form and "Drafted" not in form
    for path in paths[:-1]:
        assert "Drafted heading" in read(client_for(lou), path), path


def test_public_page_says_that_a_revision_is_under_way(sf, lou, strategy, client, client_for):
    assert "The council is working on a revision" in read(client, AGENDA)
    assert "Changed since adoption" in read(client_for(lou), AGENDA)


def test_draft_strategies_are_on_no_board_of_members(sf, lou, member, client_for):
    agenda = make_agenda(sf, status="draft", published_at=None)
    priority = make_section(agenda, lou)
    make_section(agenda, lou, parent=priority, heading="Drafted strategy")
    assert "Drafted" not in read(client_for(member), "/san-francisco/activities/")
    assert "Drafted" in read(client_for(lou), "/san-francisco/activities/")


def test_api_counts_and_names_what_was_adopted(sf, lou, strategy, client):
    fresh = make_section(strategy.agenda, lou, parent=strategy.parent, heading="Drafted strategy")
    held = make_organization_membership(sf)
    make_activity(strategy, held.organization, what="Audits")
    make_activity(fresh, held.organization, what="Too early")
    make_project(strategy, lou, title="One template")
    make_project(fresh, lou, title="Too early")
    (row,) = client.get("/api/v1/agendas/").json()["results"]
    assert row["sections"] == 2
    texts = client.get("/api/v1/agendas/san-francisco/").json()["sections"]
    assert [(one["heading"], one["version"]) for one in texts][1] == ("Publish pay", 1)
    for path, title in (("activities", "what"), ("projects", "title")):
        (found,) = client.get(f"/api/v1/{path}/").json()["results"]
        assert (found["strategy"], found[title] != "Too early") == ("Publish pay", True)


def test_what_is_not_adopted_is_behind_the_wall(sf, lou, strategy):
    code = make_indicator(sf).pk
    with in_chapter(sf, lou):
        actions.link_indicator(strategy, lou, Indicator.objects.get(pk=code))
        assert Agenda.objects.get().edition_number == 1
    with as_self():
        assert not Section.published.exists() and not SectionIndicator.published.exists()
        # Past every manager: the database itself answers.
        for table in ("section", "sectionindicator", "revision"):
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM agendas_{table}")
                assert cursor.fetchone() == (0,), table
        assert [row["body"] for row in Edition.published.get().sections][1] == "Adopted words."


def test_number_of_the_edition_follows_the_editions_alone(sf, lou, strategy):
    with in_chapter(sf, lou):
        held = Agenda.objects.get()
        held.edition_number = 0
        held.save()
        held.refresh_from_db()
        assert held.edition_number == 1
    make_decision(sf, lou, kind="ratify", opened=True)
    with in_chapter(sf):
        assert Edition.objects.count() == 2
        assert Agenda.objects.get().edition_number == 1
