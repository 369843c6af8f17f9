"""Fault 42: a name in every text of every table, and none of it readable after an erasure."""

import re
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from psycopg2 import IntegrityError

from chapters import audit, personal
from chapters.scope import in_chapter
from chapters.unscoped import as_backbone
from members.actions import books, expenses
from members.models import Entry, Expense, OpenEntry, User
from tests.conftest import owner_connection
from tests.factories import (
    make_application,
    make_index_template,
    make_seat,
    make_user,
    make_waitlist_entry,
)
from tests.faults.test_42_forgotten import EMAIL, NAME, forget, places_with
from tests.isolation.planting import plant

pytestmark = [pytest.mark.fault(42), pytest.mark.django_db(transaction=True)]

FLOORS = ("chapters", "members", "measurement", "agendas", "convenings")
TEXT = f"{NAME} <{EMAIL}>"
# Names that programs give: ids of the provider, secrets, kinds.
MACHINE = re.compile(
    r"^(code|slug|key|kind|type|codename|action|stream|name_key|release|recipe|version)$|"
    r"(_id|_hash|_intent|_type|_url|token|digest|sha256|salt|hash|number|zone|previous)$"
)


def texts_of(model: Any) -> Iterator[Any]:
    """The fields in which somebody's words can stand."""
    for one in model._meta.concrete_fields:
        room = one.max_length is None or one.max_length >= len(TEXT)
        is_text = isinstance(one, models.CharField | models.TextField | models.JSONField)
        if is_text and room and not (one.choices or one.unique or MACHINE.search(one.name)):
            yield one


def write_everywhere(cursor: Any) -> set[str]:
    """Put the name into every text of every row, past the triggers; gives `table.column` of all."""
    written = set()
    for model in apps.get_models():
        if model._meta.app_label not in FLOORS or model is User:
            continue
        table = model._meta.db_table
        cursor.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY, DISABLE TRIGGER USER')
        for one in texts_of(model):
            text = f'{{"words": "{TEXT}"}}' if isinstance(one, models.JSONField) else TEXT
            if isinstance(one, models.EmailField):
                text = EMAIL
            # A field of a fixed form, or one that tells rows apart, takes no name.
            with suppress(IntegrityError):
                cursor.execute(f'UPDATE "{table}" SET "{one.column}" = %s', [text])
                written |= {f"{table}.{one.column}"} if cursor.rowcount else set()
        cursor.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY, ENABLE TRIGGER USER')
    return written


def excused() -> dict[str, str]:
    """What `config/privacy.yaml` leaves, with its reasons."""
    return {
        f"{rule.model._meta.db_table}.{column}": why
        for rule in personal.rules()
        for column, why in rule.leave.items()
    }


def test_no_text_of_any_table_keeps_the_name(sf):
    side = plant("Homeville", "home", published=True)
    make_application()
    make_index_template()
    make_waitlist_entry()
    person = side.user
    person.name, person.email = NAME, EMAIL
    person.save()
    with closing(owner_connection()) as owner, owner.cursor() as cursor:
        written = write_everywhere(cursor)
    assert len(written) > 60
    forget(person)
    left = {place for word in (EMAIL, NAME) for place in places_with(word)}
    assert left == set(excused()) & written
    assert set(excused()) <= written and all(excused().values())


def test_books_forget_a_name_and_keep_every_sum(sf, lou, bea):
    person, ada = make_user("zyx", name=NAME, email=EMAIL), make_seat(sf, make_user("ada")).user
    with in_chapter(sf):
        books.ensure_books(sf)
        paid = expenses.request_expense(
            sf, lou, title=f"Taxi for {NAME} (100%)", payee=NAME, amount_cents=900,
            account_code="5000", fund_code="general", spent_on=sf.today,
        )  # fmt: skip
        expenses.approve_expense(paid, ada, today=sf.today)
        expenses.pay_expense(paid, ada, paid_on=sf.today)
    assert "members_openentry.memo" in places_with(NAME)
    before = sums()
    forget(person)
    assert places_with(NAME) == []
    with in_chapter(sf):
        words = "Taxi for Former member (100%)"
        assert Expense.objects.get().title == words
        assert set(Entry.objects.values_list("memo", flat=True)) == {words}
        assert set(OpenEntry.objects.values_list("memo", flat=True)) == {words}
    assert sums() == before
    assert audit.verify() == []


def sums() -> list[Any]:
    with as_backbone(), connection.cursor() as cursor:
        cursor.execute(
            "select entry_id, account_id, amount_cents from members_line"
            " union all select entry_id, 0, amount_cents from members_openline order by 1, 2, 3"
        )
        return list(cursor.fetchall())


@pytest.mark.parametrize(
    ("was", "becomes", "may"),
    [
        ("Taxi for Ann Day", "Taxi for Former member", True),
        ("Ann Day, ann@x.org: 5% off_a\\b", "Former member, former-1@erased.invalid: 5% off_a\\b",
         True),
        ("Taxi", "Taxi", True),
        ("Taxi for Ann Day", "Taxi", False),
        ("Taxi for Ann Day", "Bus for Former member", False),
        ("Taxi for Ann Day", "Taxi for Former member and Bo", False),
        ("Taxi", "TaxiFormer member", False),
        ("50% off", "5Former member% of", False),
        ("Taxi", "", False),
    ],
)  # fmt: skip
def test_a_text_of_the_books_changes_by_forgetting_alone(was, becomes, may):
    with connection.cursor() as cursor:
        cursor.execute("select members_only_forgets(%s, %s)", [was, becomes])
        assert cursor.fetchone() == (may,)


def test_nobody_changes_anything_else_of_an_entry(sf):
    with in_chapter(sf):
        books.ensure_books(sf)
    rows = [("memo", "other"), ("kind", "pledge"), ("occurred_on", "2020-01-01")]
    for table in ("members_entry", "members_openentry"):
        for column, value in rows:
            plant_entry(sf)
            with closing(owner_connection()) as owner, owner.cursor() as cursor:
                cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
                try:
                    with pytest.raises(Exception, match="never changed"):
                        cursor.execute(f"UPDATE {table} SET {column} = %s", [value])
                finally:
                    cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def plant_entry(chapter: Any) -> None:
    """One entry of the books, which stands in the open ones too."""
    with in_chapter(chapter):
        books.record_donation(
            chapter, key="gift-1", cents=100, occurred_on=chapter.today,
            memo="Ann Day",
        )  # fmt: skip
