"""Drafts kept while one types, and who is there: nothing is lost, no ghost stays."""

import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agendas import actions, queries
from agendas.drafts import Draft
from agendas.models import KeptDraft, Presence, Revision, Section, Suggestion
from chapters.scope import in_chapter
from tests.factories import make_agenda, make_seat, make_section, make_suggestion, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def section(sf, lou):
    return make_section(make_agenda(sf), lou, heading="Pay", body="Women earn less.")


@pytest.fixture
def ana(sf):
    """A second person of the council."""
    return make_seat(sf, make_user("ana")).user


def _at(section, page="edit"):
    return f"/san-francisco/agenda/sections/{section.pk}/{page}/"


def _type(client, section, body, seen="", **fields):
    given = {"base_version": 1, "heading": "Pay", "body": body, "reason": "", "seen": seen}
    return client.post(_at(section, "draft"), given | fields)


def test_a_draft_comes_back_on_another_device_and_can_be_discarded(section, lou, client_for):
    first, second = client_for(lou), client_for(lou)
    kept = _type(first, section, "Half a sen", reason="Because")
    assert kept.status_code == 200 and kept.json()["words"].startswith("Draft kept at ")
    kept = _type(first, section, "Half a sentence", kept.json()["seen"])
    page = second.get(_at(section))
    assert "This is your draft" in page.content.decode()
    assert page.context["form"].initial["body"] == "Half a sentence"
    assert page.context["form"].initial["base_version"] == 1
    assert page.context["form"].initial["seen"] == kept.json()["seen"]
    told = second.post(_at(section, "discard"), follow=True)
    assert "Your draft is discarded" in told.content.decode()
    assert told.context["form"].initial["body"] == "Women earn less."


def test_a_draft_is_for_its_writer_alone(sf, section, lou, ana, dee, mia, client_for):
    _type(client_for(lou), section, "Mine alone")
    assert "Mine alone" not in client_for(ana).get(_at(section)).content.decode()
    for person in (dee, mia):
        assert _type(client_for(person), section, "x").status_code == 404
        assert client_for(person).post(_at(section, "presence")).status_code == 404


def test_a_second_window_does_not_overwrite_the_first(sf, section, lou, client_for):
    client = client_for(lou)
    seen = _type(client, section, "First window").json()["seen"]
    refused = _type(client, section, "Second window")
    assert refused.status_code == 409 and "another window" in refused.json()["words"]
    assert _type(client, section, "First window goes on", seen).status_code == 200
    with in_chapter(sf):
        assert KeptDraft.objects.get().body == "First window goes on"


def test_saving_ends_the_draft_and_too_much_is_not_kept(sf, section, lou, client_for):
    client = client_for(lou)
    seen = _type(client, section, "Half").json()["seen"]
    whole = {"base_version": 1, "heading": "Pay", "body": "Whole.", "seen": seen}
    client.post(_at(section), whole)
    with in_chapter(sf):
        assert not KeptDraft.objects.exists()
    refused = _type(client, section, "x" * 4001)
    assert refused.status_code == 422 and "too long" in refused.json()["words"]
    assert _type(client, section, "x", base_version="no").status_code == 422


def test_a_draft_on_an_older_version_says_so_and_ends_in_both_texts(
    sf, section, lou, ana, client_for
):
    client = client_for(lou)
    _type(client, section, "Women here earn less.")
    with in_chapter(sf, ana):
        actions.revise_section(section, ana, 1, "Pay", "Women earn 87 cents.")
    page = client.get(_at(section))
    assert "written on version 1. The section is at version 2 now" in page.content.decode()
    form = {key: page.context["form"].initial[key] for key in ("base_version", "heading", "body")}
    conflict = client.post(_at(section), form)
    assert conflict.status_code == 409
    assert conflict.context["form"].initial["body"] == "Women here earn 87 cents."


@pytest.mark.fault(27)
def test_a_text_that_met_a_newer_one_survives_a_closed_window(sf, section, lou, ana, client_for):
    with in_chapter(sf, ana):
        actions.revise_section(section, ana, 1, "Pay", "Theirs.")
    client = client_for(lou)
    late = client.post(_at(section), {"base_version": 1, "heading": "Pay", "body": "Mine."})
    assert late.status_code == 409
    page = client_for(lou).get(_at(section))
    assert page.context["form"].initial["body"] == "Mine."
    client.post(_at(section, "discard"))
    with in_chapter(sf):
        assert list(queries.history(section).filter(state="set aside").values_list("body")) == [
            ("Mine.",)]  # fmt: skip


