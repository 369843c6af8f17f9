"""Pages of decisions: who sees and does what, what forms refuse, how many queries a list costs."""

import datetime as dt

import pytest
from django.utils import timezone

from agendas.actions import deciding, voting
from agendas.decision_forms import DecisionForm
from agendas.models import Decision, Delegation, Evidence, Objection, Vote
from chapters.scope import in_chapter
from tests.factories import make_membership, make_seat, make_user
from tests.factories.decisions import make_decision, vote

pytestmark = pytest.mark.django_db
BASE = "/san-francisco/decisions/"


@pytest.fixture
def ivy(sf):
    return make_seat(sf, make_user("ivy"), shown_as="Ivy N.").user


@pytest.fixture
def opened(sf, lou, ivy):
    return make_decision(sf, lou, opened=True)


def at(decision, page=""):
    return f"{BASE}{decision.pk}/{page}"


def answers(**fields):
    """What a browser sends for a good draft."""
    closes = timezone.now() + dt.timedelta(days=3)
    return {
        "question": "Shall we?", "background": "B", "proposal": "P", "rule": "consent",
        "fallback": "", "quorum": "50", "closes_at": closes.strftime("%Y-%m-%dT%H:%M"),
        "review_on": "", "is_public": "on", "option1_name": "Do it", "option1_strengths": "Fast",
    } | fields  # fmt: skip


def close(sf, decision, lou, ivy):
    vote(decision, lou, "consent")
    vote(decision, ivy, "aside", "Not mine.")
    with in_chapter(sf):
        return deciding.close_decision(decision, lou)


def test_visitors_see_public_closed_decisions_alone(sf, lou, ivy, opened, client, client_for):
    hidden = make_decision(sf, lou, question="Hidden?", opened=True, is_public=False)
    close(sf, hidden, lou, ivy)
    draft = make_decision(sf, lou, question="Still a draft?")
    page = client.get(BASE).content.decode()
    assert "Hidden?" not in page and "Decision question?" not in page and "draft?" not in page
    for one in (hidden, opened, draft):
        assert client.get(at(one)).status_code == 302
        assert client_for(make_user()).get(at(one)).status_code == 404
        assert client_for(lou).get(at(one)).status_code == 200
    close(sf, opened, lou, ivy)
    assert "Decision question?" in client.get(BASE).content.decode()
    record = client.get(at(opened)).content.decode()
    assert "Passed by consent: 1 consented, 1 stood aside" in record and "Not mine." in record


def test_pages_of_another_chapter_are_not_found(sf, denver, dee, lou, opened, client_for):
    client = client_for(dee)
    assert client.get(at(opened)).status_code == 404
    assert client.get(f"/denver/decisions/{opened.pk}/").status_code == 404
    assert client.post(at(opened, "vote/"), {"choice": "consent"}).status_code == 404
    assert client.post(f"/denver/decisions/{opened.pk}/vote/", {}).status_code == 404


def test_list_filters_by_words_and_state(sf, lou, ivy, client_for):
    make_decision(sf, lou, question="About rent?")
    close(sf, make_decision(sf, lou, question="About buses?", opened=True), lou, ivy)
    client = client_for(lou)
    for query, found in (("q=rent", "rent"), ("state=draft", "rent"), ("state=passed", "buses")):
        page = client.get(f"{BASE}?{query}").content.decode()
        assert [word for word in ("rent", "buses") if f"About {word}" in page] == [found]
    assert "Nothing found" in client.get(f"{BASE}?q=zz").content.decode()
    assert client.get(f"{BASE}?q=%00zz&state=whim").status_code == 200


@pytest.mark.parametrize("number", [1, 30])
def test_list_costs_the_same_for_one_and_for_thirty(
    sf, lou, ivy, client_for, number, django_assert_num_queries
):
    for _ in range(number):
        make_decision(sf, lou)
    client = client_for(lou)
    client.get(BASE)
    with django_assert_num_queries(12):
        client.get(BASE)


