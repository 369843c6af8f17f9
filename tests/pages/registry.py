"""Every page of the site with an example, for axe and for pictures.

A page is named by its route as `config.checks.routes` gives it. A new page needs a line in
`PAGES`; a new address that is no page one in `NO_PAGES`, with the reason.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatch

from playwright.sync_api import FilePayload, expect

from tests.browsing import PASSWORD, Visit, email_of
from tests.stack import Stack

# What an address is made of; each finds one value behind no walls.
EXAMPLES = {
    "section": "select min(s.id) from agendas_section s join chapters_chapter c"
    " on c.id = s.chapter_id where c.slug = 'san-francisco'",
    "convening": "select min(s.id) from convenings_convening s join chapters_chapter c"
    " on c.id = s.chapter_id where c.slug = 'san-francisco'",
    "full": "select max(s.id) from convenings_convening s join chapters_chapter c"
    " on c.id = s.chapter_id where c.slug = 'san-francisco'",
    "registration": "select token from convenings_registration order by id limit 1",
    "application": "select token from chapters_application order by id limit 1",
    "application_id": "select id from chapters_application order by id limit 1",
    "membership_id": "select min(id) from members_membership",
    "mia_id": "select id from members_user where email like 'mia@%%'",
    **{
        name: f"select min(o.id) from members_{table} o join chapters_chapter c"
        " on c.id = o.chapter_id where c.slug = 'san-francisco'"
        for name, table in {
            "organization": "organizationmembership",
            "seat": "representative",
            "offer": "offer",
            "need": "need",
        }.items()
    },
    "match": "select min(o.id) from members_offer o join members_need n on n.kind = o.kind"
    " and n.chapter_id = o.chapter_id where n.id = (select min(n.id) from members_need n"
    " join chapters_chapter c on c.id = n.chapter_id where c.slug = 'san-francisco')",
    "receipt": "select p.id from members_payment p join members_user u on u.id = p.user_id"
    " where u.email like 'mia@%%' order by p.id limit 1",
    "waiting": "select token from chapters_waitlistentry order by id limit 1",
    "job": "select id from chapters_job where status = 'done' order by created_at limit 1",
    "key": "select a.id from mfa_authenticator a join members_user u on u.id = a.user_id"
    " where u.email like 'dee@%%' and a.type = 'webauthn' limit 1",
}


@dataclass(frozen=True)
class Shown:
    """A page as somebody sees it: its name, its route, who looks, where, and what comes before."""

    name: str
    route: str
    address: str
    person: str = ""
    before: Callable[[Visit], None] | None = None
    after: Callable[[Visit], None] | None = None
    # Answers that belong to this page, such as 422 for a form with errors.
    statuses: tuple[int, ...] = ()

    def open(self, visit: Visit, stack: Stack) -> None:
        """Bring the visit there, giving the password once more where that is asked."""
        with visit.expecting(*self.statuses):
            if self.before:
                self.before(visit)
            if self.address:
                path = fill_in(self.address, stack)
                visit.go(path) if "reauthenticate" in path else visit.open_guarded(path)
            if self.after:
                self.after(visit)


def fill_in(address: str, stack: Stack) -> str:
    """The address with examples in the place of `{names}`."""
    names = re.findall(r"{(\w+)}", address)
    return address.format(**{name: stack.rows(EXAMPLES[name])[0][0] for name in names})


# --- What comes before, or after ------------------------------------------------------------------


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


def ask_for_code(visit: Visit) -> None:
    """Have a sign-in code sent."""
    visit.go("/account/login/code/")
    visit.page.locator("input[name=email]").fill(email_of("otto"))
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url("**/confirm/**")


def give_password(visit: Visit) -> None:
    """Stand before the second step of signing in."""
    visit.go("/account/login/")
    visit.page.locator("input[name=login]").fill(email_of("dee"))
    visit.page.locator("input[name=password]").fill(PASSWORD)
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url("**/2fa/authenticate/**")


def describe(visit: Visit) -> None:
    """Answer the first step of an organization that joins San Francisco."""
    page = visit.go("/san-francisco/organizations/join/")
    page.get_by_label("Name of the organization").fill("Bay Shelter Alliance")
    page.get_by_label("Sector").select_option("nonprofit")
    visit.press("Continue")
    page.wait_for_url("**/join/size/")


def choose_size(visit: Visit) -> None:
    """Answer the second one too."""
    describe(visit)
    visit.page.locator("input[name=tier]").first.check()
    visit.press("Continue")
    visit.page.wait_for_url("**/join/review/")


def read_request(visit: Visit) -> None:
    """Ask for an offer that matches a need, unless somebody did, and open the question."""
    visit.go(fill_in("/san-francisco/needs/{need}/", visit.stack))
    asked = visit.page.get_by_role("main").locator("a[href*='/offers/requests/']")
    if not asked.count():
        visit.page.get_by_role("link", name=re.compile("^Ask for it")).first.click()
        visit.press("Ask")
    asked.first.click()
    visit.page.wait_for_url("**/offers/requests/**")


def send_form(visit: Visit) -> None:
    """Send the page's first form as it is, and wait for what is wrong with it."""
    visit.page.get_by_role("main").locator("form[method=post] button").first.click()
    expect(visit.page.get_by_role("alert")).to_be_visible()


