"""An organization joins, pays, seats its people and offers what the council needs."""

import re
import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browsing import Visit, email_of
from tests.journeys.test_joining import (
    GOOD,
    code_in,
    new_address,
    pay_with,
    reach_review,
    wait_until_member,
)
from tests.stack import Stack, until

pytestmark = pytest.mark.journey

PAID = """
    select o.paid_until > current_date + 360, o.seats from members_organizationmembership o
    join members_organization g on g.id = o.organization_id
    where g.name = %s and o.status = 'active'
"""
OWN_DUES = """
    select m.status from members_membership m join members_user u on u.id = m.user_id
    join chapters_chapter c on c.id = m.chapter_id
    where u.email = %s and c.slug = 'san-francisco'
"""


def join_and_pay(visit: Visit, stack: Stack, name: str) -> None:
    """The three steps with the smallest size, and the hosted page."""
    page = visit.go("/san-francisco/organizations/")
    visit.follow("Join as an organization")
    if page.get_by_role("heading", level=1).inner_text() == "Which organization joins?":
        page.get_by_role("radio", name="Another organization").check()
        visit.press("Continue")
    page.get_by_label("Name of the organization").fill(name)
    page.get_by_label("Sector").select_option("nonprofit")
    page.get_by_label("Website").fill("https://shelter.example.org")
    page.get_by_label("Housing").check()
    visit.press("Continue")
    page.get_by_role("radio", name=re.compile("^Small")).check()
    visit.press("Continue")
    visit.press("Pay $120.00")
    pay_with(page, GOOD)
    page.wait_for_url("**/organizations/paid/**")
    until(lambda: stack.rows(PAID, name), f"payment of {name}", 60)
    visit.heading(f"{name} is a member of San Francisco")


def invite(visit: Visit, email: str) -> None:
    """From the page of seats."""
    form = visit.page.locator("form:has([name=role])")
    form.get_by_label("E-mail address").fill(email)
    form.get_by_role("button", name="Send the invitation").click()


def accept(visit: Visit, sender: Visit, email: str, subject: str) -> None:
    """Take the seat of a letter, as a newcomer with a code."""
    letter = sender.letter(email, subject)
    address = re.findall(r"https?://\S+/invitations/\S+/", letter["text"])[0]
    page = visit.go(address)
    page.get_by_label("Name", exact=True).fill("Ana Ruiz")
    visit.press("Send me a code")
    page.wait_for_url("**/account/login/code/confirm/**")
    page.get_by_label("Code").fill(code_in(visit.letter(email, "code")["text"]))
    page.keyboard.press("Enter")
    page.wait_for_url("**/invitations/**")
    visit.press("Take the seat")
    page.wait_for_url("**/me/**")


def test_organization_joins_seats_its_people_and_replaces_one(
    visit_as: Callable[..., Visit], stack: Stack
) -> None:
    word = secrets.token_hex(3)
    name, ana = f"Bay Shelter {word}", f"ana-{word}@example.org"
    manager, page = visit_as("otto"), None
    join_and_pay(manager, stack, name)
    assert stack.rows(PAID, name) == [(True, 2)]
    assert "$120.00" in manager.letter(email_of("otto"), name)["text"]
    page = manager.page
    manager.follow("Invite representatives")
    manager.heading("1 of 2 seats taken")
    invite(manager, ana)
    expect(page.get_by_role("status")).to_contain_text("The invitation is on its way")
    expect(page.get_by_role("main")).to_contain_text("No seat is free")

    guest = visit_as()
    accept(guest, manager, ana, name)
    expect(guest.page.locator("#organizations")).to_contain_text(name)
    expect(guest.page.locator("#organizations")).to_contain_text("makes you a member")
    assert guest.go("/san-francisco/needs/").url.endswith("/needs/")

    # Her own dues beside the seat, and the seat goes to somebody else.
    guest.go("/san-francisco/join/")
    guest.page.get_by_role("radio", name=re.compile("^\\$12")).first.check()
    guest.press("Continue")
    guest.page.wait_for_url("**/join/review/")
    guest.page.get_by_role("button", name=re.compile("^Pay")).click()
    pay_with(guest.page, GOOD)
    until(lambda: stack.rows(OWN_DUES, ana) == [("active",)], f"dues of {ana}", 60)
    page.reload()
    manager.heading("2 of 2 seats taken")
    page.get_by_role("link", name="Change the seat of Ana Ruiz").click()
    page.get_by_label("E-mail address").fill(f"eve-{word}@example.org")
    manager.press("End the seat and invite")
    manager.heading("1 of 2 seats taken, 1 promised")
    expect(page.get_by_role("main")).to_contain_text(f"eve-{word}@example.org")
    assert stack.rows(OWN_DUES, ana) == [("active",)]
    guest.go("/me/")
    expect(guest.page.get_by_role("main")).to_contain_text("San Francisco")
    assert guest.page.locator("#organizations").count() == 0


def test_a_need_meets_an_offer_that_is_accepted(
    visit_as: Callable[..., Visit], stack: Stack
) -> None:
    word = secrets.token_hex(3)
    giver, council, email = visit_as(), visit_as("lou"), new_address()
    reach_review(giver, email)
    giver.page.get_by_role("button", name=re.compile("^Pay")).click()
    pay_with(giver.page, GOOD)
    wait_until_member(stack, email)
    page = giver.go("/san-francisco/offers/new/")
    page.get_by_label("Kind").select_option("space")
    page.get_by_label("What you offer").fill(f"Hall {word} for sixty people")
    page.get_by_label("Leadership and public life").check()
    giver.press("Publish")
    giver.heading(f"Hall {word} for sixty people")

    page = council.go("/san-francisco/needs/new/")
    page.get_by_label("Kind").select_option("space")
    page.get_by_label("What is needed").fill(f"A hall {word} for the assembly")
    page.get_by_label("Leadership and public life").check()
    council.press("Post")
    first = page.get_by_role("main").locator("ol.list > li").first
    expect(first).to_contain_text(f"Hall {word} for sixty people")
    expect(first).to_contain_text("In common: leadership and public life")
    first.get_by_role("link", name=re.compile("^Ask for it")).click()
    page.get_by_label("Your words to them").fill("For the assembly in May.")
    council.press("Ask")
    council.heading(f"A hall {word} for the assembly")

    letter = giver.letter(email, word)
    assert email_of("lou") not in letter["text"]
    giver.go(re.findall(r"https?://\S+/offers/requests/\d+/", letter["text"])[0])
    giver.page.get_by_role("combobox", name="Your answer").select_option("yes")
    giver.page.get_by_label("Your words to them").fill("Gladly.")
    giver.press("Send the answer")
    expect(giver.page.get_by_role("main")).to_contain_text(email_of("lou"))
    assert email in council.letter(email_of("lou"), "yes")["text"]
