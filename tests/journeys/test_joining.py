"""A visitor becomes a member: from the map to the receipt, on the real stack."""

import re
import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import Visit
from tests.stack import Stack, until

pytestmark = pytest.mark.journey

GOOD, DECLINED, LATER = "4242424242424242", "4000000000000002", "4000003720000278"
MEMBERSHIP = """
    select m.status, m.number, m.paid_until > current_date + 360
    from members_membership m join members_user u on u.id = m.user_id
    join chapters_chapter c on c.id = m.chapter_id
    where u.email = %s and c.slug = 'san-francisco'
"""
PAYMENTS = """
    select p.amount_cents, p.currency, p.receipt_number
    from members_payment p join members_user u on u.id = p.user_id where u.email = %s
"""
NUMBERS = """
    select c.slug, m.number, m.paid_until
    from members_membership m join members_user u on u.id = m.user_id
    join chapters_chapter c on c.id = m.chapter_id where u.email = %s order by c.slug
"""
HOME = """
    select c.slug from members_membership m join members_user u on u.id = m.user_id
    join chapters_chapter c on c.id = m.chapter_id where u.email = %s and m.is_home
"""
OPEN_RICHMOND = "update chapters_chapter set status = %s where slug = 'richmond' returning id"


def new_address() -> str:
    """An address that nobody has used on this installation."""
    return f"nora-{secrets.token_hex(4)}@example.org"


# --- The steps ------------------------------------------------------------------------------------


def choose_amount(visit: Visit, amount: str) -> None:
    """Step 2, with a free amount."""
    page = visit.page
    page.get_by_role("radio", name=re.compile("Other")).check()
    page.get_by_label("Other amount").fill(amount)
    visit.press("Continue")


def give_account(visit: Visit, email: str, name: str = "Nora Vance") -> None:
    """Step 3, up to the code in the mail."""
    visit.page.get_by_label("Name").fill(name)
    visit.page.get_by_label("E-mail").fill(email)
    visit.press("Continue")
    visit.page.wait_for_url("**/account/login/code/confirm/**")
    letter = visit.letter(email, "code")
    visit.page.get_by_label("Code").fill(code_in(letter["text"]))
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url("**/join/review/")


def code_in(text: str) -> str:
    """The sign-in code of a letter: a line of its own."""
    found = re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", text, re.MULTILINE)
    assert found, text
    return found.group(1)


def reach_review(visit: Visit, email: str, amount: str = "12") -> None:
    """From the address of San Francisco's join page to the last step."""
    visit.go("/san-francisco/join/")
    choose_amount(visit, amount)
    give_account(visit, email)


def pay_with(page: Page, card: str) -> None:
    """Fill the hosted page's form and press its button."""
    page.wait_for_url("**/c/pay/**")
    page.get_by_label("Card number").fill(card)
    page.get_by_label("Expiry").fill("12/34")
    page.get_by_label("Security code").fill("123")
    page.get_by_role("button", name=re.compile("^Pay ")).click()


def wait_until_member(stack: Stack, email: str) -> None:
    """Until the webhook and the worker have made a member of the person."""
    until(lambda: stack.rows(PAYMENTS, email), f"payment of {email}")
    assert [row[0] for row in stack.rows(MEMBERSHIP, email)] == ["active"]


# --- The journey ----------------------------------------------------------------------------------


