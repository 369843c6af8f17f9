"""The rules of the house that no linter sees; each with a proof that it can fail."""

import ast
import re
import statistics
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection, models
from django.http import HttpResponse
from django.urls import path as route

from chapters.gates import Gate
from chapters.models import Chapter
from chapters.owned import ChapterOwned, ScopedManager, SharedManager, SharedOrOwned
from config.checks import gate_of, routes
from tests.isolation.planting import is_owned, owned_models

ROOT = Path(__file__).parent.parent
FLOORS = ["chapters", "members", "measurement", "agendas", "convenings"]
PRODUCT = [*FLOORS, "config"]
# National rows stand beside the chapters' own in these, each with its reason.
NATIONAL = {
    "chapters.Job": "the backbone asks for work too",
    "chapters.AuditDetail": "as the entry that it belongs to",
    "chapters.AuditEntry": "rights over the whole network are given outside of any chapter",
    "chapters.Mail": "founders and new accounts get mail before they have a chapter",
}
LONGEST_FILE, LONGEST_TEMPLATE, LONGEST_FUNCTION = 400, 120, 25
TEMPLATE_NAME = re.compile(r"[a-z0-9_./-]+\.(html|txt|svg)")
# A block of JSON is data that no browser runs.
INLINE = re.compile(
    r"<style|\sstyle\s*=|<script(?![^>]*\s(?:src=|type=\"application/json\"))"
    r"|\son[a-z]+\s*=|javascript:",
    re.I,
)


def ours() -> list[Any]:
    """The models of the product."""
    return [model for model in apps.get_models() if model._meta.app_label in FLOORS]


def sources() -> list[Path]:
    """The product's Python files; migrations are written by Django."""
    found = [path for app in PRODUCT for path in (ROOT / app).rglob("*.py")]
    return [path for path in found if "migrations" not in path.parts]


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.*"))


def query(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


# --- Floors and models ---------------------------------------------------------------------------


def leads_up(model: Any, target: Any) -> bool:
    """Whether a foreign key from the one to the other climbs the stairs; people are exempt."""
    floors = [model._meta.app_label, target._meta.app_label]
    if target._meta.label == "members.User" or floors[1] not in FLOORS:
        return False
    return FLOORS.index(floors[1]) > FLOORS.index(floors[0])


def test_no_foreign_key_leads_to_a_higher_floor():
    wrong = [
        f"{model._meta.label}.{field.name}"
        for model in ours()
        for field in model._meta.get_fields()
        if getattr(field, "related_model", None) and not field.auto_created
        if leads_up(model, field.related_model)
    ]
    assert wrong == []


def test_a_foreign_key_to_a_higher_floor_would_be_found():
    agenda, membership = apps.get_model("agendas.Agenda"), apps.get_model("members.Membership")
    assert leads_up(membership, agenda)
    assert not leads_up(agenda, membership)


def misses_base(model: Any) -> bool:
    bases = (ChapterOwned, SharedOrOwned)
    return not issubclass(model, bases) and model._meta.label not in NATIONAL


def test_every_row_of_a_chapter_is_owned_or_declared_national():
    assert [model._meta.label for model in owned_models() if misses_base(model)] == []
    assert set(NATIONAL) <= {model._meta.label for model in owned_models()}


def test_every_owned_model_has_a_scoped_manager():
    for model in owned_models():
        assert isinstance(model._default_manager, ScopedManager | SharedManager), model


def loose_uniques(model: Any) -> list[str]:
    """Columns a person fills in that must be unique in the whole nation: an answer gives away."""
    filled = (models.CharField, models.TextField, models.DateField)
    # None of these is typed: our own tokens and numbers, and what Stripe calls its objects.
    made = {"token", "session_id", "payment_intent", "invoice_id", "stripe_id", "receipt_number"}
    single = [
        field.name
        for field in model._meta.concrete_fields
        if field.unique and not field.primary_key and isinstance(field, filled)
    ]
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and not constraint.contains_expressions:
            fields = [model._meta.get_field(name) for name in constraint.fields]
            if not any(f.name == "chapter" or f.is_relation for f in fields):
                single += [field.name for field in fields]
    return [name for name in single if name not in made]


def test_nothing_that_people_write_is_unique_across_chapters():
    assert {m._meta.label: loose_uniques(m) for m in owned_models() if loose_uniques(m)} == {}


def test_a_unique_text_across_chapters_would_be_found():
    assert loose_uniques(Chapter) == ["slug", "code"]


# --- The database --------------------------------------------------------------------------------


def fences(table: str) -> tuple[bool, bool, set[str]]:
    """Whether row security is on, whether it binds the owner too, and which policies there are."""
    ((enabled, forced),) = query(
        "select relrowsecurity, relforcerowsecurity from pg_class where oid = %s::regclass", table
    )
    names = query("select polname from pg_policy where polrelid = %s::regclass", table)
    return enabled, forced, {name for (name,) in names}


def unfenced(table: str) -> bool:
    enabled, forced, policies = fences(table)
    return not (enabled and forced and policies >= {"chapter", "backbone"})


def test_every_owned_table_is_fenced(db):
    assert [m._meta.db_table for m in owned_models() if unfenced(m._meta.db_table)] == []


def test_an_unfenced_table_would_be_found(db):
    assert unfenced("chapters_chapter")


def test_every_table_with_a_chapter_belongs_to_a_model_that_is_checked(db):
    found = query(
        "select table_name from information_schema.columns"
        " where column_name = 'chapter_id' and table_schema = 'public'"
    )
    tables = {model._meta.db_table for model in owned_models()}
    assert {table for (table,) in found} == tables


def unique_columns(table: str) -> set[frozenset[str]]:
    rows = query(
        "select array_agg(a.attname::text) from pg_index i, unnest(i.indkey) k"
        " join pg_attribute a on a.attnum = k and a.attrelid = %s::regclass"
        " where i.indrelid = %s::regclass and i.indisunique and i.indpred is null"
        " group by i.indexrelid",
        table,
        table,
    )
    return {frozenset(columns) for (columns,) in rows}


def composite_keys(table: str) -> set[str]:
    rows = query(
        "select a.attname from pg_constraint c, unnest(c.conkey) k"
        " join pg_attribute a on a.attnum = k and a.attrelid = %s::regclass"
        " where c.conrelid = %s::regclass and c.contype = 'f' and cardinality(c.conkey) = 2",
        table,
        table,
    )
    triggers = query(
        "select pg_get_triggerdef(oid) from pg_trigger"
        " where tgrelid = %s::regclass and not tgisinternal",
        table,
    )
    return {column for (column,) in rows} | {word for (word,) in triggers}


def loose_links(model: Any) -> list[str]:
    """Foreign keys to chapter-owned tables that don't carry the chapter with them."""
    held = composite_keys(model._meta.db_table)
    return [
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field.related_model, type) and is_owned(field.related_model)
        if field.column not in held and not any(field.column in trigger for trigger in held)
    ]


