"""The yearly report: the work, the promises and the decisions of one year, and of no other."""

import datetime as dt

import pytest
from django.utils import timezone

from agendas.actions import deciding
from agendas.actions import reports as actions
from agendas.models import Commitment, Project, Section, StrategyNeed
from agendas.queries.report_figures import Figures
from agendas.queries.report_work import freeze_decisions, freeze_work, year_of
from agendas.reports import Written, compose
from chapters.scope import in_chapter
from members.models import OfferRequest
from tests.agendas.conftest import run_report
from tests.factories import (
    make_activity,
    make_agenda,
    make_commitment,
    make_need,
    make_offer,
    make_organization,
    make_organization_membership,
    make_project,
    make_section,
    make_user,
)
from tests.factories.decisions import make_decision, vote
from tests.pdf_ua import find_faults

pytestmark = pytest.mark.django_db


@pytest.fixture
def strategy(sf, lou):
    agenda = make_agenda(sf)
    priority = make_section(agenda, lou, heading="Care")
    return make_section(agenda, lou, parent=priority, heading="Childcare at night")


@pytest.fixture
def worked(sf, lou, strategy):
    """Two projects, one hidden; three promises of the open one, two of them kept."""
    project = make_project(strategy, lou, title="Night nursery")
    for what, status in (("Ask parents", "done"), ("Rent", "done"), ("Open", "open")):
        make_commitment(project, what=what, status=status)
    hidden = make_project(strategy, lou, title="Secret", is_published=False)
    make_commitment(hidden, what="Hush", status="done")
    make_activity(strategy, make_organization(name="Elder Care"), what="Lends beds")
    return project


def _work(chapter, by, year):
    with in_chapter(chapter, by):
        return freeze_work(chapter, year_of(chapter, year), Figures({}))


def test_work_of_the_year_is_that_of_the_public_pages(sf, lou, worked):
    found = _work(sf, lou, sf.today.year)
    assert [row["cells"] for row in found["projects"]] == [
        ["Night nursery", "Childcare at night", "Under way", "2 of 3 commitments kept", "66%"]
    ]
    assert [row["cells"] for row in found["strategies"]] == [
        ["Childcare at night", "2 of 3 commitments kept", "66%"]
    ]
    assert [row[:3] for row in found["kept"]] == [
        ["Ask parents", "Night nursery", "A member"],
        ["Rent", "Night nursery", "A member"],
    ]
    assert found["partners"] == [["Childcare at night", "Elder Care", "Lends beds", "Leads"]]
    assert [row[1] for row in found["counts"]["rows"]] == ["1", "2", "0", "0"]
    assert "Secret" not in str(found) and lou.name not in str(found)


def test_headings_of_a_draft_stay_with_the_council(sf, lou, strategy, worked):
    with in_chapter(sf, lou):
        drafted = Section.objects.filter(pk=strategy.pk)
        drafted.update(status="withdrawn", withdrawn_at=timezone.now())
    found = _work(sf, lou, sf.today.year)
    assert found["projects"][0]["cells"][1] == "A strategy that is not adopted yet"
    assert found["strategies"] == [] and "Childcare at night" not in str(found)


def test_year_ends_at_midnight_on_the_wall_of_the_chapter(sf, lou, worked):
    zone = dt.timezone(dt.timedelta(hours=-8))
    late = dt.datetime(2024, 12, 31, 23, 59, tzinfo=zone)
    with in_chapter(sf, lou):
        Project.objects.update(created_at=late, status="done")
        Commitment.objects.filter(what="Rent").update(settled_at=late)
        Commitment.objects.filter(what="Ask parents").update(
            settled_at=late + dt.timedelta(minutes=1)
        )
    kept = {year: [row[0] for row in _work(sf, lou, year)["kept"]] for year in (2024, 2025)}
    assert kept == {2024: ["Rent"], 2025: ["Ask parents"]}
    counted = {year: len(_work(sf, lou, year)["projects"]) for year in (2023, 2024, 2025, 2026)}
    assert counted == {2023: 0, 2024: 1, 2025: 1, 2026: 0}


def test_offers_taken_up_are_counted_and_name_nobody(sf, lou, strategy):
    sam, partner = make_user("sam", name="Sam T."), make_organization(name="Elder Care")
    membership = make_organization_membership(sf, organization=partner)
    for giver, status, is_linked in (
        (None, "accepted", True), (membership, "accepted", False), (None, "declined", True),
    ):  # fmt: skip
        need = make_need(sf, lou, kind="skill")
        offer = make_offer(sf, sam, kind="skill", organization_membership=giver)
        with in_chapter(sf, lou):
            if is_linked:
                StrategyNeed.objects.create(chapter=sf, section=strategy, need=need)
            OfferRequest.objects.create(
                chapter=sf, need=need, offer=offer, offerer=sam, asked_by=lou, status=status,
                answered_at=timezone.now(),
            )  # fmt: skip
    (row,) = _work(sf, lou, sf.today.year)["offers"]
    assert row["cells"][1:] == ["2", "1"]
    assert _work(sf, lou, sf.today.year - 1)["offers"] == []


def test_decisions_of_the_year_stand_with_tally_and_review(sf, lou):
    review = sf.today + dt.timedelta(days=300)
    asked = make_decision(
        sf, lou, opened=True, rule="majority", question="Buses?", review_on=review
    )
    inside = make_decision(sf, lou, opened=True, question="Who?", is_public=False)
    make_decision(sf, lou, opened=True, question="Still open?")
    for one, choice in ((asked, "for"), (inside, "consent")):
        vote(one, lou, choice)
        with in_chapter(sf, lou):
            one.refresh_from_db()
            deciding.close_decision(one, lou)
    with in_chapter(sf, lou):
        found = freeze_decisions(sf, year_of(sf, sf.today.year), Figures({}))
        before = freeze_decisions(sf, year_of(sf, sf.today.year - 1), Figures({}))
    (row,) = found["rows"]
    day, back = (f"{one:%b} {one.day}, {one.year}" for one in (sf.today, review))
    assert row["cells"] == ["Buses?", "Passed", "1 for, 0 against, 0 abstained", day, back]
    assert found["text"] == "Closed: 1. Passed: 1. With a dissent on record: 0."
    assert before["rows"] == []


@pytest.mark.usefixtures("figures")
def test_yearly_report_tells_of_the_year_alone_and_its_paper_passes(sf, lou, worked):
    year = sf.today.year
    with in_chapter(sf, lou):
        report = actions.request_report(sf, lou, "yearly")
    report = run_report(report, sf, lou)
    assert report.inputs["agenda"]["headings"] == ["Care", "Childcare at night"]
    assert report.inputs["year"] == year and report.pages >= 5
    assert find_faults(bytes(report.pdf.content)) == []
    document = compose(report.title, report.inputs, Written())
    parts = {part.key: part for part in document.parts}
    assert {"work", "decisions", "agenda", "money"} <= set(parts)
    known = set(document.figures)
    named = {name for part in document.parts for one in part.blocks for name in one.figures}
    assert named <= known
    with in_chapter(sf, lou):
        old = actions.request_report(sf, lou, "yearly", year=year - 1)
    old = run_report(old, sf, lou)
    assert old.inputs["money"]["rows"] == [] and old.inputs["agenda"]["headings"] == []
    assert old.inputs["work"]["projects"] == [] and old.inputs["decisions"]["rows"] == []