def save_meanwhile(visit: Visit) -> None:
    """Save a text that was written on a version before the newest."""
    form = visit.page.locator("form:has([name=base_version])")
    form.locator("[name=base_version]").evaluate("node => { node.value = node.value - 1 }")
    form.locator("[name=body]").fill("Rent rises faster than pay, and women carry most of it.")
    form.locator("[name=reason]").fill("Says it shorter")
    form.locator("button").click()
    expect(visit.page.get_by_role("alert")).to_be_visible()


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


# The link at the end of a letter that can be declined.
DECLINE = """
from chapters.mail_choices import address
from chapters.models import Chapter, MailChoice
choice, _ = MailChoice.objects.get_or_create(email="otto@demo.network-city.example")
print(address(choice, Chapter.objects.get(slug="denver"), MailChoice.Topic.values[0]))
"""


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


GIFTED = f"gifted-{secrets.token_hex(4)}@example.org"
CHAPTER = "<slug:chapter>/"
UPLOAD = f"{CHAPTER}data/<uuid:pk>/"
ORGANIZATIONS = f"{CHAPTER}organizations/"
SECTION = f"{CHAPTER}agenda/sections/<int:pk>/"
SF = "/san-francisco"
AGENDA_SECTION = f"{SF}/agenda/sections/{{section}}"
PAGES = [
    # Front pages
    Shown("home", "", "/"),
    Shown("home-mia", "", "/", "mia"),
    Shown("chapter", CHAPTER, f"{SF}/"),
    Shown("chapter-lou", CHAPTER, f"{SF}/", "lou"),
    Shown("chapter-launching", CHAPTER, "/tucson/"),
    Shown("chapter-gathering", CHAPTER, "/richmond/"),
    Shown("not-found", "", "/no-such-city/dashboard/", statuses=(404,)),
    # Words
    Shown("method", "method/", "/method/"),
    Shown("privacy", "privacy/", "/privacy/"),
    Shown("accessibility", "accessibility/", "/accessibility/"),
    Shown("help", "help/", "/help/"),
    # Figures
    Shown("dashboard", f"{CHAPTER}dashboard/", f"{SF}/dashboard/"),
    Shown("dashboard-lou", f"{CHAPTER}dashboard/", f"{SF}/dashboard/?topic=income", "lou"),
    Shown("dashboard-denver", f"{CHAPTER}dashboard/", "/denver/dashboard/"),
    Shown("dashboard-richmond", f"{CHAPTER}dashboard/", "/richmond/dashboard/"),
    Shown(
        "indicator",
        f"{CHAPTER}dashboard/<slug:code>/",
        f"{SF}/dashboard/employment_gap_25_54/",
    ),
    Shown("indicators", "indicators/", "/indicators/"),
    Shown("uploads", f"{CHAPTER}data/", f"{SF}/data/", "lou"),
    Shown("upload-new", f"{CHAPTER}data/new/", f"{SF}/data/new/", "lou"),
    Shown(
        "upload-new-errors",
        f"{CHAPTER}data/new/",
        f"{SF}/data/new/",
        "lou",
        after=send_form,
        statuses=(422,),
    ),
    Shown("upload", UPLOAD, "", "lou", lambda visit: send_figures(visit)),
    Shown("upload-wrong", UPLOAD, "", "lou", lambda visit: send_wrong_figures(visit)),
    Shown("upload-columns", f"{UPLOAD}columns/", "", "lou", lambda visit: send_wide_figures(visit)),
    Shown("api", "api/v1/", "/api/v1/"),
    # The agenda
    Shown("agenda", f"{CHAPTER}agenda/", f"{SF}/agenda/"),
    Shown("agenda-lou", f"{CHAPTER}agenda/", f"{SF}/agenda/", "lou"),
    Shown("agenda-none", f"{CHAPTER}agenda/", "/minneapolis/agenda/"),
    Shown("section", f"{SECTION}edit/", f"{AGENDA_SECTION}/edit/", "lou"),
    Shown(
        "section-conflict",
        f"{SECTION}edit/",
        f"{AGENDA_SECTION}/edit/",
        "lou",
        after=save_meanwhile,
        statuses=(409,),
    ),
    Shown("section-history", f"{SECTION}history/", f"{AGENDA_SECTION}/history/", "lou"),
    # Convenings
    Shown("convenings", "convenings/", "/convenings/"),
    Shown("convenings-chapter", f"{CHAPTER}convenings/", f"{SF}/convenings/"),
    Shown("convenings-none", f"{CHAPTER}convenings/", "/tucson/convenings/"),
    Shown("convening", f"{CHAPTER}convenings/<int:pk>/", f"{SF}/convenings/{{convening}}/"),
    Shown("convening-mia", f"{CHAPTER}convenings/<int:pk>/", f"{SF}/convenings/{{full}}/", "mia"),
    Shown(
        "convening-errors",
        f"{CHAPTER}convenings/<int:pk>/",
        f"{SF}/convenings/{{convening}}/",
        after=lambda visit: send_empty(visit, "main form.card"),
        statuses=(422,),
    ),
    Shown(
        "registered",
        f"{CHAPTER}convenings/<int:pk>/registered/",
        f"{SF}/convenings/{{convening}}/registered/",
    ),
    Shown(
        "registration",
        f"{CHAPTER}convenings/registrations/<str:token>/",
        f"{SF}/convenings/registrations/{{registration}}/",
    ),
    # Founding
    Shown("start", "start/", "/start/"),
    Shown("start-errors", "start/", "/start/", after=send_form, statuses=(422,)),
    Shown("received", "start/<slug:token>/", "/start/{application}/"),
    Shown("waitlist", "join/waitlist/", "/join/waitlist/?city=Boise&state=ID"),
    Shown("waitlist-errors", "join/waitlist/", "/join/waitlist/", after=send_form, statuses=(422,)),
    Shown("waitlist-sent", "join/waitlist/sent/", "/join/waitlist/sent/"),
    Shown("waitlist-entry", "join/waitlist/<slug:token>/", "/join/waitlist/{waiting}/"),
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
        after=lambda visit: follow_own_link(visit),
    ),
    Shown(
        "invitation",
        f"{CHAPTER}invitations/<str:token>/",
        "/me/invitations/",
        "lou",
        after=lambda visit: invite_somebody(visit),
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
    # Open books
    Shown("books", f"{CHAPTER}books/", f"{SF}/books/"),
    Shown("books-none", f"{CHAPTER}books/", "/tucson/books/"),
    Shown("books-nation", "books/", "/books/"),
    Shown("expenses", f"{CHAPTER}expenses/", f"{SF}/expenses/", "lou"),
    # Signing in
    Shown("login", "account/login/", "/account/login/"),
    Shown("login-errors", "account/login/", "/account/login/", after=send_form, statuses=(422,)),
    Shown("code", "account/login/code/", "/account/login/code/"),
    Shown("code-confirm", "account/login/code/confirm/", "", before=ask_for_code),
    Shown("signup", "account/signup/", "/account/signup/"),
    Shown("signup-passkey", "account/signup/passkey/", "/account/signup/passkey/"),
    Shown("inactive", "account/inactive/", "/account/inactive/"),
    Shown("verification", "account/confirm-email/", "/account/confirm-email/"),
    Shown("reset", "account/password/reset/", "/account/password/reset/"),
    Shown("reset-done", "account/password/reset/done/", "/account/password/reset/done/"),
    Shown(
        "reset-key",
        "account/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        "/account/password/reset/key/1-worn-out/",
    ),
    Shown(
        "reset-key-done",
        "account/password/reset/key/done/",
        "/account/password/reset/key/done/",
    ),
    Shown("second-step", "account/2fa/authenticate/", "", before=give_password),
    # One's own account; Dee has every second factor
    Shown("logout", "account/logout/", "/account/logout/", "mia"),
    Shown("email", "account/email/", "/account/email/", "mia"),
    Shown("password", "account/password/change/", "/account/password/change/", "mia"),
    Shown("reauthenticate", "account/reauthenticate/", "/account/reauthenticate/", "mia"),
    Shown("sessions", "account/sessions/", "/account/sessions/", "mia"),
    Shown("factors", "account/2fa/", "/account/2fa/", "mia"),
    Shown("factors-dee", "account/2fa/", "/account/2fa/", "dee"),
    Shown("app-add", "account/2fa/totp/activate/", "/account/2fa/totp/activate/", "mia"),
    Shown("app-remove", "account/2fa/totp/deactivate/", "/account/2fa/totp/deactivate/", "dee"),
    Shown("codes", "account/2fa/recovery-codes/", "/account/2fa/recovery-codes/", "dee"),
    Shown(
        "codes-new",
        "account/2fa/recovery-codes/generate/",
        "/account/2fa/recovery-codes/generate/",
        "dee",
    ),
    Shown("keys", "account/2fa/webauthn/", "/account/2fa/webauthn/", "dee"),
    Shown("key-add", "account/2fa/webauthn/add/", "/account/2fa/webauthn/add/", "dee"),
    Shown(
        "key-edit",
        "account/2fa/webauthn/keys/<int:pk>/edit/",
        "/account/2fa/webauthn/keys/{key}/edit/",
        "dee",
    ),
    Shown(
        "key-remove",
        "account/2fa/webauthn/keys/<int:pk>/remove/",
        "/account/2fa/webauthn/keys/{key}/remove/",
        "dee",
    ),
    Shown(
        "factors-again",
        "account/2fa/reauthenticate/",
        "/account/2fa/reauthenticate/",
        "dee",
    ),
    Shown(
        "key-again",
        "account/2fa/webauthn/reauthenticate/",
        "/account/2fa/webauthn/reauthenticate/",
        "dee",
    ),
    # Organizations and offers
    Shown("organizations", ORGANIZATIONS, f"{SF}/organizations/"),
    Shown("organizations-none", ORGANIZATIONS, f"{SF}/organizations/?q=zzzz"),
    Shown("organization", f"{ORGANIZATIONS}<int:pk>/", f"{SF}/organizations/{{organization}}/"),
    Shown(
        "organization-edit",
        f"{ORGANIZATIONS}<int:pk>/edit/",
        f"{SF}/organizations/{{organization}}/edit/",
        "lou",
    ),
    Shown(
        "organization-seats",
        f"{ORGANIZATIONS}<int:pk>/seats/",
        f"{SF}/organizations/{{organization}}/seats/",
        "lou",
    ),
    Shown(
        "organization-seat",
        f"{ORGANIZATIONS}<int:pk>/seats/<int:seat>/",
        f"{SF}/organizations/{{organization}}/seats/{{seat}}/",
        "lou",
    ),
    Shown(
        "organization-renew",
        f"{ORGANIZATIONS}<int:pk>/renew/",
        f"{SF}/organizations/{{organization}}/renew/",
        "lou",
    ),
    Shown("organization-join", f"{ORGANIZATIONS}join/", f"{SF}/organizations/join/", "mia"),
    Shown("organization-known", f"{ORGANIZATIONS}join/", "/denver/organizations/join/", "lou"),
    Shown(
        "organization-join-errors",
        f"{ORGANIZATIONS}join/",
        f"{SF}/organizations/join/",
        "mia",
        after=send_form,
        statuses=(422,),
    ),
    Shown("organization-size", f"{ORGANIZATIONS}join/size/", "", "mia", before=describe),
    Shown("organization-review", f"{ORGANIZATIONS}join/review/", "", "mia", before=choose_size),
    Shown(
        "seat-invitation-over",
        f"{ORGANIZATIONS}invitations/<str:token>/",
        f"{SF}/organizations/invitations/over/",
        statuses=(410,),
    ),
    Shown("offers", f"{CHAPTER}offers/", f"{SF}/offers/"),
    Shown("offers-lou", f"{CHAPTER}offers/", f"{SF}/offers/", "lou"),
    Shown("offers-none", f"{CHAPTER}offers/", f"{SF}/offers/?q=zzzz"),
    Shown("offer-new", f"{CHAPTER}offers/new/", f"{SF}/offers/new/", "lou"),
    Shown(
        "offer-errors",
        f"{CHAPTER}offers/new/",
        f"{SF}/offers/new/",
        "lou",
        after=send_form,
        statuses=(422,),
    ),
    Shown("offers-mine", f"{CHAPTER}offers/mine/", f"{SF}/offers/mine/", "lou"),
    Shown("offer", f"{CHAPTER}offers/<int:pk>/", f"{SF}/offers/{{offer}}/", "lou"),
    Shown("offer-edit", f"{CHAPTER}offers/<int:pk>/edit/", f"{SF}/offers/{{offer}}/edit/", "lou"),
    Shown("needs", f"{CHAPTER}needs/", f"{SF}/needs/", "lou"),
    Shown("need-new", f"{CHAPTER}needs/new/", f"{SF}/needs/new/", "lou"),
    Shown("need", f"{CHAPTER}needs/<int:pk>/", f"{SF}/needs/{{need}}/", "lou"),
    Shown("need-edit", f"{CHAPTER}needs/<int:pk>/edit/", f"{SF}/needs/{{need}}/edit/", "lou"),
    Shown(
        "need-ask",
        f"{CHAPTER}needs/<int:pk>/ask/<int:offer>/",
        f"{SF}/needs/{{need}}/ask/{{match}}/",
        "lou",
    ),
    Shown("offer-request", f"{CHAPTER}offers/requests/<int:pk>/", "", "lou", before=read_request),
    # The backbone's admin
    Shown("admin", "admin/", "/admin/", "bea"),
    Shown("admin-app", "admin/*", "/admin/chapters/", "bea"),
    Shown("admin-queue", "admin/*", "/admin/chapters/application/", "bea"),
    Shown(
        "admin-application",
        "admin/*",
        "/admin/chapters/application/{application_id}/change/",
        "bea",
    ),
    Shown("admin-members", "admin/*", "/admin/members/membership/", "bea"),
    Shown("admin-payments", "admin/*", "/admin/members/payment/", "bea"),
    Shown("admin-person", "admin/*", "/admin/members/user/{mia_id}/change/", "bea"),
    Shown("admin-convening", "admin/*", "/admin/convenings/convening/add/", "bea"),
]


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


