"""The workspace's panels: votes that wait, decisions, the report in hand, fresh figures, jobs."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.utils import timezone

from agendas.actions import voting
from agendas.models import NeedRanking, ReportSection
from agendas.queries import under_way
from chapters.models import Seat
from chapters.scope import in_chapter
from tests.factories import (
    make_duty,
    make_indicator,
    make_job,
    make_membership,
    make_seat,
    make_user,
)
from tests.factories.decisions import make_decision, vote
from tests.factories.reports import make_report

pytestmark = pytest.mark.django_db
WORK = "/san-francisco/work/"
NEEDS = "One decision needs you by"


@pytest.fixture
def ivy(sf, lou):
    """Lou sits on the council, and so does Ivy."""
    person = make_user("ivy", name="Ivy N.")
    make_seat(sf, user=person)
    return person


def page_of(browser) -> str:
    return browser.get(WORK).content.decode()


def test_a_vote_that_is_missing_is_asked_of_whoever_has_it(client_for, sf, lou, ivy):
    decision = make_decision(sf, lou, opened=True, question="Do we meet at noon?")
    day = sf.day_of(decision.closes_at)
    page = page_of(client_for(lou))
    assert f"{NEEDS} {day:%B} {day.day}" in page
    assert "Do we meet at noon? 0 of 2 have answered." in page
    vote(decision, lou, "consent")
    page = page_of(client_for(lou))
    assert NEEDS not in page
    assert '<progress value="1" max="2" aria-label="Answers to: Do we meet at noon?">' in page
    assert NEEDS in page_of(client_for(ivy))


def test_a_question_without_a_mark_ends_before_the_count(client_for, sf, lou, ivy):
    make_decision(sf, lou, opened=True, question="Say which day suits us")
    assert "<p>Say which day suits us. 0 of 2 have answered." in page_of(client_for(lou))


def test_several_are_told_together_the_first_to_close_first(client_for, sf, lou, ivy):
    soon = timezone.now() + dt.timedelta(hours=2)
    for number, closes in enumerate((soon, soon + dt.timedelta(days=9))):
        make_decision(sf, lou, opened=True, question=f"Question {number}?", closes_at=closes)
    page = page_of(client_for(lou))
    assert "2 decisions need you, the first by" in page
    assert page.index("Question 0?") < page.index("Question 1?")


def test_a_decision_whose_time_is_over_asks_nobody(client_for, sf, lou, monkeypatch):
    now = timezone.now()
    make_decision(sf, lou, opened=True, closes_at=now + dt.timedelta(hours=2))
    browser = client_for(lou)
    assert NEEDS in page_of(browser)
    clock = SimpleNamespace(now=lambda: now + dt.timedelta(hours=3))
    monkeypatch.setattr(under_way, "timezone", clock)
    page = page_of(browser)
    assert NEEDS not in page and "No decision takes votes now." in page


def test_a_delegate_is_asked_in_place_of_the_seat(client_for, sf, lou, ivy):
    decision = make_decision(sf, lou, opened=True)
    ann = make_user("ann", name="Ann")
    make_membership(sf, ann)
    make_seat(sf, user=ann)
    with in_chapter(sf):
        voting.name_delegate(decision, lou, ann.email)
    assert NEEDS not in page_of(client_for(lou))
    assert NEEDS in page_of(client_for(ann))


def test_quorum_and_objections_stand_beside_a_decision(client_for, sf, lou, ivy):
    decision = make_decision(sf, lou, opened=True, quorum=100)
    vote(decision, ivy, "object", "Too early")
    page = page_of(client_for(lou))
    assert "1 of 2 answered" in page and "1 objection" in page and "The quorum needs 2." in page
    vote(decision, lou, "consent")
    assert "The quorum of 2 is there." in page_of(client_for(lou))


def test_the_report_in_hand_shows_its_parts(client_for, sf, lou):
    report = make_report(sf, title="Baseline report of 2026")
    with in_chapter(sf):
        for place, (heading, body) in enumerate([("Summary", "Words."), ("What is left out", "")]):
            ReportSection.objects.create(
                chapter=sf, report=report, key=f"part-{place}", position=place, heading=heading,
                body=body,
            )  # fmt: skip
        NeedRanking.objects.create(chapter=sf, report=report)
    make_report(sf, title="Decision: noon", kind="decision", year=2026)
    page = page_of(client_for(lou))
    assert "Baseline report of 2026" in page and "1 of 3 parts ready" in page
    assert "What is left out" in page and "Rank the needs" in page
    assert "Decision: noon" not in page


def test_the_report_in_hand_is_seen_being_built_beside_many_newer_jobs(client_for, sf, lou):
    make_report(sf, status="asked", job=make_job(sf, title="Baseline report: draft"))
    for number in range(6):
        make_job(sf, title=f"Copy {number}")
    page = page_of(client_for(lou))
    assert "Building the PDF" in page and "Not done" not in page
    assert page.count("Baseline report: draft") == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "stopped"}, "It was stopped."),
        ({"status": "failed", "error": "No figures."}, "What went wrong: No figures."),
    ],
)
def test_a_report_that_was_not_built_says_so(client_for, sf, lou, fields, words):
    job = make_job(sf, title="Baseline report: draft", finished_at=timezone.now(), **fields)
    report = make_report(sf, status="asked", job=job)
    page = page_of(client_for(lou))
    assert f"Baseline report: draft. {words}" in page and "Being built" not in page
    assert f'<a href="/san-francisco/reports/{report.pk}/">Build it again</a>' in page


@pytest.mark.parametrize("status", ["stopped", "failed"])
def test_a_draft_that_was_not_printed_says_so(client_for, sf, lou, status):
    job = make_job(sf, title="Baseline report: final PDF", status=status, error="No paper.")
    report = make_report(sf, job=job)
    words = {"stopped": "It was stopped.", "failed": "What went wrong: No paper."}[status]
    page = page_of(client_for(lou))
    assert f"Baseline report: final PDF. {words}" in page and "Download the draft" in page
    edit = f"/san-francisco/reports/{report.pk}/edit/"
    assert f'<a href="{edit}">Try it again</a>' in page
    assert words in client_for(lou).get(edit).content.decode()


def test_figures_are_told_late_first_with_their_owner(client_for, sf, lou):
    today = sf.today
    with in_chapter(sf):
        Seat.objects.filter(user=lou).update(shown_as="Lou P.")
    make_duty(sf, indicator=make_indicator(sf, name="Rents"))
    late = today - dt.timedelta(days=3)
    make_duty(sf, indicator=make_indicator(sf, name="Pay"), due_on=late, owner=lou)
    page = page_of(client_for(lou))
    table = page[page.index("Data freshness") :]
    assert table.index("Pay") < table.index("Rents")
    assert "Stale, 3 days late" in table and "Lou P." in table and "Nobody" in table
    assert "Current" in table and "1 of them late" in table


def test_finished_work_does_not_stand_as_being_made(client_for, sf, lou):
    make_job(sf, title="Results of a survey", status="done", finished_at=timezone.now())
    page = page_of(client_for(lou))
    assert "Being made" not in page and "Made in the last two weeks" in page
    make_job(sf, title="A copy of everything")
    page = page_of(client_for(lou))
    assert page.index("Being made") < page.index("A copy of everything")
    assert page.index("Made in the last two weeks") < page.index("Results of a survey")


@pytest.mark.parametrize("rows", [1, 30])
def test_panels_cost_the_same_with_any_number_of_rows(
    client_for, sf, lou, ivy, rows, django_assert_num_queries
):
    for number in range(rows):
        decision = make_decision(sf, lou, opened=True, question=f"Question {number}?")
        vote(decision, ivy, "object", "No")
        make_duty(sf, owner=ivy)
        make_job(sf)
    report = make_report(sf)
    with in_chapter(sf):
        for place in range(rows):
            ReportSection.objects.create(
                chapter=sf, report=report, key=f"part-{place}", position=place, heading="Part"
            )
    browser = client_for(lou)
    with django_assert_num_queries(43):
        browser.get(WORK)


# --- The way there -------------------------------------------------------------------------------


def test_only_this_chapters_council_finds_the_way_to_its_workspace(
    client, client_for, sf, denver, lou, mia
):
    pages = ("/san-francisco/", "/san-francisco/dashboard/", "/san-francisco/agenda/")
    link = f'<a href="{WORK}"'
    for page in pages:
        assert link in client_for(lou).get(page).content.decode()
        assert link not in client_for(mia).get(page).content.decode()
        assert link not in client.get(page).content.decode()
    assert "Workspace" not in client_for(lou).get("/denver/").content.decode()
    assert f'{link} aria-current="page">' in page_of(client_for(lou))


def test_a_kept_page_gives_the_link_to_nobody_else(client, client_for, sf, lou, mia):
    for _ in range(2):
        seen = client_for(lou).get("/san-francisco/")
        tag = client.get("/san-francisco/")["ETag"]
    assert "ETag" not in seen and WORK in seen.content.decode()
    assert WORK not in client_for(mia).get("/san-francisco/").content.decode()
    answer = client_for(lou).get("/san-francisco/", headers={"If-None-Match": tag})
    assert answer.status_code == 200 and WORK in answer.content.decode()
    with in_chapter(sf):
        Seat.objects.filter(user=lou).update(
            starts_at=timezone.now() - dt.timedelta(days=9), ends_at=timezone.now()
        )
    assert WORK not in client_for(lou).get("/san-francisco/").content.decode()
