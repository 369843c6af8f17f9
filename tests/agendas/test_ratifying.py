"""Idea 7: the adopted text with tally and every dissent; later edits need a new vote."""

import pytest
from django.db import IntegrityError, transaction

from agendas import actions, queries
from agendas.actions import deciding, voting
from agendas.actions.ratifying import NothingToAdopt, seal
from agendas.models import Agenda, Edition, Objection
from agendas.queries.editions import adopted_edition, changed_since
from chapters.scope import as_self, in_chapter
from tests.factories import make_agenda, make_seat, make_section, make_user
from tests.factories.decisions import make_decision, vote

pytestmark = pytest.mark.django_db
PAGE = "/san-francisco/agenda/"


@pytest.fixture
def ivy(sf):
    return make_seat(sf, make_user("ivy"), shown_as="Ivy N.").user


@pytest.fixture
def section(sf, lou):
    return make_section(make_agenda(sf), lou, heading="Fair pay", body="Adopted words.")


def ratify(sf, lou, ivy, **fields):
    """A ratification in which Ivy objects, is answered, and stands aside."""
    held = make_decision(sf, lou, kind="ratify", opened=True, **fields)
    vote(held, lou, "consent")
    vote(held, ivy, "object", "No word on rent.")
    with in_chapter(sf):
        stated = Objection.objects.select_related("decision", "elector__user").get(decision=held)
        voting.answer_objection(stated, lou, "Rent comes next year.")
    vote(held, ivy, "aside", "Next year is late.")
    with in_chapter(sf):
        return deciding.close_decision(held, lou)


def revise(sf, lou, section, words):
    with in_chapter(sf, lou):
        section.refresh_from_db()
        actions.revise_section(section, lou, section.version, "Fair pay", words)


def test_public_reads_live_text_before_any_edition(sf, lou, section, client):
    revise(sf, lou, section, "Live words.")
    assert b"Live words." in client.get(PAGE).content


def test_adopted_text_shows_with_tally_and_every_dissent(sf, lou, ivy, section, client):
    ratify(sf, lou, ivy)
    for path in (PAGE, f"{PAGE}editions/1/"):
        page = client.get(path).content.decode()
        assert "Adopted words." in page
        for said in ("No word on rent.", "Rent comes next year.", "Next year is late.", "Ivy N."):
            assert said in page
    assert (
        "1 consented, 1 stood aside, 0 objected"
        in client.get(f"{PAGE}editions/1/").content.decode()
    )


def test_later_edits_reach_the_public_by_a_new_decision_alone(
    sf, lou, ivy, section, client, client_for, django_capture_on_commit_callbacks
):
    ratify(sf, lou, ivy)
    revise(sf, lou, section, "Later words.")
    public = client.get(PAGE).content.decode()
    assert "Adopted words." in public and "Later words." not in public
    council = client_for(lou).get(PAGE).content.decode()
    assert "Changed since adoption" in council and "1 section" in council
    editor = client_for(lou).get(f"{PAGE}sections/{section.pk}/edit/").content.decode()
    assert "by a new decision" in editor and "sees the new text at once" not in editor
    changes = client_for(lou).get(f"{PAGE}changes/").content.decode()
    assert "Later" in changes
    assert client.get(f"{PAGE}changes/").status_code == 302

    with django_capture_on_commit_callbacks(execute=True):
        ratify(sf, lou, ivy)
    assert b"Later words." in client.get(PAGE).content
    first = client.get(f"{PAGE}editions/1/").content.decode()
    assert "Adopted words." in first and "A newer edition" in first


def test_summary_for_other_pages_is_the_adopted_one(sf, lou, ivy, section):
    ratify(sf, lou, ivy)
    with in_chapter(sf, lou):
        section.refresh_from_db()
        actions.revise_section(section, lou, section.version, "Other heading", "x")
    with as_self():
        summary = queries.published_summary(sf)
    assert summary is not None
    assert [one.heading for one in summary.priorities] == ["Fair pay"]
    assert summary.adopted_note == "Adopted by consent"


def test_text_is_frozen_when_the_decision_opens(sf, lou, ivy, section):
    held = make_decision(sf, lou, kind="ratify", opened=True)
    revise(sf, lou, section, "Slipped in.")
    vote(held, lou, "consent")
    vote(held, ivy, "consent")
    with in_chapter(sf):
        deciding.close_decision(held, lou)
        edition = Edition.objects.get()
        assert [row["body"] for row in edition.sections] == ["Adopted words."]
        assert edition.sha256 == seal(edition.sections)
        (change,) = changed_since(edition, Agenda.objects.get())
    assert (change.how, change.before, change.now) == ("changed", "Adopted words.", "Slipped in.")


def test_what_did_not_pass_changes_nothing(sf, lou, ivy, section, client):
    ratify(sf, lou, ivy)
    revise(sf, lou, section, "Later words.")
    held = make_decision(sf, lou, kind="ratify", opened=True)
    vote(held, lou, "consent")
    vote(held, ivy, "object", "No.")
    with in_chapter(sf):
        stated = Objection.objects.select_related("decision", "elector__user").get(decision=held)
        voting.answer_objection(stated, lou, "Yes.")
        voting.keep_objection(stated, ivy)
        assert deciding.close_decision(held, lou).outcome == "failed"
        statuses = list(Edition.objects.order_by("number").values_list("status", flat=True))
        adopted = adopted_edition(Agenda.objects.get())
        assert adopted is not None and adopted.number == 1
    assert statuses == ["adopted", "rejected"]
    assert b"Later words." not in client.get(PAGE).content


def test_same_text_is_not_adopted_twice_and_one_at_a_time(sf, lou, ivy, section):
    ratify(sf, lou, ivy)
    with pytest.raises(NothingToAdopt, match="Nothing has changed"):
        make_decision(sf, lou, kind="ratify", opened=True)
    revise(sf, lou, section, "Later words.")
    make_decision(sf, lou, kind="ratify", opened=True)
    with pytest.raises(NothingToAdopt, match="being decided on"):
        make_decision(sf, lou, kind="ratify", opened=True)


def test_database_refuses_to_change_an_edition(sf, lou, ivy, section):
    ratify(sf, lou, ivy)
    with in_chapter(sf):
        for act in (
            lambda: Edition.objects.update(sections=[]),
            lambda: Edition.objects.update(sha256="0"),
            lambda: Edition.objects.all().delete(),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                act()


def test_draft_agenda_is_published_when_it_is_adopted(
    sf, lou, ivy, client, django_capture_on_commit_callbacks
):
    agenda = make_agenda(sf, status="draft", published_at=None, adopted_note="")
    make_section(agenda, lou, heading="Fair pay", body="First words.")
    assert b"First words." not in client.get(PAGE).content
    with django_capture_on_commit_callbacks(execute=True):
        ratify(sf, lou, ivy)
    page = client.get(PAGE).content.decode()
    assert "First words." in page and "Adopted by consent" in page