def send_empty(visit: Visit, form: str) -> None:
    """Send a form with nothing in it, past the browser's own checks."""
    visit.page.locator(form).evaluate("node => { node.noValidate = true }")
    for box in visit.page.locator(f"{form} input:not([type=hidden])").all():
        box.fill("")
    visit.page.locator(f"{form} button").first.click()
    expect(visit.page.locator("[aria-invalid=true]").first).to_be_visible()


def send_figures(visit: Visit, text: str = "", until: str = "Load the figures") -> None:
    """Send a file of figures as the council does, and wait until it is checked."""
    page = visit.go("/san-francisco/data/new/")
    release = secrets.token_hex(4)
    head = "indicator,ref_area,period,value"
    text = text or f"{head}\nemployment_rate_25_54,0667000,1999,0.5\n"
    file = FilePayload(name="figures.csv", mimeType="text/csv", buffer=text.encode())
    page.get_by_label("File of figures").set_input_files(files=[file])
    for label, answer in {
        "Publisher": "Example Bureau",
        "Table or data set": "Work",
        "Release": release,
        "License": "Public domain",
    }.items():
        page.get_by_label(label, exact=True).fill(answer)
    visit.press("Send and check")
    expect(page.get_by_text(until).first).to_be_visible(timeout=60_000)


