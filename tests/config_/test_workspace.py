"""The council's workspace: tasks of every floor, for the council alone, at a fixed cost."""

import datetime

import pytest
from django.utils import timezone

from agendas.models import Agenda, Gap
from chapters.models import Seat
from chapters.scope import in_chapter
from chapters.worklist import Task, in_order
from measurement.models import Upload
from members.actions import expenses
from members.models import PaidPlace
from tests.factories import (
    make_agenda,
    make_commitment,
    make_idea,
    make_membership,
    make_project,
    make_seat,
    make_section,
    make_suggestion,
    make_user,
)

pytestmark = pytest.mark.django_db
WORK = "/san-francisco/work/"


@pytest.fixture
def seated(sf, lou):
    """Lou sits on the council, and so does Ana, who has sent and asked for things."""
    ana = make_user("ana", name="Ana")
    make_seat(sf, user=ana)
    return ana


def ask_for_money(sf, by, title: str) -> None:
    with in_chapter(sf):
        expenses.request_expense(
            sf, by, title=title, payee="A firm", amount_cents=24_000, account_code="5000",
            fund_code="general", spent_on=sf.today,
        )  # fmt: skip


def send_figures(sf, by, name: str, state: str = "loaded") -> None:
    with in_chapter(sf):
        Upload.objects.create(chapter=sf, by=by, name=name, sha256=name, state=state)


def test_it_lists_what_others_ask_for(client_for, sf, lou, seated):
    ask_for_money(sf, seated, "Captioning")
    ask_for_money(sf, lou, "My own wish")
    send_figures(sf, seated, "rents.csv")
    send_figures(sf, lou, "mine-in-review.csv")
    send_figures(sf, lou, "mine-with-errors.csv", "refused")
    with in_chapter(sf):
        for _ in range(2):
            PaidPlace.objects.create(chapter=sf, user=make_user())
    page = client_for(lou).get(WORK).content.decode()
    assert "Decide on $240: Captioning" in page
    assert "Review the figures of rents.csv" in page
    assert "Correct mine-with-errors.csv" in page
    assert "Answer 2 people who ask for a paid place" in page
    assert "My own wish" not in page and "mine-in-review" not in page


def test_it_lists_what_the_agenda_asks_for(client_for, sf, lou, seated, mia):
    section = make_section(make_agenda(sf), seated, heading="Fair pay")
    strategy = make_section(section.agenda, seated, parent=section, heading="Publish pay")
    make_suggestion(section, seated)
    make_suggestion(strategy, lou)
    make_commitment(make_project(strategy, lou), what="Call ten firms")
    make_idea(sf, mia)
    with in_chapter(sf):
        Gap.objects.create(chapter=sf, section=strategy, kind="nobody")
        Seat.objects.filter(user=lou).update(role="chair")
    page = client_for(lou).get(WORK).content.decode()
    for words in (
        "Answer a suggested text: Fair pay", "Call ten firms", "Answer an idea of members",
        "Nobody works on it: Publish pay",
    ):  # fmt: skip
        assert words in page
    assert "suggested text: Publish pay" not in page
    assert "Nobody works on it" not in client_for(seated).get(WORK).content.decode()


def test_it_leads_to_an_agenda_that_is_not_begun_or_not_published(client_for, sf, lou):
    browser, begin = client_for(lou), "Begin the common agenda"
    page = browser.get(WORK).content.decode()
    assert f'<a href="/san-francisco/agenda/edit/">{begin}</a>' in page
    assert "Nothing waits for you" not in page
    agenda = make_agenda(sf, status="draft", published_at=None)
    page = browser.get(WORK).content.decode()
    assert "Finish the common agenda and publish it" in page and begin not in page
    with in_chapter(sf):
        Agenda.objects.filter(pk=agenda.pk).update(status="published", published_at=timezone.now())
    assert "Finish the common agenda" not in browser.get(WORK).content.decode()


def test_it_says_when_nothing_waits(client_for, sf, lou):
    make_agenda(sf)
    page = client_for(lou).get(WORK).content.decode()
    assert "Nothing waits for you" in page and "Nothing happened yet" in page


def test_it_tells_what_happened_and_names_no_member(client_for, sf, lou, seated, mia):
    make_membership(sf, mia, joined_on=sf.today)
    with in_chapter(sf):
        Upload.objects.create(
            chapter=sf, by=lou, name="pay.csv", sha256="1", state="published",
            reviewed_by=seated, published_at=timezone.now(),
        )  # fmt: skip
    page = client_for(lou).get(WORK).content.decode()
    assert "1 person joined San Francisco" in page and mia.name not in page
    # What nobody in particular did has a mark too, so that all entries stand in one line.
    assert page.count('<span class="avatar"') == 2 and 'aria-hidden="true">SF</span>' in page
    assert "<strong>Ana</strong>" in page and "published the figures of pay.csv" in page


@pytest.mark.parametrize("rows", [1, 30])
def test_it_costs_the_same_with_any_number_of_tasks(
    client_for, sf, lou, seated, rows, django_assert_num_queries
):
    for number in range(rows):
        ask_for_money(sf, seated, f"Wish {number}")
        send_figures(sf, seated, f"file-{number}.csv")
        make_membership(sf, joined_on=sf.today)
    browser = client_for(lou)
    # The last of them asks for the state of the agenda.
    with django_assert_num_queries(40):
        browser.get(WORK)


def test_a_seat_that_ended_leads_nowhere(client_for, sf, lou, mia):
    assert "Workspace" in client_for(lou).get("/me/").content.decode()
    make_seat(sf, user=mia, ended=True)
    browser = client_for(mia)
    assert WORK not in browser.get("/me/").content.decode()
    assert browser.get(WORK).status_code == 404


def test_tasks_stand_by_their_day_and_those_without_one_last():
    day = datetime.date(2026, 5, 12)
    late, soon, some = (
        Task("late", "/", day),
        Task("soon", "/", day + datetime.timedelta(days=1)),
        Task("some day", "/"),
    )
    assert in_order([some, soon, late]) == [late, soon, some]
    assert [task.is_late(datetime.date(2026, 5, 13)) for task in (late, soon, some)] == [
        True,
        False,
        False,
    ]
