"""Bring the database to this version of the program."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """One process for what must be done before a new version serves; `DATABASE_ROLE=owner`."""

    help = "Apply migrations, reference data and roles.yaml. Run it with DATABASE_ROLE=owner."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, load what every installation has, apply the role table."""
        call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
        call_command("load_reference")
        call_command("apply_roles")
