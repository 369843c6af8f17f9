"""The embedded servers: started, killed, recovered, stopped, for real."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import redis
from django.core.management import CommandError, call_command

from config.stack import layout, postgres, processes, programs, roles
from config.stack.processes import StackError
from config.stack.programs import Program
from config.stack.services import Services
from config.stack.supervisor import MOST_FAILURES, Supervisor, Unit

HOLD = """
import sys
from config.stack.services import Services
with Services() as services:
    print(services.database.pid, services.cache.pid, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An own, empty state folder for this test; whatever still runs in it is killed after."""
    folder = tmp_path / "state"
    monkeypatch.setenv("STATE_DIR", str(folder))
    for name in ("DATABASE_URL", "REDIS_URL", "DATABASE_ROLE"):
        monkeypatch.delenv(name, raising=False)
    yield folder
    sockets = layout.socket_dir()
    for pid in running_in(folder):
        os.kill(pid, signal.SIGKILL)
    if sockets != layout.run_dir():
        shutil.rmtree(sockets, ignore_errors=True)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The superuser's address of a running cluster, for the tests of the roles."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STATE_DIR", str(tmp_path_factory.mktemp("cluster")))
        with Services(for_tests=True):
            run("owner", "create table thing (id bigserial primary key, name text)")
            yield layout.database_url("postgres", "postgres")
        shutil.rmtree(layout.socket_dir(), ignore_errors=True)


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


def eventually(is_so: Callable[[], bool], patience: float = 30) -> bool:
    """Whether something comes true within `patience` seconds."""
    deadline = time.monotonic() + patience
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.05)
    return is_so()


def hold(state: Path) -> tuple["subprocess.Popen[str]", int, int]:
    """Another process that holds the services, with the PIDs of both."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=layout.ROOT,
    )
    assert holder.stdout
    database, cache = map(int, holder.stdout.readline().split())
    return holder, database, cache


# --- Starting and stopping ---------------------------------------------------------------------


