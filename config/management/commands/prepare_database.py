"""Create the database and its roles on a server that runs elsewhere."""

import os
from typing import Any
from urllib.parse import urlsplit

import psycopg2
from django.core.management.base import BaseCommand, CommandError

from config.stack import layout, roles

PASSWORDS = {
    "nc_owner": "OWNER_PASSWORD",
    "nc_app": "APP_PASSWORD",
    "nc_backup": "BACKUP_PASSWORD",
}


class Command(BaseCommand):
    """Connects as the administrator named in `DATABASE_ADMIN_URL`; may be run again any time."""

    help = (
        "Create the database, the roles nc_owner, nc_app, nc_backbone and nc_backup, and their "
        "privileges. Needs DATABASE_ADMIN_URL; sets the passwords given in OWNER_PASSWORD, "
        "APP_PASSWORD and BACKUP_PASSWORD."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare the server, or say in one line why that failed."""
        address = os.environ.get("DATABASE_ADMIN_URL")
        if not address:
            raise CommandError("Set DATABASE_ADMIN_URL to an administrator's connection.")
        passwords = {
            role: os.environ[name] for role, name in PASSWORDS.items() if name in os.environ
        }
        database = urlsplit(os.environ.get("DATABASE_URL", "")).path.strip("/") or layout.DATABASE
        try:
            roles.prepare_cluster(address, database, passwords)
        except psycopg2.Error as error:
            raise CommandError(f"The database was not prepared: {error}") from error
        self.stdout.write(f"Database {database} is prepared for {', '.join(roles.ATTRIBUTES)}.")
