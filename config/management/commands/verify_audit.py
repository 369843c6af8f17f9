"""`manage.py verify_audit`: whether every chain of the audit log holds, from its first entry."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chapters.audit import verify


class Command(BaseCommand):
    help = "Checks the audit log and names the first broken entry of every chain that is broken."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say that all is well, or fail with the breaks."""
        breaks = verify()
        if breaks:
            raise CommandError("\n".join(str(broken) for broken in breaks))
        self.stdout.write("The audit log holds.")
