"""Django's `migrate`, in a fifth of its time (`config.migrating`)."""

from typing import Any

from django.core.management.commands import migrate

from config.migrating import LeanExecutor


class Command(migrate.Command):
    """Everything as Django has it, but for the executor."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Bring the database to the newest step, or to the one that is named."""
        kept, migrate.MigrationExecutor = migrate.MigrationExecutor, LeanExecutor  # type: ignore[attr-defined]
        try:
            super().handle(*args, **options)
        finally:
            migrate.MigrationExecutor = kept  # type: ignore[attr-defined]
