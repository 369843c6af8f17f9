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
        for statement in self._policies(model._meta.db_table) + _links(model, to_state.apps):
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
    chapter = apps.get_model("chapters", "Chapter")
    lines = []
    for field in model._meta.concrete_fields:
        target = field.related_model
        if field.name == "chapter" or not isinstance(field, models.ForeignKey):
            continue
        if not isinstance(target, type) or not _is_owned(target, chapter):
            continue
        lines.append(
            f'ALTER TABLE "{model._meta.db_table}" ADD CONSTRAINT '
            f'"{model._meta.db_table}_{field.column}_same_chapter" '
            f'FOREIGN KEY (chapter_id, "{field.column}") '
            f'REFERENCES "{target._meta.db_table}" (chapter_id, id) DEFERRABLE INITIALLY DEFERRED'
        )
    return lines


def _is_owned(model: type[models.Model], chapter: type[models.Model]) -> bool:
    return any(f.name == "chapter" and f.related_model is chapter for f in model._meta.fields)
