"""The database's roles and what each may do. Idempotent; needs an administrator's connection.

`nc_owner` migrates, `nc_app` serves and owns nothing, `nc_backbone` is entered with `SET LOCAL
ROLE` and has policies of its own, `nc_backup` reads everything for `pg_dump`.
"""

from collections.abc import Mapping
from contextlib import closing

import psycopg2
from psycopg2 import extensions, sql

from config.stack import layout

EXTENSIONS = ("pg_trgm", "btree_gist", "citext", "unaccent")
ATTRIBUTES: dict[str, dict[str, bool]] = {
    "nc_owner": {"LOGIN": True},
    "nc_app": {"LOGIN": True},
    "nc_backbone": {},
    "nc_backup": {"LOGIN": True, "BYPASSRLS": True},
}
SETTINGS = {
    "nc_app": {
        "statement_timeout": "15s",
        "lock_timeout": "3s",
        "idle_in_transaction_session_timeout": "30s",
    },
    "nc_backup": {"default_transaction_read_only": "on"},
}
_COLUMNS = {
    "LOGIN": "rolcanlogin",
    "SUPERUSER": "rolsuper",
    "BYPASSRLS": "rolbypassrls",
    "CREATEDB": "rolcreatedb",
    "CREATEROLE": "rolcreaterole",
    "REPLICATION": "rolreplication",
}
_PRIVILEGES = (
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC, nc_app, nc_backbone, nc_backup",
    "GRANT USAGE ON SCHEMA public TO nc_app, nc_backbone, nc_backup",
)
# What the owner makes from now on. Tables that exist keep what their migration left them: an
# append-only table must not get UPDATE back at the next start.
_DEFAULTS = (
    "GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO nc_app, nc_backbone",
    "GRANT USAGE, SELECT ON SEQUENCES TO nc_app, nc_backbone",
    "GRANT EXECUTE ON FUNCTIONS TO nc_app, nc_backbone",
    "GRANT SELECT ON TABLES TO nc_backup",
    "GRANT SELECT ON SEQUENCES TO nc_backup",
    "REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
)
_LOCK = 0x6E63  # Two containers that prepare the same server at once take turns.


def prepare_cluster(
    superuser_dsn: str,
    database: str = layout.DATABASE,
    passwords: Mapping[str, str] | None = None,
    *,
    for_tests: bool = False,
) -> None:
    """Create the roles, the database and its privileges, or repair what differs.

    `passwords` maps role names to passwords. `for_tests` lets the owner create databases and
    prepares the template, so that a test database is born with the same privileges.

    Raises:
        psycopg2.Error: the server can't be reached or the administrator may not do this.
    """
    with closing(_connect(superuser_dsn)) as admin, admin.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        _prepare_roles(cursor, for_tests=for_tests)
        for role, password in (passwords or {}).items():
            _execute(cursor, "ALTER ROLE {} PASSWORD {}", role, sql.Literal(password))
        _prepare_memberships(cursor)
        _prepare_existence(cursor, database)
        for name in (database, "template1") if for_tests else (database,):
            with closing(_connect(superuser_dsn, name)) as inside, inside.cursor() as content:
                _prepare_content(content)


def _connect(dsn: str, database: str | None = None) -> extensions.connection:
    connection = psycopg2.connect(dsn, **({"dbname": database} if database else {}))
    connection.autocommit = True
    return connection


def _execute(cursor: extensions.cursor, template: str, role: str, *rest: sql.Composable) -> None:
    cursor.execute(sql.SQL(template).format(sql.Identifier(role), *rest))


def _prepare_roles(cursor: extensions.cursor, *, for_tests: bool) -> None:
    for role, attributes in ATTRIBUTES.items():
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            _execute(cursor, "CREATE ROLE {}", role)
        wanted = {name: attributes.get(name, False) for name in _COLUMNS}
        wanted["CREATEDB"] = for_tests and role == "nc_owner"
        _set_attributes(cursor, role, wanted)
        for setting, value in SETTINGS.get(role, {}).items():
            _execute(
                cursor, "ALTER ROLE {} SET {} = {}", role, sql.SQL(setting), sql.Literal(value)
            )


def _set_attributes(cursor: extensions.cursor, role: str, wanted: Mapping[str, bool]) -> None:
    """Change only what differs: an administrator who is no superuser may not even name some."""
    columns = sql.SQL(", ").join(map(sql.Identifier, _COLUMNS.values()))
    query = sql.SQL("SELECT {} FROM pg_roles WHERE rolname = %s").format(columns)
    cursor.execute(query, [role])
    actual = dict(zip(_COLUMNS, cursor.fetchone() or (), strict=True))
    words = [("" if on else "NO") + name for name, on in wanted.items() if actual[name] != on]
    if words:
        _execute(cursor, "ALTER ROLE {} {}", role, sql.SQL(" ".join(words)))


def _prepare_memberships(cursor: extensions.cursor) -> None:
    # Inherited, the backbone's policies would open every chapter to every session.
    cursor.execute("GRANT nc_backbone TO nc_app, nc_owner WITH INHERIT FALSE, SET TRUE")
    cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    if cursor.fetchone() == (False,):
        cursor.execute("GRANT nc_owner TO current_user")


def _prepare_existence(cursor: extensions.cursor, database: str) -> None:
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
    if cursor.fetchone() is None:
        _execute(cursor, "CREATE DATABASE {} OWNER nc_owner", database)
    _execute(cursor, "REVOKE ALL ON DATABASE {} FROM PUBLIC", database)
    _execute(cursor, "GRANT CONNECT ON DATABASE {} TO nc_app, nc_backup", database)
    # Row security refuses COPY: uploads go through a temporary table.
    _execute(cursor, "GRANT TEMPORARY ON DATABASE {} TO nc_app, nc_backbone", database)


def _prepare_content(cursor: extensions.cursor) -> None:
    for statement in _PRIVILEGES:
        cursor.execute(statement)
    for default in _DEFAULTS:
        cursor.execute(f"ALTER DEFAULT PRIVILEGES FOR ROLE nc_owner {default}")
    cursor.execute(
        "SELECT name FROM pg_available_extensions"
        " WHERE name = ANY(%s) AND installed_version IS NULL",
        [list(EXTENSIONS)],
    )
    for (name,) in cursor.fetchall():
        _execute(cursor, "CREATE EXTENSION IF NOT EXISTS {}", name)
