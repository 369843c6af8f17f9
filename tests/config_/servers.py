"""A look at the embedded servers from outside."""

import os
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2

from config.stack import layout


def running_in(folder: Path) -> list[int]:
    """The processes whose command line or working folder is in `folder`."""
    listing = subprocess.run(["ps", "-eo", "pid=,args="], capture_output=True, text=True)
    rows = [line.strip().split(" ", 1) for line in listing.stdout.splitlines()]
    return [int(row[0]) for row in rows if str(folder) in row[-1] and int(row[0]) != os.getpid()]


def run(role: str, *statements: str, database: str = layout.DATABASE) -> list[Any]:
    """Run statements in one transaction as a role; the rows of the last one."""
    address = layout.database_url(role, database)
    # The first context closes the connection, the second commits its transaction.
    with (
        closing(psycopg2.connect(address)) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []
