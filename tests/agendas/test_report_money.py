"""Reports to funders and of a year: sums of the ledger, links shown, and what is not linked."""

import re

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agendas.actions import reports as actions
from agendas.models import SpendingLink
from agendas.queries.report_links import name_work
from agendas.queries.report_money import LINKED
from agendas.reports import compose
from chapters.scope import in_chapter
from members.actions import books, expenses
from members.dues import show_dollars
from members.models import Expense, Line
from members.queries.books import fund_sums
from tests.agendas.conftest import run_report
from tests.factories import (
    make_activity,
    make_agenda,
    make_organization,
    make_pledge,
    make_project,
    make_seat,
    make_section,
    make_user,
)
from tests.pdf_ua import find_faults

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("figures")]


@pytest.fixture
def spent(sf, lou):
    """Two funds, three expenses, one of them linked to a strategy through the page."""
    sam = make_seat(sf, make_user("sam")).user
    make_pledge(sf, amount_cents=5_000_00, state="collected")
    with in_chapter(sf, lou):
        books.open_fund(sf, "childcare", "Childcare fund", "Childcare", restricted=True)
        day = sf.today.replace(month=1, day=15)
        for key, fund, cents in (("a", "general", 900_00), ("b", "childcare", 250_00)):
            books.record_donation(
                sf, key=key, cents=cents, occurred_on=day, fund_code=fund, memo=f"Grant {key}"
            )
        found = []
        for title, fund, cents in (
            ("Sitters", "childcare", 40_00), ("Room", "general", 75_50),
            ("Flyers", "general", 9_99),
        ):  # fmt: skip
            asked = expenses.request_expense(
                sf, sam, title=title, payee="A shop", amount_cents=cents, account_code="5000",
                fund_code=fund, spent_on=day,
            )  # fmt: skip
            found.append(expenses.approve_expense(asked, lou, today=day))
    return found


@pytest.fixture
def strategy(sf, lou):
    agenda = make_agenda(sf)
    priority = make_section(agenda, lou, heading="Care")
    return make_section(agenda, lou, parent=priority, heading="Childcare at night")


def _build(chapter, by, kind):
    with in_chapter(chapter, by):
        report = actions.request_report(chapter, by, kind)
    return run_report(report, chapter, by)


def _link(client, expense, **fields):
    prefix = f"e{expense.pk}"
    given = {f"{prefix}-{name}": value for name, value in fields.items()}
    return client.post("/san-francisco/reports/spending/", {"expense": expense.pk, **given})


def test_funder_report_equals_the_ledger_and_shows_what_is_not_linked(
    sf, lou, spent, strategy, client_for
):
    from measurement.queries import current_lines

    indicator = current_lines()[0].indicator
    client = client_for(lou)
    wrong = _link(client, spent[0], section="0")
    assert wrong.status_code == 422 and "Choose one of the strategies" in wrong.content.decode()
    work = f"project-{make_project(strategy, lou, title='Night nursery').pk}"
    apart = _link(client, spent[0], work=work)
    assert apart.status_code == 422 and "Choose the strategy that" in apart.content.decode()
    done = _link(
        client, spent[0], section=f"section-{strategy.pk}", work=work,
        indicator=f"indicator-{indicator.pk}", words="Six <b>evenings</b>",
    )  # fmt: skip
    assert done.status_code == 302
    report = _build(sf, lou, "funder")
    money = report.inputs["money"]
    with in_chapter(sf, lou):
        funds = fund_sums(sf)
        booked = sum(
            line.amount_cents
            for line in Line.objects.filter(account__kind="expense").exclude(
                account__code__in=("5910", "5920")
            )
        )
    cents = money["cents"]
    assert cents["spending"] == booked == sum(fund.spending for fund in funds) == 125_49
    assert cents["income"] == sum(fund.income for fund in funds) == 1_150_00
    assert cents["linked"] + cents["unlinked"] == cents["spending"]
    assert (cents["linked"], cents["unlinked"]) == (40_00, 85_49)
    assert [row["cells"][0] for row in money["unlinked"]] == ["Flyers", "Room"]
    (row,) = money["strategies"]
    assert row["rows"][0]["cells"] == [
        "Sitters", "$40.00", "Childcare fund", "Night nursery", indicator.name,
    ]  # fmt: skip
    assert (row["heading"], row["shown"]) == ("Childcare at night", "$40.00")
    assert sum(one["cents"] for one in money["strategies"]) == cents["linked"]
    assert [one["cells"] for one in money["receipts"]] == [
        ["Grants", "Childcare fund", "$250.00"],
        ["Grants", "General fund", "$900.00"],
    ]
    assert {one["n"] for one in report.inputs["sources"]} == {
        one["source"] for one in report.inputs["figures"] if one["source"]
    }
    assert money["pledges"][0]["cells"] == ["Collected", "1", "$5,000.00"]
    assert [one["code"] for one in report.inputs["indicators"]] == [indicator.code]
    assert find_faults(bytes(report.pdf.content)) == []
    page = client.get(report.get_absolute_url()).content.decode()
    assert "contributed to" in page and "is claimed to be caused" in page
    assert f"{indicator.name}: " in page and "Night nursery" in page
    assert "Six &lt;b&gt;evenings" in page and "<b>evenings" not in page
    assert show_dollars(85_49) in page


