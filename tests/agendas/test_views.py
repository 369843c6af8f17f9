"""Pages of the agenda: who sees what, a conflict with both texts, text that stays text."""

import re

import pytest

from agendas import actions
from agendas.models import Revision, Section
from chapters.scope import in_chapter
from tests.factories import make_agenda, make_seat, make_section, make_user

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture
def section(sf, lou):
    return make_section(make_agenda(sf), lou, heading="Fair pay", body="Women earn less.")


def _edit(section, page="edit"):
    return f"/{section.chapter.slug}/agenda/sections/{section.pk}/{page}/"


def _post(client, section, **fields):
    given = {"base_version": 1, "heading": "Fair pay", "body": "New.", "reason": ""} | fields
    return client.post(_edit(section), given)


def _saved(sf, section):
    with in_chapter(sf):
        rows = Revision.objects.filter(section=section).order_by("id")
        return list(rows.values_list("state", "version", "body"))


def test_agenda_shows_priorities_with_their_strategies(sf, section, client):
    make_section(section.agenda, parent=section, heading="Publish pay", body="Soon.\n\n- One")
    page = client.get("/san-francisco/agenda/").content.decode()
    assert "Fair pay" in page and "1.1 Publish pay" in page and "<li>One</li>" in page
    assert "One priority" in page


def test_agenda_hides_a_draft_from_all_but_its_council(sf, lou, dee, mia, bea, client_for):
    agenda = make_agenda(sf, status="draft", published_at=None)
    make_section(agenda, lou, heading="Not yet public")
    for person in (None, mia, dee, bea):
        page = client_for(person).get("/san-francisco/agenda/")
        assert (page.status_code, b"Not yet public" in page.content) == (200, False)
        assert b"Nothing is published yet" in page.content
    page = client_for(lou).get("/san-francisco/agenda/").content.decode()
    assert "Not yet public" in page and "Only the council sees this page" in page


def test_agenda_of_a_chapter_without_one_says_so(sf, client):
    assert b"Nothing is published yet" in client.get("/san-francisco/agenda/").content


@pytest.mark.parametrize("page", ["edit", "history"])
def test_section_pages_are_for_the_council_of_the_chapter(
    sf, section, lou, dee, mia, bea, client_for, page
):
    address = _edit(section, page)
    assert client_for(lou).get(address).status_code == 200
    for person in (dee, mia, bea):
        assert client_for(person).get(address).status_code == 404
    assert client_for(None).get(address).url == f"/account/login/?next={address}"
    ended = make_seat(sf, make_user("ended"), ended=True).user
    assert client_for(ended).get(address).status_code == 404


def test_section_of_another_chapter_is_not_found(sf, denver, lou, dee, client_for):
    theirs = make_section(make_agenda(denver), dee, body="Denver only.")
    for address in (_edit(theirs), _edit(theirs).replace("denver", "san-francisco")):
        for method in ("get", "post"):
            answer = getattr(client_for(lou), method)(address, {"base_version": 1, "heading": "x"})
            assert answer.status_code == 404
    with in_chapter(denver):
        assert Section.objects.get().body == "Denver only."


def test_section_edit_saves_a_revision(sf, section, lou, client_for):
    client = client_for(lou)
    answer = _post(client, section, body="Two\r\nlines.", reason="Clearer")
    assert (answer.status_code, answer.url) == (302, _edit(section))
    assert _saved(sf, section)[-1] == ("saved", 2, "Two\nlines.")
    page = client.get(_edit(section)).content.decode()
    assert "Saved as version 2." in page and "Clearer" in page
    assert b"Two lines." in client_for(None).get("/san-francisco/agenda/").content


def test_section_edit_keeps_the_input_when_something_is_missing(section, lou, client_for):
    answer = _post(client_for(lou), section, heading=" ", body="Kept as typed.")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error: " in page and page.count("Enter a heading.") == 2
    assert "Kept as typed." in page


SENDING = "0b4c9c34-6e3a-4c0e-9a53-2f1f6f3a9d10"


@pytest.mark.parametrize(
    ("sent", "named"),
    [(SENDING, f"?sent={SENDING}"), ("", ""), ("broken\0", ""), ("a" * 5000, "")],
)
def test_section_edit_names_the_sending_and_refuses_no_text_for_it(
    sf, section, lou, client_for, sent, named
):
    answer = _post(client_for(lou), section, body="Two lines.", sent=sent)
    assert (answer.status_code, answer.url) == (302, f"{_edit(section)}{named}")
    assert _saved(sf, section)[-1] == ("saved", 2, "Two lines.")


