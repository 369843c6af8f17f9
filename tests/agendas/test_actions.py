"""Revisions: none is lost, none is changed, and two editors never overwrite each other."""

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agendas import actions, queries
from agendas.drafts import Draft, Resolution
from agendas.models import Agenda, Revision, Section
from chapters.scope import as_self, in_chapter
from tests.factories import make_agenda, make_section

pytestmark = pytest.mark.django_db


@pytest.fixture
def section(sf, lou):
    return make_section(make_agenda(sf), lou, heading="Pay", body="Women earn less.")


def test_revise_section_appends_a_revision(sf, lou, section):
    with in_chapter(sf, lou):
        actions.revise_section(section, lou, 1, "Pay", "Women earn 87 cents.", "Names the gap")
        section.refresh_from_db()
        assert (section.version, section.body) == (2, "Women earn 87 cents.")
        texts = [(one.version, one.body, one.reason) for one in queries.history(section)]
    assert texts == [
        (2, "Women earn 87 cents.", "Names the gap"),
        (1, "Women earn less.", "Section reason"),
    ]


def test_revise_section_hands_back_both_texts_on_a_conflict(sf, lou, section):
    with in_chapter(sf, lou):
        actions.revise_section(section, lou, 1, "Pay", "Theirs.")
        with pytest.raises(actions.Conflict) as conflict:
            actions.revise_section(section, lou, 1, "Pay", "Mine.")
        assert conflict.value.mine == Draft("Pay", "Mine.")
        assert (conflict.value.theirs.version, conflict.value.theirs.body) == (2, "Theirs.")
        assert queries.history(section).count() == 2


def test_revise_section_saves_a_double_click_once(sf, lou, section):
    with in_chapter(sf, lou):
        first = actions.revise_section(section, lou, 1, "Pay", "New.")
        assert actions.revise_section(section, lou, 1, "Pay", "New.") == first
        assert queries.history(section).count() == 2


def test_restore_revision_is_a_new_revision(sf, lou, section):
    with in_chapter(sf, lou):
        actions.revise_section(section, lou, 1, "Pay", "Worse.")
        first = Revision.objects.get(section=section, version=1)
        restored = actions.restore_revision(first, lou, 2)
        assert (restored.version, restored.body) == (3, "Women earn less.")
        assert restored.reason == "Restored: version 1"


@pytest.mark.parametrize(
    ("fix", "body", "aside"),
    [
        ("merge", "Both.", ["Mine."]),
        ("mine", "Mine.", ["Both."]),
        ("theirs", "Theirs.", ["Both.", "Mine."]),
    ],
)
def test_resolve_conflict_keeps_what_was_not_chosen(sf, lou, section, fix, body, aside):
    with in_chapter(sf, lou):
        actions.revise_section(section, lou, 1, "Pay", "Theirs.")
        choice = Resolution(fix, Draft("Pay", "Mine."), Draft("Pay", "Both."), 1)
        actions.resolve_conflict(section, lou, 2, choice)
        section.refresh_from_db()
        assert section.body == body
        kept = queries.history(section).filter(state="set aside")
        assert sorted((one.body, one.version) for one in kept) == [(text, 1) for text in aside]


def test_resolve_conflict_keeps_all_texts_when_somebody_is_faster_again(sf, lou, section):
    with in_chapter(sf, lou):
        actions.revise_section(section, lou, 1, "Pay", "Theirs.")
        actions.revise_section(section, lou, 2, "Pay", "Theirs again.")
        choice = Resolution("merge", Draft("Pay", "Mine."), Draft("Pay", "Both."), 1)
        with pytest.raises(actions.Conflict) as conflict:
            actions.resolve_conflict(section, lou, 2, choice)
        assert conflict.value.mine.body == "Both."
        assert queries.history(section).filter(body="Mine.").exists()


