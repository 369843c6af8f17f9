"""The roles of the embedded cluster, and what each may do."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from django.core.management import CommandError, call_command

from config.stack import layout, postgres, roles
from config.stack.services import Services
from tests.config_.servers import run


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The superuser's address of a running cluster, for the tests of the roles."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STATE_DIR", str(tmp_path_factory.mktemp("cluster")))
        with Services(for_tests=True):
            run("owner", "create table thing (id bigserial primary key, name text)")
            yield layout.database_url("postgres", "postgres")
        shutil.rmtree(layout.socket_dir(), ignore_errors=True)


@pytest.mark.usefixtures("cluster")
def test_roles_have_exactly_their_attributes():
    rows = run(
        "app",
        "select rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole"
        " from pg_roles where rolname like 'nc\\_%' order by rolname",
    )
    assert rows == [
        ("nc_app", True, False, False, False, False),
        ("nc_backbone", False, False, False, False, False),
        ("nc_backup", True, False, True, False, False),
        ("nc_owner", True, False, False, True, False),
    ]


@pytest.mark.usefixtures("cluster")
def test_backbone_is_entered_and_never_inherited():
    rows = run(
        "app",
        "select member::regrole::text, inherit_option, set_option, admin_option"
        " from pg_auth_members where roleid = 'nc_backbone'::regrole and grantor = 10 order by 1",
    )
    assert rows == [("nc_app", False, True, False), ("nc_owner", False, True, False)]
    run(
        "owner",
        "create table walled (id int)",
        "insert into walled values (1)",
        "alter table walled enable row level security, force row level security",
        "create policy backbone on walled to nc_backbone using (true)",
    )
    assert run("app", "select id from walled") == []
    assert run("app", "set local role nc_backbone", "select id from walled") == [(1,)]
    assert run("backup", "select id from walled") == [(1,)]


@pytest.mark.usefixtures("cluster")
def test_app_writes_rows_and_nothing_else():
    assert run("app", "insert into thing (name) values ('a') returning name") == [("a",)]
    assert run("app", "create temporary table t (n int)", "select count(*) from t") == [(0,)]
    assert run("app", "show statement_timeout") == [("15s",)]
    assert run("app", "show lock_timeout") == [("3s",)]
    assert run("app", "show idle_in_transaction_session_timeout") == [("30s",)]
    for forbidden in (
        "truncate thing",
        "create table mine (n int)",
        "create schema mine",
        "drop table thing",
        "alter table thing disable row level security",
        "set role nc_owner",
        "create role other",
    ):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            run("app", forbidden)


@pytest.mark.usefixtures("cluster")
def test_backup_dumps_everything_and_writes_nothing():
    run("owner", "delete from thing", "insert into thing (name) values ('dumped')")
    done = subprocess.run(
        [postgres.binary("pg_dump"), "--data-only", "-t", "thing", layout.database_url("backup")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "dumped" in done.stdout
    for forbidden in ("delete from thing", "set default_transaction_read_only=off"):
        with pytest.raises(psycopg2.Error):
            run("backup", forbidden, "insert into thing (name) values ('b')")


@pytest.mark.usefixtures("cluster")
def test_owners_functions_are_not_for_everybody():
    run("owner", "create function f() returns int language sql as 'select 1'")
    assert run("app", "select f()") == [(1,)]
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        run("backup", "select f()")


@pytest.mark.usefixtures("cluster")
def test_database_made_by_the_owner_for_tests_has_the_same_privileges():
    with closing(psycopg2.connect(layout.database_url("owner", "postgres"))) as connection:
        connection.autocommit = True
        connection.cursor().execute("create database test_network_city")
    run("owner", "create table born (n int)", database="test_network_city")
    assert run("app", "select n from born", database="test_network_city") == []
    extensions = run(
        "app", "select extname::text from pg_extension order by 1", database="test_network_city"
    )
    assert extensions == [("btree_gist",), ("citext",), ("pg_trgm",), ("plpgsql",), ("unaccent",)]


def test_preparing_again_gives_back_no_privilege_that_a_migration_took(cluster: str):
    run("owner", "create table entry (n int)", "revoke update, delete on entry from nc_app")
    roles.prepare_cluster(cluster, for_tests=True)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        run("app", "delete from entry")


def test_preparing_repairs_a_role_that_sees_too_much(cluster: str):
    run("postgres", "alter role nc_app bypassrls createdb", database="postgres")
    run("postgres", "grant nc_backbone to nc_app with inherit true", database="postgres")
    roles.prepare_cluster(cluster, for_tests=True)
    test_roles_have_exactly_their_attributes()
    assert run("app", "select pg_has_role('nc_backbone', 'usage')") == [(False,)]


def test_prepare_database_works_for_an_administrator_who_is_no_superuser(
    tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """Managed servers give out no superuser; and the passwords of the environment are set."""
    Services().claim()
    process = postgres.wait(postgres.start())
    try:
        run(
            "postgres",
            "create role manager login createdb createrole bypassrls",
            database="postgres",
        )
        admin = layout.database_url("postgres", "postgres").replace("postgres@", "manager@")
        monkeypatch.setenv("DATABASE_ADMIN_URL", admin)
        monkeypatch.setenv("APP_PASSWORD", "correct horse")
        monkeypatch.setenv("DATABASE_URL", "postgresql://nc_app@somewhere/other_name")
        for _ in range(2):
            call_command("prepare_database")
        secrets = run(
            "postgres",
            "select rolname from pg_authid where rolpassword is not null order by 1",
            database="postgres",
        )
        assert secrets == [("nc_app",)]
        run("owner", "create table thing (n int)", database="other_name")
        assert run("app", "select n from thing", database="other_name") == []
    finally:
        process.end()


def test_prepare_database_without_an_address_says_what_to_set(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("DATABASE_ADMIN_URL", raising=False)
    with pytest.raises(CommandError, match="Set DATABASE_ADMIN_URL"):
        call_command("prepare_database")
