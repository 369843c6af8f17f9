"""Comments beside their paragraphs, removals with appeal, and suggested texts."""

import pytest

from agendas import actions
from agendas.anchors import discuss, spots_of
from agendas.models import Comment, Suggestion
from chapters.models import Mail
from chapters.scope import in_chapter
from tests.factories import (
    make_agenda,
    make_comment,
    make_membership,
    make_seat,
    make_section,
    make_suggestion,
    make_user,
)

pytestmark = pytest.mark.django_db
TEXT = "Women earn less than men here.\n\nRent rises faster than pay in every part of the city."
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture
def section(sf, lou):
    return make_section(make_agenda(sf, members_speak=True), lou, heading="Pay", body=TEXT)


@pytest.fixture
def ana(sf):
    """A second person of the council."""
    return make_seat(sf, make_user("ana")).user


@pytest.fixture
def member(sf, mia):
    make_membership(sf, mia)
    return mia


def _page(section):
    return f"/san-francisco/agenda/sections/{section.pk}/"


def _comment(client, section, body="Who says so?", **fields):
    return client.post(f"{_page(section)}comments/add/", {"body": body} | fields)


def _on(comment, verb):
    return f"/san-francisco/agenda/comments/{comment.pk}/{verb}/"


def _only(sf, **wanted):
    with in_chapter(sf):
        return Comment.objects.select_related("author").get(**wanted)


def _letters(sf, kind):
    with in_chapter(sf):
        return list(Mail.objects.filter(kind=kind))


def test_comment_stands_beside_its_paragraph_and_follows_it(sf, section, lou, member, client_for):
    anchor = spots_of(TEXT)[1].anchor
    answer = _comment(client_for(member), section, "Every part?", anchor=anchor)
    comment = _only(sf)
    assert answer.url == f"{_page(section)}#comment-{comment.pk}"
    assert comment.quote.startswith("Rent rises") and comment.on_version == 1

    def where():
        with in_chapter(sf):
            section.refresh_from_db()
            found = discuss(section)
        places = [n for n, spot in enumerate(found.spots) if spot.threads]
        return places, len(found.earlier), len(found.whole)

    assert where() == ([1], 0, 0)
    with in_chapter(sf, lou):
        actions.revise_section(section, lou, 1, "Pay", f"A new beginning.\n\n{TEXT}")
        assert where() == ([2], 0, 0)
        reworded = TEXT.replace("every part", "most parts")
        actions.revise_section(section, lou, 2, "Pay", reworded)
        assert where() == ([1], 0, 0)
        actions.revise_section(section, lou, 3, "Pay", "Something else altogether.")
        assert where() == ([], 1, 0)
    page = client_for(lou).get(_page(section)).content.decode()
    assert "On an earlier text" in page and "Rent rises faster" in page and "Every part?" in page


def test_comment_on_a_paragraph_that_is_gone_is_about_the_section(sf, section, lou, client_for):
    _comment(client_for(lou), section, anchor="0" * 16)
    assert _only(sf).anchor == ""
    wrong = _comment(client_for(lou), section, " ", anchor="0" * 16)
    assert wrong.status_code == 422 and "Write your comment first." in wrong.content.decode()
    assert _comment(client_for(lou), section, "x" * 2001).status_code == 422


def test_threads_are_answered_resolved_and_opened_again(sf, section, lou, member, client_for):
    first = make_comment(section, member, body="Why less?")
    client = client_for(lou)
    _comment(client, section, "See the figures.", thread=first.pk)
    answer = _only(sf, thread=first)
    assert client.post(_on(first, "resolve")).status_code == 302
    assert _only(sf, pk=first.pk).resolved_at
    assert "Resolved by Lou" in client.get(_page(section)).content.decode()
    assert client_for(member).post(_on(first, "resolve"), {"open": "yes"}).status_code == 302
    assert _only(sf, pk=first.pk).resolved_at is None
    client.post(_on(first, "resolve"))
    _comment(client_for(member), section, "Not yet.", thread=first.pk)
    assert _only(sf, pk=first.pk).resolved_at is None
    assert client.post(_on(answer, "resolve")).status_code == 404
    assert _comment(client, section, "x", thread=answer.pk).status_code == 404


