"""The two walls between chapters, each by itself (faults 3, 4, 5 and 7)."""

import datetime
import inspect
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Lock
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import (
    DatabaseError,
    IntegrityError,
    connection,
    connections,
    models,
    transaction,
)
from django.test import Client
from django.utils import timezone

from chapters.models import Pledge, Seat
from chapters.scope import Scope, Unscoped, as_self, current, in_chapter
from chapters.unscoped import as_backbone
from config.celery import app as celery
from members.models import Membership
from tests.factories import canary, make_job, make_membership, make_pledge, make_seat, make_user
from tests.isolation.planted import DENVER
from tests.isolation.planting import (
    create,
    is_owned,
    key_column,
    key_of,
    owned_models,
    plant,
    shared_pks,
)
from tests.isolation.world import rows_of

# Tasks that get an id of something that belongs to the nation, and find its chapter themselves.
NATIONAL_TASKS = {"members.tasks.apply_event"}


@pytest.fixture
def home(db: None) -> Any:
    return plant("San Francisco", "home", published=True)


@pytest.fixture
def other(db: None) -> Any:
    return plant("Denver", DENVER, published=True)


def visible(model: Any) -> set[Any]:
    """What plain SQL finds at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(f'select "{key_column(model)}" from "{model._meta.db_table}"')
        return {key for (key,) in cursor.fetchall()}


def closed(model: Any, side: Any) -> set[Any]:
    """The chapter's rows that are not open to all."""
    return {key_of(row) for row in side.rows[model]} - shared_pks(model)


# --- Fault 3: without context, with the wrong one ------------------------------------------------


@pytest.mark.fault(3)
def test_plain_sql_without_a_scope_finds_no_row_of_any_chapter(home, other):
    found = {model: visible(model) - shared_pks(model) for model in owned_models()}
    assert {model._meta.db_table: rows for model, rows in found.items() if rows} == {}


@pytest.mark.fault(3)
def test_plain_sql_in_a_chapter_finds_its_rows_and_no_others(home, other):
    for model in owned_models():
        with in_chapter(home.chapter):
            found = visible(model)
        assert {key_of(row) for row in home.rows[model]} <= found, model._meta.db_table
        assert not closed(model, other) & found, model._meta.db_table


@pytest.mark.fault(3)
def test_plain_sql_changes_no_row_of_another_chapter(home, other):
    before = rows_of([other])
    with in_chapter(home.chapter, home.user), connection.cursor() as cursor:
        for model in owned_models():
            table, key = model._meta.db_table, key_column(model)
            theirs = [str(key_of(row)) for row in other.rows[model]]
            for change in ("update", "delete"):
                words = f'update "{table}" set chapter_id = chapter_id'
                words = words if change == "update" else f'delete from "{table}"'
                cursor.execute(f'{words} where "{key}"::text = any(%s)', [theirs])
                assert cursor.rowcount == 0, f"{change} {table}"
    assert rows_of([other]) == before


@pytest.mark.fault(3)
def test_rows_are_never_written_into_another_chapter(home, other):
    for model in owned_models():
        # A seat is refused before it comes to the wall: whose seats they are can't be seen here.
        with (
            in_chapter(home.chapter),
            pytest.raises(
                DatabaseError, match=r"row-level security|No seat of the organization|never change"
            ),
        ):
            create(model, other, is_open=False)


def test_no_row_is_moved_into_another_chapter(home, other):
    for model in owned_models():
        rows = model._base_manager.filter(pk=home.rows[model][0].pk)
        with (
            pytest.raises(DatabaseError, match=r"row-level security|never change"),
            in_chapter(home.chapter),
        ):
            rows.update(chapter=other.chapter)


