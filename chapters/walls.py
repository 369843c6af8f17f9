"""The migration operation that raises wall two: row-level security and composite keys."""

from typing import Any

from django.apps.registry import Apps
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from chapters.scope import BACKBONE_ROLE

# The select makes PostgreSQL read the setting once a query, not once a row.
OPEN_CHAPTER = (
    "ANY ((select array[nullif(current_setting('app.chapter', true), '')::bigint])::bigint[])"
)
OPEN_USER = "(select nullif(current_setting('app.user', true), '')::bigint)"


class RaiseWalls(Operation):
    """Fence a chapter-owned table.

    own: column that holds the id of the person who may read the row from any chapter.
    public: SQL condition under which everybody may read the row.
    national: True where a row may belong to no chapter (written by anyone, read by the backbone).
    """

    reversible = True
    reduces_to_sql = True
    atomic = True

    def __init__(
        self, model_name: str, own: str = "", public: str = "", national: bool = False
    ) -> None:
        self.model_name = model_name
        self.own, self.public, self.national = own, public, national

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Arguments as a migration file writes them."""
        options = {"own": self.own, "public": self.public, "national": self.national}
        return (type(self).__name__, [self.model_name], {k: v for k, v in options.items() if v})

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change nothing: the walls live in the database alone."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Enable and force the policies and add the composite foreign keys."""
        model = to_state.apps.get_model(app_label, self.model_name)
        links = _links(model, to_state.apps) + _shared_links(model, to_state.apps)
        for statement in self._policies(model._meta.db_table) + links:
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Take the walls down again (only on the way to dropping the table)."""
        table = from_state.apps.get_model(app_label, self.model_name)._meta.db_table
        for policy in ("chapter", "own", "public", "backbone"):
            schema_editor.execute(f'DROP POLICY IF EXISTS "{policy}" ON "{table}"', params=None)
        schema_editor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY', params=None)

    def describe(self) -> str:
        """One line for `migrate`."""
        return f"Raise the walls around {self.model_name}"

    def _policies(self, table: str) -> list[str]:
        mine = f"chapter_id = {OPEN_CHAPTER}"
        write = f"({mine} OR chapter_id IS NULL)" if self.national else mine
        lines = [
            f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
            f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
            f'CREATE POLICY chapter ON "{table}" USING ({mine}) WITH CHECK ({write})',
            f'CREATE POLICY backbone ON "{table}" TO {BACKBONE_ROLE} '
            "USING (true) WITH CHECK (true)",
        ]
        if self.own:
            lines.append(
                f'CREATE POLICY own ON "{table}" FOR SELECT USING ("{self.own}" = {OPEN_USER})'
            )
        if self.public:
            lines.append(f'CREATE POLICY public ON "{table}" FOR SELECT USING ({self.public})')
        return lines


def _links(model: type[models.Model], apps: Apps) -> list[str]:
    """Composite keys for every foreign key that leads to another chapter-owned table."""
    table = model._meta.db_table
    return [
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_{field.column}_same_chapter" '
        f'FOREIGN KEY (chapter_id, "{field.column}") '
        f'REFERENCES "{target._meta.db_table}" (chapter_id, id) DEFERRABLE INITIALLY DEFERRED'
        for field, target in _targets(model, apps)
        if not _is_shared(target)
    ]


def _shared_links(model: type[models.Model], apps: Apps) -> list[str]:
    """Triggers where a foreign key leads to a table whose rows may be shared by all chapters.

    A composite key can't say "mine or shared". The check runs under the policies, so a row of
    another chapter is not even found; once a statement, so that a bulk load pays once.
    """
    lines = []
    for field, target in _targets(model, apps):
        if _is_shared(target):
            lines += _shared_link(model._meta.db_table, field.column, target._meta.db_table)
    return lines


def _shared_link(table: str, column: str, target: str) -> list[str]:
    name = f"{table}_{column}_mine_or_shared"
    # Names come from migrations, never from people.
    function = f"""
        CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (
                SELECT FROM fresh LEFT JOIN "{target}" aim ON aim.id = fresh."{column}"
                WHERE fresh."{column}" IS NOT NULL AND (aim.id IS NULL
                    OR (aim.chapter_id IS NOT NULL
                        AND aim.chapter_id IS DISTINCT FROM fresh.chapter_id)))
            THEN RAISE foreign_key_violation USING MESSAGE =
                '{table}.{column} leads into another chapter';
            END IF;
            RETURN NULL;
        END $$"""  # noqa: S608
    triggers = [
        f'CREATE TRIGGER "{name}_{event}" AFTER {event} ON "{table}" '
        "REFERENCING NEW TABLE AS fresh "
        f'FOR EACH STATEMENT EXECUTE FUNCTION "{name}"()'
        for event in ("insert", "update")
    ]
    return [function, *triggers]


def _targets(
    model: type[models.Model], apps: Apps
) -> list[tuple[models.ForeignKey, type[models.Model]]]:
    """Foreign keys to tables that carry a chapter, with the models they lead to.

    Known by name: a class that leads to a table may be older than the table's own.
    """
    links = [
        (field, apps.get_model(field.related_model._meta.label))
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
        and field.name != "chapter"
        and isinstance(field.related_model, type)
    ]
    return [(field, target) for field, target in links if _has_chapter(target)]


def _has_chapter(model: type[models.Model]) -> bool:
    fields = {field.name: field for field in model._meta.fields}
    target = fields["chapter"].related_model if "chapter" in fields else None
    return isinstance(target, type) and target._meta.label == "chapters.Chapter"


def _is_shared(model: type[models.Model]) -> bool:
    """True where a row may belong to no chapter, and is no job (jobs are never shared)."""
    unique = {tuple(sorted(c.fields)) for c in model._meta.constraints if hasattr(c, "fields")}
    return ("chapter", "id") not in unique
