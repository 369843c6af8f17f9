"""The pages of joining, and a member's own."""

import re
import secrets

from playwright.sync_api import expect

from tests.browsing import PASSWORD, Visit
from tests.pages.shown import CHAPTER, SF, Shown, send_form

# The link at the end of a letter that can be declined.
DECLINE = """
from chapters.mail_choices import address
from chapters.models import Chapter, MailChoice
choice, _ = MailChoice.objects.get_or_create(email="otto@demo.network-city.example")
print(address(choice, Chapter.objects.get(slug="denver"), MailChoice.Topic.values[0]))
"""
GIFTED = f"gifted-{secrets.token_hex(4)}@example.org"


def choose_dues(visit: Visit) -> None:
    """Answer the second step of joining San Francisco."""
    visit.go("/san-francisco/join/")
    visit.page.locator("input[name=amount][value='36']").check()
    visit.press("Continue")
    visit.page.wait_for_url(lambda url: not url.endswith("/san-francisco/join/"))


def choose_too_little(visit: Visit) -> None:
    """Answer it with less than the minimum."""
    visit.page.locator("input[name=amount][value=other]").check()
    visit.page.get_by_label("Other amount").fill("11.99")
    send_form(visit)


def decline_letters(visit: Visit) -> None:
    """Follow that link."""
    visit.page.goto(visit.stack.run(DECLINE))


def prove(visit: Visit, password: str) -> None:
    """Give a password for the erasure of one's account."""
    visit.page.get_by_label("Your password").fill(password)
    visit.press("Erase my account in 7 days")


def prove_wrongly(visit: Visit) -> None:
    """Give another password than one's own."""
    prove(visit, "not-this-one")
    expect(visit.page.get_by_role("alert")).to_be_visible()


def ask_erasure(visit: Visit) -> None:
    """Begin the seven days."""
    prove(visit, PASSWORD)
    visit.page.get_by_role("button", name="Keep my account").wait_for()


def keep_account(visit: Visit) -> None:
    """Take the wish back, where there is one."""
    keep = visit.page.get_by_role("button", name="Keep my account")
    if not keep.count():
        ask_erasure(visit)
    keep.click()
    visit.page.get_by_role("button", name="Erase my account in 7 days").wait_for()


def fill_gift(visit: Visit) -> None:
    """Answer what to give, to an address that nobody has used."""
    page = visit.go("/san-francisco/gift/")
    page.get_by_label("Your name").fill("Mia R.")
    page.get_by_label("Name of the person").fill("Ann Day")
    page.get_by_label("E-mail address of the person").fill(GIFTED)
    page.get_by_label("Your message").fill("For all the meetings you came to.")
    visit.press("Continue")


def pay_gift(visit: Visit) -> None:
    """Give, and pay on the hosted page."""
    fill_gift(visit)
    visit.press("Pay $12.00")
    page = visit.page
    page.get_by_label("Card number").fill("4242424242424242")
    page.get_by_label("Expiry").fill("12/34")
    page.get_by_label("Security code").fill("123")
    page.get_by_role("button", name=re.compile("^Pay ")).click()
    visit.heading("Your gift is on its way to Ann Day")


def open_gift(visit: Visit) -> None:
    """Open the letter of a gift, signed out."""
    pay_gift(visit)
    text = visit.letter(GIFTED, "gives you")["text"]
    visit.context.clear_cookies()
    visit.page.goto(re.findall(r"https?://\S+/gifts/\S+", text)[0])


def follow_own_link(visit: Visit) -> None:
    """Open one's personal link, as somebody who is signed out."""
    address = visit.page.locator("input[readonly]").first.input_value()
    visit.context.clear_cookies()
    visit.page.goto(address)


def invite_somebody(visit: Visit) -> None:
    """Send an invitation to a new address, and open its letter's link signed out."""
    to = f"invited-{secrets.token_hex(4)}@example.org"
    visit.page.get_by_label("E-mail addresses").first.fill(to)
    visit.press("Send invitations")
    text = visit.letter(to, "invites you")["text"]
    visit.context.clear_cookies()
    visit.page.goto(re.findall(r"https?://\S+/invitations/\S+", text)[0])