@pytest.mark.fault(27)
def test_section_edit_answers_a_conflict_with_both_texts(sf, section, lou, client_for):
    with in_chapter(sf, lou):
        actions.revise_section(section, lou, 1, "Fair pay", "Women earn 87 cents.")
    client = client_for(lou)
    answer = _post(client, section, body="Women here earn less.", reason="Place")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "You saved a newer text while you were writing" in page
    assert re.search("<ins> ?here ?</ins>", page) and "<del>less.</del><ins>87 cents.</ins>" in page
    assert _saved(sf, section)[1:] == [("saved", 2, "Women earn 87 cents.")]
    form = answer.context["form"].initial
    assert (
        form["body"] == "Women here earn 87 cents." and form["my_body"] == "Women here earn less."
    )
    saved = client.post(_edit(section), form)
    assert saved.status_code == 302
    assert _saved(sf, section)[2:] == [
        ("set aside", 1, "Women here earn less."),
        ("saved", 3, "Women here earn 87 cents."),
    ]


@pytest.mark.fault(27)
def test_section_edit_keeps_theirs_and_sets_mine_aside(sf, section, lou, client_for):
    with in_chapter(sf, lou):
        ana = make_user("ana")
        actions.revise_section(section, ana, 1, "Fair pay", "Theirs.")
    client = client_for(lou)
    conflict = _post(client, section, body="Mine.")
    assert "Ana saved a newer text while you were writing" in conflict.content.decode()
    form = conflict.context["form"].initial
    assert form["body"] == "Mine."
    answer = client.post(_edit(section), form | {"fix": "theirs"}, follow=True)
    assert "Kept theirs. Yours is set aside." in answer.content.decode()
    assert _saved(sf, section)[1:] == [("saved", 2, "Theirs."), ("set aside", 1, "Mine.")]
    wrong = client.post(_edit(section), form | {"fix": "nothing", "body": "Kept."})
    assert wrong.status_code == 422 and b"Kept." in wrong.content and b"Mine." in wrong.content


def test_section_history_compares_and_restores(sf, section, lou, client_for):
    with in_chapter(sf, lou):
        actions.revise_section(section, lou, 1, "Fair pay", "Women earn 87 cents.", "A figure")
        first = Revision.objects.get(section=section, version=1)
    client = client_for(lou)
    page = client.get(_edit(section, "history")).content.decode()
    assert "<del>less.</del>" in page and "<ins>87 cents.</ins>" in page
    assert "2 words added, 1 removed." in page and "A figure" in page
    restore = _edit(section, f"restore/{first.pk}")
    assert client.get(restore).status_code == 405
    assert client.post(restore, {"base_version": 1}).status_code == 409
    assert client.post(restore, {"base_version": "x" * 9}).status_code == 409
    assert client.post(restore, {"base_version": 2}).url == _edit(section, "history")
    assert _saved(sf, section)[-1] == ("saved", 3, "Women earn less.")


@pytest.mark.fault(36)
def test_texts_are_never_markup(sf, lou, client_for):
    section = make_section(make_agenda(sf), lou, heading=SCRIPT, body=f"{SCRIPT}\n\n- {SCRIPT}")
    with in_chapter(sf, lou):
        actions.revise_section(section, lou, 1, SCRIPT, f"{SCRIPT} new", SCRIPT)
    client = client_for(lou)
    conflict = _post(client, section, heading=SCRIPT, body=f"{SCRIPT} mine", reason=SCRIPT)
    assert conflict.status_code == 409
    pages = [client.get("/san-francisco/agenda/"), client.get(_edit(section)), conflict,
             client.get(_edit(section, "history"))]  # fmt: skip
    for page in pages:
        assert b"&lt;script&gt;" in page.content
        assert b"<script>alert" not in page.content and b"<img src=x" not in page.content


@pytest.mark.parametrize("page", ["agenda/", "edit/", "history/"])
def test_pages_cost_the_same_with_thirty_sections(
    sf, lou, client_for, django_assert_num_queries, page
):
    agenda = make_agenda(sf)
    first = make_section(agenda, lou)
    client = client_for(lou)
    address = "/san-francisco/agenda/" if page == "agenda/" else _edit(first, page.strip("/"))

    def count() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    count()
    alone = count()
    with in_chapter(sf, lou):
        for number in range(2, 31):
            make_section(agenda, lou, parent=first if number % 2 else None)
            actions.revise_section(first, lou, number - 1, "Pay", f"Text {number}")
    with django_assert_num_queries(alone):
        assert client.get(address).status_code == 200
