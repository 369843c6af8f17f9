"""One person in two windows: neither takes from the other what was typed."""

import pytest

from agendas import actions, queries
from agendas.drafts import Draft
from agendas.models import KeptDraft, Revision
from chapters.scope import in_chapter
from tests.factories import make_agenda, make_seat, make_section, make_suggestion, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.fault(27)]


@pytest.fixture
def section(sf, lou):
    return make_section(make_agenda(sf), lou, heading="Pay", body="Women earn less.")


@pytest.fixture
def ana(sf):
    """A second person of the council."""
    return make_seat(sf, make_user("ana")).user


class Window:
    """An editor that is open; `seen` is what its page knows of the kept draft."""

    def __init__(self, client, section):
        self.client = client
        self.address = f"/san-francisco/agenda/sections/{section.pk}"
        self.form = client.get(f"{self.address}/edit/").context["form"].initial
        self.seen = self.form.get("seen", "")

    def send(self, page, **fields):
        given = {"base_version": self.form["base_version"], "heading": "Pay", "reason": ""}
        return self.client.post(f"{self.address}/{page}/", given | {"seen": self.seen} | fields)

    def type(self, body):
        answer = self.send("draft", body=body)
        self.seen = answer.json().get("seen", self.seen)
        return answer

    def save(self, body):
        return self.send("edit", body=body)


@pytest.fixture
def window(section, lou, client_for):
    return lambda: Window(client_for(lou), section)


def drafts(sf):
    with in_chapter(sf):
        return list(KeptDraft.objects.values_list("body", flat=True))


def test_saving_in_one_window_keeps_what_another_has_typed(sf, window):
    early = window()
    other = window()
    other.type("Typed there, window closed")
    early.save("Saved here.")
    assert drafts(sf) == ["Typed there, window closed"]
    assert window().form["body"] == "Typed there, window closed"


def test_saving_ends_the_draft_of_its_own_window(sf, window):
    one = window()
    one.type("Saved h")
    one.type("Saved here")
    one.save("Saved here. ")
    assert drafts(sf) == []


def test_a_draft_whose_answer_was_cut_off_ends_where_it_says_what_was_saved(sf, window):
    one = window()
    one.send("draft", body="Saved here.\n")
    one.save("Saved here.")
    assert drafts(sf) == []


def test_a_conflict_in_one_window_keeps_what_another_has_typed(sf, section, ana, window):
    early, other = window(), window()
    other.type("Typed there")
    with in_chapter(sf, ana):
        actions.revise_section(section, ana, 1, "Pay", "Theirs.")
    page = early.save("Mine, here.")
    assert page.status_code == 409 and drafts(sf) == ["Typed there"]
    with in_chapter(sf):
        aside = queries.history(section).filter(state="set aside")
        assert [one.body for one in aside] == ["Mine, here."]
    early.form, early.seen = page.context["form"].initial, page.context["form"].initial["seen"]
    solved = early.send("edit", fix="mine", written_on=1, my_heading="Pay", my_body="Mine, here.",
                        body="In the box.")  # fmt: skip
    assert solved.status_code == 302 and drafts(sf) == ["Typed there"]


def test_a_draft_that_says_the_saved_text_holds_up_no_later_one(sf, window):
    one = window()
    one.type("Women earn l")
    one.type("Women earn less.")
    later = window()
    assert later.type("Women here").status_code == 200
    assert drafts(sf) == ["Women here"]


def test_a_suggestion_in_the_editor_keeps_the_draft_that_stands(sf, section, ana, lou, client_for):
    Window(client_for(lou), section).type("My draft")
    suggestion = make_suggestion(section, ana, body="Women here earn less.")
    address = f"/san-francisco/agenda/sections/{section.pk}"
    page = client_for(lou).get(f"{address}/edit/?suggestion={suggestion.pk}")
    window = Window(client_for(lou), section)
    window.form, window.seen = (
        page.context["form"].initial,
        page.context["form"].initial.get("seen", ""),
    )
    refused = window.type("Women here earn less, still")
    assert refused.status_code == 409 and "Another draft of yours" in refused.json()["words"]
    window.send("edit", body="Women here earn less, still", suggestion=suggestion.pk)
    with in_chapter(sf):
        suggestion.refresh_from_db()
        assert suggestion.state == "accepted"
    assert drafts(sf) == ["My draft"]


def test_a_suggestion_is_answered_through_a_conflict_too(sf, section, ana, lou, client_for):
    suggestion = make_suggestion(section, ana, body="Women here earn less.")
    window = Window(client_for(lou), section)
    with in_chapter(sf, ana):
        actions.revise_section(section, ana, 1, "Pay", "Women earn 87 cents.")
    page = window.send("edit", body="Women here earn less.", suggestion=suggestion.pk)
    assert page.status_code == 409
    given = page.context["form"].initial
    window.form, window.seen = given, given["seen"]
    window.send("edit", fix="merge", written_on=1, my_heading="Pay", my_body=given["my_body"],
                body=given["body"], suggestion=given["suggestion"])  # fmt: skip
    with in_chapter(sf):
        suggestion.refresh_from_db()
        revision = suggestion.revision
    assert revision is not None
    assert (suggestion.state, revision.version) == ("accepted", 3)


def test_a_choice_that_cannot_be_carried_out_shows_both_texts_again(sf, section, ana, window):
    one = window()
    with in_chapter(sf, ana):
        actions.revise_section(section, ana, 1, "Pay", "Theirs.")
    one.form = one.save("Mine.").context["form"].initial
    page = one.send("edit", fix="merge", written_on=1, my_heading="Pay", my_body="Mine.",
                    heading="", body="Box.")  # fmt: skip
    assert page.status_code == 422
    assert page.context["versus"].mine == Draft("Pay", "Mine.")
    assert page.context["versus"].theirs.body == "Theirs."


@pytest.mark.parametrize("heading", ["\u202e", " \u2066 ", "   "])
def test_a_heading_of_letters_that_hide_is_no_heading(sf, section, window, heading):
    page = window().send("edit", heading=heading, body="x")
    assert page.status_code == 422 and page.context["form"].errors == {
        "heading": ["Enter a heading."]
    }
    with in_chapter(sf):
        assert Revision.objects.filter(section=section).count() == 1
