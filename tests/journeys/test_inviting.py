"""A member invites ten people; somebody gives a membership. From letter to letter, on the stack."""

import re
import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browsing import Visit, email_of
from tests.journeys.test_joining import GOOD, choose_amount, code_in, give_account, pay_with
from tests.stack import Stack, until

pytestmark = pytest.mark.journey

# Seven people who came by Otto's link, joined and paid, for a count that would take an hour.
SEVEN = """
    with people as (
        insert into members_user
            (email, name, zone, password, is_superuser, is_staff, is_active, date_joined)
        select 'crowd-' || %s || n || '@example.org', '', '', '', false, false, true, now()
        from generate_series(1, 7) n returning id)
    insert into members_invitation (chapter_id, membership_id, inviter_id, way, email,
        address_digest, message, state, created_at, expires_at, accepted_by_id, accepted_at,
        joined_at, paid_at)
    select m.chapter_id, m.id, m.user_id, 'link', '', '', '', 'accepted', now(),
        now() + interval '1 day', people.id, now(), now(), now()
    from people, members_membership m join members_user u on u.id = m.user_id
    join chapters_chapter c on c.id = m.chapter_id
    where u.email = %s and c.slug = 'denver' returning id
"""
GIFTED = """
    select m.status, m.paid_until > current_date + 360, g.state
    from members_gift g join members_membership m
        on m.user_id = g.accepted_by_id and m.chapter_id = g.chapter_id
    where g.recipient_email = %s
"""


def new_address(name: str) -> str:
    return f"{name}-{secrets.token_hex(4)}@example.org"


def link_in(text: str, part: str) -> str:
    """The path of the first address in a letter that has this part."""
    found = re.search(rf"https?://[^/\s]+(/\S*{part}\S*)", text)
    assert found, text
    return found.group(1)


def join_from(visit: Visit, email: str) -> None:
    """From an invitation's page to the receipt."""
    visit.press("Join Denver")
    choose_amount(visit, "12")
    give_account(visit, email)
    visit.press("Pay $12.00")
    pay_with(visit.page, GOOD)
    welcome = visit.page.get_by_role("heading", level=1)
    expect(welcome).to_have_text(re.compile("^Welcome, Nora"), timeout=60_000)


def test_member_invites_ten_people_and_is_thanked(
    visit_as: Callable[..., Visit], stack: Stack
) -> None:
    otto = visit_as("otto")
    page = otto.go("/me/invitations/")
    by_mail, by_link = new_address("ann"), new_address("bo")
    form = page.locator("#denver form")
    form.get_by_label("E-mail addresses").fill(f"{by_mail}\n{email_of('otto')}")
    form.get_by_label("Your message").fill("Come with me on Tuesday.")
    otto.press("Send invitations")
    expect(page.get_by_role("status")).to_contain_text("the invitation is on its way")
    expect(page.get_by_role("status")).to_contain_text("this is your own address. It counts 0.")

    letter = visit_as().letter(by_mail, "invites you")
    assert "Come with me on Tuesday." in letter["text"]
    ann = visit_as()
    ann.go(link_in(letter["text"], "/invitations/"))
    ann.heading("Otto K. invites you to join Denver")
    join_from(ann, by_mail)

    bo = visit_as()
    bo.page.goto(page.get_by_label("Your personal link").input_value())
    join_from(bo, by_link)
    page.reload()
    expect(page.locator("#denver h2")).to_have_text("Denver: 2 of 10 invited people joined")

    assert len(stack.rows(SEVEN, secrets.token_hex(4), email_of("otto"))) == 7
    tenth = visit_as()
    tenth.page.goto(page.get_by_label("Your personal link").input_value())
    join_from(tenth, new_address("cy"))
    page.reload()
    expect(page.locator("#denver h2")).to_have_text("Denver: 10 of 10 invited people joined")
    expect(page.locator("#denver .notice")).to_contain_text("Ten people you invited have joined")
    thanks = otto.letter(email_of("otto"), "ten people you invited")
    assert "joined" in thanks["subject"]
    letters = [one for one in stack.letters(email_of("otto")) if "Thank you" in one["subject"]]
    assert len(letters) == 1


def test_invited_person_declines_once_and_for_all(visit_as: Callable[..., Visit]) -> None:
    otto, address = visit_as("otto"), new_address("dan")
    page = otto.go("/me/invitations/")
    page.locator("#denver form").get_by_label("E-mail addresses").fill(address)
    otto.press("Send invitations")
    dan = visit_as()
    dan.go(link_in(dan.letter(address, "invites you")["text"], "/invitations/"))
    dan.press("Decline")
    dan.heading("You declined the invitation")
    page.reload()
    expect(page.locator("#denver table tbody tr").first).to_contain_text("Declined")
    page.locator("#denver form").get_by_label("E-mail addresses").fill(address)
    otto.press("Send invitations")
    expect(page.get_by_role("status")).to_contain_text("no letter goes out")


def test_gift_is_bought_and_accepted(visit_as: Callable[..., Visit], stack: Stack) -> None:
    mia, address = visit_as("mia"), new_address("eve")
    page = mia.go("/denver/gift/")
    page.get_by_label("Name of the person").fill("Eve Day")
    page.get_by_label("E-mail address of the person").fill(address)
    page.get_by_label("Your message").fill("Happy birthday.")
    mia.press("Continue")
    mia.press("Pay $12.00")
    pay_with(page, GOOD)
    mia.heading("Your gift is on its way to Eve Day")
    mia.letter(email_of("mia"), "receipt")

    eve = visit_as()
    letter = eve.letter(address, "gives you a year")
    assert "Happy birthday." in letter["text"]
    eve.go(link_in(letter["text"], "/gifts/"))
    eve.press("Send the code")
    eve.page.get_by_label("Code").fill(code_in(eve.letter(address, "code")["text"]))
    eve.page.keyboard.press("Enter")
    eve.heading("Mia R. gives you a year of Denver")
    eve.press("Accept the gift")
    eve.heading("You accepted the gift from Mia R.")
    until(lambda: stack.rows(GIFTED, address), "the gift's membership")
    assert stack.rows(GIFTED, address) == [("active", True, "accepted")]
    mia.letter(email_of("mia"), "accepted your gift")
