"""The whole crawl, for `bench/crawler.py`: every route, everybody, every variant."""

import json
import logging
import os
import time
from pathlib import Path

from tests.isolation.crawler import Crawler
from tests.isolation.routes import all_routes
from tests.isolation.world import make_world

ENOUGH = 50_000


def test_full_crawl(db):
    """Crawl until there were enough requests; the report is written as it stands at the end."""
    logging.disable(logging.CRITICAL)
    limit = time.monotonic() + float(os.environ.get("CRAWL_SECONDS", "3600"))
    # Our own first: a run that is cut short has seen at least those.
    routes = sorted(all_routes(), key=lambda route: route.is_foreign)
    crawler, rounds = Crawler(make_world(), full=True), 0
    ours = [route for route in routes if not route.is_foreign]
    while crawler.requests < ENOUGH and time.monotonic() < limit:
        for route in routes if rounds == 0 else ours:
            if time.monotonic() < limit:
                crawler.crawl([route])
        rounds += 1
    report = {
        "requests": crawler.requests,
        "leaks": len(crawler.findings),
        "routes": len(routes),
        "unvisited": crawler.unvisited(routes),
        "rounds": rounds,
        "first": crawler.report().splitlines()[:10],
    }
    Path(os.environ["CRAWL_REPORT"]).write_text(json.dumps(report))
    assert not crawler.findings, crawler.report()
