"""A member decides about letters, takes every paper and all data along, and is forgotten."""

import io
import json
import re
import secrets
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import Visit
from tests.journeys.test_joining import GOOD, choose_amount, give_account, pay_with
from tests.stack import Stack, until

pytestmark = pytest.mark.journey

# A letter that may be declined, as the thanks for ten invited people is sent.
THANK = """
from chapters.models import Chapter, MailChoice
from chapters.post import post
from chapters.scope import in_chapter
chapter = Chapter.objects.get(slug="san-francisco")
known = {{"name": "Nora"}}
with in_chapter(chapter):
    topic = MailChoice.Topic.INVITATIONS
    print(post("ten-invited", "{to}", known, chapter=chapter, topic=topic).state)
"""
DUE = """
    update chapters_erasure set due_at = now() where cancelled_at is null and user_id =
        (select id from members_user where email = %s) returning user_id
"""


def join(visit: Visit, email: str) -> None:
    """From the amount to the receipt, without a password."""
    visit.go("/san-francisco/join/")
    choose_amount(visit, "12")
    give_account(visit, email)
    visit.press("Pay $12.00")
    pay_with(visit.page, GOOD)
    welcome = visit.page.get_by_role("heading", level=1)
    expect(welcome).to_have_text(re.compile("^Welcome, Nora"), timeout=60_000)


def take(page: Page, name: str) -> bytes:
    """Download the file of that name, once its worker has made it."""
    link = page.get_by_role("main").get_by_role("link", name=re.compile(name)).first
    expect(link).to_be_visible(timeout=60_000)
    with page.expect_download() as waiting:
        link.click()
    path: Path = waiting.value.path()
    return path.read_bytes()


def ask_to_erase(visit: Visit, email: str) -> None:
    """With a code from a letter, as people without a password do."""
    visit.go("/me/erase/")
    before = len(visit.stack.letters(email))
    visit.press("Send me a code to go on")
    until(lambda: len(visit.stack.letters(email)) > before, "the code's letter")
    subject = visit.letter(email, "erase")["subject"]
    code = re.search(r"\d{8}", subject)
    assert code is not None, subject
    visit.page.get_by_label("Code from the letter").fill(code[0])
    visit.press("Erase my account in 7 days")
    expect(visit.page.get_by_role("status")).to_contain_text("Your account is erased on")


def test_member_decides_takes_everything_and_is_forgotten(visitor: Visit, stack: Stack) -> None:
    email = f"nora-{secrets.token_hex(4)}@example.org"
    join(visitor, email)

    page = visitor.go("/me/mail/")
    page.get_by_label("News of the chapter").uncheck()
    visitor.press("Save")
    expect(page.get_by_label("News of the chapter")).not_to_be_checked()
    expect(page.get_by_label("News of people you invited")).to_be_checked()
    assert stack.run(THANK.format(to=email)) == "queued"
    letter = visitor.letter(email, "ten")
    stop = re.search(r"Stop letters of this kind: https?://[^/\s]+(/\S+)", letter["text"])
    assert stop is not None, letter["text"]
    one_click: dict[str, str | float | bool] = {"List-Unsubscribe": "One-Click"}
    assert visitor.context.request.post(stop[1], form=one_click).status == 200
    visitor.go("/me/mail/")
    expect(page.get_by_label("News of people you invited")).not_to_be_checked()
    assert stack.run(THANK.format(to=email)) == "declined"

    visitor.go("/me/")
    visitor.press("Make the statement")
    assert take(page, "statement").startswith(b"%PDF-")
    visitor.go("/me/")
    page.get_by_role("region", name="Receipts table").get_by_role("link").first.click()
    page.get_by_role("button", name=re.compile("PDF")).click()
    assert take(page, r"^SF-[0-9-]+\.pdf$").startswith(b"%PDF-")
    visitor.press("Make a copy")
    archive = zipfile.ZipFile(io.BytesIO(take(page, "network-city-data.zip")))
    data = json.loads(archive.read("data.json"))
    assert [row["email"] for row in data["members.User"]] == [email]
    assert [row["amount_cents"] for row in data["members.Payment"]] == [1200]

    ask_to_erase(visitor, email)
    visitor.press("Keep my account")
    expect(page.get_by_role("status")).to_contain_text("Nothing is erased")
    assert stack.rows(DUE, email) == []
    ask_to_erase(visitor, email)
    ((person,),) = stack.rows(DUE, email)
    stack.ring("members.tasks.keep_promises")
    name = "select name from members_user where id = %s and not is_active"
    assert until(lambda: stack.rows(name, person), "the erasure", 60) == [("Former member",)]
    visitor.go("/me/")
    page.wait_for_url("**/account/login/**")
    for table in ("members_user", "account_emailaddress", "chapters_mailchoice"):
        assert stack.rows(f"select from {table} where email = %s", email) == []
    assert stack.rows('select from chapters_mail where "to" = %s', email) == []