def test_council_drafts_cites_and_changes(sf, lou, ivy, client_for):
    client = client_for(ivy)
    sent = client.post(f"{BASE}new/", answers())
    with in_chapter(sf):
        draft = Decision.objects.get()
    assert (sent.status_code, sent["Location"]) == (303, at(draft))
    assert draft.options == [
        {"name": "Do it", "strengths": "Fast", "weaknesses": "", "perspectives": ""}
    ]
    client.post(at(draft, "evidence/"), {"title": "Report", "url": "https://example.org/r"})
    page = client.get(at(draft)).content.decode()
    assert "https://example.org/r" in page and "Do it" in page
    with in_chapter(sf):
        piece = Evidence.objects.get()
    client.post(at(draft, f"evidence/{piece.pk}/remove/"))
    client.post(at(draft, "edit/"), answers(quorum="75"))
    with in_chapter(sf):
        assert (Evidence.objects.count(), Decision.objects.get().quorum) == (0, 75)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("question", "", "Enter the question."),
        ("proposal", "", "Say what is proposed."),
        ("quorum", "0", "from 1 to 100"),
        ("quorum", "101", "from 1 to 100"),
        ("closes_at", "tomorrow", "like 2027-05-01T18:00"),
        ("rule", "whim", "Choose a rule."),
        ("option2_strengths", "Fast", "Name option 2."),
    ],
)
def test_draft_form_says_what_is_wrong_and_keeps_the_rest(sf, lou, client_for, field, value, said):
    page = client_for(lou).post(f"{BASE}new/", answers(**{field: value}))
    text = page.content.decode()
    assert page.status_code == 422 and said in text and "<title>Error:" in text
    assert "Shall we?" in text or field == "question"


def test_closing_time_is_read_on_the_chapters_clock():
    form = DecisionForm(answers(closes_at="2031-07-01T18:00"), zone="America/Los_Angeles")
    assert form.is_valid()
    assert form.cleaned_data["closes_at"] == dt.datetime(2031, 7, 2, 1, tzinfo=dt.UTC)


def test_evidence_takes_addresses_of_the_web_alone(sf, lou, client_for):
    draft = make_decision(sf, lou)
    sent = {"title": "X", "url": "javascript:alert(1)"}
    assert client_for(lou).post(at(draft, "evidence/"), sent).status_code == 422


def test_the_chair_opens_and_closes_and_nobody_else(sf, lou, ivy, client_for):
    draft = make_decision(sf, lou)
    assert client_for(ivy).post(at(draft, "open/")).status_code == 404
    client_for(lou).post(at(draft, "open/"))
    client_for(lou).post(at(draft, "vote/"), {"choice": "consent"})
    page = client_for(lou).get(at(draft)).content.decode()
    assert "1 seat without a vote: Ivy N.; it closes" in page and "Count it for good" not in page
    client_for(ivy).post(at(draft, "vote/"), {"choice": "consent"})
    page = client_for(lou).get(at(draft)).content.decode()
    assert "Counted now, it passes." in page and "It can’t be undone." in page
    assert "Count it for good" in page
    assert "Count it for good" not in client_for(ivy).get(at(draft)).content.decode()
    assert client_for(ivy).post(at(draft, "close/")).status_code == 404
    page = client_for(lou).post(at(draft, "close/"), follow=True).content.decode()
    assert "Passed by consent: 2 consented" in page
    late = client_for(lou).post(at(draft, "edit/"), answers())
    assert late.status_code == 409 and "This decision is closed" in late.content.decode()


def test_whole_council_stands_in_for_an_empty_chair(sf, ivy, client_for):
    draft = make_decision(sf, ivy)
    client_for(ivy).post(at(draft, "open/"))
    with in_chapter(sf):
        assert Decision.objects.get().is_open


def test_an_objection_needs_its_reason(sf, ivy, opened, client_for):
    page = client_for(ivy).post(at(opened, "vote/"), {"choice": "object", "reason": " "})
    assert page.status_code == 422 and b"Say why you object" in page.content
    with in_chapter(sf):
        assert Vote.objects.count() == 0


