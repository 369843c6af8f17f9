"""Pages over Django's hello, served by the same gunicorn settings side by side in one run.

CPU is that of the web processes and PostgreSQL, which holds still while latency moves.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from bench.figure import Figure
from bench.ground import cpu_seconds, request_often, resident_mb, running_stack
from tests.stack import ROOT, Stack, Visitor, free_ports, until

FIGURES = (
    "chapter_page_vs_hello",
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
ROUNDS = 6
HELLOS = 400
PAGES = 60
REGISTRATIONS = 40


def measure(wanted: set[str]) -> Iterator[Figure]:
    """Hello and the pages in turns, so that what disturbs one disturbs the others."""
    stack = running_stack()
    if wanted & set(FIGURES[:4]):
        yield from (figure for figure in _compare(stack) if figure.name in wanted)
    if "registration_cpu_ms" in wanted:
        yield _register(stack)
    if "web_worker_mb" in wanted:
        yield _weigh(stack)


def _compare(stack: Stack) -> Iterator[Figure]:
    site = (stack.pid("web"), stack.pid("postgres"))
    with _hello() as (port, hello):
        request_often(stack.port, CHAPTER, 20)
        request_often(stack.port, JOIN, 20)
        tag = request_often(stack.port, SERIES, 20)["ETag"]
        request_often(port, "/", 50)
        same = {"If-None-Match": tag}
        works: dict[str, tuple[Callable[[], object], tuple[int, ...], int]] = {
            "hello": (partial(request_often, port, "/", HELLOS), (hello,), HELLOS),
            "chapter_page": (partial(request_often, stack.port, AFRESH, PAGES), site, PAGES),
            "join_page": (partial(request_often, stack.port, JOIN, PAGES), site, PAGES),
            "anonymous_page": (partial(request_often, stack.port, CHAPTER, HELLOS), site, HELLOS),
            "not_modified": (
                partial(request_often, stack.port, SERIES, HELLOS, same, 304), site, HELLOS,
            ),
        }  # fmt: skip
        spent = dict.fromkeys(works, 0.0)
        for _ in range(ROUNDS):
            for name, (work, leaders, times) in works.items():
                spent[name] += _cpu(work, leaders) / times
    cost = {name: 1000 * seconds / ROUNDS for name, seconds in spent.items()}
    for name in ("chapter_page", "join_page", "anonymous_page", "not_modified"):
        detail = {"cpu_ms": round(cost[name], 2), "hello_cpu_ms": round(cost["hello"], 2)}
        yield Figure(f"{name}_vs_hello", round(cost[name] / cost["hello"], 2), "ratio", detail)


def _cpu(work: Callable[[], object], leaders: tuple[int, ...]) -> float:
    before = cpu_seconds(*leaders)
    work()
    return cpu_seconds(*leaders) - before


@contextmanager
def _hello() -> Iterator[tuple[int, int]]:
    """Serve hello; gives the port and the process."""
    port = free_ports()
    command = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "bench.hello"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    environment = {**os.environ, "BIND": f"127.0.0.1:{port}"}
    server = subprocess.Popen(command, cwd=ROOT, env=environment, **quiet)  # type: ignore[call-overload]
    try:
        until(partial(_answers, port), "hello", 30)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(20)


def _answers(port: int) -> bool:
    try:
        return bool(request_often(port, "/", 1))
    except OSError:
        return False


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
