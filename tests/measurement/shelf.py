"""The library and the shipped figures: loaded by the product once a process, then put back.

Hundreds of tests begin with them, and the same files say the same each time. The rows are kept
as PostgreSQL prints them, and written again behind the same walls.
"""

from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection, models

from chapters.models import AuditEntry, AuditHead, Place
from measurement import models as ours
from measurement.actions import load_figures, load_library

# What a load writes, each before what leads to it.
WRITTEN: tuple[type[models.Model], ...] = (
    ours.DemographicGroup, ours.Source, ours.Period, ours.Indicator, ours.Scorecard,
    ours.ScorecardLine, ours.Category, ours.CategoryOption, ours.IndexTemplate,
    ours.Observation, ours.Rollup, AuditHead, AuditEntry,
)  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """The rows of one table, and the numbers of the cities when they were kept."""

    model: type[models.Model]
    rows: list[str]
    places: dict[int, str]

    def put_back(self, places: dict[str, int]) -> None:
        """Write them once more, with the cities' numbers of today."""
        table = self.model._meta.db_table
        columns = [field.column for field in self.model._meta.concrete_fields if field.column]
        # A place that the first test had made for itself is not there; no figure is about it.
        known = {old: geoid for old, geoid in self.places.items() if geoid in places}
        moved = {str(old): places[geoid] for old, geoid in known.items()}
        place = "(%(places)s::jsonb ->> (kept.t).place_id::text)::bigint"
        values = [place if one == "place_id" else f'(kept.t)."{one}"' for one in columns]
        named = ", ".join(f'"{one}"' for one in columns)
        with connection.cursor() as cursor:
            cursor.execute(
                f'insert into "{table}" ({named}) select {", ".join(values)}'
                f' from (select unnest(%(rows)s::text[])::"{table}" as t offset 0) kept',
                {"rows": self.rows, "places": orjson.dumps(moved).decode()},
            )
            _count_past(cursor, self.model)


_kept: list[Kept] = []


def load() -> None:
    """What `load_library` and `load_figures` do to a database without figures."""
    if not _is_bare():
        # The product finds out what is there.
        load_library()
        load_figures()
    elif _kept:
        numbers = dict(Place.objects.values_list("geoid", "pk"))
        for one in _kept:
            one.put_back(numbers)
    else:
        load_library()
        load_figures()
        places = {place.pk: place.geoid for place in Place.objects.all()}
        _kept.extend(Kept(model, _rows(model), places) for model in WRITTEN)


def _is_bare() -> bool:
    probes = [f'exists (select from "{model._meta.db_table}")' for model in WRITTEN]
    with connection.cursor() as cursor:
        cursor.execute(f"select {' or '.join(probes)}")
        return not cursor.fetchone()[0]


def _rows(model: type[models.Model]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f'select t::text from "{model._meta.db_table}" t')
        return [row for (row,) in cursor.fetchall()]


def _count_past(cursor: Any, model: type[models.Model]) -> None:
    """Have the table's next row come after these, where its numbers have begun anew meanwhile."""
    if not isinstance(model._meta.pk, models.AutoField):
        return
    table = model._meta.db_table
    cursor.execute("select pg_get_serial_sequence(%s, 'id')", [table])
    (numbers,) = cursor.fetchone()
    cursor.execute(
        f"select count(nextval('{numbers}')) from {numbers},"
        f' (select max(id) as last from "{table}") taken, generate_series(last_value, last)'
    )