def test_own_comment_is_edited_and_removed(sf, section, lou, ana, member, client_for):
    comment = make_comment(section, member, body="Frist")
    client = client_for(member)
    assert client.post(_on(comment, "edit"), {"body": " "}).status_code == 422
    client.post(_on(comment, "edit"), {"body": "First"})
    assert _only(sf).body == "First" and _only(sf).edited_at
    assert client_for(lou).get(_on(comment, "edit")).status_code == 404
    assert "Remove your comment?" in client.get(_on(comment, "remove")).content.decode()
    client.post(_on(comment, "remove"))
    assert _only(sf).body == "" and _letters(sf, "comment-removed") == []
    assert "First" not in client.get(_page(section)).content.decode()


def test_council_removes_with_a_reason_and_another_decides_the_appeal(
    sf, section, lou, ana, member, client_for
):
    comment = make_comment(section, member, body="Rude words")
    client, council = client_for(member), client_for(lou)
    other = make_comment(section, lou, body="Lou's own")
    assert client.get(_on(other, "remove")).status_code == 404
    assert council.post(_on(comment, "remove"), {"reason": " "}).status_code == 422
    council.post(_on(comment, "remove"), {"reason": "It names a person"})
    (letter,) = _letters(sf, "comment-removed")
    assert letter.to == member.email and "It names a person" in letter.text
    assert _on(comment, "appeal") in letter.text and "Rude words" in letter.html
    assert "Rude words" not in client.get(_page(section)).content.decode()
    assert client_for(ana).get(_on(comment, "appeal")).status_code == 404
    assert client.post(_on(comment, "appeal"), {"words": " "}).status_code == 422
    client.post(_on(comment, "appeal"), {"words": "It names nobody"})
    assert (
        "You have appealed: It names nobody" in client.get(_on(comment, "appeal")).content.decode()
    )
    shown = client_for(ana).get(_page(section)).content.decode()
    assert "It names nobody" in shown and "Rude words" in shown
    assert council.post(_on(comment, "decide"), {"answer": "back"}).status_code == 404
    client_for(ana).post(_on(comment, "decide"), {"answer": "back"})
    assert "Rude words" in client.get(_page(section)).content.decode()
    (answer,) = _letters(sf, "appeal-answered")
    assert answer.to == member.email and "put your comment" in answer.text
    client_for(ana).post(_on(comment, "decide"), {"answer": "no"})
    assert len(_letters(sf, "appeal-answered")) == 1


@pytest.mark.parametrize("published", [True, False])
@pytest.mark.parametrize("speak", [True, False])
def test_members_speak_where_the_council_lets_them(
    sf, denver, lou, member, otto, dee, client_for, published, speak
):
    made = {} if published else {"status": "draft", "published_at": None}
    section = make_section(make_agenda(sf, members_speak=speak, **made), lou)
    expected = 200 if published and speak else 404
    assert client_for(member).get(_page(section)).status_code == expected
    assert client_for(member).get(f"{_page(section)}suggest/").status_code == expected
    assert client_for(lou).get(_page(section)).status_code == 200
    for person in (otto, dee, make_user("outside")):
        assert client_for(person).get(_page(section)).status_code == 404
        assert _comment(client_for(person), section).status_code == 404
    assert client_for(None).get(_page(section)).status_code == 302


def test_council_lets_members_speak_and_stops_it(sf, section, lou, member, client_for):
    client = client_for(lou)
    client.post("/san-francisco/agenda/speak/", {"allowed": "no"})
    assert client_for(member).get(_page(section)).status_code == 404
    client.post("/san-francisco/agenda/speak/", {"allowed": "yes"})
    assert client_for(member).get(_page(section)).status_code == 200


def _suggest(client, section, body, **fields):
    given = {"base_version": 1, "heading": "Pay", "body": body, "reason": "Names the gap"}
    return client.post(f"{_page(section)}suggest/", given | fields)


def test_a_suggestion_is_the_same_whatever_name_its_sending_has(section, member, client_for):
    client = client_for(member)
    page = client.get(f"{_page(section)}suggest/").context["form"]["form_key"].value()
    answers = [
        _suggest(client, section, TEXT * 2, form_key=page, sent=sent)
        for sent in ("0b4c9c34-6e3a-4c0e-9a53-2f1f6f3a9d10", "broken")
    ]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].url == answers[1].url


