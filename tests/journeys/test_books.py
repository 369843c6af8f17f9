"""A visitor reads where the money goes; two people of a council spend some."""

import re
import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browsing import Visit, email_of

pytestmark = pytest.mark.journey


def test_one_asks_another_approves_and_a_visitor_reads_it(
    visitor: Visit, visit_as: Callable[..., Visit]
) -> None:
    words = f"Chairs no. {secrets.token_hex(4)}"
    approve = re.compile(f"^Approve.*{words}")
    page = visitor.go("/san-francisco/")
    page.get_by_role("link", name="Open books").first.click()
    page.wait_for_url("**/san-francisco/books/")
    expect(page.get_by_role("heading", name="Trial balance: $0")).to_be_visible()
    expect(page.get_by_role("main")).not_to_contain_text(words)

    lou = visit_as()
    lou.sign_in(email_of("lou"))
    page = lou.go("/san-francisco/expenses/")
    page.get_by_label("What it is for").fill(words)
    page.get_by_label("Who is paid").fill("A furniture shop")
    page.get_by_label("Amount in dollars").fill("120.50")
    page.get_by_role("button", name="Ask for approval").click()
    expect(page.get_by_text("Somebody else on the council decides.").first).to_be_visible()
    expect(page.get_by_role("button", name=approve)).to_have_count(0)

    ivy = visit_as()
    ivy.sign_in(email_of("ivy"))
    page = ivy.go("/san-francisco/expenses/")
    page.get_by_role("button", name=approve).click()
    expect(page.get_by_text("Approved. It is in the books.")).to_be_visible()

    page = visitor.go("/san-francisco/books/")
    entry = page.locator("tbody").filter(has_text=words)
    expect(entry).to_contain_text("$120.50")
    expect(page.get_by_role("heading", name="Trial balance: $0")).to_be_visible()
    expect(page.get_by_role("main")).not_to_contain_text("A furniture shop")
    expect(page).to_have_title(re.compile("^Open books"))