STEP = st.tuples(
    st.sampled_from(["save", "merge", "mine", "theirs", "restore"]),
    st.integers(min_value=0, max_value=4),
    st.sampled_from(["a", "b", "c", "d"]),
    st.sampled_from(["x", "y", "z"]),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEP, min_size=1, max_size=8))
def test_no_sequence_of_edits_loses_a_text(sf, lou, steps):
    agenda = make_agenda(sf)
    section = make_section(agenda, lou, heading="h", body="first")
    submitted, handed_back = {"first"}, set()
    with in_chapter(sf, lou):
        for kind, base, mine, merged in steps:
            try:
                if kind == "save":
                    submitted.add(mine)
                    actions.revise_section(section, lou, base, "h", mine)
                elif kind == "restore":
                    oldest = queries.history(section).earliest("id")
                    actions.restore_revision(oldest, lou, base)
                else:
                    submitted |= {mine, merged}
                    choice = Resolution(kind, Draft("h", mine), Draft("h", merged), base)
                    actions.resolve_conflict(section, lou, base, choice)
            except actions.Conflict as conflict:
                handed_back.add(conflict.mine.body)
        kept = set(queries.history(section).values_list("body", flat=True))
        saved = queries.history(section).filter(state="saved").order_by("version")
        versions = list(saved.values_list("version", flat=True))
        section.refresh_from_db()
        assert submitted <= kept | handed_back
        assert versions == list(range(1, section.version + 1))
        assert saved[section.version - 1].body == section.body


@pytest.mark.parametrize("statement", ["UPDATE agendas_revision SET body = ''",
                                       "DELETE FROM agendas_revision"])  # fmt: skip
def test_revision_is_never_changed_or_deleted(sf, lou, section, statement):
    refused = pytest.raises(IntegrityError, match="never changed or deleted")
    with in_chapter(sf, lou), refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    with in_chapter(sf, lou):
        assert Revision.objects.get(section=section).body == "Women earn less."


def test_publish_agenda_opens_its_sections_to_everybody(sf, lou):
    with in_chapter(sf, lou):
        agenda = actions.start_agenda(sf, "Agenda")
        kind = Section.Kind.PRIORITY
        priority = actions.add_section(agenda, lou, kind, Draft("Fair pay", ""), strand=3)
    with as_self():
        assert queries.published_summary(sf) is None
        assert list(Section.published.all()) == []
        assert Section._base_manager.filter(pk=priority.pk).count() == 0  # the second wall
    with in_chapter(sf, lou):
        actions.publish_agenda(agenda, "Adopted by consent")
    with as_self():
        summary = queries.published_summary(sf)
        assert list(Section.published.all()) == [priority]
    assert summary is not None
    assert [(one.number, one.heading, one.strand) for one in summary.priorities] == [
        (1, "Fair pay", 3)
    ]
    assert summary.adopted_note == "Adopted by consent"


def test_add_section_puts_a_strategy_on_its_priority(sf, lou):
    with in_chapter(sf, lou):
        agenda = actions.start_agenda(sf, "Agenda")
        one, two = (
            actions.add_section(agenda, lou, Section.Kind.PRIORITY, Draft(name, ""), strand=2)
            for name in ("First", "Second")
        )
        for parent, name in ((two, "B"), (one, "A"), (two, "C")):
            actions.add_section(agenda, lou, Section.Kind.STRATEGY, Draft(name, ""), parent=parent)
        entries = queries.outline(agenda).entries
    assert [(entry.number, entry.section.heading) for entry in entries] == [
        ("1", "First"), ("1.1", "A"), ("2", "Second"), ("2.1", "B"), ("2.2", "C"),
    ]  # fmt: skip
    assert {entry.section.strand for entry in entries} == {2}


def test_start_agenda_gives_a_chapter_one(sf, lou):
    with in_chapter(sf, lou), pytest.raises(IntegrityError), transaction.atomic():
        actions.start_agenda(sf, "One")
        actions.start_agenda(sf, "Two")
    with in_chapter(sf, lou):
        assert not Agenda.objects.exists()
