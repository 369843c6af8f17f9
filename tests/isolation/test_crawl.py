"""Faults 1 and 2: nobody sees or changes another chapter, on any route, in any way."""

import logging
from collections.abc import Iterator
from fnmatch import fnmatch

import pytest

from tests.isolation import registry
from tests.isolation.crawler import Crawler
from tests.isolation.routes import all_routes, unknown_parameters
from tests.isolation.world import make_world

FEWEST_REQUESTS = 5_000


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Refusals are what the crawler lives on; the log need not repeat them."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.fault(1)
@pytest.mark.fault(2)
def test_crawler_finds_no_leak_on_any_route(db, provider, record_property):
    routes, world = all_routes(), make_world()
    unknown = unknown_parameters(routes, world.home)
    assert not unknown, "\n".join(unknown)
    crawler = Crawler(world)
    crawler.crawl(routes)
    record_property("crawler_requests", crawler.requests)
    assert not crawler.findings, crawler.report()
    assert not crawler.unvisited(routes), "\n".join(crawler.unvisited(routes))
    assert crawler.requests >= FEWEST_REQUESTS


def test_every_exception_still_speaks_of_a_route():
    names = {route.name for route in all_routes()}
    tables = (registry.OPEN_WRITES, registry.HOLDERS, registry.EXCUSED, registry.UNREACHED)
    patterns = {pattern for table in tables for pattern in table}
    patterns |= {pattern for pattern, _, _ in registry.PARAMETERS}
    assert [p for p in sorted(patterns) if not any(fnmatch(name, p) for name in names)] == []
