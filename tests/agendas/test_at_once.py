"""What several people change at once is never overwritten unseen; what is sent twice is one row."""

import html
import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client

from agendas.actions import accept_suggestion
from agendas.models import (
    Comment,
    Commitment,
    Decision,
    Idea,
    Project,
    Section,
    Suggestion,
    Update,
)
from chapters.models import Mail
from chapters.scope import in_chapter
from members.models import Need, Offer
from tests.factories import (
    make_activity,
    make_commitment,
    make_idea,
    make_need,
    make_offer,
    make_organization_membership,
    make_seat,
    make_user,
)
from tests.factories.decisions import make_decision

pytestmark = pytest.mark.django_db
SF = "/san-francisco/"


@pytest.fixture
def ivy(sf):
    person = make_user("ivy")
    make_seat(sf, person)
    return person


def attribute(tag, name):
    """The text of an attribute, or nothing."""
    found = re.search(rf' {name}="([^"]*)"', tag)
    return html.unescape(found[1]) if found else ""


def fields_of(page):
    """What a browser would send back of the page's main form."""
    text = page.content.decode()
    body = next(
        one for one in text.split("<form")[1:] if re.search('class="form[ "]', one.split(">")[0])
    )
    body = body.split("</form>")[0]
    found = {}
    for tag in re.findall(r"<input [^>]*>", body):
        kind, name, value = (attribute(tag, one) for one in ("type", "name", "value"))
        ticked = kind in {"checkbox", "radio"}
        if name and (not ticked or " checked" in tag):
            found[name] = value or ("on" if ticked else "")
    for name, inner in re.findall(
        r'<textarea [^>]*?name="(\w+)"[^>]*>(.*?)</textarea>', body, re.S
    ):
        found[name] = html.unescape(inner).lstrip("\r\n")
    for name, inner in re.findall(r'<select [^>]*?name="(\w+)"[^>]*>(.*?)</select>', body, re.S):
        chosen = re.search(r'value="([^"]*)" selected', inner)
        found[name] = html.unescape(chosen[1]) if chosen else ""
    return found


def reread(row):
    with in_chapter(row.chapter_id):
        row.refresh_from_db()
    return row


# --- Two people at one row -----------------------------------------------------------------------


def test_second_to_save_a_project_sees_both_and_loses_nothing(lou, ivy, project, client_for):
    address = f"{SF}projects/{project.pk}/edit/"
    lous, ivys = (fields_of(client_for(one).get(address)) for one in (lou, ivy))
    saved = client_for(lou).post(address, {**lous, "title": "Lou’s title", "area": "Mission"})
    assert saved.status_code == 302
    met = client_for(ivy).post(address, {**ivys, "title": "Ivy’s title", "summary": "For few"})
    words = html.unescape(met.content.decode())
    assert met.status_code == 409 and reread(project).title == "Lou’s title"
    assert "Lou’s title" in words and "You had not changed it" in words
    form = fields_of(met)
    assert (form["title"], form["summary"], form["area"]) == ("Ivy’s title", "For few", "Mission")
    assert client_for(ivy).post(address, form).status_code == 302
    assert (reread(project).title, project.summary) == ("Ivy’s title", "For few")
    assert project.area == "Mission"


def test_same_change_made_by_two_is_no_conflict(lou, ivy, project, client_for):
    address = f"{SF}projects/{project.pk}/edit/"
    form = fields_of(client_for(ivy).get(address)) | {"title": "Same title"}
    for person in (lou, ivy):
        assert client_for(person).post(address, form).status_code == 302


def test_what_became_of_a_promise_does_not_stand_in_the_way_of_its_words(
    lou, ivy, project, client_for
):
    one = make_commitment(project, what="Ask the mayor")
    edit, settle = (f"{SF}commitments/{one.pk}/{name}/" for name in ("edit", "settle"))
    words, became = (fields_of(client_for(ivy).get(page)) for page in (edit, settle))
    gone = {"status": "withdrawn", "reason": "No time"}
    assert client_for(lou).post(settle, {**became, **gone}).status_code == 302
    assert client_for(ivy).post(edit, {**words, "what": "Ask her"}).status_code == 302
    met = client_for(ivy).post(settle, became)
    assert met.status_code == 409 and "No time" in met.content.decode()
    assert (reread(one).what, one.status) == ("Ask her", "withdrawn")


