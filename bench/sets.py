"""`make bench-data`: a kept installation with 1,000 areas x 60 indicators x 20 years of figures.

1.2 million rows for everybody; `make bench-data ARGS=12` makes a second one with eleven groups
more, 14.4 million in all, so that both can be asked side by side. The figures are made inside the
database, from numbers that are the same each time.
"""

import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.stack import ROOT, Stack, free_ports

FOLDER = ROOT / "var" / "bench"
DONE = "filled"
AREAS, INDICATORS, YEARS, FIRST_YEAR = 1_000, 60, 20, 2004
CODE = "bench"

FRAME = """
    INSERT INTO chapters_place (geoid, name, level, state, same_as, zone)
    SELECT '99' || lpad(n::text, 5, '0'), 'Area ' || n, 'city', 'ZZ', '', 'America/New_York'
    FROM generate_series(1, %(areas)s) n ON CONFLICT DO NOTHING;
    INSERT INTO measurement_indicator (code, version, name, definition, topic, unit_measure,
        value_type, direction, numerator_def, denominator_def, universe, aggregation_type,
        decimals, min_change, nominal_dollars, se_method, break_note, custodian, position,
        programme, table_id, origin, is_public)
    SELECT '{code}_' || n, 1, 'Indicator ' || n, 'For measuring.', '{code}', 'proportion',
        'proportion', 1, '', '', 'Everybody', 'none', 1, 0, false, 'published', '', 'bench', 900,
        '', '', '', false
    FROM generate_series(1, %(indicators)s) n ON CONFLICT DO NOTHING;
    INSERT INTO measurement_demographicgroup (key, name)
    SELECT CASE n WHEN 1 THEN '' ELSE '{code}=' || n END, 'Group ' || n
    FROM generate_series(1, %(groups)s) n ON CONFLICT DO NOTHING;
    INSERT INTO measurement_period (start, "end", window_years, label)
    SELECT make_date(y, 1, 1), make_date(y, 12, 31), 1, y::text
    FROM generate_series(%(first)s, %(first)s + %(years)s - 1) y ON CONFLICT DO NOTHING;
    INSERT INTO measurement_source (publisher, title, url, table_id, programme, release, underlying,
        licence, file_sha256, is_public)
    SELECT 'Bench', 'Bench', '', '{code}', 'administrative', '1', '', 'Public domain',
        repeat('0', 64), false ON CONFLICT DO NOTHING
""".replace("{code}", CODE)
FRAME_VALUES: dict[str, Any] = {
    "areas": AREAS, "indicators": INDICATORS, "years": YEARS, "first": FIRST_YEAR,
    "last": FIRST_YEAR + YEARS - 1, "groups": 1, "code": CODE,
}  # fmt: skip
_FIGURES = """
    INSERT INTO measurement_observation (place_id, group_id, indicator_id, period_id, source_id,
        obs_value, se, se_method, obs_status, conf_status, annotation_raw, reliability, visibility,
        is_current)
    SELECT a.id, g.id, i.id, p.id, s.id,
        round((0.3 + 0.4 * abs(sin(a.id * 12.9898 + i.id * 78.233 + p.id + g.id)))::numeric, 6),
        0.0125, 'published', 'A', 'F', '', 'good', 'P', true
    FROM chapters_place a, measurement_demographicgroup g, measurement_indicator i,
        measurement_period p, measurement_source s
    WHERE a.state = 'ZZ' AND i.topic = %(code)s AND s.table_id = %(code)s AND g.key = %(key)s
        AND p.window_years = 1 AND extract(year FROM p.start) BETWEEN %(first)s AND %(last)s
    ORDER BY 1, 2, 3, 4 ON CONFLICT DO NOTHING
"""
_ROLLUPS = """
    INSERT INTO measurement_rollup (indicator_id, group_id, period_id, places, mean, minimum,
        maximum, quartile_1, median, quartile_3)
    SELECT indicator_id, group_id, period_id, count(*), avg(v), min(v), max(v),
        percentile_cont(0.25) WITHIN GROUP (ORDER BY v),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY v),
        percentile_cont(0.75) WITHIN GROUP (ORDER BY v)
    FROM (SELECT o.indicator_id, o.group_id, o.period_id, o.obs_value::float8 AS v
        FROM measurement_observation o JOIN measurement_demographicgroup g ON g.id = o.group_id
            JOIN measurement_source s ON s.id = o.source_id
            JOIN chapters_place a ON a.id = o.place_id AND a.level = 'city'
            LEFT JOIN chapters_place up ON up.id = a.parent_id
        WHERE s.table_id = %(code)s AND g.key = %(key)s
            AND coalesce(up.level, '') <> 'city') rows
    GROUP BY 1, 2, 3 ON CONFLICT DO NOTHING
"""


