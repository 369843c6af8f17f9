"""The printed record of a decision: outcome, every seat, every objection, markup as text."""

import io

import pypdf
import pytest

from agendas.actions import deciding
from agendas.actions import reports as actions
from agendas.models import Report, Section
from agendas.reports import Written, compose
from chapters.scope import in_chapter
from tests.agendas.conftest import run_report
from tests.factories import make_agenda, make_seat, make_section, make_user
from tests.factories.decisions import make_decision, vote
from tests.pdf_ua import find_faults

pytestmark = pytest.mark.django_db


def test_record_of_a_closed_decision_prints_every_vote_and_objection(sf, lou, client_for):
    sam = make_seat(sf, make_user("sam"), shown_as="Sam T.").user
    decision = make_decision(sf, lou, opened=True, rule="majority", question="Night buses?")
    address = f"/san-francisco/decisions/{decision.pk}/record/"
    early = client_for(lou).post(address)
    assert early.url == f"/san-francisco/decisions/{decision.pk}/"
    vote(decision, lou, "for")
    vote(decision, sam, "against", "#let x = <b>dear</b>")
    with in_chapter(sf, lou):
        decision.refresh_from_db()
        deciding.close_decision(decision, lou)
    answer = client_for(lou).post(address)
    with in_chapter(sf):
        report = Report.objects.get()
    assert answer.url == f"/san-francisco/reports/{report.pk}/"
    report = run_report(report, sf, lou)
    assert find_faults(bytes(report.pdf.content)) == []
    reader = pypdf.PdfReader(io.BytesIO(bytes(report.pdf.content)))
    text = "".join(page.extract_text() for page in reader.pages)
    for piece in ("Night buses?", "Seat 2", "#let x = <b>dear</b>", "Majority"):
        assert piece in text
    page = client_for(lou).get(report.get_absolute_url()).content.decode()
    assert "Sam T." not in text + page + str(report.inputs)
    assert "Seat 2" in page and "&lt;b&gt;dear" in page and "<b>dear" not in page
    assert client_for(sam).post(address).status_code == 302


def test_record_of_a_ratification_prints_the_text_as_it_was_adopted(sf, lou):
    agenda = make_agenda(sf)
    care = make_section(agenda, lou, heading="Care", body="Near home.\n\n- Day\n- Night")
    strategy = make_section(agenda, lou, parent=care, heading="Open at night")
    for heading in ("Find a house", "Hire ten people"):
        make_section(agenda, lou, parent=strategy, kind="action", heading=heading, body="")
    decision = make_decision(sf, lou, opened=True, kind="ratify", question="Adopt it?")
    vote(decision, lou, "consent")
    with in_chapter(sf, lou):
        decision.refresh_from_db()
        decision = deciding.close_decision(decision, lou)
        report = actions.request_record(decision, lou)
        Section.objects.filter(pk=care.pk).update(heading="Later", body="Changed since.")
    report = run_report(report, sf, lou)
    adopted = report.inputs["adopted"]
    assert [one["heading"] for one in adopted] == [
        "1 Care", "1.1 Open at night", "Find a house", "Hire ten people",
    ]  # fmt: skip
    parts = compose(report.title, report.inputs, Written()).parts
    (blocks,) = [part.blocks for part in parts if part.key == "adopted"]
    assert ("Day", "Night") in [one.items for one in blocks]
    assert blocks[-1].items == ("Find a house", "Hire ten people")
    assert find_faults(bytes(report.pdf.content)) == []
