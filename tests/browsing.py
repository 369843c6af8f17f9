"""People in front of a real browser, and everything that goes wrong in it.

A visit fails at its end for any script error, refused style or script, failed request, or answer
of 400 and more that the test did not expect.
"""

import base64
import hmac
import re
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import (
    APIResponse,
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    WebError,
    expect,
)

from tests.stack import Stack, until

PASSWORD = "network-city-demo"
DOMAIN = "demo.network-city.example"
# The browser's own line for what `_see_response` reports with its address.
SAID_TWICE = "Failed to load resource"
LIVE = "**/live/**"
# A user who always agrees.
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
expect.set_options(timeout=30_000)


class Visit:
    """One browser of one person: its page and its troubles."""

    def __init__(self, context: BrowserContext, stack: Stack) -> None:
        self.context, self.stack = context, stack
        self.troubles: list[str] = []
        self.asked: list[str] = []
        self._expected: set[int] = set()
        context.set_default_timeout(30_000)
        context.on("console", self._see_console)
        context.on("weberror", self._see_error)
        context.on("requestfailed", self._see_failure)
        context.on("response", self._see_response)
        # Two windows on one text write it together; tests of conflicts need them apart.
        context.route_web_socket(LIVE, lambda socket: socket.close(code=4003))
        self.page = context.new_page()

    # --- What goes wrong -------------------------------------------------------------------

    def _see_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and SAID_TWICE not in message.text:
            self.troubles.append(f"console: {message.text}")

    def _see_error(self, error: WebError) -> None:
        self.troubles.append(f"script: {error.error}")

    def _see_failure(self, request: Request) -> None:
        # Leaving a page while it still loads, and a download, end as "aborted".
        if "ERR_ABORTED" not in str(request.failure):
            self.troubles.append(f"failed: {request.url}: {request.failure}")

    def _see_response(self, response: Response) -> None:
        self.asked.append(response.url)
        if response.status >= 400 and response.status not in self._expected:
            self.troubles.append(f"{response.status}: {response.request.method} {response.url}")

    @contextmanager
    def expecting(self, *statuses: int) -> Iterator[None]:
        """Answers that are no trouble here: a refused form, a page of another chapter."""
        self._expected = set(statuses)
        try:
            yield
            self.page.wait_for_load_state()
        finally:
            self._expected = set()

    def write_together(self) -> "Visit":
        """Let the editors of this browser reach those of others."""
        self.context.route_web_socket(LIVE, lambda socket: socket.connect_to_server())
        return self

    # --- What people do --------------------------------------------------------------------

    def go(self, path: str) -> Page:
        """Open an address of the site."""
        self.page.goto(path)
        return self.page

    def status(self, path: str) -> int:
        """What an address answers to this person, without showing it."""
        answer: APIResponse = self.context.request.get(path)
        return answer.status

    def heading(self, text: str | re.Pattern[str]) -> None:
        """Wait until the page says so."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(text)

    def press(self, name: str) -> None:
        """Press a button."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        """Follow the first link of that name in the page's main part."""
        self.page.get_by_role("main").get_by_role("link", name=name, exact=True).first.click()

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        """By the form."""
        self.go("/account/login/")
        self.page.locator("input[name=login]").fill(email)
        self.page.locator("input[name=password]").fill(password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: "/account/login/" not in url)

    def open_guarded(self, path: str) -> Page:
        """Open a page that asks for the password once more, unless it was given just now."""
        self.go(path)
        if "/reauthenticate/" in self.page.url:
            self.page.locator("input[name=password]").fill(PASSWORD)
            self.page.keyboard.press("Enter")
            self.page.wait_for_url(lambda url: url.endswith(path))
        return self.page

    def enrol_app(self) -> str:
        """Set up an authenticator app and give its secret."""
        page = self.open_guarded("/account/2fa/totp/activate/")
        secret = page.locator("#authenticator_secret").input_value()
        page.locator("input[name=code]").fill(totp(secret, time.time()))
        page.keyboard.press("Enter")
        page.wait_for_url("**/account/2fa/recovery-codes/**")
        return secret

    def add_passkey(self, name: str) -> None:
        """Have Chromium's own authenticator in the device, and add it to the account."""
        session = self.context.new_cdp_session(self.page)
        session.send("WebAuthn.enable")
        session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        page = self.open_guarded("/account/2fa/webauthn/add/")
        page.locator("input[name=name]").fill(name)
        page.locator("input[name=passwordless]").check()
        page.locator("#mfa_webauthn_add").click()
        page.wait_for_url(lambda url: "/webauthn/add/" not in url)

    # --- What reaches them -----------------------------------------------------------------

    def letter(self, to: str, subject: str, seconds: float = 60) -> dict[str, Any]:
        """The newest letter to somebody whose subject has these words; waits for it."""

        def look() -> dict[str, Any] | None:
            found = (m for m in self.stack.letters(to) if subject.lower() in m["subject"].lower())
            return next(found, None)

        letter = until(look, f"a letter “{subject}” to {to}", seconds)
        assert letter is not None
        return letter

    def attachment(self, letter: dict[str, Any], place: int = 0) -> bytes:
        """The bytes of an attachment, from the mailbox."""
        address = f"{self.stack.mailbox_url}/message/{letter['id']}/attachment/{place}"
        return self.context.request.get(address).body()


def totp(secret: str, moment: float) -> str:
    """The six digits of an authenticator app (RFC 6238, SHA-1, 30 s)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(moment) // 30), "sha1")
    start = digest[-1] & 15
    (number,) = struct.unpack(">I", digest[start : start + 4])
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06d}"


def email_of(person: str) -> str:
    """`mia` has an address in the demo; an address is one already."""
    return person if "@" in person else f"{person}@{DOMAIN}"


class SignIns:
    """The cookies of people who signed in by the form, once a run."""

    def __init__(self, browser: Browser, stack: Stack) -> None:
        self.browser, self.stack = browser, stack
        self._states: dict[str, Any] = {}

    def state_of(self, person: str) -> Any:
        """What a browser context takes as its `storage_state`."""
        if person not in self._states:
            visit = Visit(self.browser.new_context(base_url=self.stack.url), self.stack)
            visit.sign_in(email_of(person))
            self._states[person] = visit.context.storage_state()
            visit.context.close()
            assert visit.troubles == []
        return self._states[person]

    def open(self, person: str = "", **options: Any) -> Visit:
        """A new browser, signed in or a visitor's."""
        if person:
            options["storage_state"] = self.state_of(person)
        options = {"viewport": {"width": 1280, "height": 900}, "locale": "en-US", **options}
        return Visit(self.browser.new_context(base_url=self.stack.url, **options), self.stack)


@pytest.fixture(scope="session")
def sign_ins(browser: Browser, stack: Stack) -> SignIns:
    """Everybody's browsers."""
    return SignIns(browser, stack)


@pytest.fixture
def visit_as(sign_ins: SignIns) -> Iterator[Callable[..., Visit]]:
    """`visit_as("lou")` is a browser in which Lou is signed in; `visit_as()` is a visitor's."""
    visits: list[Visit] = []

    def open_visit(person: str = "", **options: Any) -> Visit:
        visits.append(sign_ins.open(person, **options))
        return visits[-1]

    yield open_visit
    for visit in visits:
        visit.context.close()
    assert [trouble for visit in visits for trouble in visit.troubles] == []


@pytest.fixture
def visitor(visit_as: Callable[..., Visit]) -> Visit:
    """A stranger with a browser."""
    return visit_as()
