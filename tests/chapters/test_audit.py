"""The audit log: one chain whatever happens at once, nothing to change, and true after erasure."""

import threading
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from chapters import audit
from chapters.models import AuditDetail, AuditEntry, AuditHead
from chapters.scope import as_self, in_chapter
from chapters.unscoped import as_backbone
from tests.factories import make_application, make_chapter, make_seat, make_user

WRITERS, EACH = 8, 5


def entries(chapter=None):
    with as_backbone():
        rows = AuditEntry.objects.filter(chapter=chapter) if chapter else AuditEntry.objects
        return list(rows.order_by("number").select_related("detail"))


def test_an_act_is_recorded_in_its_chapters_chain(db):
    chapter, by = make_chapter(), make_user("lou")
    with as_self(by):
        first = audit.record("thing.done", subject=chapter, chapter=chapter, by=by)
        audit.record("thing.done", subject=chapter, by=by, facts={"n": 1})
    with in_chapter(chapter):
        second = audit.record("thing.done", subject=chapter, chapter=chapter)
        nation = audit.record("thing.done", subject=by, details={"email": by.email})
    assert [e.number for e in entries(chapter)] == [1, 2]
    assert second.previous == first.hash
    assert (nation.number, nation.chapter_id) == (2, None)
    assert audit.verify() == []


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_do_not_fork_the_chain():
    chapter = make_chapter()
    errors = []

    def write() -> None:
        try:
            for _ in range(EACH):
                with in_chapter(chapter):
                    audit.record("thing.done", subject=chapter, chapter=chapter)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    writers = [threading.Thread(target=write) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert errors == []
    assert [e.number for e in entries(chapter)] == list(range(1, WRITERS * EACH + 1))
    assert audit.verify() == []


STATEMENTS = [
    "update chapters_auditentry set action = 'x'",
    "delete from chapters_auditentry",
    "truncate chapters_auditentry cascade",
    "update chapters_auditdetail set values = '{}'",
    "delete from chapters_audithead",
    "update chapters_audithead set hash = 'x'",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_nobody_changes_the_log(statement, owner_cursor):
    chapter = make_chapter()
    with in_chapter(chapter):
        audit.record("thing.done", subject=chapter, chapter=chapter, details={"name": "x"})
    with pytest.raises(DatabaseError), as_backbone(), transaction.atomic():
        connection.cursor().execute(statement)
    owner_cursor.execute("begin; set local role nc_owner")
    owner_cursor.execute("select set_config('app.chapter', %s, true)", [str(chapter.pk)])
    with pytest.raises(Exception, match="never changed"):
        owner_cursor.execute(statement)
    owner_cursor.execute("rollback")


def test_after_an_erasure_the_chain_still_holds(db):
    chapter, person = make_chapter(), make_user("mia", name="Mia Canary")
    seat = make_seat(chapter, person)
    with in_chapter(chapter):
        audit.record("seat.given", subject=seat, chapter=chapter, details={"shown_as": "Mia C"})
        audit.record("note", subject=chapter, chapter=chapter, details={"to": person.email})
        audit.record("note", subject=chapter, chapter=chapter, details={"to": "other@example.org"})
    with as_backbone():
        assert audit.erase_details(person, [person.email, person.name]) == 2
        assert [d.values for d in AuditDetail.objects.all()] == [{"to": "other@example.org"}]
    assert audit.verify() == []


def tamper(owner_cursor, statement, *values):
    for word in ("DISABLE", "ENABLE"):
        if word == "ENABLE":
            owner_cursor.execute("begin; set local role nc_backbone")
            owner_cursor.execute(statement, values)
            owner_cursor.execute("commit")
        for table in ("entry", "detail", "head"):
            owner_cursor.execute(f"alter table chapters_audit{table} {word} trigger user")


@pytest.mark.parametrize(
    ("statement", "number", "reason"),
    [
        ("update chapters_auditentry set action = 'x' where number = 2", 2, "was changed"),
        ("update chapters_auditentry set facts = '{\"a\": 1}' where number = 3", 3, "was changed"),
        ("delete from chapters_auditentry where number = 1", 1, "missing"),
        ("delete from chapters_auditentry where number = 3", 3, "cut off"),
        ("update chapters_auditdetail set values = '{}'", 2, "details were changed"),
    ],
)
def test_the_command_names_the_first_broken_entry(statement, number, reason, owner_cursor):
    chapter = make_chapter("Denver")
    with in_chapter(chapter):
        for n in (1, 2, 3):
            details = {"name": "x"} if n == 2 else None
            audit.record("thing.done", subject=chapter, chapter=chapter, details=details)
    call_command("verify_audit", stdout=StringIO())
    tamper(owner_cursor, statement)
    with pytest.raises(CommandError, match=f"Denver, entry {number}: .*{reason}"):
        call_command("verify_audit", stdout=StringIO())


@pytest.fixture
def lead(client, db):
    boss = make_user("boss", is_staff=True, is_superuser=True)
    client.force_login(boss)
    return boss


def test_staff_acts_are_on_record(client, lead, db):
    application = make_application()
    person = make_user("mia")
    client.post(
        reverse("admin:chapters_application_changelist"),
        {"action": "mark_answered", "_selected_action": [application.pk]},
    )
    page = reverse("admin:members_user_change", args=[person.pk])
    fields = {"email": person.email, "name": "Mia", "zone": "", "is_active": "on"}
    assert client.post(page, fields | {"is_staff": "on"}).status_code == 302
    kept = [(e.action, e.by_id, e.facts.get("is_staff")) for e in entries()]
    assert kept == [
        ("application.staged", lead.pk, None),
        ("rights.changed", lead.pk, True),
    ]
    assert audit.verify() == []


def test_the_log_is_read_and_verified_in_the_admin(client, lead, owner_cursor):
    chapter = make_chapter()
    with in_chapter(chapter):
        audit.record("thing.done", subject=chapter, chapter=chapter, by=lead, details={"a": "b7"})
    page = client.get(reverse("admin:chapters_auditentry_changelist"))
    assert page.status_code == 200
    assert b"Verify the chain" in page.content
    assert b"b7" in page.content
    verify = reverse("admin:chapters_auditentry_verify")
    assert client.get(verify).status_code == 405
    assert b"Every entry follows" in client.post(verify, follow=True).content
    tamper(owner_cursor, "update chapters_auditentry set action = 'x'")
    assert b"entry 1: it was changed" in client.post(verify, follow=True).content


def test_the_head_moves_one_step_at_a_time(db):
    chapter = make_chapter()
    with in_chapter(chapter):
        audit.record("thing.done", subject=chapter, chapter=chapter)
    assert AuditHead.objects.get(chain=chapter.pk).number == 1
