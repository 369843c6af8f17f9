"""A card fails when dues renew: grace with its dates, another card in the portal, no gap."""

import datetime
import json
import re
import secrets
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browsing import SignIns, Visit
from tests.journeys.test_joining import GOOD, choose_amount, give_account, pay_with
from tests.stack import Stack, free_ports, until

pytestmark = pytest.mark.journey

# The first payment succeeds, and every later one is declined.
ONCE = "4000000000000341"
DUES = """
    select m.status, m.paid_until, m.grace_until from members_membership m
    join members_user u on u.id = m.user_id where u.email = %s
"""
PERIODS = """
    select p.covers_from, p.covers_until from members_payment p
    join members_user u on u.id = p.user_id where u.email = %s order by p.covers_from
"""


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """An installation of its own: the payment sandbox's clock never goes back."""
    running = Stack(tmp_path_factory.mktemp("later") / "state", free_ports(), DEMO="1")
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture
def payer(browser: Browser, later: Stack) -> Iterator[Visit]:
    """A visitor of that installation."""
    visit = SignIns(browser, later).open()
    yield visit
    visit.context.close()
    assert visit.troubles == []


def pass_days(stack: Stack, days: int) -> None:
    """Let days pass at the payment provider."""
    request = urllib.request.Request(
        f"{stack.sandbox_url}/_sandbox/clock",
        json.dumps({"days": days}).encode(),
        {"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=60).close()


def written(day: datetime.date) -> str:
    """A day as the pages and letters write it."""
    return f"{day:%B} {day.day}, {day.year}"


def receipts(later: Stack, email: str) -> list[Any]:
    return [one for one in later.letters(email) if "eceipt" in one["subject"]]


def test_card_that_fails_at_renewal_is_changed_without_a_gap(payer: Visit, later: Stack) -> None:
    email, page = f"nora-{secrets.token_hex(4)}@example.org", payer.go("/san-francisco/join/")
    page.get_by_role("radio", name=re.compile("^Every year")).check()
    choose_amount(payer, "36")
    give_account(payer, email)
    payer.press("Pay $36.00")
    pay_with(page, ONCE)
    payer.heading(re.compile("^Welcome, Nora"))
    ((status, paid_until, _),) = later.rows(DUES, email)
    assert status == "active"

    pass_days(later, 366)
    until(lambda: later.rows(DUES, email)[0][0] == "past_due", "grace", 60)
    ((_, still_until, grace),) = later.rows(DUES, email)
    assert (still_until, grace > paid_until) == (paid_until, True)
    letter = payer.letter(email, "your card was declined", 60)
    assert f"You stay a member until {written(grace)}" in letter["text"]
    main = payer.go("/me/").get_by_role("main")
    expect(main).to_contain_text("Past due")
    expect(main).to_contain_text(f"{written(grace)}, unless dues are paid by then")

    payer.follow("Card and renewal")
    payer.heading("Your dues")
    expect(main).to_contain_text(f"Change the card by {written(grace)}")
    payer.press("Change the card for San Francisco")
    page.wait_for_url("**/c/portal/**")
    page.get_by_label("Card number").fill(GOOD)
    page.get_by_label("Expiry").fill("12/34")
    page.get_by_label("Security code").fill("123")
    payer.press("Use this card")
    page.get_by_role("link", name="Back to the site").click()
    payer.heading("Your dues")
    until(lambda: later.rows(DUES, email)[0][0] == "active", "the renewal", 60)
    page.reload()
    expect(main).to_contain_text("Paid up")
    expect(main).not_to_contain_text("declined")
    first, second = later.rows(PERIODS, email)
    assert (first[1], second[0]) == (paid_until, paid_until)
    assert later.rows(DUES, email) == [("active", second[1], None)]
    until(lambda: len(receipts(later, email)) == 2, "the second receipt")
