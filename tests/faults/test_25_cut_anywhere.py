"""Fault 25, step by step: the connection to PostgreSQL ends before any one statement of a page."""

from collections.abc import Callable
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from django.db import connection

from tests.factories import make_agenda, make_convening, make_membership, make_section

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault(25)]


class Cut:
    """Counts statements, and ends the server's side of the connection before one of them."""

    def __init__(self, place: int | None = None) -> None:
        self.place, self.seen = place, 0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.seen += 1
        if self.seen == self.place:
            self._end()
        return execute(*arguments)

    def _end(self) -> None:
        pid = connection.connection.info.backend_pid
        link = psycopg2.connect(**connection.get_connection_params())
        with closing(link), link.cursor() as cursor:
            cursor.execute("select pg_terminate_backend(%s, 5000)", [pid])
            assert cursor.fetchone() == (True,)


def visit(client: Any, address: str, cut: Cut) -> int:
    with connection.execute_wrapper(cut):
        status: int = client.get(address).status_code
    connection.close()
    return status


@pytest.mark.parametrize("address", ["/", "/san-francisco/", "/san-francisco/agenda/", "/me/"])
def test_wherever_the_connection_ends_the_page_says_to_come_back(address, mia, sf, client_for):
    make_section(make_agenda(sf), mia)
    make_convening(sf)
    make_membership(sf, user=mia)
    client = client_for(mia, raise_request_exception=False)
    # The first page of a session writes more than those after it.
    visit(client, address, Cut())
    peace = Cut()
    assert visit(client, address, peace) == 200
    told = {place: visit(client, address, Cut(place)) for place in range(1, peace.seen + 1)}
    assert told == dict.fromkeys(told, 503)
    assert visit(client, address, Cut()) == 200
