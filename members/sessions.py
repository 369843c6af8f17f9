"""Sessions whose first read brings the person along: one query instead of three.

A session's own row does not say whose it is, but the list of a person's sessions does, and where
each was last seen from. Whoever is found so still passes every check of Django's sign-in.
"""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from members.models import User


@dataclass(frozen=True)
class Seen:
    """Where a session was last seen from, and when."""

    ip: str
    user_agent: str
    at: datetime


class SessionStore(db.SessionStore):
    """Django's sessions in the database; `person` and `seen` are None until they are known."""

    person: User | None = None
    seen: Seen | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """The table is Django's."""
        return Session

    def load(self) -> dict[str, Any]:
        """The session's values, and beside them its person."""
        with connection.cursor() as cursor:
            cursor.execute(_statement(), [self.session_key, timezone.now()])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        data, ip, user_agent, at, *cells = row
        if cells[0] is not None:
            self.person = User.from_db("default", _names(), cells)
            self.seen = Seen(ip, user_agent, at)
        return dict(self.decode(data))


def _names() -> list[str]:
    return [field.attname for field in User._meta.concrete_fields]


@functools.cache
def _statement() -> str:
    """Written once: writing it by the ORM costs more than running it. The key comes first."""
    quote = connection.ops.quote_name
    person = ", ".join(f"person.{quote(str(field.column))}" for field in User._meta.concrete_fields)
    tables = [quote(model._meta.db_table) for model in (Session, UserSession, User)]
    return """
        SELECT session.session_data, seen.ip, seen.user_agent, seen.last_seen_at, {person}
        FROM {0} session
            LEFT JOIN {1} seen ON seen.session_key = session.session_key
            LEFT JOIN {2} person ON person.id = seen.user_id
        WHERE session.session_key = %s AND session.expire_date > %s
    """.format(*tables, person=person)  # noqa: S608


# --- Who is at hand while Django asks its back ends ----------------------------------------------

_at_hand: ContextVar[User | None] = ContextVar("person", default=None)


@contextmanager
def at_hand(person: User | None) -> Iterator[None]:
    """Spare the back ends a query for this person."""
    token = _at_hand.set(person)
    try:
        yield
    finally:
        _at_hand.reset(token)


def take(number: Any) -> User | None:
    """The person at hand, if it is the one of this number."""
    person = _at_hand.get()
    return person if person is not None and person.pk == number else None