def test_foreign_keys_never_lead_into_another_chapter(home, other):
    for model in owned_models():
        for field in model._meta.concrete_fields:
            target = field.related_model
            if not isinstance(target, type) or not is_owned(target):
                continue
            row = home.rows[model][0]
            if getattr(row, field.attname) is None:
                continue
            # A unique key may refuse first; test_house.py sees that each key is composite.
            refusal = r"_same_chapt|(never change|stays used)|another chapter|duplicate key|No seat"
            with (
                pytest.raises(DatabaseError, match=refusal),
                in_chapter(home.chapter),
                transaction.atomic(),
            ):
                theirs = {field.attname: other.rows[target][0].pk}
                model._base_manager.filter(pk=row.pk).update(**theirs)
                connection.check_constraints()


# --- Scopes --------------------------------------------------------------------------------------


def settings() -> tuple[str | None, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select current_setting('app.chapter', true), current_setting('app.user', true),"
            " current_user"
        )
        return tuple(cursor.fetchone())


def test_a_nested_scope_gives_the_outer_one_back(sf, denver):
    with in_chapter(sf, 7):
        with in_chapter(denver):
            assert settings() == (str(denver.pk), "", "nc_app")
            with as_backbone():
                assert settings() == ("", "", "nc_backbone")
            assert settings() == (str(denver.pk), "", "nc_app")
        assert settings() == (str(sf.pk), "7", "nc_app")
        assert current() == Scope(chapter_id=sf.pk, user_id=7)
    assert current() is None
    assert settings() == ("", "", "nc_app")


def test_a_failed_scope_gives_the_outer_one_back(sf, denver):
    with in_chapter(sf):
        with suppress(RuntimeError), as_backbone():
            raise RuntimeError
        assert settings() == (str(sf.pk), "", "nc_app")
        with suppress(IntegrityError), in_chapter(denver):
            Pledge.objects.create(name="nothing", amount_cents=0)
        assert settings() == (str(sf.pk), "", "nc_app")
        assert current() == Scope(chapter_id=sf.pk)


def test_nothing_of_a_scope_outlives_its_transaction(transactional_db, sf):
    make_pledge(sf)
    with as_backbone():
        assert Pledge.objects.count() == 1
    assert settings() == ("", "", "nc_app")
    assert visible(Pledge) == set()


def test_the_backbone_role_is_entered_and_never_inherited(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_has_role('nc_app', 'nc_backbone', 'USAGE'),"
            " pg_has_role('nc_app', 'nc_backbone', 'SET'), rolsuper, rolbypassrls"
            " from pg_roles where rolname = current_user"
        )
        assert cursor.fetchone() == (False, True, False, False)


def test_every_scoped_manager_refuses_without_a_scope(db):
    for model in owned_models():
        with pytest.raises(Unscoped):
            model._default_manager.count()


def test_mine_are_ones_own_rows_in_all_chapters_and_no_others(sf, denver):
    person = make_user("pat")
    own = {make_membership(sf, person).pk, make_membership(denver, person).pk}
    make_membership(denver)
    with as_self(person):
        assert {row.pk for row in Membership.mine(person)} == own
        assert visible(Membership) == own
    with in_chapter(sf, person):
        assert visible(Membership) == own
    with as_self(make_user()):
        assert not Membership.mine(person).exists()


def test_published_rows_are_read_from_anywhere_and_drafts_from_nowhere(home, other):
    public: list[Any] = [model for model in owned_models() if getattr(model, "PUBLIC", None)]
    assert public
    with as_self():
        for model in public:
            theirs = {key_of(row) for row in other.rows[model]}
            assert visible(model) & theirs == shared_pks(model) & theirs
            assert (
                set(model.published.values_list(key_column(model), flat=True))
                >= shared_pks(model) & theirs
            )


# --- Fault 4: one connection for all -------------------------------------------------------------