PAGES = [
    # Joining
    Shown("join", "join/", "/join/"),
    Shown("join-amount", f"{CHAPTER}join/", f"{SF}/join/"),
    Shown(
        "join-amount-errors",
        f"{CHAPTER}join/",
        f"{SF}/join/",
        after=choose_too_little,
        statuses=(422,),
    ),
    Shown("join-account", f"{CHAPTER}join/account/", f"{SF}/join/account/", before=choose_dues),
    Shown("join-name", f"{CHAPTER}join/account/", f"{SF}/join/account/", "bea", choose_dues),
    Shown("join-review", f"{CHAPTER}join/review/", f"{SF}/join/review/", "bea", choose_dues),
    Shown("join-search", "join/", "/join/?q=83702"),
    Shown("place-ask", f"{CHAPTER}join/paid-place/", f"{SF}/join/paid-place/"),
    Shown("place-ask-otto", f"{CHAPTER}join/paid-place/", f"{SF}/join/paid-place/", "otto"),
    Shown("places", f"{CHAPTER}places/", f"{SF}/places/", "lou"),
    Shown("move", "me/move/", "/me/move/", "mia"),
    Shown("join-done", f"{CHAPTER}join/done/", f"{SF}/join/done/", "mia"),
    # A member's own
    Shown("me", "me/", "/me/", "mia"),
    Shown("me-otto", "me/", "/me/", "otto"),
    Shown("me-bea", "me/", "/me/", "bea"),
    Shown("name", "me/name/", "/me/name/", "mia"),
    Shown("receipt", "me/receipts/<int:pk>/", "/me/receipts/{receipt}/", "mia"),
    Shown("billing", "me/billing/", "/me/billing/", "mia"),
    Shown("billing-none", "me/billing/", "/me/billing/", "bea"),
    # One's own data
    Shown("mail", "me/mail/", "/me/mail/", "mia"),
    Shown("mail-off", "mail/off/<str:token>/", "", before=decline_letters),
    Shown("zone", "me/zone/", "/me/zone/", "mia"),
    Shown("files", "me/export/", "/me/export/", "mia"),
    Shown("erase", "me/erase/", "/me/erase/", "mia"),
    Shown("erase-errors", "me/erase/", "/me/erase/", "mia", after=prove_wrongly, statuses=(422,)),
    Shown("erase-asked", "me/erase/", "/me/erase/", "mia", after=ask_erasure),
    Shown("erase-kept", "me/erase/", "/me/erase/", "mia", after=keep_account),
    # Invitations
    Shown("invitations", "me/invitations/", "/me/invitations/", "lou"),
    Shown("invitations-none", "me/invitations/", "/me/invitations/", "bea"),
    Shown(
        "invitations-errors",
        f"{CHAPTER}invite/",
        "/me/invitations/",
        "lou",
        after=send_form,
        statuses=(422,),
    ),
    Shown("invitations-council", f"{CHAPTER}invitations/", f"{SF}/invitations/", "lou"),
    Shown(
        "invitation-link",
        f"{CHAPTER}invited/<slug:code>/",
        "/me/invitations/",
        "lou",
        after=follow_own_link,
    ),
    Shown(
        "invitation",
        f"{CHAPTER}invitations/<str:token>/",
        "/me/invitations/",
        "lou",
        after=invite_somebody,
    ),
    # Gifts
    Shown("gift", "gift/", "/gift/"),
    Shown("gift-give", f"{CHAPTER}gift/", f"{SF}/gift/"),
    Shown("gift-errors", f"{CHAPTER}gift/", f"{SF}/gift/", after=send_form, statuses=(422,)),
    Shown("gift-account", f"{CHAPTER}gift/account/", "", before=fill_gift),
    Shown("gift-review", f"{CHAPTER}gift/review/", "", "mia", fill_gift),
    Shown("gift-done", f"{CHAPTER}gift/done/", "", "mia", pay_gift),
    Shown("gift-answer", f"{CHAPTER}gifts/<str:token>/", "", "mia", open_gift),
    Shown("job", f"{CHAPTER}jobs/<uuid:pk>/", f"{SF}/jobs/{{job}}/", "lou"),
]
