"""Faults 1 and 2: nobody sees or changes another chapter, on any route, in any way."""

import itertools
import logging
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatch

import pytest

from tests.isolation import registry
from tests.isolation.crawler import Crawler
from tests.isolation.routes import Route, all_routes, unknown_parameters
from tests.isolation.world import make_world

# The parts that the routes are crawled in, each in a world of its own, so that helpers share the
# work: how the addresses or the names of a part's routes begin. A visit leaves everything as it
# was, so that a route is asked the same in any company.
PARTS = ("/admin/members/", "/admin/", "agendas:", "measurement:", "")
FEWEST_REQUESTS = 4_000


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Refusals are what the crawler lives on; the log need not repeat them."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def routes_of(part: str) -> list[Route]:
    """What is crawled in a part: a route belongs to the first that it begins like."""
    return [route for route in all_routes() if part_of(route) == part]


def part_of(route: Route) -> str:
    """The part in which a route is crawled; the last takes what is left."""
    return next(
        one for one in PARTS if f"/{route.form}".startswith(one) or route.name.startswith(one)
    )


@pytest.mark.fault(1)
@pytest.mark.fault(2)
@pytest.mark.parametrize(
    "part",
    [
        pytest.param(one, marks=pytest.mark.xdist_group(f"crawl of {one or 'the rest'}"))
        for one in PARTS
    ],
    ids=lambda part: part.strip("/:") or "the rest",
)
def test_crawler_finds_no_leak_on_any_route(db, provider, record_property, part):
    routes, world = routes_of(part), make_world()
    unknown = unknown_parameters(routes, world.home)
    assert not unknown, "\n".join(unknown)
    crawler = Crawler(world)
    crawler.crawl(routes)
    record_property(f"crawler_requests {part}".rstrip(), crawler.requests)
    assert not crawler.findings, crawler.report()
    assert not crawler.unvisited(routes), "\n".join(crawler.unvisited(routes))
    assert crawler.requests >= FEWEST_REQUESTS


def test_the_parts_make_up_all_routes():
    parts = [routes_of(part) for part in PARTS]
    assert all(parts)
    assert Counter(itertools.chain(*parts)) == Counter(all_routes())


def test_every_exception_still_speaks_of_a_route():
    names = {route.name for route in all_routes()}
    tables = (registry.OPEN_WRITES, registry.HOLDERS, registry.EXCUSED, registry.UNREACHED)
    patterns = {pattern for table in tables for pattern in table}
    patterns |= {pattern for pattern, _, _ in registry.PARAMETERS}
    assert [p for p in sorted(patterns) if not any(fnmatch(name, p) for name in names)] == []