@pytest.mark.fault(4)
def test_200_requests_on_one_connection_never_mix(transactional_db, sf, denver, lou, dee, otto):
    sides = [
        SimpleNamespace(job=make_job(chapter, person, mark=canary(name)), mark=canary(name))
        for chapter, person, name in ((sf, lou, "first"), (denver, dee, "second"))
    ]
    for side, chapter, person in zip(sides, (sf, denver), (lou, dee), strict=True):
        side.client, side.path = Client(), f"/{chapter.slug}/jobs/{side.job.pk}/"
        side.client.force_login(person)
    pool, turn = connections["default"], Lock()
    pool.inc_thread_sharing()

    def visit(number: int) -> str:
        asked, wrong = sides[number % 2], sides[(number + number // 2) % 2]
        with turn:
            connections["default"] = pool
            page = asked.client.get(wrong.path).content.decode()
            left = settings()
        assert left == ("", "", "nc_app")
        expected = {asked.mark} if asked is wrong else set()
        assert {side.mark for side in sides if side.mark in page} == expected
        return asked.mark

    with ThreadPoolExecutor(4) as threads:
        seen = list(threads.map(visit, range(200)))
    pool.dec_thread_sharing()
    assert len(seen) == 200


# --- Fault 5: tasks ------------------------------------------------------------------------------


def tasks() -> dict[str, Any]:
    celery.loader.import_default_modules()
    return {name: task for name, task in celery.tasks.items() if not name.startswith("celery.")}


@pytest.mark.fault(5)
def test_every_task_names_its_chapter_or_asks_for_nothing():
    for name, task in tasks().items():
        asked = set(inspect.signature(task.run).parameters)
        assert not asked or "chapter_id" in asked or name in NATIONAL_TASKS, name


@pytest.mark.fault(5)
@pytest.mark.parametrize("wrong", ["another chapter", "none"])
def test_every_task_refuses_rows_of_another_chapter(home, other, wrong):
    before = rows_of([other])
    named = home.chapter.pk if wrong == "another chapter" else None
    for name, task in tasks().items():
        parameters = inspect.signature(task.run).parameters
        if "chapter_id" not in parameters:
            continue
        ids = {p: _key(p, other) for p in parameters if p != "chapter_id"}
        with pytest.raises(Exception, match=r"chapter"):
            task.run(**ids, chapter_id=named)
        assert rows_of([other]) == before, name


def _key(parameter: str, side: Any) -> str:
    """The key of the planted row that `job_id` and the like speak of."""
    word = parameter.removesuffix("_id")
    return str(
        next(rows[0].pk for model, rows in side.rows.items() if model.__name__.lower() == word)
    )


# --- Fault 7: rights end at once -----------------------------------------------------------------


@pytest.mark.fault(7)
def test_an_ended_seat_closes_the_next_request(home, client_for):
    seat = make_seat(home.chapter, role="chair")
    client = client_for(seat.user)
    path = f"/san-francisco/agenda/sections/{home.row('agendas.Section').pk}/edit/"
    assert client.get(path).status_code == 200
    with in_chapter(home.chapter):
        Seat.objects.filter(pk=seat.pk).update(
            ends_at=timezone.now() - datetime.timedelta(seconds=1)
        )
    assert client.get(path).status_code == 404
    assert client.post(path, {"body": "Taken over"}).status_code == 404


@pytest.mark.fault(7)
def test_backbone_staff_who_left_are_out_at_the_next_request(bea, client_for):
    client = client_for(bea)
    assert client.get("/admin/").status_code == 200
    bea.is_staff = False
    bea.save()
    assert client.get("/admin/").status_code == 302


def test_a_row_without_a_chapter_goes_into_the_open_one(sf):
    with in_chapter(sf):
        assert Pledge.objects.create(name="Pat", amount_cents=100).chapter == sf


def test_a_model_without_an_owner_has_no_rows_of_ones_own(mia):
    with as_self(mia), pytest.raises(Unscoped):
        Pledge.mine(mia)


def test_the_planted_chapter_is_marked_in_every_private_text(other):
    bare = []
    for model, rows in other.rows.items():
        texts = [f for f in model._meta.concrete_fields if isinstance(f, models.TextField)]
        private = [row for row in rows if key_of(row) not in shared_pks(model)]
        bare += [
            f"{model._meta.label}.{field.name}"
            for row in private
            for field in texts
            if not field.choices and DENVER not in getattr(row, field.attname)
        ]
    assert bare == []