def test_every_link_between_chapters_rows_carries_the_chapter(db):
    assert {m._meta.label: loose_links(m) for m in owned_models() if loose_links(m)} == {}
    for model in owned_models():
        is_target = any(
            relation.related_model in owned_models() for relation in model._meta.related_objects
        )
        if is_target and not issubclass(model, SharedOrOwned):
            assert frozenset({"chapter_id", "id"}) in unique_columns(model._meta.db_table), model


def test_a_link_without_its_chapter_would_be_found(db):
    seat = SimpleNamespace(
        column="user_id", name="user", related_model=apps.get_model("chapters.Job")
    )
    fake = SimpleNamespace(
        _meta=SimpleNamespace(db_table="chapters_seat", concrete_fields=[seat], label="fake")
    )
    assert loose_links(fake) == ["user"]


def test_no_view_shows_rows_behind_the_walls(db):
    materialised = query("select matviewname from pg_matviews where schemaname = 'public'")
    plain = query(
        "select relname from pg_class where relkind = 'v' and relnamespace = 'public'::regnamespace"
        " and not coalesce(reloptions::text, '') like '%%security_invoker=true%%'"
    )
    assert materialised + plain == []


# --- Doors ---------------------------------------------------------------------------------------


def test_every_route_has_a_gate():
    assert [a for a, pattern in routes() if not isinstance(gate_of(a, pattern), Gate)] == []


def test_a_route_without_a_gate_would_be_found():
    assert gate_of("elsewhere/", route("elsewhere/", lambda request: HttpResponse())) is None


def test_every_model_can_be_seen_by_the_backbone():
    unseen = [m for m in ours() if m not in admin.site._registry]
    # Django's admin takes no key of several columns; figures are read by upload and dashboard.
    assert [m._meta.label for m in unseen if m._meta.pk.column is not None] == []