def send_wrong_figures(visit: Visit) -> None:
    """Send a file with an error in every line."""
    lines = "\n".join(f"employment_rate_25_54,667000,{year},1O4" for year in range(1950, 1980))
    send_figures(visit, f"indicator,ref_area,period,value\n{lines}", "Nothing was loaded")


def send_wide_figures(visit: Visit) -> None:
    """Send a file that has one place a line, and go to where its columns are named."""
    send_figures(visit, "geoid,rate,margin\n0667000,0.5,0.01\n", "Name the columns")
    visit.page.get_by_role("link", name="Name the columns").click()
    expect(visit.page.get_by_role("button", name="Check with these columns")).to_be_visible()


# Addresses that show no page of ours by themselves, and why.
NO_PAGES = {
    "api/v1/*/": "an answer for programs",
    "api/v1/schema/": "an answer for programs",
    "healthz": "for machines",
    "readyz": "for machines",
    "webhooks/stripe/": "for the payment provider",
    f"{CHAPTER}dashboard/file/": "takes a form only",
    f"{UPLOAD}problems/": "a file",
    f"{UPLOAD}<slug:step>/": "takes a form only",
    f"{SECTION}restore/<int:revision>/": "takes a form only",
    f"{CHAPTER}convenings/<int:pk>/convening.ics": "a file",
    f"{CHAPTER}join/beside/": "takes a form only",
    f"{CHAPTER}places/number/": "takes a form only",
    f"{CHAPTER}places/<int:pk>/": "takes a form only",
    f"{ORGANIZATIONS}file.csv": "a file",
    f"{ORGANIZATIONS}<int:pk>/invitations/<int:invitation>/withdraw/": "takes a form only",
    f"{ORGANIZATIONS}pay/<uuid:pk>/": "leads to the payment page",
    f"{ORGANIZATIONS}returned/": "leads back into the way of paying",
    f"{ORGANIZATIONS}paid/": "follows a payment; the journey of organizations sees it",
    f"{CHAPTER}join/pay/": "leads to the payment page",
    f"{CHAPTER}pay/<uuid:pk>/": "leads to the payment page",
    "me/erase/undo/": "takes a form only",
    "me/export/<uuid:pk>/": "a file",
    "me/receipts/<int:pk>/pdf/": "takes a form only",
    "me/statement/": "takes a form only",
    "me/billing/<int:pk>/stop/": "asks for dues that renew, which nobody of the demo has",
    "me/billing/<int:pk>/cancel/": "takes a form only",
    "me/billing/<int:pk>/resume/": "takes a form only",
    "me/billing/<int:pk>/portal/": "takes a form only",
    "me/billing/<int:pk>/back/": "leads back from the page for the card",
    f"{CHAPTER}join/returned/": "leads back into the way of joining",
    f"{CHAPTER}jobs/<uuid:pk>/stop/": "takes a form only",
    f"{CHAPTER}jobs/<uuid:pk>/files/<uuid:file>/": "a file",
    f"{CHAPTER}books.csv": "a file",
    f"{CHAPTER}expenses/<int:pk>/approve/": "takes a form only",
    f"{CHAPTER}expenses/<int:pk>/reject/": "takes a form only",
    f"{CHAPTER}expenses/<int:pk>/pay/": "takes a form only",
    "account/password/set/": "nobody is without a password who sees it",
    "account/2fa/recovery-codes/download/": "a file",
    "account/2fa/webauthn/login/": "takes a form only, or answers for programs",
    "account/2fa/webauthn/signup/": "follows only on a sign-up with a confirmed code",
}


def is_known(route: str) -> bool:
    """Whether a route has its example or its reason."""
    patterns = {page.route for page in PAGES} | set(NO_PAGES)
    return route in patterns or any(fnmatch(route, one) for one in patterns if "*" in one)
