"""Projects: progress from promises, reminders that are sent once, evidence and its phase."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from agendas.actions import projects as actions
from agendas.actions.promises import remind_overdue
from agendas.models import Commitment, Project, Tag, Update
from agendas.queries.evidence import evidence, voices_percent
from agendas.queries.projects import headways
from agendas.roadmap import phases_done
from chapters.models import Mail
from chapters.scope import in_chapter
from tests.factories import (
    make_commitment,
    make_indicator,
    make_organization_membership,
    make_project,
    make_tag,
    make_user,
)

pytestmark = pytest.mark.django_db
PROJECTS = "/san-francisco/projects/"


def letters(chapter, kind):
    with in_chapter(chapter):
        return list(Mail.objects.filter(kind=kind).values_list("to", flat=True))


def days_ago(chapter, days):
    return chapter.today - datetime.timedelta(days=days)


def test_progress_follows_from_promises_and_nobody_types_it(sf, lou, project, client, client_for):
    for status in ("done", "open", "withdrawn"):
        make_commitment(project, what=f"{status} one", status=status)
    page = client.get(f"{PROJECTS}{project.pk}/").content.decode()
    assert "1 of 2 commitments kept" in page and "50%" in page
    assert not {"progress", "percent", "headway"} & {f.name for f in Project._meta.fields}
    form = client_for(lou).get(f"{PROJECTS}{project.pk}/edit/").content.decode()
    assert "percent" not in form and "progress" not in form.lower()


def test_strategy_counts_its_projects_and_its_actions_but_none_that_stopped(sf, strategy, lou):
    first, second = make_project(strategy, lou), make_project(strategy, lou, title="Second")
    stopped = make_project(strategy, lou, title="Third", status="stopped", outcome="No room")
    make_commitment(first, status="done")
    make_commitment(second)
    make_commitment(stopped)
    with in_chapter(sf):
        found = headways(sf)[strategy.pk]
    assert (found.percent, found.done, found.counted) == (50, 1, 2)


def test_late_promise_is_reminded_of_once_then_the_chair_is_told(sf, lou, project):
    owner = make_user("owner")
    one = make_commitment(project, owner=owner, due_on=days_ago(sf, 1))
    for _ in range(2):
        with in_chapter(sf):
            remind_overdue(sf)
    assert letters(sf, "commitment-late") == [owner.email]
    assert letters(sf, "commitment-chair") == []
    with in_chapter(sf):
        Commitment.objects.filter(pk=one.pk).update(
            due_on=days_ago(sf, 8), owner_told_for=days_ago(sf, 8)
        )
    for _ in range(2):
        with in_chapter(sf):
            remind_overdue(sf)
    assert letters(sf, "commitment-late") == [owner.email]
    assert letters(sf, "commitment-chair") == [lou.email]


def test_promise_of_an_organization_is_reminded_of_at_its_contact(sf, lou, project):
    manager = make_user("manager")
    held = make_organization_membership(sf, manager=manager)
    make_commitment(project, organization=held.organization, due_on=days_ago(sf, 2))
    with in_chapter(sf):
        assert remind_overdue(sf) == 1
    assert letters(sf, "commitment-late") == [manager.email]


@pytest.mark.parametrize("status", ["done", "withdrawn"])
def test_settled_promise_is_not_reminded_of(sf, project, status):
    make_commitment(project, status=status, due_on=days_ago(sf, 9))
    with in_chapter(sf):
        assert remind_overdue(sf) == 0


def test_promise_of_a_stopped_project_is_not_reminded_of(sf, lou, strategy):
    stopped = make_project(strategy, lou, status="stopped", outcome="No room")
    make_commitment(stopped, due_on=days_ago(sf, 9))
    with in_chapter(sf):
        assert remind_overdue(sf) == 0


def test_report_stays_as_it_was_written(sf, lou, project):
    with in_chapter(sf, lou):
        one = actions.add_update(project, lou, "Six employers signed.")
        assert actions.add_update(project, lou, "Six employers signed.").pk == one.pk
        for change in ({"body": "Sixty employers signed."}, {"author": make_user()}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Update.objects.filter(pk=one.pk).update(**change)
        with pytest.raises(IntegrityError), transaction.atomic():
            one.delete()


def test_owner_and_managers_work_on_a_project_and_nobody_else(
    sf, lou, dee, mia, strategy, client_for
):
    manager, owner = make_user("manager"), make_user("owner")
    held = make_organization_membership(sf, manager=manager)
    found = make_project(strategy, owner, organization=held.organization)
    address = f"{PROJECTS}{found.pk}/"
    for person in (lou, manager, owner):
        client = client_for(person)
        assert b"Report what is new" in client.get(address).content
        assert client.post(f"{address}updates/new/", {"body": f"By {person}"}).status_code == 302
    for person in (dee, mia):
        client = client_for(person)
        assert b"Report what is new" not in client.get(address).content
        for page in ("edit", "updates/new", "commitments/new", "evidence/new", "indicators/new"):
            assert client.get(f"{address}{page}/").status_code == 404
    assert client_for(lou).get(address.replace("san-francisco", "denver")).status_code == 404


def test_draft_of_a_project_is_hidden(sf, lou, mia, strategy, client_for):
    found = make_project(strategy, lou, title="Not yet", is_published=False)
    assert client_for(mia).get(f"{PROJECTS}{found.pk}/").status_code == 404
    assert b"Not yet" not in client_for(mia).get(PROJECTS).content
    assert b"Not yet" in client_for(lou).get(PROJECTS).content


def test_project_begins_with_an_owner_and_honest_numbers(sf, lou, strategy, client_for):
    client = client_for(lou)
    given = {"section": strategy.pk, "title": "New", "summary": "For all", "status": "planned"}
    nobody = client.post(f"{PROJECTS}new/", given)
    assert (
        nobody.status_code == 422 and b"Choose an organization, or name yourself" in nobody.content
    )
    given |= {"mine": "on", "voices": "4", "affected_voices": "5"}
    many = client.post(f"{PROJECTS}new/", given)
    assert many.status_code == 422 and b"Enter 4 or less" in many.content
    assert client.post(f"{PROJECTS}new/", given | {"voices": "8"}).status_code == 302
    with in_chapter(sf):
        made = Project.objects.get()
    assert (made.owner_id, voices_percent(made)) == (lou.pk, 62)
    made.voices = made.affected_voices = 4
    assert voices_percent(made) is None


def test_promise_is_not_due_before_its_project_begins(sf, lou, project, client_for):
    with in_chapter(sf):
        Project.objects.filter(pk=project.pk).update(starts_on="2026-03-05")
    client, address = client_for(lou), f"{PROJECTS}{project.pk}/commitments/new/"
    given = {"what": "Past promise", "mine": "on", "due_on": "2026-03-04"}
    answer = client.post(address, given)
    assert answer.status_code == 422
    told = "Enter a day from March 5, 2026 on: before that the project has not begun"
    assert answer.content.decode().count(told) == 2
    assert client.post(address, given | {"due_on": "2026-03-05"}).status_code == 302


def test_promise_is_withdrawn_with_a_reason_alone(sf, lou, project, client_for):
    one, client = make_commitment(project), client_for(lou)
    address = f"/san-francisco/commitments/{one.pk}/settle/"
    assert client.post(address, {"status": "withdrawn"}).status_code == 422
    assert client.post(address, {"status": "withdrawn", "reason": "Merged"}).status_code == 302
    with in_chapter(sf):
        one.refresh_from_db()
    assert (one.status, one.reason) == ("withdrawn", "Merged")


def test_indicator_is_contributed_to_and_never_caused(sf, lou, project, client, client_for):
    indicator = make_indicator(sf, code="pay_gap", name="Pay gap")
    page = f"{PROJECTS}{project.pk}/"
    given = {"indicator": indicator.pk, "how": "Shows the gap"}
    assert client_for(lou).post(f"{page}indicators/new/", given).status_code == 302
    shown = client.get(page).content.decode()
    assert "Contributed to" in shown and "Pay gap" in shown
    assert "caused" not in shown and "it is not their cause" in shown


def test_evidence_that_goes_takes_the_phase_with_it(sf, lou, project, client, client_for):
    tags = [make_tag(project, code.value) for code in Tag.CONDITIONS]
    with in_chapter(sf):
        found = evidence(sf)
        act = found.phases[2].benchmarks[-1]
        assert act.is_met and act.shows == "5 of 5"
        before = phases_done(found.phases)
    taken = client_for(lou).post(f"{PROJECTS}{project.pk}/evidence/{tags[0].pk}/remove/")
    assert taken.status_code == 302
    with in_chapter(sf):
        found = evidence(sf)
        assert not found.phases[2].benchmarks[-1].is_met
        assert phases_done(found.phases) <= before
        assert found.conditions[0].tags == []
    assert b"No evidence" in client.get("/san-francisco/activities/evidence/").content


def test_new_evidence_takes_the_place_of_the_old(sf, lou, project):
    with in_chapter(sf, lou):
        actions.add_tag(project, "data", "Old", "", lou)
        actions.add_tag(project, "data", "New", "https://example.org/", lou)
        assert list(Tag.objects.filter(removed_at=None).values_list("evidence")) == [("New",)]
        assert Tag.objects.count() == 2


def test_list_asks_as_often_for_thirty_projects_as_for_one(
    sf, lou, project, strategy, client, django_assert_num_queries
):
    make_commitment(project)
    client.get(PROJECTS)
    with django_assert_num_queries(12) as one:
        client.get(PROJECTS)
    for number in range(29):
        make_commitment(make_project(strategy, lou, title=f"Project {number}"))
    with django_assert_num_queries(len(one)):
        client.get(PROJECTS)


def test_a_change_of_a_promise_leaves_what_became_of_it_meanwhile(sf, lou, project):
    made = make_commitment(project)
    with in_chapter(sf, lou):
        stale = Commitment.objects.select_related("project__chapter").get(pk=made.pk)
        actions.settle_commitment(made, "done", lou)
        stale.what = "Said better"
        actions.save_commitment(stale, lou)
        now = Commitment.objects.get(pk=made.pk)
        assert (now.what, now.status) == ("Said better", "done")


def test_reason_of_a_settled_promise_can_be_said_better(sf, lou, project, client_for):
    made = make_commitment(project)
    address = f"/san-francisco/commitments/{made.pk}/settle/"
    client = client_for(lou)
    client.post(address, {"status": "withdrawn", "reason": "No tme"})
    with in_chapter(sf):
        before = Commitment.objects.get(pk=made.pk).settled_at
    client.post(address, {"status": "withdrawn", "reason": "No time"})
    with in_chapter(sf):
        now = Commitment.objects.get(pk=made.pk)
    assert before and (now.status, now.reason, now.settled_at) == ("withdrawn", "No time", before)


def test_words_of_a_promise_change_though_its_project_begins_later(sf, lou, project, client_for):
    made = make_commitment(project, what="Ask teh mayor", due_on="2026-02-01")
    with in_chapter(sf):
        Project.objects.filter(pk=project.pk).update(starts_on="2026-03-01")
    address = f"/san-francisco/commitments/{made.pk}/edit/"
    given = {"what": "Ask the mayor", "due_on": "2026-02-01", "mine": "on"}
    assert client_for(lou).post(address, {**given, "due_on": "2026-02-02"}).status_code == 422
    assert client_for(lou).post(address, given).status_code == 302
    with in_chapter(sf):
        assert Commitment.objects.get(pk=made.pk).what == "Ask the mayor"


def test_project_begins_no_later_than_its_first_open_promise(sf, lou, project, client_for):
    make_commitment(project, due_on="2026-02-01", status="withdrawn", reason="No time")
    make_commitment(project, due_on="2026-03-05")
    address = f"{PROJECTS}{project.pk}/edit/"
    given = {"section": project.section_id, "title": "One template", "summary": "For all",
             "status": "active", "mine": "on", "starts_on": "2026-03-06"}  # fmt: skip
    refused = client_for(lou).post(address, given)
    assert refused.status_code == 422
    assert "Enter March 5, 2026 or a day before: a commitment is due then" in (
        refused.content.decode()
    )
    assert client_for(lou).post(address, {**given, "starts_on": "2026-03-05"}).status_code == 302
    with in_chapter(sf):
        Project.objects.filter(pk=project.pk).update(starts_on="2026-03-06")
    assert client_for(lou).post(address, {**given, "title": "Two"}).status_code == 302
