"""The pages of signing in and of one's account, and the backbone's admin."""

from tests.browsing import PASSWORD, Visit, email_of
from tests.pages.shown import Shown, send_form


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


def at(name: str, path: str, person: str = "") -> Shown:
    """A page whose address is its route."""
    return Shown(name, f"account/{path}", f"/account/{path}", person)


PAGES = [
    # Signing in
    at("login", "login/"),
    Shown("login-errors", "account/login/", "/account/login/", after=send_form, statuses=(422,)),
    at("code", "login/code/"),
    Shown("code-confirm", "account/login/code/confirm/", "", before=ask_for_code),
    at("signup", "signup/"),
    at("signup-passkey", "signup/passkey/"),
    at("inactive", "inactive/"),
    at("verification", "confirm-email/"),
    at("reset", "password/reset/"),
    at("reset-done", "password/reset/done/"),
    Shown(
        "reset-key",
        "account/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        "/account/password/reset/key/1-worn-out/",
    ),
    at("reset-key-done", "password/reset/key/done/"),
    Shown("second-step", "account/2fa/authenticate/", "", before=give_password),
    # One's own account; Dee has every second factor
    at("logout", "logout/", "mia"),
    at("email", "email/", "mia"),
    at("password", "password/change/", "mia"),
    at("reauthenticate", "reauthenticate/", "mia"),
    at("sessions", "sessions/", "mia"),
    at("factors", "2fa/", "mia"),
    at("factors-dee", "2fa/", "dee"),
    at("app-add", "2fa/totp/activate/", "mia"),
    at("app-remove", "2fa/totp/deactivate/", "dee"),
    at("codes", "2fa/recovery-codes/", "dee"),
    at("codes-new", "2fa/recovery-codes/generate/", "dee"),
    at("keys", "2fa/webauthn/", "dee"),
    at("key-add", "2fa/webauthn/add/", "dee"),
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
    at("factors-again", "2fa/reauthenticate/", "dee"),
    at("key-again", "2fa/webauthn/reauthenticate/", "dee"),
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
    Shown("admin-payouts", "admin/*", "/admin/members/payout/", "bea"),
    Shown("admin-person", "admin/*", "/admin/members/user/{mia_id}/change/", "bea"),
    Shown("admin-convening", "admin/*", "/admin/convenings/convening/add/", "bea"),
]