def test_a_promise_that_was_kept_meanwhile_is_not_withdrawn_unseen(lou, ivy, project, client_for):
    one = make_commitment(project, what="Ask the mayor")
    settle = f"{SF}commitments/{one.pk}/settle/"
    lous, ivys = (fields_of(client_for(person).get(settle)) for person in (lou, ivy))
    assert lous["status"] == "done"
    assert client_for(lou).post(settle, lous).status_code == 302
    met = client_for(ivy).post(settle, {**ivys, "status": "withdrawn", "reason": "No time"})
    assert met.status_code == 409 and reread(one).status == "done"
    again = fields_of(met)
    assert (again["status"], again["reason"]) == ("withdrawn", "No time")
    assert client_for(ivy).post(settle, again).status_code == 302
    assert (reread(one).status, one.reason) == ("withdrawn", "No time")


def test_contribution_of_a_partner_meets_the_councils_change(sf, lou, ivy, strategy, client_for):
    member = make_organization_membership(sf)
    row = make_activity(strategy, member.organization, what="Teaches")
    address = f"{SF}activities/{row.pk}/edit/"
    form = fields_of(client_for(ivy).get(address))
    client_for(lou).post(address, {**form, "what": "Teaches girls"})
    met = client_for(ivy).post(address, {**form, "what": "Teaches boys"})
    assert met.status_code == 409 and reread(row).what == "Teaches girls"


def test_draft_of_a_decision_keeps_what_another_wrote(sf, lou, ivy, client_for):
    row = make_decision(sf, lou)
    address = f"{SF}decisions/{row.pk}/edit/"
    form = fields_of(client_for(ivy).get(address))
    assert client_for(lou).post(address, {**form, "proposal": "Lou’s"}).status_code == 303
    met = client_for(ivy).post(address, {**form, "background": "Ivy’s"})
    assert met.status_code == 409
    merged = fields_of(met)
    assert client_for(ivy).post(address, merged).status_code == 303
    assert (reread(row).proposal, row.background) == ("Lou’s", "Ivy’s")


def test_answer_to_an_idea_is_not_replaced_unseen(sf, mia, lou, ivy, client_for):
    row = make_idea(sf, mia)
    address = f"{SF}ideas/{row.pk}/answer/"
    form = fields_of(client_for(ivy).get(address)) | {"way": "not used"}
    assert client_for(lou).post(address, {**form, "words": "No money"}).status_code == 302
    met = client_for(ivy).post(address, {**form, "words": "No room"})
    assert met.status_code == 409 and "No money" in met.content.decode()
    assert reread(row).answer == "No money"


def test_need_meets_anothers_change(sf, lou, ivy, client_for):
    row = make_need(sf, lou, title="A room")
    address = f"{SF}needs/{row.pk}/edit/"
    form = fields_of(client_for(ivy).get(address))
    client_for(lou).post(address, {**form, "title": "Two rooms"})
    assert client_for(ivy).post(address, {**form, "title": "A hall"}).status_code == 409
    assert reread(row).title == "Two rooms"


def test_offer_in_two_windows_is_not_replaced_unseen(sf, client_for):
    manager = make_user("manager")
    member = make_organization_membership(sf, manager=manager)
    row, client = make_offer(sf, manager, organization_membership=member), client_for(manager)
    address = f"{SF}offers/{row.pk}/edit/"
    form = fields_of(client.get(address))
    client.post(address, {**form, "title": "Law and tax"})
    assert client.post(address, {**form, "title": "Courts"}).status_code == 409
    assert reread(row).title == "Law and tax"


@pytest.mark.parametrize("base", ["", "nonsense", "[]", json.dumps({"title": ["x"]})])
def test_odd_base_never_breaks_the_form(lou, project, client_for, base):
    address = f"{SF}projects/{project.pk}/edit/"
    form = fields_of(client_for(lou).get(address)) | {"base": base}
    assert client_for(lou).post(address, form).status_code in {302, 409}


# --- One thing sent twice ------------------------------------------------------------------------


def twice(client, address, form, target=None):
    """Post the same form twice; both answers, which lead to the same place."""
    answers = [client.post(target or address, form) for _ in range(2)]
    assert answers[0].status_code in {302, 303}, answers[0].content.decode()
    assert answers[1]["Location"] == answers[0]["Location"]


def count(sf, model):
    with in_chapter(sf):
        return model.objects.count()


def test_project_out_of_an_idea_sent_twice_is_one_project_and_one_letter(
    sf, lou, mia, strategy, client_for
):
    row, client = make_idea(sf, mia), client_for(lou)
    address = f"{SF}projects/new/?idea={row.pk}"
    form = fields_of(client.get(address)) | {
        "section": strategy.pk,
        "mine": "on",
        "status": "active",
    }
    twice(client, address, form)
    assert count(sf, Project) == 1
    with in_chapter(sf):
        assert Mail.objects.filter(kind="idea-step").count() == 1


