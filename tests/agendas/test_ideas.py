"""Ideas: each ends in something or in words that say why not, and each author is told."""

import datetime
import uuid

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from agendas.actions import ideas as actions
from agendas.actions.deciding import close_decision
from agendas.models import Idea, IdeaStep, Project
from chapters.models import Mail
from chapters.scope import in_chapter
from tests.factories import (
    make_agenda,
    make_idea,
    make_need,
    make_project,
    make_seat,
    make_section,
    make_user,
)
from tests.factories.decisions import make_decision, vote

pytestmark = pytest.mark.django_db
IDEAS = "/san-francisco/ideas/"


@pytest.fixture
def ivy(sf):
    return make_seat(sf, make_user("ivy"), role="member").user


def send(sf, author, **fields):
    given = {"title": "Light the stairs", "body": "At night nobody sees them."} | fields
    with in_chapter(sf, author):
        return actions.send_idea(Idea(**given), sf, author)


def letters(sf, to):
    with in_chapter(sf):
        rows = Mail.objects.filter(to=to).order_by("created_at")
        return [subject.partition(":")[0] for subject in rows.values_list("subject", flat=True)]


def is_accounted_for(idea):
    """A closed idea leads on or says why not, and a letter to its author exists."""
    onward = idea.need or idea.decision or idea.project or idea.section
    told = idea.steps(manager="objects").filter(kind="answered").exclude(mail=None)
    letters_of = Mail.objects.filter(pk__in=told.values("mail"), to=idea.author.email)
    return bool(onward or idea.answer) and letters_of.exists()


@pytest.mark.parametrize("way", ["need", "decision", "project", "section", "not used"])
def test_every_answered_idea_leads_on_or_says_why_and_its_author_knows(
    sf, lou, mia, strategy, client_for, way
):
    idea = send(sf, mia)
    project, need = make_project(strategy, lou), make_need(sf, lou)
    decision = make_decision(sf, lou, question="Shall we light the stairs?", opened=True)
    vote(decision, lou, "consent")
    with in_chapter(sf, lou):
        close_decision(decision, lou)
    chosen = {
        "project": project.pk, "need": need.pk, "section": strategy.pk, "decision": decision.pk,
    }  # fmt: skip
    given = {"way": way, "words": "We have no money for it" if way == "not used" else ""}
    given |= {way: chosen[way]} if way in chosen else {}
    client = client_for(lou)
    assert client.post(f"{IDEAS}{idea.pk}/answer/", given).status_code == 302
    with in_chapter(sf):
        assert all(is_accounted_for(one) for one in Idea.objects.exclude(answered_at=None))
    assert letters(sf, mia.email) == ["We have your idea", "Your idea has an answer"]
    assert "0 wait" not in client.get(IDEAS).content.decode()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"way": "not used"}, "Say why it is not used"),
        ({"way": "project"}, "Choose which one"),
        ({"way": "need"}, "Choose which one"),
        ({"way": "decision"}, "Choose which one"),
        ({}, "Choose one"),
    ],
)
def test_answer_that_leads_nowhere_is_refused(sf, lou, mia, client_for, given, says):
    idea = make_idea(sf, mia)
    answer = client_for(lou).post(f"{IDEAS}{idea.pk}/answer/", given)
    assert answer.status_code == 422 and says in answer.content.decode()
    with in_chapter(sf):
        assert Idea.objects.get().answered_at is None


@pytest.mark.parametrize("way", ["need", "decision", "project", "section", "not used"])
def test_database_refuses_an_answer_that_leads_nowhere(sf, mia, way):
    idea = make_idea(sf, mia)
    with in_chapter(sf), pytest.raises(IntegrityError), transaction.atomic():
        Idea.objects.filter(pk=idea.pk).update(way=way, answered_at=timezone.now())


def test_list_says_how_long_ideas_wait(sf, mia, client):
    long_ago = timezone.now() - datetime.timedelta(days=40, hours=1)
    make_idea(sf, mia, title="Old", created_at=long_ago)
    make_idea(sf, mia, title="New")
    page = client.get(IDEAS).content.decode()
    assert (
        "0 of 2 ideas answered" in page and "2 wait for an answer, the longest for 40 days" in page
    )
    assert "Unanswered 40 days" in page and "Unanswered since today" in page
    waiting = client.get(IDEAS, {"state": "waiting"}).content.decode()
    assert waiting.index("Old") < waiting.index("New")
    assert b"No idea matches" in client.get(IDEAS, {"q": "nowhere"}).content


def test_council_turns_an_idea_into_a_project_and_its_author_hears_of_the_end(
    sf, lou, mia, strategy, client_for
):
    idea, client = send(sf, mia), client_for(lou)
    address = f"/san-francisco/projects/new/?idea={idea.pk}"
    assert b"Light the stairs" in client.get(address).content
    given = {"section": strategy.pk, "title": "Lamps", "summary": "Ten lamps", "mine": "on",
             "status": "active", "is_published": "on"}  # fmt: skip
    assert client.post(address, given).status_code == 302
    with in_chapter(sf):
        project = Project.objects.get()
        assert (Idea.objects.get().project_id, Idea.objects.get().way) == (project.pk, "project")
    edit = f"/san-francisco/projects/{project.pk}/edit/"
    for _ in range(2):
        ended = client.post(edit, given | {"status": "done", "outcome": "All ten burn"})
        assert ended.status_code == 302
    assert letters(sf, mia.email) == [
        "We have your idea", "Your idea has an answer", "What came of your idea"
    ]  # fmt: skip
    page = client_for(mia).get(f"{IDEAS}{idea.pk}/").content.decode()
    assert "Your receipts" in page and page.count("You were told") == 3 and "Lamps" in page


