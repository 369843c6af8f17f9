"""The tree of an agenda: begun from nothing, ordered, withdrawn with undo, tied to indicators."""

import pytest
from django.db import IntegrityError, transaction

from agendas import actions, queries
from agendas.drafts import Draft
from agendas.models import Agenda, Revision, Section, SectionIndicator
from chapters.scope import as_self, in_chapter
from measurement.queries import find_indicator
from tests.factories import make_agenda, make_indicator, make_section

pytestmark = pytest.mark.django_db
EDIT = "/san-francisco/agenda/edit/"


def _add(client, kind, heading, under=None, body="Text."):
    address = f"/san-francisco/agenda/sections/add/?kind={kind}"
    address += f"&under={under.pk}" if under else ""
    return client.post(address, {"heading": heading, "body": body})


def _named(sf, heading):
    with in_chapter(sf):
        return Section.objects.get(heading=heading)


def _headings(sf):
    with in_chapter(sf):
        tree = queries.outline(Agenda.objects.get())
        return [f"{one.number} {one.section.heading}".strip() for one in tree.entries]


def test_council_begins_an_agenda_from_nothing(sf, lou, client_for):
    client = client_for(lou)
    assert b"Nobody has begun the agenda" in client.get("/san-francisco/agenda/").content
    assert b"There is no agenda yet" in client.get(EDIT).content
    start = "/san-francisco/agenda/start/"
    assert client.post(start, {"title": " "}).status_code == 422
    assert client.post(start, {"title": "What we agree on"}).url == EDIT
    assert client.post(start, {"title": "Twice"}).url == EDIT
    for kind, heading in (("vision", "Vision"), ("problem", "Problem"), ("term", "Wage")):
        assert _add(client, kind, heading).status_code == 302
    assert _add(client, "priority", "Pay").status_code == 302
    assert _add(client, "strategy", "Publish", _named(sf, "Pay")).status_code == 302
    assert _add(client, "action", "Ask 50 firms", _named(sf, "Publish")).status_code == 302
    assert _headings(sf) == ["Vision", "Problem", "1 Pay", "1.1 Publish", "Ask 50 firms", "Wage"]
    publish = "/san-francisco/agenda/publish/"
    assert client.post(publish, {"adopted_note": "By consent"}).url == EDIT
    page = client_for(None).get("/san-francisco/agenda/").content.decode()
    for words in ("By consent", "1.1 Publish", "Ask 50 firms", "Words we share", "Wage"):
        assert words in page
    with in_chapter(sf):
        assert (Agenda.objects.count(), Revision.objects.count()) == (1, 6)


def test_publish_refuses_an_empty_agenda(sf, lou, client_for):
    make_agenda(sf, status="draft", published_at=None)
    page = client_for(lou).post("/san-francisco/agenda/publish/", {}, follow=True)
    assert b"There is nothing to publish yet." in page.content
    with in_chapter(sf):
        assert not Agenda.objects.get().is_published


def test_section_add_refuses_what_can_not_stand_there(sf, lou, client_for):
    client, agenda = client_for(lou), make_agenda(sf)
    priority = make_section(agenda, lou, heading="Pay")
    strategy = make_section(agenda, lou, parent=priority, heading="Publish")
    assert _add(client, "strategy", "Loose").status_code == 404
    assert _add(client, "strategy", "Below a strategy", strategy).status_code == 404
    assert _add(client, "nothing", "x").status_code == 404
    assert _add(client, "priority", " ").status_code == 422
    assert _add(client, "vision", "One").status_code == 302
    second = _add(client, "vision", "Two")
    assert second.status_code == 422 and b"Edit that one" in second.content
    with in_chapter(sf, lou), pytest.raises(actions.Misplaced):
        actions.add_section(agenda, lou, "action", Draft("x", ""), parent=priority)
    with in_chapter(sf, lou), pytest.raises(IntegrityError), transaction.atomic():
        Section.objects.create(agenda=agenda, kind="action", position=9, heading="No parent")


def test_sections_move_among_their_kind(sf, lou, client_for):
    client, agenda = client_for(lou), make_agenda(sf)
    rows = [make_section(agenda, lou, heading=name, position=1) for name in "abc"]

    def move(row, way):
        return client.post(f"/san-francisco/agenda/sections/{row.pk}/move/", {"way": way})

    answer = move(rows[2], "up")
    assert answer.url == f"{EDIT}?moved={rows[2].pk}&way=up"
    assert _headings(sf) == ["1 a", "2 c", "3 b"]
    page = client.get(answer.url).content.decode()
    assert page.count("autofocus") == 1 and page.index("autofocus") < page.index("Move up<span")
    move(rows[2], "up")
    move(rows[2], "up")
    assert _headings(sf) == ["1 c", "2 a", "3 b"]
    move(rows[2], "down")
    assert _headings(sf) == ["1 a", "2 c", "3 b"]
    assert move(rows[0], "sideways").status_code == 404


