"""How allauth's people and letters become ours."""

import re
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.core import ratelimit
from django.conf import settings
from django.http import HttpRequest

from chapters.post import post


class AccountAdapter(DefaultAccountAdapter):
    """Sends allauth's messages through the outbox, each as text and HTML."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "Check the e-mail address and the password; together they "
        "are not right",
        "incorrect_code": "Enter the code from the newest e-mail we sent you",
        "too_many_login_attempts": "Wait five minutes, then try again",
        "rate_limited": "Wait a few minutes, then try again",
        "unknown_email": "Enter the e-mail address of your account",
        "incorrect_password": "Enter the password of your account",
    }

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link in a letter leads to the site itself, whatever host the request named."""
        path = urlsplit(super().get_reset_password_from_key_url(key)).path
        return f"{settings.SITE_URL}{path}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the letter into the outbox, in the transaction that asks for it."""
        letter = self.render_mail(template_prefix, email, context)
        paragraphs = [part.strip() for part in re.split(r"\n\s*\n", str(letter.body))]
        known = {"subject": letter.subject, "paragraphs": [part for part in paragraphs if part]}
        post("account", email, {**known, "code": context.get("code")})


def may_ask_for_code(request: HttpRequest, email: str) -> bool:
    """Count one more question for a code; False when this browser or address asked too often."""
    return bool(ratelimit.consume(request, action="request_login_code", key=email.lower()))


def send_sign_in_code(request: HttpRequest, user: Any, email: str) -> None:
    """Mail a code and remember that this browser waits for it."""
    LoginCodeVerificationProcess.initiate(request=request, user=user, email=email)
