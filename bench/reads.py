"""The API's wide reads over the same reads by psycopg2 and orjson, side by side in one run.

CPU is that of the web processes and PostgreSQL. The API is asked with a session, so that nothing
comes ready-made: sign-in, scope and walls are in the figures. Needs `make bench-data`.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import Any

from bench.figure import Figure
from bench.ground import cpu_seconds, request_often
from bench.sets import fill, kept_stack
from tests.stack import ROOT, Stack, Visitor, free_ports, until

RATIOS = {
    "city_profile_vs_raw": ("/api/v1/profiles/9900500/", "/profile"),
    "compare_vs_raw": ("/api/v1/compare/?indicator=bench_30&period=2020", "/compare"),
    "trend_vs_raw": ("/api/v1/trend/?indicator=bench_30", "/trend"),
    "overview_vs_raw": ("/api/v1/overview/?period=2020", "/overview"),
}
FIGURES = (*RATIOS, "warm_vs_raw", "profile_growth_12x")
ROUNDS, TIMES, WARM_TIMES = 5, 60, 300
GROUPS = int(os.environ.get("BENCH_GROUPS", "1"))


def measure(wanted: set[str]) -> Iterator[Figure]:
    """Ours and the limit in turns; growth by adding eleven groups, where BENCH_GROUPS says so."""
    stack = kept_stack()
    try:
        rows = fill(stack)
        with _raw(stack) as (port, leader):
            before, figures = _compare(stack, port, leader, rows)
            if GROUPS > 1:
                rows = fill(stack, GROUPS)
                after, figures = _compare(stack, port, leader, rows)
                detail = {"cpu_ms": round(after, 2), "at_1_2m_cpu_ms": round(before, 2)}
                figures.append(
                    Figure("profile_growth_12x", round(after / before, 2), "ratio", detail)
                )
        yield from (figure for figure in figures if figure.name in wanted)
    finally:
        stack.stop()


def _compare(stack: Stack, port: int, leader: int, rows: int) -> tuple[float, list[Figure]]:
    cookie = {"Cookie": _session(stack)}
    site, raw = (stack.pid("web"), stack.pid("postgres")), (leader, stack.pid("postgres"))
    works: dict[str, tuple[Callable[[], object], tuple[int, ...], int]] = {}
    for name, (ours, limit) in RATIOS.items():
        works[name] = partial(request_often, stack.port, ours, TIMES, cookie), site, TIMES
        works[limit] = partial(request_often, port, limit, TIMES), raw, TIMES
    profile = RATIOS["city_profile_vs_raw"]
    works["warm"] = partial(request_often, stack.port, profile[0], WARM_TIMES), site, WARM_TIMES
    for work, _, _ in works.values():
        work()
    spent = dict.fromkeys(works, 0.0)
    for _ in range(ROUNDS):
        for name, (work, leaders, times) in works.items():
            before = cpu_seconds(*leaders)
            work()
            spent[name] += (cpu_seconds(*leaders) - before) / times
    cost = {name: 1000 * seconds / ROUNDS for name, seconds in spent.items()}
    figures = [_figure(name, cost[name], cost[limit], rows) for name, (_, limit) in RATIOS.items()]
    figures.append(_figure("warm_vs_raw", cost["warm"], cost[profile[1]], rows))
    return cost["city_profile_vs_raw"], figures


def _figure(name: str, ours: float, limit: float, rows: int) -> Figure:
    detail = {"cpu_ms": round(ours, 2), "raw_cpu_ms": round(limit, 2), "rows": rows}
    return Figure(name, round(ours / limit, 2), "ratio", detail)


def _session(stack: Stack) -> str:
    opener: Any = Visitor(stack.url).sign_in("mia@demo.network-city.example").opener
    jars = [handler.cookiejar for handler in opener.handlers if hasattr(handler, "cookiejar")]
    return "; ".join(f"{cookie.name}={cookie.value}" for jar in jars for cookie in jar)


@contextmanager
def _raw(stack: Stack) -> Iterator[tuple[int, int]]:
    """Serve the raw reads; gives the port and the process."""
    port = free_ports()
    command = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "bench.raw"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with closing(stack.database("app")) as link:
        address = link.dsn
    environment = {**os.environ, "BIND": f"127.0.0.1:{port}", "RAW_DATABASE": address}
    server = subprocess.Popen(command, cwd=ROOT, env=environment, **quiet)  # type: ignore[call-overload]
    try:
        until(partial(_answers, port), "the raw reads", 30)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(20)


def _answers(port: int) -> bool:
    try:
        return bool(request_often(port, "/", 1))
    except OSError:
        return False