def test_people_see_each_other_and_ghosts_go(sf, section, lou, ana, client_for):
    one, two = client_for(lou), client_for(ana)
    assert one.post(_at(section, "presence"), {"typing": 1}).json() == {"here": [], "version": 1}
    assert two.post(_at(section, "presence")).json()["here"] == [{"name": "Lou", "typing": True}]
    assert "Lou is here, typing." in two.get(_at(section)).content.decode()
    assert one.post(_at(section, "presence")).json()["here"] == [{"name": "Ana", "typing": False}]
    with in_chapter(sf):
        for row in Presence.objects.all():
            row.seen_at -= datetime.timedelta(seconds=46)
            row.save()
    assert one.post(_at(section, "presence")).json()["here"] == []
    two.post(_at(section, "presence"))
    assert len(one.post(_at(section, "presence")).json()["here"]) == 1
    two.post(_at(section, "presence"), {"leave": 1})
    assert one.post(_at(section, "presence")).json()["here"] == []


STEP = st.tuples(
    st.sampled_from(["save", "merge", "mine", "theirs", "restore", "suggest", "accept", "decline",
                     "draft", "discard", "withdraw", "return"]),
    st.integers(min_value=0, max_value=1),
    st.integers(min_value=1, max_value=4),
    st.sampled_from(["a b c", "a x c", "y b c", "a b z", "q"]),
    st.sampled_from(["m n", "a b c d"]),
)  # fmt: skip


class Everybody:
    """Two people of the council at one section; remembers what they have sent."""

    def __init__(self, clients, section):
        self.clients, self.section, self.sent = clients, section, {"a b c"}

    def do(self, kind, who, base, text, merged):
        client, pk = self.clients[who], self.section.pk
        given = {"base_version": base, "heading": "Pay", "body": text}
        if kind in ("save", "merge", "mine", "theirs"):
            self.sent.add(text)
        if kind == "save":
            client.post(_at(self.section), given)
        elif kind in ("merge", "mine", "theirs"):
            self.sent.add(merged)
            more = {"fix": kind, "written_on": 1, "my_heading": "Pay", "my_body": text}
            client.post(_at(self.section), given | more | {"body": merged})
        elif kind == "suggest":
            answer = client.post(_at(self.section, "suggest"), given)
            self.sent |= {text} if answer.status_code == 302 else set()
        elif kind == "draft":
            _type(client, self.section, f"typed {text}")
        elif kind in ("discard", "withdraw", "return"):
            client.post(_at(self.section, kind))
        else:
            self._answer(client, kind, base, pk)

    def _answer(self, client, kind, base, pk):
        with in_chapter(self.section.chapter):
            wanted = Suggestion.objects.filter(section=pk, state="open").first()
            oldest = Revision.objects.filter(section=pk).earliest("id")
        if kind == "restore":
            client.post(_at(self.section, f"restore/{oldest.pk}"), {"base_version": base})
        elif wanted:
            page = f"/san-francisco/agenda/suggestions/{wanted.pk}/{kind}/"
            client.post(page, {"base_version": base, "reason": "No"})


@pytest.mark.fault(27)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEP, min_size=1, max_size=7))
def test_no_sequence_of_work_loses_a_text(sf, lou, ana, client_for, steps):
    section = make_section(make_agenda(sf), lou, heading="Pay", body="a b c")
    people = Everybody([client_for(lou), client_for(ana)], section)
    for step in steps:
        people.do(*step)
    with in_chapter(sf):
        kept = set(Revision.objects.filter(section=section).values_list("body", flat=True))
        kept |= set(Suggestion.objects.filter(section=section).values_list("body", flat=True))
        kept |= set(KeptDraft.objects.filter(section=section).values_list("body", flat=True))
        saved = Revision.objects.filter(section=section, state="saved").order_by("version")
        section.refresh_from_db()
        assert people.sent <= kept
        assert [one.version for one in saved] == list(range(1, section.version + 1))
        assert saved.get(version=section.version).body == section.body


@pytest.mark.parametrize("statement", ["UPDATE agendas_suggestion SET body = ''",
                                       "DELETE FROM agendas_suggestion"])  # fmt: skip
def test_words_of_a_suggestion_are_never_changed(sf, lou, section, statement):
    make_suggestion(section, lou)
    refused = pytest.raises(IntegrityError, match="never changed or deleted")
    with in_chapter(sf, lou), refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_accept_merges_with_what_others_changed(sf, lou, ana, section):
    suggestion = make_suggestion(section, ana, body="Women here earn less.")
    with in_chapter(sf, lou):
        actions.revise_section(section, lou, 1, "Pay", "Women earn 87 cents.")
        with pytest.raises(actions.Conflict):
            actions.accept_suggestion(suggestion, lou, 1)
        saved = actions.accept_suggestion(suggestion, lou, 2)
        assert (saved.version, saved.body) == (3, "Women here earn 87 cents.")
        assert (saved.author, saved.suggestion.author) == (lou, ana)
        with pytest.raises(actions.Answered):
            actions.accept_suggestion(suggestion, lou, 3)
        assert Section.objects.get(pk=section.pk).body == saved.body
        with pytest.raises(actions.NothingNew):
            actions.suggest_text(Section.objects.get(pk=section.pk), ana, 3,
                                 Draft("Pay", saved.body), "")  # fmt: skip