def test_suggestion_is_shown_word_by_word_and_accepted(sf, section, lou, member, client_for):
    client, council = client_for(member), client_for(lou)
    assert _suggest(client, section, TEXT).status_code == 422
    assert _suggest(client, section, "x", heading="").status_code == 422
    page = _suggest(client, section, TEXT.replace("less", "87 cents")).url
    shown = council.get(page).content.decode()
    assert "<del>less</del><ins>87 cents</ins>" in shown and "Names the gap" in shown
    assert "Accept as version 2" in shown and "Accept" not in client.get(page).content.decode()
    assert client.post(f"{page}accept/", {"base_version": 1}).status_code == 404
    late = council.post(f"{page}accept/", {"base_version": 7})
    assert late.status_code == 409 and b"Nothing was saved" in late.content
    council.post(f"{page}accept/", {"base_version": 1})
    with in_chapter(sf):
        section.refresh_from_db()
        saved = Suggestion.objects.get().revision
    assert (section.version, saved.author_id, saved.reason) == (2, lou.pk, "Names the gap")
    history = council.get(f"{_page(section)}history/").content.decode()
    assert "Lou, as Mia suggested" in history
    (letter,) = _letters(sf, "suggestion-answered")
    assert letter.to == member.email and "accepted" in letter.subject
    again = council.post(f"{page}decline/", {"reason": "Late"}, follow=True)
    assert "has its answer already" in again.content.decode()


def test_suggestion_is_edited_before_it_is_accepted(sf, section, lou, member, client_for):
    suggestion = make_suggestion(section, member, body="Women earn 87 cents.")
    client = client_for(lou)
    page = client.get(f"{_page(section)}edit/?suggestion={suggestion.pk}")
    form = dict(page.context["form"].initial)
    assert (form["body"], form["suggestion"]) == ("Women earn 87 cents.", suggestion.pk)
    client.post(f"{_page(section)}edit/", form | {"body": "Women earn 87 cents a dollar."})
    with in_chapter(sf):
        suggestion.refresh_from_db()
        assert suggestion.state == "accepted"
        assert suggestion.revision is not None
        assert suggestion.revision.body == "Women earn 87 cents a dollar."


def test_suggestion_is_declined_with_a_reason_or_taken_back(sf, section, lou, member, client_for):
    suggestion, second = (make_suggestion(section, member, body=text) for text in "ab")
    page = f"/san-francisco/agenda/suggestions/{suggestion.pk}/"
    assert client_for(lou).post(f"{page}decline/", {"reason": " "}).status_code == 422
    client_for(lou).post(f"{page}decline/", {"reason": "Too long"})
    (letter,) = _letters(sf, "suggestion-answered")
    assert "Too long" in letter.text and "declined" in letter.subject
    assert "Too long" in client_for(member).get(page).content.decode()
    back = f"/san-francisco/agenda/suggestions/{second.pk}/withdraw/"
    assert client_for(lou).post(back).status_code == 404
    client_for(member).post(back)
    with in_chapter(sf):
        assert Suggestion.objects.get(pk=second.pk).state == "withdrawn"


@pytest.mark.fault(36)
def test_words_are_never_markup(sf, section, lou, ana, member, client_for):
    client, council = client_for(member), client_for(lou)
    _comment(client, section, SCRIPT, anchor=spots_of(TEXT)[0].anchor)
    comment = _only(sf)
    page = _suggest(client, section, SCRIPT, heading=SCRIPT, reason=SCRIPT).url
    seen = [client.get(_page(section)), council.get(page), council.get(f"{_page(section)}edit/"),
            council.get(f"{_page(section)}history/"), council.get(_on(comment, "remove")),
            council.post(_on(comment, "remove"), {"reason": SCRIPT}, follow=True),
            client.post(_on(comment, "appeal"), {"words": SCRIPT}, follow=True),
            client_for(ana).get(_page(section)),
            council.post(f"{page}decline/", {"reason": SCRIPT}, follow=True)]  # fmt: skip
    for answer in seen:
        assert answer.status_code == 200 and b"&lt;script&gt;" in answer.content
        assert b"<script>alert" not in answer.content and b"<img src=x" not in answer.content
    for kind in ("comment-removed", "suggestion-answered"):
        assert all("<script" not in one.html and "<img src=x" not in one.html
                   for one in _letters(sf, kind))  # fmt: skip


def test_section_page_costs_the_same_with_thirty_comments(
    sf, section, lou, client_for, django_assert_num_queries
):
    make_comment(section, lou)
    client = client_for(lou)

    def count():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as found:
            assert client.get(_page(section)).status_code == 200
        return len(found)

    count()
    alone = count()
    for _ in range(30):
        make_comment(section, lou)
    with django_assert_num_queries(alone):
        client.get(_page(section))
