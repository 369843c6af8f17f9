"""A running installation with something on every page: a payment, a file, a request, factors."""

import re

from playwright.sync_api import expect

from tests.browsing import SignIns, Visit, email_of
from tests.pages.reports import build_report
from tests.pages.shown import EXAMPLES
from tests.stack import Stack, until

# A gift that a journey paid for makes nobody a member.
DUES = """
    select 1 from members_payment p join members_user u on u.id = p.user_id
    where u.email = %s and p.membership_id is not null
"""
JOBS = "select 1 from chapters_job where status = 'done'"
FORGET_FACTORS = """
    delete from mfa_authenticator where user_id = (select id from members_user where email = %s)
"""


def live_in(sign_ins: SignIns) -> None:
    """What people do in a first week; what they have done already they leave alone."""
    stack = sign_ins.stack
    if not stack.rows(DUES, email_of("mia")):
        _join(sign_ins.open("mia"), stack)
    if not stack.rows(JOBS):
        _build_file(sign_ins.open("lou"), stack)
    if not stack.rows(EXAMPLES["draft"])[0][0]:
        _write_report(sign_ins.open("lou"))
    if not stack.rows("select 1 from chapters_application"):
        _ask(sign_ins.open())
    stack.rows(FORGET_FACTORS, email_of("dee"))
    _secure(sign_ins.open("dee"))


def _join(visit: Visit, stack: Stack) -> None:
    page = visit.go("/san-francisco/join/")
    page.locator("input[name=amount][value='36']").check()
    visit.press("Continue")
    visit.press("Pay $36.00")
    page.wait_for_url("**/c/pay/**")
    page.get_by_label("Card number").fill("4242424242424242")
    page.get_by_label("Expiry").fill("12/34")
    page.get_by_label("Security code").fill("123")
    page.get_by_role("button", name=re.compile("^Pay ")).click()
    until(lambda: stack.rows(DUES, email_of("mia")), "Mia's dues")
    _leave(visit)


def _build_file(visit: Visit, stack: Stack) -> None:
    visit.go("/san-francisco/dashboard/")
    visit.press("Build a file of all figures")
    until(lambda: stack.rows(JOBS), "Lou's file", 60)
    _leave(visit)


def _write_report(visit: Visit) -> None:
    build_report(visit)
    _leave(visit)


def _ask(visit: Visit) -> None:
    form = visit.go("/start/").get_by_role("main").locator("form")
    form.get_by_label("Name").fill("Toni Marsh")
    form.get_by_label("E-mail").fill("toni@demo.network-city.example")
    form.get_by_label("City", exact=True).fill("Boise")
    form.get_by_label("State", exact=True).fill("ID")
    visit.press("Send request")
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("We have your request")
    _leave(visit)


def _secure(visit: Visit) -> None:
    visit.enrol_app()
    visit.add_passkey("Work laptop")
    _leave(visit)


def _leave(visit: Visit) -> None:
    visit.context.close()
    assert visit.troubles == []
