"""The embedded servers: started, killed, recovered, stopped, for real."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import redis

from config.stack import layout, postgres, processes, programs
from config.stack.processes import StackError
from config.stack.programs import Program
from config.stack.services import Services
from config.stack.supervisor import MOST_FAILURES, Supervisor, Unit
from tests.config_.servers import run, running_in

HOLD = """
import sys
from config.stack.services import Services
with Services() as services:
    print(services.database.pid, services.cache.pid, flush=True)
    sys.stdin.read()
"""


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
