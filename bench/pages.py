"""Pages over Django's hello, served by the same gunicorn settings side by side in one run.

CPU is that of the web processes and PostgreSQL, which holds still while latency moves.
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from bench.figure import Figure
from bench.ground import (
    Work,
    cpu_seconds,
    in_turns,
    request_often,
    resident_mb,
    running_stack,
    served,
)
from tests.stack import Stack, Visitor, until

FIGURES = (
    "chapter_page_vs_hello",
    "dashboard_page_vs_hello",
    "join_page_vs_hello",
    "anonymous_page_vs_hello",
    "not_modified_vs_hello",
    "registration_cpu_ms",
    "web_worker_mb",
)
CHAPTER = "/san-francisco/"
# It carries a form with a token of its own, so it is made afresh for everybody.
JOIN = CHAPTER + "join/"
# What the dashboard draws from.
SERIES = "/api/v1/series/0667000/employment_rate_25_54/"
# A parameter that no page knows: it is answered afresh, and its answer is not kept.
AFRESH = CHAPTER + "?fresh=1"
DASHBOARD = CHAPTER + "dashboard/?fresh=1"
ROUNDS = 6
HELLOS = 400
PAGES = 60
REGISTRATIONS = 40


def measure(wanted: set[str]) -> Iterator[Figure]:
    """Hello and the pages in turns, so that what disturbs one disturbs the others."""
    stack = running_stack()
    if wanted & set(FIGURES[:5]):
        yield from (figure for figure in _compare(stack) if figure.name in wanted)
    if "registration_cpu_ms" in wanted:
        yield _register(stack)
    if "web_worker_mb" in wanted:
        yield _weigh(stack)


def _compare(stack: Stack) -> Iterator[Figure]:
    site = (stack.pid("web"), stack.pid("postgres"))
    tag = request_often(stack.port, SERIES, 20)["ETag"]
    asked: dict[str, tuple[Any, ...]] = {
        "chapter_page": (AFRESH, PAGES),
        "dashboard_page": (DASHBOARD, PAGES),
        "join_page": (JOIN, PAGES),
        "anonymous_page": (CHAPTER, HELLOS),
        "not_modified": (SERIES, HELLOS, {"If-None-Match": tag}, 304),
    }
    with served("bench.hello") as (port, hello):
        works = {"hello": Work(partial(request_often, port, "/", HELLOS), (hello,), HELLOS)}
        for name, request in asked.items():
            works[name] = Work(partial(request_often, stack.port, *request), site, request[1])
        cost = in_turns(works, ROUNDS)
    for name in asked:
        detail = {"cpu_ms": round(cost[name], 2), "hello_cpu_ms": round(cost["hello"], 2)}
        yield Figure(f"{name}_vs_hello", round(cost[name] / cost["hello"], 2), "ratio", detail)


def _register(stack: Stack) -> Figure:
    """From the page of a convening over its form to the page that confirms, and the letter."""
    listing = Visitor(stack.url).get("/san-francisco/convenings/")
    path = re.findall(r"/san-francisco/convenings/\d+/", listing)[0]
    _sign_up(stack, path, 5, "warm")
    site, worker = (stack.pid("web"), stack.pid("postgres")), stack.pid("worker")
    before, worker_before = cpu_seconds(*site), cpu_seconds(worker)
    _sign_up(stack, path, REGISTRATIONS, "guest")
    until(lambda: len(stack.letters("@guest.example")) == REGISTRATIONS, "the letters", 60)
    cost = 1000 * (cpu_seconds(*site) - before) / REGISTRATIONS
    mail = 1000 * (cpu_seconds(worker) - worker_before) / REGISTRATIONS
    detail = {"requests": 3, "registrations": REGISTRATIONS, "worker_cpu_ms": round(mail, 1)}
    return Figure("registration_cpu_ms", round(cost, 1), "ms", detail)


def _sign_up(stack: Stack, path: str, times: int, domain: str) -> None:
    for number in range(times):
        visitor = Visitor(stack.url)
        visitor.get(path)
        visitor.post(path, name=f"Guest {number}", email=f"{number}@{domain}.example")


def _weigh(stack: Stack) -> Figure:
    """A web worker after all that it was asked here and a walk over the main pages."""
    for page in ("/", CHAPTER, CHAPTER + "dashboard/", CHAPTER + "agenda/", "/join/", "/start/"):
        request_often(stack.port, page, 10)
    workers = stack.children("web")
    weights = [round(resident_mb(pid), 1) for pid in workers]
    detail = {"workers": weights, "pss_mb": [round(resident_mb(pid, "Pss"), 1) for pid in workers]}
    return Figure("web_worker_mb", max(weights), "MB", detail)
