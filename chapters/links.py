"""The migration operation that holds foreign keys once a statement instead of once a row.

A table that takes a million rows at a time spends most of a load on the checks of its foreign
keys: 57 s with six of them, 16 s without (PostgreSQL 18, one million figures). Fields with
`db_constraint=False` are held by triggers that look at all rows of a statement at once.
"""

from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from chapters.scope import BACKBONE_ROLE


class HoldLinks(Operation):
    """Hold the foreign keys of a model that carry no constraint of their own.

    A link into a table with chapters is checked by `RaiseWalls`, which must come along; here are
    the links to all other tables, and the guard at the far end of every one.
    """

    reversible = True
    reduces_to_sql = True
    atomic = True

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Arguments as a migration file writes them."""
        return (type(self).__name__, [self.model_name], {})

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change nothing: triggers live in the database alone."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Create the triggers at both ends."""
        model = to_state.apps.get_model(app_label, self.model_name)
        for field in _loose_links(model):
            target = field.related_model
            if not _has_chapter(target):
                _run(schema_editor, _arrival(model._meta.db_table, field.column, target))
            _run(schema_editor, _departure(model._meta.db_table, field.column, target))

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Drop the functions, and with them their triggers."""
        model = from_state.apps.get_model(app_label, self.model_name)
        for field in _loose_links(model):
            for end in ("there", "kept"):
                name = f"{model._meta.db_table}_{field.column}_{end}"
                _run(schema_editor, [f'DROP FUNCTION IF EXISTS "{name}"() CASCADE'])

    def describe(self) -> str:
        """One line for `migrate`."""
        return f"Hold the links of {self.model_name}"


def _run(schema_editor: BaseDatabaseSchemaEditor, statements: list[str]) -> None:
    for statement in statements:
        schema_editor.execute(statement, params=None)


def _loose_links(model: type[models.Model]) -> list[Any]:
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and not getattr(field, "db_constraint", True)
    ]


def _has_chapter(model: Any) -> bool:
    return any(field.name == "chapter" for field in model._meta.fields)


def _arrival(table: str, column: str, target: Any) -> list[str]:
    """No row may name what is not there."""
    name = f"{table}_{column}_there"
    function = f"""
        CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (
                SELECT FROM (SELECT DISTINCT "{column}" AS id FROM fresh) named
                WHERE named.id IS NOT NULL AND NOT EXISTS
                    (SELECT FROM "{target._meta.db_table}" aim WHERE aim.id = named.id))
            THEN RAISE foreign_key_violation USING MESSAGE =
                '{table}.{column} names what is not there';
            END IF;
            RETURN NULL;
        END $$"""  # noqa: S608 - names come from migrations, never from people
    return [
        function,
        *(
            f'CREATE TRIGGER "{name}_{event}" AFTER {event} ON "{table}" '
            f'REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION "{name}"()'
            for event in ("insert", "update")
        ),
    ]


def _departure(table: str, column: str, target: Any) -> list[str]:
    """What rows name stays.

    Whoever deletes must see every row that could be in the way. A chapter sees its own, which
    are all that can name a row of its own; what is shared is deleted by the backbone alone.
    """
    name = f"{table}_{column}_kept"
    shared = "gone.chapter_id IS NULL" if _has_chapter(target) else "true"
    function = f"""
        CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT FROM gone WHERE {shared}) AND current_user <> '{BACKBONE_ROLE}'
                AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
            THEN RAISE insufficient_privilege USING MESSAGE =
                'only the backbone deletes what all chapters share';
            END IF;
            IF EXISTS (SELECT FROM gone JOIN "{table}" kept ON kept."{column}" = gone.id)
            THEN RAISE foreign_key_violation USING MESSAGE = '{table}.{column} still names it';
            END IF;
            RETURN NULL;
        END $$"""  # noqa: S608 - names come from migrations, never from people
    trigger = (
        f'CREATE TRIGGER "{name}" AFTER DELETE ON "{target._meta.db_table}" '
        f'REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION "{name}"()'
    )
    return [function, trigger]