def stated_roles() -> dict[str, set[str]]:
    """What config/roles.yaml grants, as `app.verb_model`."""
    stated = yaml.safe_load((ROOT / "config" / "roles.yaml").read_text())
    return {
        group: {
            f"{app}.{verb}_{model}"
            for name, verbs in models_of.items()
            for app, model in [name.split(".")]
            for verb in verbs
        }
        for group, models_of in stated.items()
    }


def granted_roles() -> dict[str, set[str]]:
    """What the database grants."""
    return {
        group.name: {
            f"{p.content_type.app_label}.{p.codename}"
            for p in group.permissions.select_related("content_type")
        }
        for group in Group.objects.all()
    }


def test_the_database_grants_what_the_file_states(db):
    call_command("apply_roles", verbosity=0, stdout=StringIO())
    assert granted_roles() == stated_roles()
    Group.objects.get(name="Backbone").permissions.clear()
    assert granted_roles() != stated_roles()
    call_command("apply_roles", verbosity=0, stdout=StringIO())
    assert granted_roles() == stated_roles()


# --- Size and style ------------------------------------------------------------------------------


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def statements(function: ast.AST) -> int:
    return sum(isinstance(node, ast.stmt) for node in ast.walk(function)) - 1


def too_long(paths: Iterable[Path], longest: int) -> list[str]:
    lengths = {path: len(path.read_text().splitlines()) for path in paths}
    return [f"{path}: {lines} lines" for path, lines in lengths.items() if lines > longest]


def test_files_fit_on_a_few_screens():
    others = [path for folder in ("tests", "bench") for path in (ROOT / folder).rglob("*.py")]
    assert too_long([*sources(), *others], LONGEST_FILE) == []


def test_a_long_file_would_be_found(tmp_path):
    (tmp_path / "long.py").write_text("\n" * 401)
    assert too_long(tmp_path.iterdir(), LONGEST_FILE) == [f"{tmp_path}/long.py: 401 lines"]


def test_functions_fit_on_a_screen(record_property):
    long, lengths = [], []
    for path in sources():
        for function in functions(ast.parse(path.read_text())):
            lengths.append(1 + (function.end_lineno or 0) - function.lineno)
            if statements(function) > LONGEST_FUNCTION:
                long.append(f"{path.relative_to(ROOT)}: {function.name}")
    record_property("median function", f"{statistics.median(lengths)} lines")
    assert long == []
    assert statistics.median(lengths) < 12


def test_a_long_function_would_be_found():
    long = ast.parse("def f():\n" + "    x = 1\n" * 26)
    assert statements(next(functions(long))) == 26


def test_templates_are_short_and_plainly_named():
    wrong = [
        str(path.relative_to(ROOT))
        for path in templates()
        if len(path.read_text().splitlines()) > LONGEST_TEMPLATE
        or not TEMPLATE_NAME.fullmatch(str(path.relative_to(ROOT)))
    ]
    assert wrong == []


def test_pages_have_no_inline_style_or_script():
    pages = [path for path in templates() if "mail" not in path.parts and path.suffix != ".txt"]
    wrong = [str(path.relative_to(ROOT)) for path in pages if INLINE.search(path.read_text())]
    assert wrong == []


@pytest.mark.parametrize(
    "text",
    ["<style>", '<p style="x">', "<script>x</script>", '<a onclick="x">', 'href="javascript:x"'],
)
def test_inline_code_would_be_found(text):
    assert INLINE.search(text)


MANAGERS = {"objects", "published", "_base_manager", "_default_manager"}


def raw_sql(tree: ast.AST) -> list[int]:
    """Lines where SQL is put together from strings, or goes around the ORM."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        holder = getattr(node.func.value, "attr", "")
        if node.func.attr == "extra" or (node.func.attr == "raw" and holder in MANAGERS):
            found.append(node.lineno)
        first = node.args[0] if node.args else None
        if node.func.attr in {"execute", "executemany"} and isinstance(first, ast.JoinedStr):
            found.append(node.lineno)
    return found


# They write DDL, in which PostgreSQL takes no parameters; every name in it is their own constant.
DDL = {"chapters/walls.py", "config/stack/roles.py"}


def test_no_sql_is_made_of_strings():
    found = {str(p.relative_to(ROOT)): raw_sql(ast.parse(p.read_text())) for p in sources()}
    assert {path for path, lines in found.items() if lines} <= DDL


@pytest.mark.parametrize("code", ["c.execute(f'select {x}')", "M.objects.raw('x')", "q.extra()"])
def test_sql_made_of_strings_would_be_found(code):
    assert raw_sql(ast.parse(code)) == [1]