def test_other_words_on_the_same_page_are_another_row(sf, lou, project, client_for):
    client, address = client_for(lou), f"{SF}projects/{project.pk}/commitments/new/"
    form = fields_of(client.get(address)) | {"what": "One", "due_on": "2030-01-01", "mine": "on"}
    twice(client, address, form)
    client.post(address, {**form, "what": "Two"})
    assert count(sf, Commitment) == 2


def test_report_idea_decision_need_and_offer_sent_twice_are_one_each(
    sf, lou, project, strategy, client_for
):
    client = client_for(lou)
    todo = [
        (f"projects/{project.pk}/updates/new/", {"body": "News"}, Update),
        ("ideas/new/", {"title": "Trees", "body": "More of them"}, Idea),
        ("decisions/new/", {"question": "Do we?", "proposal": "Yes", "rule": "consent",
                            "closes_at": "2030-01-01T10:00", "quorum": "50"}, Decision),
        ("needs/new/", {"kind": "skill", "title": "A trainer"}, Need),
        ("offers/new/", {"kind": "skill", "title": "Law", "visibility": "members"}, Offer),
    ]  # fmt: skip
    for path, words, model in todo:
        twice(client, SF + path, fields_of(client.get(SF + path)) | words)
        assert count(sf, model) == 1, path
    path = f"{SF}activities/strategies/{strategy.pk}/need/"
    twice(client, path, fields_of(client.get(path)) | {"kind": "skill", "title": "Another"})
    assert count(sf, Need) == 2


def test_comment_and_answer_sent_twice_are_one_each(sf, lou, strategy, client_for):
    client, page = client_for(lou), f"{SF}agenda/sections/{strategy.pk}/"
    (key,) = set(re.findall(r'name="form_key" value="([^"]+)"', client.get(page).content.decode()))
    twice(client, page, {"form_key": key, "body": "Why?"}, f"{page}comments/add/")
    assert count(sf, Comment) == 1
    with in_chapter(sf):
        first = Comment.objects.get()
    reply = {"form_key": key, "body": "Why?", "thread": first.pk}
    twice(client, page, reply, f"{page}comments/add/")
    assert count(sf, Comment) == 2


def test_section_and_suggestion_sent_twice_are_one_each(sf, lou, strategy, client_for):
    client, before = client_for(lou), count(sf, Section)
    add = f"{SF}agenda/sections/add/?kind="
    for kind in ("priority", "vision"):
        words = {"heading": "Twice", "body": "The same words."}
        twice(client, add + kind, fields_of(client.get(add + kind)) | words)
    assert count(sf, Section) == before + 2
    # The same words out of another page are another priority.
    client.post(f"{add}priority", fields_of(client.get(f"{add}priority")) | words)
    assert count(sf, Section) == before + 3
    address = f"{SF}agenda/sections/{strategy.pk}/suggest/"
    form = fields_of(client.get(address)) | {"body": "Better words."}
    twice(client, address, form)
    with in_chapter(sf, lou):
        accept_suggestion(Suggestion.objects.get(), lou, strategy.version)
    twice(client, address, form)
    assert count(sf, Suggestion) == 1


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_the_same_moment_make_one_row(sf, lou, strategy, client_for):
    client = client_for(lou)
    pages = {
        f"{SF}projects/new/": {
            "section": strategy.pk,
            "title": "T",
            "summary": "S",
            "mine": "on",
            "status": "active",
        },
        f"{SF}ideas/new/": {"title": "Trees", "body": "More of them"},
        f"{SF}agenda/sections/add/?kind=term": {"heading": "Care", "body": "Of people."},
        f"{SF}agenda/sections/{strategy.pk}/suggest/": {"body": "Better words."},
    }
    before = count(sf, Section)
    for address, words in pages.items():
        form = fields_of(client.get(address)) | words
        with ThreadPoolExecutor(2) as tabs:
            found = set(tabs.map(lambda _, a=address, f=form: press(client.cookies, a, f), "12"))
        assert len(found) == 1
    assert (count(sf, Project), count(sf, Idea)) == (1, 1)
    assert (count(sf, Section), count(sf, Suggestion)) == (before + 1, 1)


def press(cookies, address, form):
    """One browser tab; gives where it is sent."""
    try:
        client = Client()
        client.cookies = cookies
        answer = client.post(address, form)
        assert answer.status_code in {302, 303}
        return answer["Location"]
    finally:
        connections.close_all()