def test_every_sum_of_a_funder_report_is_a_frozen_figure(sf, lou, spent):
    report = _build(sf, lou, "funder")
    rows = {row["id"]: row for row in report.inputs["figures"]}
    with in_chapter(sf, lou):
        document = compose(report.title, report.inputs, actions.written_of(report))
    known = {row["shown"] for row in rows.values()}
    for part in document.parts:
        if part.key in {"short", "pledges", "receipts", "funds", "contributed", "unlinked"}:
            for block in part.blocks:
                text = " ".join([block.text, *(cell for row in block.rows for cell in row)])
                assert set(re.findall(r"−?\$[\d,.]*\d", text)) <= known


def test_taking_a_link_away_shows_the_money_as_not_linked(sf, lou, spent, strategy, client_for):
    client = client_for(lou)
    _link(client, spent[1], section=f"section-{strategy.pk}")
    with in_chapter(sf):
        assert SpendingLink.objects.get().expense_id == spent[1].pk
    _link(client, spent[1], section="")
    with in_chapter(sf):
        assert not SpendingLink.objects.exists()
    assert _build(sf, lou, "funder").inputs["money"]["cents"]["linked"] == 0


def test_work_must_stand_under_the_strategy_and_hidden_work_is_never_named(
    sf, lou, spent, strategy, client_for
):
    other = make_section(strategy.agenda, lou, parent=strategy.parent, heading="Pay")
    organization = make_organization(name="Elder Care")
    activity = make_activity(strategy, organization, what="Beds")
    hidden = make_project(strategy, lou, title="Secret", is_published=False)
    client, through = client_for(lou), f"activity-{activity.pk}"
    wrong = _link(client, spent[0], section=f"section-{other.pk}", work=through)
    assert "Choose a project or activity of that strategy" in wrong.content.decode()
    page = client.get("/san-francisco/reports/spending/").content.decode()
    assert "Secret" not in page
    assert '<a href="/san-francisco/reports/" aria-current="page">Reports</a>' in page
    _link(client, spent[0], section=f"section-{strategy.pk}", work=through)
    with in_chapter(sf, lou):
        link = SpendingLink.objects.select_related(*LINKED).get()
        assert (link.activity, name_work(link)) == (activity, "Elder Care: Beds")
        activity.state = "resting"
        link.activity = activity
        assert name_work(link) == "An activity that is not public"
        link.activity, link.project = None, hidden
        assert name_work(link) == "A project that is not public"
        link.activity = activity
        with pytest.raises(IntegrityError), transaction.atomic():
            link.save()


def test_linking_asks_the_database_the_same_for_1_and_30_expenses(sf, lou, strategy, client_for):
    sam, client = make_seat(sf, make_user("sam")).user, client_for(lou)
    seen, asked = 0, []
    for number in (1, 30):
        with in_chapter(sf, lou):
            books.open_fund(sf, "care", "Care", "Care", restricted=False)
            while seen < number:
                one = expenses.request_expense(
                    sf, sam, title=f"Room {seen}", payee="A shop", amount_cents=1,
                    account_code="5000", fund_code="care", spent_on=sf.today,
                )  # fmt: skip
                Expense.objects.filter(pk=one.pk).update(
                    state="approved", decided_by=lou, decided_at=timezone.now()
                )
                seen += 1
        client.get("/san-francisco/reports/spending/")
        with CaptureQueriesContext(connection) as caught:
            client.get("/san-francisco/reports/spending/")
        asked.append(len(caught))
    assert asked[0] == asked[1]


def test_yearly_report_adds_up_the_books_of_the_year_alone(sf, lou, spent):
    report = _build(sf, lou, "yearly")
    assert report.inputs["money"]["income"] == "$1,150.00"
    assert report.inputs["money"]["spending"] == "$125.49"