def test_answers_come_from_the_chair_or_the_proposer(sf, lou, ivy, opened, client_for):
    third = make_seat(sf).user
    vote(opened, ivy, "object", "Too fast.")
    with in_chapter(sf):
        stated = Objection.objects.get()
    path = at(opened, f"objections/{stated.pk}/answer/")
    assert client_for(third).post(path, {"text": "No"}).status_code == 404
    assert client_for(lou).post(path, {"text": ""}).status_code == 422
    page = client_for(lou).post(path, {"text": "A year."}, follow=True).content.decode()
    assert "A year." in page
    kept = client_for(ivy).post(at(opened, f"objections/{stated.pk}/keep/"), follow=True)
    assert "Kept after the answer" in kept.content.decode()


def test_unbriefed_delegate_sees_the_reason_and_the_way_to_the_briefing(
    sf, ivy, mia, opened, client_for
):
    make_membership(sf, mia)
    named = client_for(ivy).post(at(opened, "delegate/"), {"email": mia.email})
    assert named.status_code == 303
    client = client_for(mia)
    refused = client.post(at(opened, "vote/"), {"choice": "consent"})
    text = refused.content.decode()
    assert refused.status_code == 409 and "you have not confirmed the briefing" in text
    assert at(opened, "briefing/") in text
    assert "Confirm the briefing" in client.get(at(opened, "briefing/")).content.decode()
    client.post(at(opened, "briefing/"))
    client.post(at(opened, "present/"))
    client.post(at(opened, "vote/"), {"choice": "consent"})
    with in_chapter(sf):
        assert Vote.objects.get().delegation == Delegation.objects.get()


def test_delegate_form_says_who_is_no_member(sf, ivy, opened, client_for):
    page = client_for(ivy).post(at(opened, "delegate/"), {"email": "nobody@example.org"})
    assert page.status_code == 422 and b"member of the chapter" in page.content


def test_taking_it_up_again_names_the_old_one(sf, lou, ivy, opened, client_for):
    close(sf, opened, lou, ivy)
    client = client_for(lou)
    assert "Decision proposal" in client.get(f"{BASE}new/?earlier={opened.pk}").content.decode()
    client.post(f"{BASE}new/?earlier={opened.pk}", answers(question="Once more?"))
    with in_chapter(sf):
        again = Decision.objects.get(question="Once more?")
    assert again.earlier_id == opened.pk
    assert "Once more?" in client.get(at(opened)).content.decode()
    assert client.get(f"{BASE}new/?earlier=999999").status_code == 404


def test_script_stays_text(sf, lou, ivy, client, client_for):
    script = "<script>alert(1)</script>"
    held = make_decision(
        sf, lou, question=script, background=script, proposal=script,
        options=[dict.fromkeys(("name", "strengths", "weaknesses", "perspectives"), script)],
        opened=True,
    )  # fmt: skip
    vote(held, ivy, "object", script)
    with in_chapter(sf):
        stated = Objection.objects.select_related("decision", "elector__user").get()
        voting.answer_objection(stated, lou, script)
        voting.keep_objection(stated, ivy)
    for person in (lou, ivy):
        assert script not in client_for(person).get(at(held)).content.decode()
    vote(held, lou, "consent")
    with in_chapter(sf):
        deciding.close_decision(held, lou)
    assert script not in client.get(at(held)).content.decode()
    assert script not in client.get(BASE).content.decode()


def test_texts_typed_while_a_draft_was_opened_stay_in_the_form(sf, lou, ivy, client_for):
    draft = make_decision(sf, lou)
    client_for(lou).post(at(draft, "open/"))
    late = client_for(ivy).post(at(draft, "edit/"), answers(background="A long text of Ivy"))
    page = late.content.decode()
    assert late.status_code == 409 and "<title>Error:" in page
    assert "This decision is open, so its text" in page and "A long text of Ivy" in page
    assert client_for(ivy).get(at(draft, "edit/")).status_code == 404
    with in_chapter(sf):
        assert Decision.objects.get().background == draft.background


def test_delegates_are_named_while_it_is_open_alone(sf, lou, ivy, opened, client_for):
    assert client_for(ivy).get(at(opened, "delegate/")).status_code == 200
    close(sf, opened, lou, ivy)
    assert client_for(ivy).get(at(opened, "delegate/")).status_code == 404


def test_the_draft_says_that_consent_needs_somebody_who_consents(sf, lou, client_for):
    page = client_for(lou).get("/san-francisco/decisions/new/").content.decode()
    assert "Under consent, somebody has to consent" in page
