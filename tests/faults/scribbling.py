"""A chapter whose people write script into every field that members fill in.

Everything goes through the product's own forms. Each field's text begins with a mark of its own,
so that a page which shows it can be told.
"""

import re
import secrets
import string
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Locator, Page, Request, expect

from tests.browsing import SignIns, Visit
from tests.stack import until

# Out of an attribute, out of a title, and then an element that runs by itself.
SHORT = "'\"></title><img src=x onerror=__xss=1>"
LONG = "'\"></title></textarea><script>__xss=1</script><img src=x onerror=__xss=1>{{7*7}}"
# For the narrowest fields.
TINY = "'\"><svg onload=__xss=1>"
# For texts that have marks of their own, for links and lists.
MARKED = ("body", "background", "proposal")
PROSE = f"""{LONG}

[go](javascript:__xss=1) [there](https://example.org/"onmouseover="__xss=1)

- **<b onmouseover=__xss=1>**
"""
LINES = (LONG, SHORT, TINY)
# Valid as addresses, and elements as markup: neither has a blank.
ADDRESS = '"<svg/onload=__xss=1>"@example.org'
LINK = "https://example.org/?{}'\"><svg/onload=__xss=1>"
TEXTS = "input[type=text], input:not([type]), input[type=url], textarea"
SENDING = "button:not([type=button]), input[type=submit]"
FOUND_CHAPTER = """
import datetime
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.utils import timezone
from chapters.models import Chapter, Place, Seat
from chapters.scope import in_chapter
from members.actions import sponsor_membership
from members.models import User
place = Place.objects.get(geoid="4752006")
here = Chapter.objects.create(
    slug="{slug}", name={name!r}, place=place, zone=place.zone, status="active",
    vision={vision!r},
)
for handle in {handles}:
    email = f"{{handle}}-{word}@example.org"
    person = User.objects.create_user(email, "network-city-demo", name=handle.capitalize())
    if handle == "lead":
        User.objects.filter(pk=person.pk).update(is_staff=True)
        person.groups.add(Group.objects.get(name="Backbone lead"))
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    with in_chapter(here):
        if handle in ("chair", "second"):
            sponsor_membership(person, here)
            Seat.objects.create(
                chapter=here, user=person, role="chair" if handle == "chair" else "member",
                shown_as={shown!r}[handle], brings={brings!r}, accepted_at=timezone.now(),
            )
"""
HANDLES = ("chair", "second", "payer", "asker", "double", "guest", "lead")


