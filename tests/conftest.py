"""Fixtures for every test: the database behind both walls, a clean cache, a browser."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
import pytest
from hypothesis import HealthCheck, settings

# How fast a shared machine is today says nothing about what holds for all data.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
# What a migration has written once; a flush between tests leaves it alone.
KEPT_TABLES = {"django_migrations", "django_content_type", "auth_permission"}
# The shell draws no windows of its own around pages, which costs a third.
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
NO_BROWSER = (
    "No browser found: `apt-get install chromium-headless-shell`, or set CHROMIUM to the path of"
    " a Chromium."
)


@pytest.fixture(scope="session", autouse=True)
def plain_settings(django_test_environment: None) -> None:
    """What tests can't wait for: hashed file names and slow password hashes."""
    from django.conf import settings

    os.makedirs(settings.STATIC_ROOT, exist_ok=True)
    settings.WHITENOISE_AUTOREFRESH = True
    settings.WHITENOISE_USE_FINDERS = True
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


# --- The database: made by its owner, used by the server's role -------------------------------


@contextmanager
def _as_owner() -> Iterator[Any]:
    """Django's connection as the role that migrates; every other role is bound by the walls."""
    from django.db import connection

    server = connection.settings_dict["USER"]
    connection.close()
    connection.settings_dict["USER"] = "nc_owner"
    try:
        yield connection
    finally:
        connection.close()
        connection.settings_dict["USER"] = server


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    plain_settings: None,
    django_db_blocker: Any,
    django_db_keepdb: bool,
    django_db_createdb: bool,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    """A migrated database, owned by `nc_owner`, in which tests are `nc_app` behind both walls."""
    from django.test.testcases import TransactionTestCase

    keep = django_db_keepdb and not django_db_createdb
    with django_db_blocker.unblock(), _as_owner() as connection:
        name = connection.settings_dict["NAME"]
        connection.creation.create_test_db(
            verbosity=0, autoclobber=True, serialize=False, keepdb=keep
        )
    with _sweeper() as sweep, pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: sweep())
        yield
    if not django_db_keepdb:
        # Closes what threads that have ended left open; a database in use is not dropped.
        gc.collect()
        with django_db_blocker.unblock(), _as_owner() as connection:
            connection.creation.destroy_test_db(name, verbosity=0)


def owner_connection() -> Any:
    """A psycopg2 connection as the owner, who may do what the server's role may not."""
    return _connection_of("nc_owner")


def _connection_of(role: str) -> Any:
    from django.db import connection

    parameters = {**connection.get_connection_params(), "user": role}
    parameters.pop("cursor_factory", None)
    link = psycopg2.connect(**parameters, options="-c lock_timeout=10s")
    link.autocommit = True
    return link


# Most tables are empty after a test: one question finds those that are not.
_PROBES = """
    select string_agg(format('select %%L where exists (select from %%I)', tablename, tablename),
      ' union all ') from pg_tables where schemaname = 'public' and not tablename = any(%s)
"""
_RESTART = """
    select setval(format('%I', sequencename)::regclass, start_value, false)
    from pg_sequences where schemaname = 'public' and last_value is not null
"""


@contextmanager
def _sweeper() -> Iterator[Callable[[], None]]:
    """What empties all tables and begins all numbers anew, as no transaction will do it.

    TRUNCATE writes every table's files anew, full or not, which is slower than most tests. The
    superuser deletes as a replica does: no trigger refuses it, no reference holds it up.
    """
    with closing(_connection_of("postgres")) as link, link.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        cursor.execute(_PROBES, [list(KEPT_TABLES)])
        (probes,) = cursor.fetchone()

        def empty_tables() -> None:
            cursor.execute(probes)
            for (table,) in cursor.fetchall():
                cursor.execute(f'DELETE FROM "{table}"')
            cursor.execute(_RESTART)

        yield empty_tables


@pytest.fixture
def owner_cursor(transactional_db: None) -> Iterator[Any]:
    """A cursor of the owner, for tests that take a wall down; what they change they put back."""
    with closing(owner_connection()) as owner, owner.cursor() as cursor:
        yield cursor


@pytest.fixture(autouse=True)
def clean_cache(plain_settings: None) -> None:
    """Every test begins with an empty cache that is at work."""
    from django.core.cache import cache

    from chapters.cache import ForgivingRedisCache

    # After a test that took the cache away, it would rest for a while, and the doorbell too.
    ForgivingRedisCache._resting_until = 0.0
    cache.clear()


# --- Helpers of pytest-xdist -------------------------------------------------------------------


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the running installation, and begin with what is long and can't be shared.

    Each helper has an installation of its own: all pages in one, all else in the other, which
    takes about as long. Then comes the crawl, whose parts are the longest tests that remain.
    """
    for item in items:
        if "stack" in getattr(item, "fixturenames", ()):
            name = "stack of pages" if "pages" in item.path.parts else "stack"
            item.add_marker(pytest.mark.xdist_group(name))
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    """0 for what needs the running installation, 1 for other groups, 2 for the rest."""
    group = item.get_closest_marker("xdist_group")
    return 2 if group is None else 0 if group.args[0].startswith("stack") else 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Everything else goes out by whole files, in the order of the suite."""
    from xdist.scheduler import LoadGroupScheduling

    class ByFile(LoadGroupScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return super()._split_scope(nodeid).partition("::")[0]

    return ByFile(config, log)


# --- The browser -------------------------------------------------------------------------------


def find_browser() -> str:
    """The path of a Chromium: CHROMIUM, one on the PATH, or Playwright's own."""
    named = os.environ.get("CHROMIUM")
    found = named or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.fail(NO_BROWSER, pytrace=False)
    return found


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own Chromium, which calls nobody."""
    quiet = [
        "--disable-quic",
        "--disable-background-networking",
        "--no-first-run",
        "--disable-component-update",
        "--disable-sync",
    ]
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": find_browser(), "args": quiet + sandbox}


# --- The figures that tests report ---------------------------------------------------------------


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what tests measured (`record_property`), one line each."""
    reports = [*terminalreporter.stats.get("passed", []), *terminalreporter.stats.get("failed", [])]
    for report in reports:
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{name}: {value}")
