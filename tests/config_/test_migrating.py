"""The lean executor leaves the same database behind as Django's own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from config.migrating import LeanState
from config.stack import layout, postgres
from tests.conftest import owner_connection

ROOT = Path(__file__).resolve().parents[2]
DJANGOS = """
import django
django.setup()
from django.core.management import call_command
from django.core.management.commands.migrate import Command
call_command(Command(), verbosity=0, interactive=False)
"""
OURS = ["manage.py", "migrate", "-v0", "--no-input"]


@pytest.fixture
def databases(transactional_db: None) -> Iterator[tuple[str, str]]:
    names = ("migrated_lean", "migrated_plain")
    with closing(owner_connection()) as link, link.cursor() as cursor:
        for name in names:
            cursor.execute(f"CREATE DATABASE {name}")
        yield names
        for name in names:
            cursor.execute(f"DROP DATABASE {name}")


def migrate(name: str, *command: str) -> None:
    environment = {**os.environ, "DATABASE_URL": layout.database_url("owner", name)}
    subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=True)


def dump(name: str) -> list[str]:
    """Everything that is in a database, but for when and in which session it was put there."""
    command = [str(postgres.binary("pg_dump")), "--dbname", layout.database_url("postgres", name)]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    moment = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+\+00")
    lines = [moment.sub("then", line) for line in text.splitlines()]
    return [line for line in lines if not line.startswith(("\\restrict", "\\unrestrict"))]


def test_the_database_is_the_one_that_django_makes(databases: tuple[str, str]) -> None:
    lean, plain = databases
    migrate(lean, *OURS)
    migrate(plain, "-c", DJANGOS)
    found = dump(lean)
    assert len(found) > 10_000
    assert found == dump(plain)


def test_a_step_makes_its_own_model_alone(db: None) -> None:
    from django.db import connection, models

    from config.migrating import LeanExecutor

    state = LeanExecutor(connection)._create_project_state(with_applied_migrations=True)
    chapter, place = (state.apps.get_model("chapters", name) for name in ("Chapter", "Place"))
    state.add_field("chapters", "chapter", "note", models.TextField(), True)
    assert state.apps.get_model("chapters", "Chapter") is not chapter
    assert state.apps.get_model("chapters", "Place") is place
    assert state.is_delayed
    state.clear_delayed_apps_cache()
    assert state.apps.get_model("chapters", "Place") is not place
    assert isinstance(state.clone(), LeanState)


def test_a_key_that_others_lead_to_changes_with_them(db: None) -> None:
    from django.db import connection, models

    from config.migrating import LeanExecutor

    state = LeanExecutor(connection)._create_project_state(with_applied_migrations=True)
    seat = state.apps.get_model("chapters", "Seat")
    state.alter_field("chapters", "chapter", "id", models.UUIDField(primary_key=True), True)
    assert state.apps.get_model("chapters", "Seat") is not seat
