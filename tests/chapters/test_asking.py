"""The database is told whose rows are in view, and asked who is there, where it matters."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from psycopg2.extensions import TRANSACTION_STATUS_IDLE

from chapters.scope import Scope, as_visitor, current, in_chapter, open_scope
from tests.factories import make_user
from tests.stack import until

pytestmark = pytest.mark.django_db(transaction=True)
TREND = "/api/v1/trend/?indicator=nothing"


def told() -> list[str]:
    """The settings that the database has at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(current_setting('app.chapter', true), ''),"
            " coalesce(current_setting('app.user', true), ''), current_setting('role')"
        )
        return list(cursor.fetchone())


def is_idle() -> bool:
    """True where the server knows of no transaction."""
    link: Any = connection.connection
    return bool(link.info.transaction_status == TRANSACTION_STATUS_IDLE)


def test_a_late_scope_is_told_with_the_first_statement(sf: Any) -> None:
    with open_scope(Scope(chapter_id=sf.pk, user_id=7), late=True):
        assert is_idle()
        assert told() == [str(sf.pk), "7", "none"]
    assert told() == ["", "", "none"]


def test_what_nobody_asked_for_is_told_to_nobody(sf: Any) -> None:
    with open_scope(Scope(sf.pk), late=True):
        pass
    assert is_idle()
    assert told() == ["", "", "none"]
    with open_scope(Scope(), late=True):
        assert told() == ["", "", "none"]


def test_a_scope_within_a_late_one_gives_it_back(sf: Any, denver: Any) -> None:
    with open_scope(Scope(chapter_id=sf.pk), late=True):
        with in_chapter(denver):
            assert told()[0] == str(denver.pk)
        assert told()[0] == str(sf.pk)
        with pytest.raises(ZeroDivisionError), in_chapter(denver):
            raise ZeroDivisionError
        assert told()[0] == str(sf.pk)


def test_a_visitor_sees_nothing_but_what_is_public(sf: Any) -> None:
    with as_visitor() as scope:
        assert current() == scope == Scope()
        assert told() == ["", "", "none"]
        assert not connection.in_atomic_block
    with in_chapter(sf), as_visitor():
        assert told() == ["", "", "none"]
    assert current() is None


def test_a_read_for_everybody_asks_nobody_who_they_are(client: Any, sf: Any) -> None:
    client.force_login(make_user("mia"))
    client.get(TREND)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(TREND).status_code == 404
    words = " ".join(query["sql"] for query in asked.captured_queries)
    assert "measurement_" in words
    assert [name for name in ("session", "members_user", "set_config") if name in words] == []


def test_the_data_of_a_chapter_are_read_in_its_scope(client: Any, sf: Any) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(f"/api/v1/agendas/{sf.slug}/?fresh=1").status_code == 400
        assert client.get(f"/api/v1/agendas/{sf.slug}/").status_code in {200, 404}
    told_of = [query["sql"] for query in asked.captured_queries if "set_config" in query["sql"]]
    assert all(f"set_config('app.chapter', '{sf.pk}', true)" in sql for sql in told_of)
    assert told_of


# --- Connections that are kept -------------------------------------------------------------------


@pytest.fixture
def other() -> Iterator[Any]:
    """A second connection of the server's role."""
    parameters: Any = {**connection.get_connection_params()}
    parameters.pop("cursor_factory", None)
    with closing(psycopg2.connect(**parameters)) as link:
        link.autocommit = True
        yield link.cursor()


def pid() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid() AS mine")
        return int(cursor.fetchone()[0])


def begin_a_request() -> None:
    connection.close_if_unusable_or_obsolete()


def test_a_silent_connection_is_not_asked_whether_it_stands(other: Any) -> None:
    mine = pid()
    begin_a_request()
    connection.cursor().close()
    other.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [mine])
    assert other.fetchone() == ("SELECT pg_backend_pid() AS mine",)
    assert pid() == mine


def test_a_connection_that_was_cut_is_made_anew(other: Any) -> None:
    mine = pid()
    other.execute("SELECT pg_terminate_backend(%s)", [mine])
    alive = "SELECT 1 FROM pg_stat_activity WHERE pid = %s"
    until(lambda: other.execute(alive, [mine]) or not other.fetchone(), "the end", 10)
    begin_a_request()
    assert pid() != mine