def test_visitor_becomes_active_member_with_receipt(visitor: Visit, stack: Stack) -> None:
    email, page = new_address(), visitor.go("/")
    visitor.heading(re.compile("."))
    page.get_by_role("main").get_by_role("link", name=re.compile("^San Francisco")).first.click()
    page.wait_for_url("**/san-francisco/")
    page.get_by_role("link", name=re.compile("[Dd]ashboard")).first.click()
    page.wait_for_url("**/san-francisco/dashboard/")
    work = page.locator("#card-employment_rate_25_54")
    expect(work.locator(".status")).to_have_text("Improved")
    expect(work.locator(".big")).to_have_text("85.2%")
    expect(work).to_contain_text("± 0.6 in 2019–2023. Up 3.7 points since 2010–2014 (± 0.9).")
    page.get_by_role("link", name=re.compile("^Join")).first.click()
    page.wait_for_url("**/join/**")
    if urlsplit(page.url).path == "/join/":
        page.get_by_role("radio", name=re.compile("San Francisco")).check()
        visitor.press("Continue")
    visitor.heading("Choose your yearly dues")
    choose_amount(visitor, "$36.50")
    give_account(visitor, email)
    expect(page.locator("dl.summary")).to_contain_text("$36.50")
    expect(page.locator("dl.summary")).to_contain_text(email)
    visitor.press("Pay $36.50")
    pay_with(page, GOOD)
    page.wait_for_url("**/san-francisco/join/done/")
    visitor.heading(re.compile(r"^Welcome, Nora.*You are member \d+\.$"))

    assert [(status, year) for status, _, year in stack.rows(MEMBERSHIP, email)] == [
        ("active", True)
    ]
    ((cents, currency, number),) = stack.rows(PAYMENTS, email)
    assert (cents, currency) == (3650, "usd")
    expect(page.get_by_role("status")).to_contain_text("Payment received: $36.50")
    receipt = visitor.letter(email, "receipt")
    assert number in receipt["text"] and "$36.50" in receipt["text"]
    assert (
        str(stack.rows(MEMBERSHIP, email)[0][1])
        in visitor.letter(email, "you are member")["subject"]
    )

    visitor.follow("See the receipt")
    page.wait_for_url("**/me/receipts/*/")
    expect(page.get_by_role("main")).to_contain_text(number)
    expect(page.get_by_role("main")).to_contain_text("$36.50")
    visitor.go("/me/")
    expect(page.get_by_role("main")).to_contain_text("San Francisco")
    assert stack.rows(
        "select state from members_stripeevent"
        " where type = 'checkout.session.completed' order by created_at desc limit 1"
    ) == [("applied",)]


def test_joining_works_without_scripts(visit_as: Callable[..., Visit], stack: Stack) -> None:
    visit, email = visit_as(java_script_enabled=False), new_address()
    page = visit.go("/join/")
    page.get_by_role("radio", name=re.compile("San Francisco")).check()
    visit.press("Continue")
    choose_amount(visit, "12")
    give_account(visit, email)
    visit.press("Pay $12.00")
    pay_with(page, GOOD)
    page.wait_for_url("**/san-francisco/join/done/")
    wait_until_member(stack, email)
    # Nothing refreshes by itself here: the page offers a link for it.
    if page.get_by_role("link", name="Check again now").is_visible():
        visit.follow("Check again now")
    visit.heading(re.compile("^Welcome, Nora"))


