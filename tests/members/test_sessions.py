"""The session's row brings its person: fewer questions, and none of the checks fewer."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from members.models import User
from tests.factories import make_user

READ = "/join/"


@pytest.fixture
def person(db: None) -> User:
    return make_user("ada")


@pytest.fixture
def visitor(person: User, client: Client) -> Client:
    client.force_login(person)
    client.get(READ)
    return client


def who(client: Client) -> Any:
    """As the middleware found."""
    request: Any = client.get(READ).wsgi_request
    return request._cached_user.pk


def test_who_is_signed_in_costs_one_question(
    visitor: Client, person: User, django_assert_num_queries: Any
) -> None:
    # The session with its person; two savepoints and their ends; the scope, set and taken back;
    # one read.
    with django_assert_num_queries(8):
        assert who(visitor) == person.pk


def test_a_changed_password_ends_other_sessions(visitor: Client, person: User) -> None:
    person.set_password("another long word")
    person.save()
    assert who(visitor) is None


def test_who_may_not_sign_in_any_more_is_nobody(visitor: Client, person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert who(visitor) is None


def test_an_ended_session_is_nobodys(visitor: Client, person: User) -> None:
    Session.objects.all().delete()
    assert who(visitor) is None


def test_an_old_session_is_nobodys(visitor: Client, person: User) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert who(visitor) is None


def test_the_list_of_sessions_gives_nobody_a_session(visitor: Client, person: User) -> None:
    """A row of the list that names another person changes nothing: the session says who it is."""
    UserSession.objects.update(user=make_user("eve"))
    assert who(visitor) == person.pk


def test_where_a_session_was_seen_is_written_once_a_minute(visitor: Client) -> None:
    row = UserSession.objects.get()
    client_seen = row.last_seen_at
    visitor.get(READ)
    row.refresh_from_db()
    assert row.last_seen_at == client_seen
    UserSession.objects.update(last_seen_at=client_seen - timedelta(seconds=61))
    visitor.get(READ)
    row.refresh_from_db()
    assert row.last_seen_at > client_seen


def test_another_place_is_written_at_once(visitor: Client) -> None:
    visitor.get(READ, headers={"User-Agent": "Another browser"})
    assert UserSession.objects.get().user_agent == "Another browser"
    visitor.get(READ, headers={"User-Agent": "Another browser"}, REMOTE_ADDR="10.1.1.1")
    assert UserSession.objects.get().ip == "10.1.1.1"