@dataclass
class Plot:
    """The chapter, its people, and what was written where."""

    sign_ins: SignIns
    word: str = field(default_factory=lambda: secrets.token_hex(3))
    # The mark of each text: whose page, and which field.
    marks: dict[str, str] = field(default_factory=dict)
    # Whose page, and which one, where no list of addresses below has it.
    pages: list[tuple[str, str]] = field(default_factory=list)
    seen: dict[str, set[str]] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)

    @property
    def slug(self) -> str:
        """The chapter's address."""
        return f"nashville-{self.word}"

    @property
    def chapter(self) -> str:
        """The chapter's number."""
        return str(self.rows("select id from chapters_chapter where slug = %s", self.slug)[0][0])

    def email(self, handle: str) -> str:
        """Whom `handle` names; nothing names a visitor."""
        return f"{handle}-{self.word}@example.org" if handle else ""

    def open(self, handle: str = "", **options: Any) -> Visit:
        """A browser of this person."""
        visit = self.sign_ins.open(self.email(handle), **options)
        visit.context.add_init_script(WATCH)
        return visit

    def close(self, visit: Visit) -> None:
        """End a visit, and keep what went wrong in it."""
        visit.context.close()
        self.troubles += visit.troubles

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a query finds, behind no walls."""
        return self.sign_ins.stack.rows(query, *values)

    def text(self, where: str, room: int = 4000, texts: tuple[str, ...] = LINES) -> str:
        """A text for one field; `room` is how many characters it takes."""
        mark = self.mark(where)
        fitting = [text for text in texts if len(mark + text) <= room]
        assert fitting, f"{where}: no script has room in {room} characters"
        return mark + fitting[0]

    def link(self, where: str) -> str:
        """An address of the web for one field."""
        return LINK.format(self.mark(where))

    def mark(self, where: str) -> str:
        """The next mark, noted for a field."""
        first, second = divmod(len(self.marks), 26)
        mark = f"zq{string.ascii_lowercase[first]}{string.ascii_lowercase[second]}"
        self.marks[mark] = where
        return mark

    def fill(self, form: Locator, where: str, **answers: str) -> None:
        """Write script into every text field of a form but those whose answer is given.

        What a person would open first is opened; a field that nobody could fill is an error.
        """
        for box in form.locator(TEXTS).all():
            name = box.get_attribute("name") or ""
            if box.is_disabled() or box.get_attribute("readonly") is not None:
                continue
            uncover(box)
            box.fill(answers[name] if name in answers else self._script_for(box, f"{where} {name}"))

    def _script_for(self, box: Locator, where: str) -> str:
        if "url" in (box.get_attribute("type"), box.get_attribute("inputmode")):
            return self.link(where)
        room = int(box.get_attribute("maxlength") or 4000)
        has_marks = box.get_attribute("name") in MARKED
        return self.text(where, room, (PROSE, *LINES) if has_marks else LINES)


def uncover(box: Locator) -> None:
    """Open every fold around a field, as somebody does who wants to fill it in."""
    box.evaluate("""box => {
      const folds = [];
      for (let at = box.closest("details"); at; at = at.parentElement.closest("details"))
        folds.unshift(at);
      for (const fold of folds) if (!fold.open) fold.querySelector("summary").click();
    }""")
    expect(box).to_be_visible()


# --- Looking at a page ----------------------------------------------------------------------------

# Collects what a page's own policy forbade, from before its first script.
WATCH = """
window.__forbidden = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.__forbidden.push(`${event.violatedDirective} ${event.sample || event.blockedURI}`);
});
"""
READ = """() => ({
  ran: Boolean(window.__xss),
  made: document.querySelectorAll(
    "img[src='x'], img[src='/x'], [onload], [onerror], [onmouseover], a[href^='javascript:' i]"
  ).length,
  forbidden: window.__forbidden,
  text: [document.title, document.documentElement.innerText, document.body.textContent,
    ...[...document.querySelectorAll("input, textarea")].map((one) => one.value),
    ...[...document.querySelectorAll("a[href]")].map((one) => one.getAttribute("href")),
  ].join(" "),
})"""


def look_at(plot: Plot, visit: Visit, path: str = "") -> None:
    """Open a page, or stay on this one; note what ran, what was forbidden and which marks show."""
    page = visit.page
    if path:
        page.goto(path)
    found = page.evaluate(READ)
    where = page.url.removeprefix(visit.stack.url)
    if found["ran"] or found["made"] or found["forbidden"]:
        told = {name: found[name] for name in ("ran", "made", "forbidden")}
        plot.troubles.append(f"{where}: {told}")
    for mark in re.findall(r"zq[a-z]{2}", found["text"]):
        plot.seen.setdefault(mark, set()).add(where)


# --- Writing in a form ----------------------------------------------------------------------------


def main_form(page: Page, part: str = "") -> Locator:
    """The page's form, or the one that has `part`."""
    return page.locator(f"main form[method=post]:has({part or 'button'})").first


def send(page: Page, form: Locator, button: str | re.Pattern[str] = "") -> None:
    """Press a form's button and wait for the answer to it."""
    found = form.get_by_role("button", name=button, exact=isinstance(button, str))
    pressed = found if button else form.locator(SENDING).first

    def is_post(request: Request) -> bool:
        # A page that keeps a draft, or says who is there, posts too.
        return request.method == "POST" and request.is_navigation_request()

    with page.expect_request_finished(is_post):
        pressed.click()
    page.wait_for_load_state()


def pay(plot: Plot, page: Page) -> None:
    """Fill in the hosted page's form, and wait until the payment has arrived."""
    count = "select count(*) from members_payment"
    before = plot.rows(count)
    page.wait_for_url("**/c/pay/**")
    page.get_by_label("Card number").fill("4242424242424242")
    page.get_by_label("Expiry").fill("12/34")
    page.get_by_label("Security code").fill("123")
    page.get_by_role("button", name=re.compile("^Pay ")).click()
    until(lambda: plot.rows(count) != before, "a payment", 60)


def here_of(plot: Plot, page: Page) -> str:
    """The address that a page shows, without the site's name and what follows a question mark."""
    return page.url.removeprefix(plot.sign_ins.stack.url).partition("?")[0].partition("#")[0]
