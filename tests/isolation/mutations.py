"""Takes single walls down, so that the probes can be seen to fail."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, models

from chapters.owned import ScopedManager, SharedManager
from chapters.scope import in_chapter
from tests.isolation.planting import Side, key_column, key_of, shared_pks


def visible(model: Any) -> set[Any]:
    """Keys that plain SQL finds at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(f'select "{key_column(model)}" from "{model._meta.db_table}"')
        return {key for (key,) in cursor.fetchall()}


def complaints(wanted: Any, home: Side, other: Side, *, by_sql: bool) -> dict[str, list[str]]:
    """What is wrong with the view from home, by table: another's closed rows, or own ones missing.

    One scope for all tables: what opens and closes it costs several times a look.
    """
    look = visible if by_sql else _by_manager
    with in_chapter(home.chapter):
        seen = {model: look(model) for model in wanted}
    said = {model: _wrong(model, seen[model], home, other) for model in wanted}
    return {model._meta.db_table: lines for model, lines in said.items() if lines}


def _wrong(model: Any, found: set[Any], home: Side, other: Side) -> list[str]:
    theirs = {key_of(row) for row in other.rows[model]} & found
    # What is open to all is asked for only where something of theirs is seen.
    closed = theirs - shared_pks(model) if theirs else theirs
    shown = [f"{model._meta.label} shows {key}" for key in closed]
    own = {key_of(row) for row in home.rows[model]}
    return shown + [f"{model._meta.label} hides {key}" for key in own - found]


def _by_manager(model: Any) -> set[Any]:
    return set(model._default_manager.values_list(key_column(model), flat=True))


@contextmanager
def plain_managers(*only: Any) -> Iterator[None]:
    """Wall one down: managers that filter nothing (of these models, or of all)."""
    with pytest.MonkeyPatch.context() as patch:
        for kind in (ScopedManager, SharedManager):
            scoped = kind.get_queryset

            def anything(manager: Any, scoped: Any = scoped) -> models.QuerySet:
                if only and manager.model not in only:
                    return scoped(manager)
                return models.Manager.get_queryset(manager)

            patch.setattr(kind, "get_queryset", anything)
        yield


@contextmanager
def open_policies(cursor: Any, *tables: str, condition: str = "true") -> Iterator[None]:
    """Wall two down: the tables' policy `chapter` lets all rows pass (or none: `false`)."""
    kept = {}
    for table in tables:
        cursor.execute(
            "select pg_get_expr(polqual, polrelid) from pg_policy"
            " where polname = 'chapter' and polrelid = %s::regclass",
            [table],
        )
        (kept[table],) = cursor.fetchone()
        cursor.execute(f'alter policy chapter on "{table}" using ({condition})')
    try:
        yield
    finally:
        for table, policy in kept.items():
            cursor.execute(f'alter policy chapter on "{table}" using ({policy})')


@contextmanager
def no_row_security(cursor: Any, *tables: str) -> Iterator[None]:
    """Wall two gone: row security switched off on the tables."""
    for table in tables:
        cursor.execute(f'alter table "{table}" disable row level security')
    try:
        yield
    finally:
        for table in tables:
            cursor.execute(f'alter table "{table}" enable row level security')
