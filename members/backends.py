"""Ways to know a person: Django's and allauth's, which take who came along with the session."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.backends import ModelBackend

from members.models import User
from members.sessions import take


class PersonBackend(ModelBackend):
    """Passwords and permissions."""

    def get_user(self, user_id: Any) -> User | None:
        """The person of a session, while they may sign in."""
        person = take(user_id)
        if person is None:
            return super().get_user(user_id)
        return person if self.user_can_authenticate(person) else None


class AccountBackend(PersonBackend, AuthenticationBackend):
    """Codes, passkeys, and addresses of e-mail."""