def test_services_in_a_long_path_stop_completely_and_find_their_data_again(
    tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / ("a long path, with spaces and é, " * 4).strip()
    monkeypatch.setenv("STATE_DIR", str(folder))
    with Services():
        run("owner", "create table kept (n int)", "insert into kept values (7)")
        assert redis.Redis.from_url(layout.redis_url()).ping() is True
        assert redis.Redis.from_url(layout.redis_url()).config_get("port") == {"port": "0"}
        assert run("app", "show listen_addresses") == [("",)]
        assert run("app", "show data_checksums") == [("on",)]
    assert running_in(folder) == []
    with Services():
        assert run("app", "select n from kept") == [(7,)]
    assert list(layout.socket_dir().iterdir()) == []


def test_services_leave_alone_what_the_environment_provides(
    state: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/db")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere")
    with Services() as services:
        assert (services.database, services.cache) == (None, None)
    assert not postgres.data_dir().exists()


def test_services_are_refused_to_a_second_supervisor(state: Path):
    with Services():
        holder = subprocess.run(
            [sys.executable, "-c", HOLD], capture_output=True, text=True, cwd=layout.ROOT
        )
    assert f"Already running (process {os.getpid()}) on {state}." in holder.stderr


@pytest.mark.usefixtures("state")
def test_services_survive_an_initdb_cut_short():
    draft = postgres.data_dir().with_suffix(".new")
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18")
    with Services():
        assert run("app", "select 1") == [(1,)]


def test_services_leave_modes_owners_and_users_of_the_machine_alone(tmp_path: Path, state: Path):
    tmp_path.chmod(0o700)
    watched = [tmp_path, *tmp_path.parents, Path.home(), Path("/etc/passwd"), postgres.binary("")]
    before = [(path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in watched]
    users = Path("/etc/passwd").read_bytes()
    with Services():
        pass
    after = [(path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in watched]
    assert (after, Path("/etc/passwd").read_bytes()) == (before, users)


def test_services_start_without_user_namespaces(
    tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch
):
    tmp_path.chmod(0o700)
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "ps").symlink_to(str(shutil.which("ps")))
    monkeypatch.setenv("PATH", str(tools))
    try:
        with Services():
            run("owner", "create table kept (n int)")
        with Services():
            assert run("app", "select n from kept") == []
        assert running_in(postgres.data_dir().resolve()) == []
    finally:
        if postgres.data_dir().is_symlink():
            shutil.rmtree(postgres.data_dir().resolve().parent)


# --- Killed ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("state")
def test_services_revive_a_killed_postgres_and_valkey():
    with Services() as services:
        run("owner", "create table kept (n int)", "insert into kept values (7)")
        database, cache = services.database, services.cache
        assert database and cache
        os.kill(database.pid, signal.SIGKILL)
        os.kill(cache.pid, signal.SIGKILL)
        assert eventually(lambda: not database.is_running() and not cache.is_running())
        services.revive()
        assert run("app", "select n from kept") == [(7,)]
        assert redis.Redis.from_url(layout.redis_url()).ping() is True


def test_services_adopt_what_a_killed_supervisor_left_and_stop_it(state: Path):
    holder, database, cache = hold(state)
    holder.kill()
    holder.communicate()
    assert processes.is_alive(database) and processes.is_alive(cache)
    with Services() as services:
        assert services.database and services.cache
        assert (services.database.pid, services.cache.pid) == (database, cache)
        assert run("app", "select 1") == [(1,)]
    assert running_in(state) == []


def test_services_start_after_everything_was_killed(state: Path):
    holder, database, cache = hold(state)
    for pid in (holder.pid, database, cache):
        os.kill(pid, signal.SIGKILL)
    holder.communicate()
    with Services() as services:
        assert services.database and services.database.pid != database
        assert run("app", "select 1") == [(1,)]
    assert running_in(state) == []


@pytest.mark.usefixtures("state")
def test_services_start_though_the_locks_name_a_stranger():
    """After a container's restart the old PID often belongs to another program."""
    with Services():
        pass
    with subprocess.Popen(["sleep", "60"]) as stranger:
        lock = f"{stranger.pid}\n{postgres.data_dir()}\n1\n5432\n{layout.socket_dir()}\n\n 1 1\n"
        (postgres.data_dir() / "postmaster.pid").write_text(lock)
        (layout.socket_dir() / ".s.PGSQL.5432.lock").write_text(lock)
        processes.pid_file("valkey").write_text(f"{stranger.pid} born another day\n")
        with Services():
            assert run("app", "select 1") == [(1,)]
        assert stranger.poll() is None
        stranger.kill()


# --- Secrets, ports, watching ------------------------------------------------------------------


@pytest.mark.usefixtures("state")
def test_secret_is_made_once_and_kept_private():
    first = layout.secret("django")
    path = layout.state_dir() / "secrets" / "django"
    assert (layout.secret("django"), stat.S_IMODE(path.stat().st_mode)) == (first, 0o600)
    assert [entry.name for entry in path.parent.iterdir()] == ["django"]
    assert layout.secret("webhook") != first


def test_port_taken_by_another_program_is_said_before_anything_starts():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StackError, match=f"Port {port} is taken by another program"):
            programs.demand_free_ports([Program("postbox", (), (port,))])


@pytest.mark.usefixtures("state")
def test_supervisor_leaves_a_program_alone_that_keeps_ending(capsys: pytest.CaptureFixture[str]):
    supervisor = Supervisor(is_empty=lambda: False, introduce=str)
    supervisor.services.claim()
    unit = Unit(Program("broken", (sys.executable, "-c", "print('no luck'); raise SystemExit(3)")))
    try:
        for _ in range(MOST_FAILURES):
            unit.start()
            assert eventually(unit.has_ended)
            supervisor._note_end(unit)
    finally:
        supervisor.services.stop()
    said = capsys.readouterr().out
    assert unit.next_try == float("inf")
    assert "broken: ended with status 3, again at once" in said
    assert "broken: ended with status 3, again in 15 s" in said
    assert "broken: ended 6 times; left alone, the rest goes on." in said
    assert "no luck" in said


# --- Roles -------------------------------------------------------------------------------------


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
