"""The limit of reading figures: psycopg2 and orjson behind a bare WSGI function, no more.

It reads the same columns of the same rows as the API, without sign-in, walls or checks.
"""

import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

import orjson
import psycopg2

_local = threading.local()
_FIGURE = """o.obs_value::float8, o.se::float8, round(o.se * 1.645, 6)::float8, o.obs_status,
    o.reliability, s.programme, s.table_id, s.release"""
_NAMES = ("value", "se", "margin_90", "obs_status", "reliability", "programme", "source", "release")
_SPREAD = ("places", "mean", "minimum", "quartile_1", "median", "quartile_3", "maximum")
_ROLLED = ", ".join(f"r.{name}" for name in _SPREAD)
READS = {
    "/profile": (
        ("indicator", "version", "period", *_NAMES),
        f"""SELECT i.code, i.version, p.label, {_FIGURE} FROM measurement_observation o
        JOIN measurement_indicator i ON i.id = o.indicator_id
        JOIN measurement_period p ON p.id = o.period_id
        JOIN measurement_source s ON s.id = o.source_id
        WHERE o.place_id = (SELECT id FROM chapters_place WHERE geoid = '9900500')
            AND o.group_id = (SELECT id FROM measurement_demographicgroup WHERE key = '')
            AND o.is_current
        ORDER BY i.position, i.code, i.version, p."end\"""",
    ),
    "/compare": (
        ("ref_area", "ref_area_name", *_NAMES),
        f"""SELECT a.geoid, a.name, {_FIGURE} FROM measurement_observation o
        JOIN chapters_place a ON a.id = o.place_id
        JOIN measurement_source s ON s.id = o.source_id
        WHERE o.indicator_id = (SELECT id FROM measurement_indicator WHERE code = 'bench_30')
            AND o.group_id = (SELECT id FROM measurement_demographicgroup WHERE key = '')
            AND o.period_id = (SELECT id FROM measurement_period WHERE label = '2020')
            AND o.is_current
        ORDER BY a.geoid""",
    ),
    "/trend": (
        ("period", "period_start", "period_end", *_SPREAD),
        f"""SELECT p.label, p.start, p."end", {_ROLLED} FROM measurement_rollup r
        JOIN measurement_period p ON p.id = r.period_id
        WHERE r.indicator_id = (SELECT id FROM measurement_indicator WHERE code = 'bench_30')
            AND r.group_id = (SELECT id FROM measurement_demographicgroup WHERE key = '')
        ORDER BY p."end\"""",
    ),
    "/overview": (
        ("indicator", "version", *_SPREAD),
        f"""SELECT i.code, i.version, {_ROLLED} FROM measurement_rollup r
        JOIN measurement_indicator i ON i.id = r.indicator_id
        WHERE r.group_id = (SELECT id FROM measurement_demographicgroup WHERE key = '')
            AND r.period_id = (SELECT id FROM measurement_period WHERE label = '2020')
        ORDER BY i.position, i.code""",
    ),
}


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Answer one read; the connection is kept for the thread."""
    if not hasattr(_local, "connection"):
        _local.connection = psycopg2.connect(os.environ["RAW_DATABASE"])
        _local.connection.autocommit = True
        with _local.connection.cursor() as cursor:
            cursor.execute("SET ROLE nc_backbone")
    if environ["PATH_INFO"] not in READS:
        start("200 OK", [("Content-Type", "text/plain")])
        return [b"ready"]
    names, statement = READS[environ["PATH_INFO"]]
    with _local.connection.cursor() as cursor:
        cursor.execute(statement)
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    body = orjson.dumps({"results": rows})
    head = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start("200 OK", head)
    return [body]