def test_withdraw_takes_what_hangs_below_and_bring_back_undoes_it(sf, lou, client_for):
    client, agenda = client_for(lou), make_agenda(sf)
    priority = make_section(agenda, lou, heading="Pay")
    strategy = make_section(agenda, lou, parent=priority, heading="Publish")
    early = make_section(agenda, lou, parent=priority, heading="Early")
    make_section(agenda, lou, kind="action", parent=strategy, heading="Ask")
    client.post(f"/san-francisco/agenda/sections/{early.pk}/withdraw/")
    page = client.post(f"/san-francisco/agenda/sections/{priority.pk}/withdraw/", follow=True)
    told = page.content.decode()
    assert "“Pay” and 2 under it withdrawn." in told and told.count("Bring back") == 2
    assert _headings(sf) == []
    assert b"1.1 Publish" not in client_for(None).get("/san-francisco/agenda/").content
    with as_self(None):
        assert list(Section.published.all()) == []
    refused = client.post(f"/san-francisco/agenda/sections/{early.pk}/return/", follow=True)
    assert "can’t come back now" in refused.content.decode()
    assert client.get(f"/san-francisco/agenda/sections/{priority.pk}/edit/").status_code == 200
    client.post(f"/san-francisco/agenda/sections/{priority.pk}/return/")
    assert _headings(sf) == ["1 Pay", "1.1 Publish", "Ask"]
    client.post(f"/san-francisco/agenda/sections/{early.pk}/return/")
    assert _headings(sf) == ["1 Pay", "1.1 Publish", "Ask", "1.2 Early"]


def test_links_show_an_indicator_with_its_verdict(figures, sf, lou, client_for):
    section = make_section(make_agenda(sf), lou, heading="Pay")
    strategy = make_section(section.agenda, lou, parent=section, heading="Publish")
    client = client_for(lou)
    address = f"/san-francisco/agenda/sections/{strategy.pk}/links/"
    with in_chapter(sf):
        indicator = find_indicator("employment_rate_25_54")
    assert indicator is not None
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"indicator": indicator.pk}).url == address
    client.post(address, {"indicator": indicator.pk})
    with in_chapter(sf):
        ((known,),) = queries.measures(section.agenda).values()
    page = client_for(None).get("/san-francisco/agenda/").content.decode()
    assert known.verdict in page and indicator.name in page and "We will know by" in page
    there = client.get(f"/san-francisco/dashboard/{indicator.code}/").content.decode()
    assert "On the common agenda" in there and f"#section-{strategy.pk}" in there
    client.post(f"{address}{known.pk}/remove/")
    with in_chapter(sf):
        assert not SectionIndicator.objects.exists()
    gone = client.get(f"/san-francisco/dashboard/{indicator.code}/").content.decode()
    assert "On the common agenda" not in gone


def test_link_indicator_refuses_another_chapters_indicator(sf, denver, lou):
    section, theirs = make_section(make_agenda(sf), lou), make_indicator(denver)
    with in_chapter(sf, lou), pytest.raises(IntegrityError), transaction.atomic():
        actions.link_indicator(section, lou, theirs)


def test_tree_is_for_the_council_alone(sf, denver, lou, dee, mia, client_for):
    section = make_section(make_agenda(sf), lou)
    base = f"/san-francisco/agenda/sections/{section.pk}/"
    posts = [f"{base}{verb}/" for verb in ("move", "withdraw", "return")]
    for person in (dee, mia):
        client = client_for(person)
        for address in (EDIT, "/san-francisco/agenda/sections/add/", f"{base}links/"):
            assert client.get(address).status_code == 404
        for address in posts:
            assert client.post(address, {"way": "up"}).status_code == 404
    make_agenda(denver)
    for address in posts:
        there = address.replace("san-francisco", "denver")
        assert client_for(dee).post(there, {"way": "up"}).status_code == 404


def test_tree_costs_the_same_with_thirty_sections(sf, lou, client_for, django_assert_num_queries):
    agenda = make_agenda(sf)
    make_section(agenda, lou)
    client = client_for(lou)

    def count():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as found:
            assert client.get(EDIT).status_code == 200
        return len(found)

    count()
    alone = count()
    for _ in range(30):
        make_section(agenda, lou)
    with django_assert_num_queries(alone):
        client.get(EDIT)