def folder_of(groups: int) -> Path:
    """Where the installation with so many groups is kept."""
    return FOLDER / str(groups)


def largest() -> int:
    """How many groups the largest set has that was made to its end; 1 where there is none."""
    return max((int(done.parent.name) for done in FOLDER.glob(f"*/{DONE}")), default=1)


def kept_stack(groups: int = 1) -> Stack:
    """The kept installation, started; it is made on first use."""
    folder = folder_of(groups)
    folder.mkdir(parents=True, exist_ok=True)
    # Whether it is up, its logs say: those of the last time would say so too soon.
    for log in (folder / "state.log", *(folder / "state" / "log").glob("*")):
        log.unlink(missing_ok=True)
    # Nobody is refused for asking often, and everybody's page is made anew when it should be.
    return Stack(folder / "state", free_ports(), DEMO="1", API_RATE="1000000/min").start()


def fill(stack: Stack, groups: int = 1) -> int:
    """Add what is missing up to so many groups; gives how many rows there are."""
    with closing(stack.database("app")) as link, link.cursor() as cursor:
        cursor.execute("SET ROLE nc_backbone; SET statement_timeout = 0")
        values = FRAME_VALUES | {"groups": groups}
        cursor.execute(FRAME, values)
        for number in range(1, groups + 1):
            values["key"] = "" if number == 1 else f"{CODE}={number}"
            if not _is_there(cursor, values["key"]):
                print(f"bench: {number} of {groups} groups", file=sys.stderr)
                cursor.execute(_FIGURES, values)
                cursor.execute(_ROLLUPS, values)
        cursor.execute(
            "SELECT coalesce(sum(places), 0) FROM measurement_rollup JOIN measurement_indicator i"
            " ON i.id = indicator_id WHERE i.topic = %s", [CODE],
        )  # fmt: skip
        (rows,) = cursor.fetchone()
    _vacuum(stack)
    (folder_of(groups) / DONE).touch()
    return int(rows)


def _is_there(cursor: Any, key: str) -> bool:
    cursor.execute(
        "SELECT EXISTS (SELECT FROM measurement_rollup JOIN measurement_indicator i ON"
        " i.id = indicator_id JOIN measurement_demographicgroup g ON g.id = group_id"
        " WHERE i.topic = %s AND g.key = %s)", [CODE, key],
    )  # fmt: skip
    return bool(cursor.fetchone()[0])


def _vacuum(stack: Stack) -> None:
    with closing(stack.database("owner")) as link, link.cursor() as cursor:
        for table in ("observation", "rollup", "indicator", "period", "source"):
            cursor.execute(f"VACUUM (ANALYZE) measurement_{table}")
        cursor.execute("VACUUM (ANALYZE) chapters_place")


if __name__ == "__main__":
    for wanted in sorted({1, *map(int, sys.argv[1:])}):
        running = kept_stack(wanted)
        try:
            print(f"{fill(running, wanted):,} rows", flush=True)
        finally:
            running.stop()
