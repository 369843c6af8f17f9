"""Either wall holds alone, and the probes and the crawler notice when one is missing."""

import logging
import zlib
from collections.abc import Iterator
from typing import Any

import pytest

from chapters.models import Seat
from tests.isolation.crawler import Crawler, leaked, readable
from tests.isolation.mutations import (
    complaints,
    no_row_security,
    open_policies,
    plain_managers,
)
from tests.isolation.planted import DENVER
from tests.isolation.planting import Side, owned_models, plant
from tests.isolation.registry import OPEN_TABLES
from tests.isolation.routes import Route, Unknown, all_routes
from tests.isolation.world import make_world

TABLES = [model._meta.db_table for model in owned_models()]
CLOSED = [table for table in TABLES if table not in OPEN_TABLES]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Refusals are what these tests live on; the log need not repeat them."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def sides(transactional_db: None) -> tuple[Side, Side]:
    """A home chapter and another one, committed: walls are taken down on a second connection."""
    home = plant("San Francisco", "home", published=False)
    return home, plant("Denver", DENVER, published=False)


def all_complaints(sides: tuple[Side, Side], *, by_sql: bool) -> dict[str, list[str]]:
    return complaints(owned_models(), *sides, by_sql=by_sql)


def test_both_walls_stand(sides):
    assert all_complaints(sides, by_sql=True) == {}
    assert all_complaints(sides, by_sql=False) == {}


def test_row_security_holds_without_the_managers(sides):
    with plain_managers():
        assert all_complaints(sides, by_sql=False) == {}


def test_the_managers_hold_without_row_security(sides, owner_cursor):
    with no_row_security(owner_cursor, *TABLES):
        assert all_complaints(sides, by_sql=False) == {}
        assert set(all_complaints(sides, by_sql=True)) == set(CLOSED)
    assert all_complaints(sides, by_sql=True) == {}


def test_every_single_policy_is_missed_when_it_is_gone(sides, owner_cursor):
    for table in CLOSED:
        with open_policies(owner_cursor, table):
            assert set(all_complaints(sides, by_sql=True)) == {table}
        with open_policies(owner_cursor, table, condition="false"):
            assert set(all_complaints(sides, by_sql=True)) == {table}
    assert all_complaints(sides, by_sql=True) == {}


def test_every_single_manager_is_missed_when_it_is_gone(sides, owner_cursor):
    with no_row_security(owner_cursor, *TABLES):
        for model in owned_models():
            missed = {model._meta.db_table} - OPEN_TABLES.keys()
            with plain_managers(model):
                assert set(all_complaints(sides, by_sql=False)) == missed


def test_open_tables_are_open_by_their_own_policy(owner_cursor):
    for table in OPEN_TABLES:
        owner_cursor.execute(
            "select count(*) from pg_policy where polname = 'public' and polrelid = %s::regclass",
            [table],
        )
        assert owner_cursor.fetchone() == (1,), table


# --- The crawler itself ---------------------------------------------------------------------------


def some_routes() -> list[Route]:
    names = ("agendas:section-edit", "chapters:job")
    return [route for route in all_routes() if route.name in names]


def crawl(routes: list[Route]) -> list[str]:
    crawler = Crawler(make_world())
    crawler.crawl(routes)
    return [finding.what for finding in crawler.findings]


@pytest.mark.parametrize("standing", ["row security", "managers"])
def test_the_crawler_finds_nothing_behind_either_wall(transactional_db, owner_cursor, standing):
    if standing == "managers":
        with no_row_security(owner_cursor, *TABLES):
            assert crawl(some_routes()) == []
    else:
        # Seats keep theirs: they say who one is, and people see their own in every chapter.
        with plain_managers(*(model for model in owned_models() if model is not Seat)):
            assert crawl(some_routes()) == []


def test_the_crawler_notices_when_both_walls_are_gone(transactional_db, owner_cursor):
    with no_row_security(owner_cursor, *TABLES), plain_managers():
        assert any(what.startswith(f"shows {DENVER}") for what in crawl(some_routes()))


def test_the_crawler_names_a_route_that_nobody_reached(db):
    crawler = Crawler(make_world())
    route = Route("nowhere", "no/such/page/", ())
    crawler.crawl([route])
    assert [line.partition(":")[0] for line in crawler.unvisited([route])] == [
        "nowhere (/no/such/page/)"
    ]


def test_an_unknown_parameter_says_how_to_register_it(db):
    side = plant("San Francisco", "home", published=True)
    with pytest.raises(Unknown, match=r'"nowhere", "riddle".*PARAMETERS'):
        Route("nowhere", "no/%(riddle)s/", ("riddle",)).address(side)


def answer(body: bytes = b"", **headers: str) -> Any:
    from django.http import HttpResponse

    return HttpResponse(body, headers=headers)


@pytest.mark.parametrize(
    "response",
    [
        answer(b"<p>CanaryDenver7 name</p>"),
        answer(b'{"amount": 918273}'),
        answer(b"$9,182.73"),
        answer(Location="/x/?q=canarydenver"),
        answer(b"%PDF stream\n" + zlib.compress(b"canarydenver") + b"endstream"),
    ],
)
def test_a_mark_is_seen_wherever_it_stands(response):
    assert leaked(readable(response), [DENVER]) == [DENVER]
