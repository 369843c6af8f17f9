"""Bea of the backbone: every chapter in the admin, and two kinds of second factor."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browsing import PASSWORD, Visit, email_of, totp
from tests.stack import Stack

pytestmark = pytest.mark.journey

APPLICATION = "select id, stage from chapters_application order by id desc limit 1"
FORGET_FACTORS = """
    delete from mfa_authenticator where user_id =
    (select id from members_user where email = 'bea@demo.network-city.example')
"""


@pytest.fixture
def plain_bea(stack: Stack) -> Iterator[None]:
    """Bea has no second factor, before and after."""
    stack.rows(FORGET_FACTORS)
    yield
    stack.rows(FORGET_FACTORS)


def sign_out(visit: Visit) -> None:
    """By the page that asks first."""
    page = visit.go("/account/logout/")
    page.get_by_role("main").get_by_role("button").first.click()
    page.wait_for_url("**/")


# --- The admin ------------------------------------------------------------------------------------


def test_backbone_sees_every_chapter_its_people_and_its_money(
    visit_as: Callable[..., Visit], stack: Stack
) -> None:
    bea = visit_as()
    page = bea.go("/admin/")
    page.wait_for_url("**/account/login/**")
    page.locator("input[name=login]").fill(email_of("bea"))
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")
    for path, words in {
        "chapters/chapter/": ["San Francisco", "Denver"],
        "chapters/seat/": ["Lou P.", "Dee W."],
        "members/membership/": ["San Francisco", "Denver"],
        "members/user/": ["mia@demo.network-city.example"],
        "members/payment/": ["payment"],
        "chapters/application/": ["stage"],
        "chapters/mail/": ["You are registered"],
    }.items():
        page = bea.go(f"/admin/{path}")
        for word in words:
            expect(page.locator("#content")).to_contain_text(re.compile(word, re.IGNORECASE))
    # What no role grants is not there to press.
    assert bea.status("/admin/members/payment/add/") == 403
    assert bea.status("/admin/chapters/chapter/add/") == 403


def test_backbone_moves_an_application_on(
    visitor: Visit, visit_as: Callable[..., Visit], stack: Stack
) -> None:
    page = visitor.go("/start/")
    form = page.get_by_role("main").locator("form")
    form.get_by_label("Name").fill("Gus Hale")
    form.get_by_label("E-mail").fill("gus@example.org")
    form.get_by_label("City", exact=True).fill("Tulsa")
    form.get_by_label("State", exact=True).fill("OK")
    visitor.press("Send request")
    visitor.heading("We have your request")
    ((number, stage),) = stack.rows(APPLICATION)
    assert stage == "requested"

    page = visit_as("bea").go(f"/admin/chapters/application/{number}/change/")
    page.get_by_label("Stage").select_option("talking")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/admin/chapters/application/")
    assert stack.rows(APPLICATION) == [(number, "talking")]
    visitor.page.reload()
    expect(visitor.page.locator("dl.facts")).to_contain_text("In conversation")


@pytest.mark.parametrize("person", ["otto", "mia", "lou"])
def test_admin_is_closed_to_everybody_else(visit_as: Callable[..., Visit], person: str) -> None:
    visit = visit_as(person)
    assert visit.status("/admin/") == 403
    assert visit.status("/admin/members/payment/") == 403


# --- A second factor ------------------------------------------------------------------------------


def test_backbone_enrols_an_app_and_signs_in_with_it(
    visit_as: Callable[..., Visit], plain_bea: None
) -> None:
    bea = visit_as()
    bea.sign_in(email_of("bea"))
    secret = bea.enrol_app()
    sign_out(bea)

    page = bea.go("/account/login/?next=/admin/")
    page.locator("input[name=login]").fill(email_of("bea"))
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/2fa/authenticate/**")
    # The password alone opens nothing.
    assert "/account/2fa/authenticate/" in bea.context.request.get("/admin/").url
    # A code counts once, so this is the next one; the server allows for clocks that differ.
    code = page.locator("input[name=code]")
    code.fill(totp(secret, time.time() + 30))
    code.press("Enter")
    page.wait_for_url("**/admin/")
    bea.heading(re.compile("Run the network"))


def test_backbone_adds_a_passkey_and_signs_in_with_it(
    visit_as: Callable[..., Visit], plain_bea: None
) -> None:
    bea = visit_as()
    bea.sign_in(email_of("bea"))
    bea.add_passkey("Work laptop")
    page = bea.go("/account/2fa/webauthn/")
    expect(page.get_by_role("main")).to_contain_text("Work laptop")
    sign_out(bea)

    page = bea.go("/account/login/?next=/admin/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/admin/")
    bea.heading(re.compile("Run the network"))
