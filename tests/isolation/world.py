"""The world that is crawled: a home chapter, two others, and everybody who may come along."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from typing import Any

from django.contrib.auth.models import Group
from django.core.management import call_command, get_commands
from django.db import connection, models, transaction
from django.utils import timezone

from chapters.models import Chapter
from chapters.owned import SharedOrOwned
from chapters.unscoped import as_backbone
from measurement.models import Observation
from members.models import User
from tests.factories import make_membership, make_seat, make_user
from tests.isolation import planted
from tests.isolation.planting import Side, key_column, national_row, owned_models, plant

Rows = dict[tuple[str, str], str]


@dataclass(frozen=True)
class Role:
    """Somebody who visits, with the marks of the chapters in which they have a right."""

    name: str
    person: User | None
    rights: frozenset[str] = frozenset()
    # A short crawl sends only the keen ones everywhere with everything.
    is_keen: bool = False

    @property
    def is_staff(self) -> bool:
        """Whether the admin lets this person in."""
        return self.person is not None and self.person.is_staff


@dataclass
class World:
    """Everything a crawl needs."""

    home: Side
    others: list[Side]
    roles: list[Role]

    @property
    def marks(self) -> list[str]:
        """The marks that may not leave their chapter."""
        return [side.mark for side in self.others]


def make_world() -> World:
    """San Francisco is at home; Denver has published, Tucson only drafted."""
    for model in owned_models():
        if issubclass(model, SharedOrOwned):
            national_row(model)
    home = plant("San Francisco", "home", published=True)
    with as_backbone():
        # The nation's figure is one of San Francisco, so that its dashboard has something to show.
        figures = Observation._base_manager.filter(chapter=None)
        figures.update(place=home.chapter.place)
    denver = plant("Denver", planted.DENVER, published=True)
    tucson = plant("Tucson", planted.TUCSON, published=False)
    world = World(home, [denver, tucson], _roles(home, denver))
    # What planting left for its commit is checked now, not again at every visit.
    connection.check_constraints()
    return world


def _roles(home: Side, denver: Side) -> list[Role]:
    everywhere = frozenset({planted.DENVER, planted.TUCSON})
    council = make_seat(home.chapter, make_user("council", password=None)).user
    chair = make_seat(home.chapter, make_user("chair", password=None), role="chair").user
    root = make_user("root", password=None, is_staff=True, is_superuser=True)
    return [
        Role("visitor", None, is_keen=True),
        Role("member", home.user),
        Role("council", council),
        Role("chair", chair, is_keen=True),
        Role("former council", _former_council(home.chapter)),
        Role("member of Denver", denver.user, frozenset({planted.DENVER})),
        Role("backbone", _backbone(), everywhere),
        Role("superuser", root, everywhere),
    ]


def _former_council(chapter: Chapter) -> User:
    person = make_user("former", password=None)
    make_membership(chapter, person)
    return make_seat(chapter, person, ended=True).user


def _backbone() -> User:
    if "apply_roles" in get_commands():
        call_command("apply_roles", verbosity=0, stdout=StringIO())
    person = make_user("backbone", password=None, is_staff=True)
    person.groups.add(Group.objects.get_or_create(name="Backbone")[0])
    return person


# --- What must not change, what must not wander ---------------------------------------------------


def written_tables() -> dict[str, int]:
    """How many rows of each table this transaction has written so far, those undone included."""
    with connection.cursor() as cursor:
        # The view of the same figures joins each table's indexes to them, which costs three times.
        cursor.execute(
            "select relname, rows from pg_class, lateral (select"
            " pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)"
            " + pg_stat_get_xact_tuples_deleted(oid) as rows) written"
            " where relkind = 'r' and oid >= 16384 and rows > 0"
        )
        return dict(cursor.fetchall())


@contextmanager
def as_testcase() -> Iterator[None]:
    """A transaction that counts as the test's own: what runs in it may ask other services."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        yield


def rows_of(sides: list[Side], tables: set[str] | None = None) -> Rows:
    """Every row of these chapters (in `tables`, or in all) as (table, key) to its hash."""
    chapters, people = [side.chapter.pk for side in sides], [side.user.pk for side in sides]
    wanted = [(model, "chapter_id", chapters) for model in owned_models()]
    wanted += [(Chapter, "id", chapters), (User, "id", people)]
    wanted = [one for one in wanted if tables is None or one[0]._meta.db_table in tables]
    if not wanted:
        return {}
    queries = [_hashes(model, f"{column} = any(%s)") for model, column, _ in wanted]
    with as_backbone(), connection.cursor() as cursor:
        cursor.execute(" union all ".join(queries), [keys for _, _, keys in wanted])
        return {(table, key): digest for table, key, digest in cursor.fetchall()}


def _hashes(model: type[models.Model], where: str) -> str:
    table = model._meta.db_table
    # What a visit leaves on a person is theirs: when they last came.
    row = "to_jsonb(t) - 'last_login'"
    key = f't."{key_column(model)}"::text'
    return f"select '{table}', {key}, md5(({row})::text) from \"{table}\" t where {where}"


def strayed_marks(sides: list[Side], tables: set[str]) -> list[str]:
    """Those of the tables in which another chapter's row holds a mark of these chapters."""
    chapters = [side.chapter.pk for side in sides]
    pattern = "|".join(side.mark for side in sides)
    queries = [
        f"select '{table}' from \"{table}\" t"
        " where (chapter_id is null or chapter_id <> all(%s)) and t::text ~ %s"
        for table in sorted(tables & {model._meta.db_table for model in owned_models()})
    ]
    if not queries:
        return []
    with as_backbone(), connection.cursor() as cursor:
        cursor.execute(" union ".join(queries), [chapters, pattern] * len(queries))
        return [table for (table,) in cursor.fetchall()]


def ids_of(side: Side) -> dict[str, Any]:
    """Ids of a chapter under every name a careless view may read, and claims to more power."""
    found: dict[str, Any] = {
        "chapter": side.chapter.slug,
        "chapter_id": side.chapter.pk,
        "chapter_slug": side.chapter.slug,
        "user": side.user.pk,
        "user_id": side.user.pk,
        "place": side.chapter.place.geoid,
        "year": timezone.localdate().year,
        "role": "chair",
        "status": "active",
        "is_staff": "true",
        "is_superuser": "true",
    }
    for model, rows in side.rows.items():
        name = model._meta.model_name or ""
        found |= {name: rows[0].pk, f"{name}_id": rows[0].pk, f"{name}s": [rows[0].pk]}
    first = next(iter(side.rows.values()))[0].pk
    return found | {"id": first, "pk": first, "ids": [first], "q": side.mark[6:], "next": "/me/"}