def test_hidden_idea_is_disputed_and_judged_by_somebody_else(sf, lou, ivy, mia, otto, client_for):
    idea = send(sf, mia)
    address = f"{IDEAS}{idea.pk}/"
    assert client_for(lou).post(f"{address}hide/", {"reason": ""}).status_code == 422
    assert client_for(lou).post(f"{address}hide/", {"reason": "Names a person"}).status_code == 302
    for person in (None, otto):
        assert client_for(person).get(address).status_code == 404
        assert b"Light the stairs" not in client_for(person).get(IDEAS).content
    assert "1 is hidden" not in client_for(None).get(IDEAS).content.decode()
    assert b"Names a person" in client_for(mia).get(address).content
    assert client_for(otto).get(f"{address}dispute/").status_code == 404
    assert client_for(mia).post(f"{address}dispute/", {"words": "It names none"}).status_code == 302
    assert client_for(mia).post(f"{address}dispute/", {"words": "Again"}).status_code == 302
    assert client_for(lou).get(f"{address}judge/").status_code == 404
    assert b"It names none" in client_for(ivy).get(f"{address}judge/").content
    judged = client_for(ivy).post(f"{address}judge/", {"show": "yes", "words": "Right"})
    assert judged.status_code == 302
    assert b"Light the stairs" in client_for(None).get(IDEAS).content
    assert letters(sf, mia.email) == [
        "We have your idea", "Your idea was hidden", "Your idea is looked at again",
        "Your idea is shown again",
    ]  # fmt: skip
    with in_chapter(sf):
        assert IdeaStep.objects.exclude(mail=None).count() == 4


def test_idea_that_stays_hidden_is_not_disputed_twice(sf, lou, ivy, mia, client_for):
    idea = send(sf, mia)
    with in_chapter(sf):
        actions.hide_idea(idea, lou, "An advertisement")
        actions.dispute_idea(idea, "It is none")
        actions.judge_appeal(idea, ivy, show=False, words="It is one")
        for step in (
            lambda: actions.dispute_idea(idea, "Once more"),
            lambda: actions.judge_appeal(idea, ivy, show=True, words=""),
            lambda: actions.answer_idea(idea, lou, actions.Answer("not used", "No")),
        ):
            with pytest.raises(actions.Settled):
                step()
    assert client_for(ivy).get(f"{IDEAS}{idea.pk}/judge/").status_code == 404


def test_end_of_a_project_is_told_once_whatever_it_is_called_then(sf, lou, mia):
    section = make_section(make_agenda(sf), lou)
    project = make_project(section, lou, status="done", outcome="It works")
    idea = make_idea(sf, mia)
    with in_chapter(sf):
        actions.answer_idea(idea, lou, actions.Answer("project", project=project))
        assert actions.tell_outcome(project, lou) == 1
        project.title = "Called otherwise"
        project.save()
        assert actions.tell_outcome(project, lou) == 0
        project.status = "stopped"
        project.save()
        assert actions.tell_outcome(project, lou) == 1
        other = make_project(section, lou, status="stopped", outcome="No money")
        actions.answer_idea(idea, lou, actions.Answer("project", project=other))
        assert actions.tell_outcome(other, lou) == 1
        assert actions.tell_outcome(other, lou) == 0


def test_name_is_shown_only_where_its_author_wants_it(sf, mia, client):
    quiet, loud = make_idea(sf, mia), make_idea(sf, mia, is_named=True)
    assert mia.name not in client.get(f"{IDEAS}{quiet.pk}/").content.decode()
    assert mia.name in client.get(f"{IDEAS}{loud.pk}/").content.decode()
    assert mia.email not in client.get(f"{IDEAS}{loud.pk}/").content.decode()


def test_sending_needs_an_account_and_patience(sf, mia, client_for):
    assert client_for(None).get(f"{IDEAS}new/").url == f"/account/login/?next={IDEAS}new/"
    client = client_for(mia)
    for number in range(10):
        sent = client.post(f"{IDEAS}new/", {"title": f"Idea {number}", "body": "More"})
        assert sent.status_code == 302
    refused = client.post(f"{IDEAS}new/", {"title": "One more", "body": "Kept in the form"})
    assert refused.status_code == 429 and b"Kept in the form" in refused.content
    with in_chapter(sf):
        assert Idea.objects.count() == 10


def test_double_click_on_the_last_idea_of_the_hour_finds_it(sf, mia, client_for):
    client, key = client_for(mia), uuid.uuid4()
    for number in range(9):
        client.post(f"{IDEAS}new/", {"title": f"Idea {number}", "body": "More"})
    tenth = {"title": "The tenth", "body": "More", "form_key": key}
    first, again = (client.post(f"{IDEAS}new/", tenth) for _ in range(2))
    assert first.status_code == again.status_code == 302
    assert first["Location"] == again["Location"]
    assert client.post(f"{IDEAS}new/", {**tenth, "title": "Another"}).status_code == 429
    with in_chapter(sf):
        assert Idea.objects.count() == 10


def test_same_idea_sent_twice_is_one(sf, mia):
    assert send(sf, mia).pk == send(sf, mia).pk
    assert letters(sf, mia.email) == ["We have your idea"]


def test_list_asks_as_often_for_thirty_ideas_as_for_one(sf, mia, client, django_assert_num_queries):
    make_idea(sf, mia)
    client.get(IDEAS)
    with django_assert_num_queries(11) as one:
        client.get(IDEAS)
    for number in range(29):
        make_idea(sf, make_user(), title=f"Idea {number}")
    with django_assert_num_queries(len(one)):
        client.get(IDEAS)
