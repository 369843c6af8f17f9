"""The API's wide reads over the same reads by psycopg2 and orjson, side by side in one run.

CPU is that of the web processes and PostgreSQL. The API is asked with a session, so that nothing
comes ready-made. Needs `make bench-data`; where its larger set was made, with ARGS=12, that is
read, and the profile of the smaller one in turns with it.
"""

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import Any

from bench.figure import Figure
from bench.ground import Work, in_turns, request_often, served
from bench.sets import fill, kept_stack, largest
from tests.stack import Stack, Visitor

RATIOS = {
    "city_profile_vs_raw": ("/api/v1/profiles/9900500/", "/profile"),
    "compare_vs_raw": ("/api/v1/compare/?indicator=bench_30&period=2020", "/compare"),
    "trend_vs_raw": ("/api/v1/trend/?indicator=bench_30", "/trend"),
    "overview_vs_raw": ("/api/v1/overview/?period=2020", "/overview"),
}
FIGURES = (*RATIOS, "warm_vs_raw", "profile_growth_12x")
ROUNDS, TIMES, WARM_TIMES = 5, 60, 300
PROFILE, PROFILE_LIMIT = RATIOS["city_profile_vs_raw"]


def measure(wanted: set[str]) -> Iterator[Figure]:
    """Ours and the limit in turns, and the same profile among a twelfth of the rows."""
    groups = largest()
    with _filled(groups) as (stack, rows):
        with served("bench.raw", RAW_DATABASE=_address(stack)) as (port, leader):
            works = _works(stack, port, leader)
            if groups == 1:
                cost = in_turns(works, ROUNDS)
            else:
                with _filled(1) as (small, _):
                    cost = in_turns(works | {"small": _asked(small, PROFILE)}, ROUNDS)
        figures = [_figure(name, cost[name], cost[raw], rows) for name, (_, raw) in RATIOS.items()]
        figures.append(_figure("warm_vs_raw", cost["warm"], cost[PROFILE_LIMIT], rows))
        if "small" in cost:
            figures.append(_growth(cost["city_profile_vs_raw"], cost["small"], rows))
        elif "profile_growth_12x" in wanted:
            print("bench: profile_growth_12x needs `make bench-data ARGS=12`", file=sys.stderr)
        yield from (figure for figure in figures if figure.name in wanted)


@contextmanager
def _filled(groups: int) -> Iterator[tuple[Stack, int]]:
    """A kept installation and how many rows it has."""
    stack = kept_stack(groups)
    try:
        yield stack, fill(stack, groups)
    finally:
        stack.stop()


def _works(stack: Stack, port: int, leader: int) -> dict[str, Work]:
    works = {}
    for name, (ours, limit) in RATIOS.items():
        raw = partial(request_often, port, limit, TIMES)
        works[name] = _asked(stack, ours)
        works[limit] = Work(raw, (leader, stack.pid("postgres")), TIMES)
    warm = partial(request_often, stack.port, PROFILE, WARM_TIMES)
    return works | {"warm": Work(warm, _site(stack), WARM_TIMES)}


def _asked(stack: Stack, address: str) -> Work:
    """A read of the API with a session."""
    cookie = {"Cookie": _session(stack)}
    return Work(partial(request_often, stack.port, address, TIMES, cookie), _site(stack), TIMES)


def _site(stack: Stack) -> tuple[int, ...]:
    return stack.pid("web"), stack.pid("postgres")


def _growth(large: float, small: float, rows: int) -> Figure:
    detail = {"cpu_ms": round(large, 2), "at_a_twelfth_cpu_ms": round(small, 2), "rows": rows}
    return Figure("profile_growth_12x", round(large / small, 2), "ratio", detail)


def _figure(name: str, ours: float, limit: float, rows: int) -> Figure:
    detail = {"cpu_ms": round(ours, 2), "raw_cpu_ms": round(limit, 2), "rows": rows}
    return Figure(name, round(ours / limit, 2), "ratio", detail)


def _address(stack: Stack) -> str:
    with closing(stack.database("app")) as link:
        return str(link.dsn)


def _session(stack: Stack) -> str:
    opener: Any = Visitor(stack.url).sign_in("mia@demo.network-city.example").opener
    jars = [handler.cookiejar for handler in opener.handlers if hasattr(handler, "cookiejar")]
    return "; ".join(f"{cookie.name}={cookie.value}" for jar in jars for cookie in jar)