def test_joining_works_by_keyboard_alone(visitor: Visit, stack: Stack) -> None:
    email, page = new_address(), visitor.go("/san-francisco/join/")
    tab_to(page, "input[name=amount]")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    tab_to(page, "#id_other")
    page.keyboard.type("24")
    page.keyboard.press("Enter")
    page.wait_for_url("**/join/account/")
    tab_to(page, "#id_name")
    page.keyboard.type("Nora Vance")
    tab_to(page, "#id_email")
    page.keyboard.type(email)
    tab_to(page, "main form button")
    page.keyboard.press("Space")
    page.wait_for_url("**/account/login/code/confirm/**")
    code = code_in(visitor.letter(email, "code")["text"])
    tab_to(page, "#id_code")
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    page.wait_for_url("**/join/review/")
    tab_to(page, "main form button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/c/pay/**")
    for name, text in (("number", GOOD), ("expiry", "12/34"), ("cvc", "123")):
        tab_to(page, f"[name={name}]")
        page.keyboard.press("Control+A")
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_url("**/san-francisco/join/done/")
    visitor.heading(re.compile("^Welcome, Nora"))


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there and can be seen.

    Raises:
        AssertionError: forty presses did not lead there.
    """
    for _ in range(40):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way to {selector} by Tab on {page.url}")


# --- What may go wrong ----------------------------------------------------------------------------


def test_declined_card_comes_back_with_answers_kept(visitor: Visit, stack: Stack) -> None:
    email, page = new_address(), visitor.page
    reach_review(visitor, email, "48")
    visitor.press("Pay $48.00")
    with visitor.expecting(402, 422):
        pay_with(page, DECLINED)
        expect(page.get_by_role("alert")).to_contain_text(re.compile("declined"))
    page.get_by_role("link", name=re.compile("[Bb]ack")).first.click()
    page.wait_for_url("**/join/review/")
    expect(page.get_by_role("alert")).to_contain_text("You have not been charged")
    expect(page.locator("dl.summary")).to_contain_text("$48.00")
    expect(page.locator("dl.summary")).to_contain_text("Nora Vance")
    assert stack.rows(PAYMENTS, email) == []
    visitor.press("Pay $48.00")
    pay_with(page, GOOD)
    visitor.heading(re.compile("^Welcome, Nora"))
    assert [row[0] for row in stack.rows(PAYMENTS, email)] == [4800]


@pytest.mark.parametrize("amount", ["11.99", "0", "-12", "twelve", "NaN"])
def test_amounts_below_the_minimum_are_refused(visitor: Visit, amount: str) -> None:
    page = visitor.go("/san-francisco/join/")
    with visitor.expecting(422):
        choose_amount(visitor, amount)
        expect(page).to_have_title(re.compile("^Error: "))
    assert page.get_by_role("alert").get_by_role("link").count() == 1
    expect(page.get_by_label("Other amount")).to_have_value(amount)
    expect(page.get_by_label("Other amount")).to_have_attribute("aria-invalid", "true")


def test_member_whose_tab_closed_after_paying_is_a_member(
    visit_as: Callable[..., Visit], stack: Stack
) -> None:
    visit, email = visit_as(), new_address()
    reach_review(visit, email)
    visit.press("Pay $12.00")
    # The way back from the payment page leads nowhere: the browser is gone.
    visit.context.route("**/join/done/**", lambda route: route.abort("aborted"))
    pay_with(visit.page, GOOD)
    visit.context.close()
    wait_until_member(stack, email)
    assert visit_as().letter(email, "receipt")["to"] == [email]


def test_second_press_of_pay_charges_once(visitor: Visit, stack: Stack) -> None:
    email, page = new_address(), visitor.page
    reach_review(visitor, email)
    page.get_by_role("button", name="Pay $12.00").dblclick(no_wait_after=True)
    page.wait_for_url("**/c/pay/**")
    page.get_by_label("Card number").fill(GOOD)
    page.get_by_label("Expiry").fill("12/34")
    page.get_by_label("Security code").fill("123")
    page.get_by_role("button", name=re.compile("^Pay ")).dblclick(no_wait_after=True)
    page.wait_for_url("**/san-francisco/join/done/")
    wait_until_member(stack, email)
    assert [row[0] for row in stack.rows(PAYMENTS, email)] == [1200]


# --- Other ways in --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rhythm", "words", "pays"),
    [
        ("Every year", "$36 a year, renews by itself", "Pay $36.00"),
        ("Every month", "$3 a month, renews by itself", "Pay $3.00"),
        ("Once", "$36 for 12 months", "Pay $36.00"),
    ],
)
def test_visitor_joins_in_each_rhythm(
    visitor: Visit, stack: Stack, rhythm: str, words: str, pays: str
) -> None:
    email, page = new_address(), visitor.go("/san-francisco/join/")
    page.get_by_role("radio", name=re.compile(r"^\$36")).check()
    page.get_by_role("radio", name=re.compile(f"^{rhythm}")).check()
    visitor.press("Continue")
    give_account(visitor, email)
    expect(page.locator("dl.summary")).to_contain_text(words)
    visitor.press(pays)
    pay_with(page, GOOD)
    page.wait_for_url("**/san-francisco/join/done/")
    until(lambda: stack.rows(PAYMENTS, email), f"payment of {email}")
    ((status, _, year),) = stack.rows(MEMBERSHIP, email)
    assert (status, year) == ("active", rhythm != "Every month")


def test_answers_wait_for_who_leaves_and_comes_back(visitor: Visit) -> None:
    page = visitor.go("/san-francisco/join/")
    page.get_by_role("radio", name=re.compile("^Every month")).check()
    choose_amount(visitor, "4")
    page.wait_for_url("**/join/account/")
    page.go_back()
    expect(page.get_by_label("Other amount")).to_have_value("4")
    visitor.go("/join/")
    visitor.follow("Go on where you were")
    page.wait_for_url("**/account/login/**")
    visitor.go("/san-francisco/join/")
    expect(page.get_by_label("Other amount")).to_have_value("4")
    expect(page.get_by_role("radio", name=re.compile("^Every month"))).to_be_checked()


def test_visitor_waits_for_a_city_and_is_told_when_it_opens(visitor: Visit, stack: Stack) -> None:
    email, page = new_address(), visitor.go("/join/")
    page.get_by_label("City, state or ZIP code").fill("23220")
    visitor.press("Search")
    page.get_by_role("radio", name=re.compile("Richmond")).check()
    visitor.press("Continue")
    expect(page.get_by_label("City")).to_have_value("Richmond")
    page.get_by_label("E-mail address").fill(email)
    visitor.press("Join the waitlist")
    visitor.heading("Look at your e-mail")
    letter = visitor.letter(email, "confirm that you wait")
    link = re.search(r"(/join/waitlist/\S+/)", letter["text"])
    assert link
    visitor.go(link.group(1))
    visitor.press("Confirm")
    visitor.heading("You count toward a chapter in Richmond")
    visitor.go("/start/")
    expect(page.get_by_role("main")).to_contain_text(re.compile(r"Richmond, VA: \d"))
    stack.rows(OPEN_RICHMOND, "launching")
    try:
        told = visitor.letter(email, "the chapter in Richmond is open", 90)
        assert f"{stack.url}/richmond/join/" in told["text"]
    finally:
        stack.rows(OPEN_RICHMOND, "gathering")


def test_paid_place_is_asked_for_and_granted(visit_as: Callable[..., Visit], stack: Stack) -> None:
    visit, email = visit_as(), new_address()
    page = visit.go("/san-francisco/join/")
    page.get_by_text("If $12 is not possible right now").click()
    visit.follow("Ask for a paid place")
    page.get_by_label("Name").fill("Nora Vance")
    page.get_by_label("E-mail").fill(email)
    visit.press("Continue")
    page.get_by_label("Code").fill(code_in(visit.letter(email, "code")["text"]))
    page.keyboard.press("Enter")
    page.wait_for_url("**/san-francisco/join/paid-place/")
    visit.press("Ask for a paid place")
    visit.heading("The council has your question")
    chair = visit_as("lou")
    chair.go("/san-francisco/places/")
    chair.page.get_by_role("button", name=re.compile("Grant 12 months to Nora Vance")).click()
    expect(chair.page.get_by_role("table")).to_contain_text("Nora Vance")
    assert "You are member" in visit.letter(email, "you have a paid place")["text"]
    visit.go("/me/")
    expect(page.get_by_role("main")).to_contain_text("San Francisco member")


def test_member_has_a_second_chapter_beside_and_moves_there(visitor: Visit, stack: Stack) -> None:
    email, page = new_address(), visitor.page
    reach_review(visitor, email)
    visitor.press("Pay $12.00")
    pay_with(page, GOOD)
    page.wait_for_url("**/san-francisco/join/done/")
    wait_until_member(stack, email)
    visitor.go("/denver/join/")
    visitor.heading("Join Denver beside San Francisco")
    visitor.press("Join Denver")
    page.wait_for_url("**/me/")
    expect(page.get_by_role("main")).to_contain_text("Denver member")
    numbers = stack.rows(NUMBERS, email)
    assert [row[0] for row in numbers] == ["denver", "san-francisco"]
    visitor.follow("Move to another city")
    page.get_by_role("radio", name="Denver").check()
    visitor.press("Make it my home chapter")
    page.wait_for_url("**/me/")
    assert stack.rows(NUMBERS, email) == numbers
    assert stack.rows(HOME, email) == [("denver",)]
    expect(page.get_by_role("main")).to_contain_text("San Francisco: dues")
