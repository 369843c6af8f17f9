"""Passkeys, the second step and sessions in a real browser, under the site's own policy."""

import hmac
import re
import struct
import time
from base64 import b32decode
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.factories import PASSWORD

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]


@pytest.fixture
def refused(page: Page) -> Iterator[list[str]]:
    """What the browser's console calls an error; a blocked script or style is one."""
    page.set_default_timeout(10_000)
    errors: list[str] = []
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield errors
    assert errors == []


def sign_in(page: Page, address: str, email: str) -> None:
    page.goto(f"{address}/account/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in with the password").click()


def sign_out(page: Page, address: str) -> None:
    page.goto(f"{address}/account/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()


def open_guarded(page: Page, url: str) -> None:
    """Open a page that asks for the password once more."""
    page.goto(url)
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Confirm").click()
    page.wait_for_url(url)


def totp(secret: str) -> str:
    """The code an authenticator app shows now (RFC 6238)."""
    digest = hmac.digest(b32decode(secret), struct.pack(">Q", int(time.time()) // 30), "sha1")
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def test_a_passkey_is_added_and_signs_in(page: Page, live_server: Any, mia, refused):
    browser = page.context.new_cdp_session(page)
    browser.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    browser.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    sign_in(page, live_server.url, mia.email)
    open_guarded(page, f"{live_server.url}/account/2fa/webauthn/add/")
    page.get_by_label(re.compile("Name")).fill("Phone")
    page.get_by_label(re.compile("[Pp]asswordless")).check()
    page.locator("#mfa_webauthn_add").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    sign_out(page, live_server.url)
    page.goto(f"{live_server.url}/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Mia")


def test_an_app_gives_the_second_step(page: Page, live_server: Any, mia, refused):
    sign_in(page, live_server.url, mia.email)
    open_guarded(page, f"{live_server.url}/account/2fa/totp/activate/")
    picture = page.locator("main img")
    assert picture.evaluate("image => image.naturalWidth") > 0
    secret = page.locator("#authenticator_secret").input_value()
    page.get_by_label(re.compile("code", re.IGNORECASE)).fill(totp(secret))
    page.locator("main").get_by_role("button").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    codes = page.locator("#recovery_codes").input_value().split()
    sign_out(page, live_server.url)
    sign_in(page, live_server.url, mia.email)
    expect(page).to_have_url(re.compile("/account/2fa/authenticate/"))
    page.get_by_label(re.compile("code", re.IGNORECASE)).fill(codes[0])
    page.get_by_role("button", name="Sign in", exact=False).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Mia")


def test_other_sessions_can_be_ended(page: Page, live_server: Any, mia, client_for, refused):
    other = client_for()
    other.post("/account/login/", {"login": mia.email, "password": PASSWORD})
    other.get("/me/")
    sign_in(page, live_server.url, mia.email)
    page.goto(f"{live_server.url}/account/sessions/")
    expect(page.locator("main tbody tr")).to_have_count(2)
    page.get_by_role("button", name="Sign out everywhere else").click()
    expect(page.locator("main tbody tr")).to_have_count(1)
    assert other.get("/me/").status_code == 302
