"""Members as CSV: out without formulas, in line by line, and in again without a change."""

import csv
import datetime
import io
import threading
import time

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from chapters import jobs
from chapters.models import AuditEntry, Job, Mail
from chapters.scope import in_chapter
from chapters.unscoped import as_backbone
from members import tasks  # noqa: F401 - its handlers do the jobs
from members.actions import importing
from members.actions.importing import forget_files, plan_import, request_import, run_import
from members.actions.memberships import activate_memberships, lock_chapter
from members.exporting import write_csv
from members.member_sheet import COLUMNS, Unreadable, decode, read_members, write_members
from members.models import Membership, Payment, User
from tests.factories import make_membership, make_organization_membership, make_user

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 6, 1)
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", '=HYPERLINK("x","y")']


@pytest.fixture
def lead(bea) -> User:
    person = User.objects.create_user("lead@example.org", is_staff=True, name="Lead")
    person.groups.add(Group.objects.get(name="Backbone lead"))
    return person


def _run(chapter, text: str, *, takes_dates=True, sends_mail=False) -> dict[str, int]:
    with in_chapter(chapter):
        job = request_import(chapter, text, takes_dates=takes_dates, sends_mail=sends_mail, by=None)
        return dict(run_import(jobs.Work(job)))


def _cells(text: str) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(text)) for cell in row]


# --- Out ------------------------------------------------------------------------------------------


@pytest.mark.fault(31)
@pytest.mark.parametrize("name", FORMULAS)
def test_no_file_of_members_has_a_formula_in_it(client_for, bea, lou, sf, name):
    member = make_membership(sf, make_user(name=name), number=7)
    make_organization_membership(sf, mark=name)
    with as_backbone():
        rows = Membership.objects.select_related("chapter", "user")
        files = [write_members(rows), write_csv([{"name": name, "number": 7, "sum": -5}])]
    chosen = {"action": "export_members", "_selected_action": member.pk}
    files.append(client_for(bea).post("/admin/members/membership/", chosen).content.decode())
    address = f"/{sf.slug}/organizations/file.csv"
    files.append(client_for(lou).get(address).content.decode())
    for file in files:
        cells = [cell for cell in _cells(file) if cell != "-5"]
        assert len(cells) > 3
        assert not [cell for cell in cells if cell.lstrip()[:1] in set("=+-@＝＋－＠\t\r")]
    assert "7" in _cells(files[0]) and "-5" in _cells(files[1])
    with as_backbone():
        assert AuditEntry.objects.get(action="members.exported").facts == {"san-francisco": 1}


def test_exported_file_changes_nothing_when_it_comes_back(sf):
    people = [make_user(name=name) for name in ("Ada", "=cmd|' /C calc'!A0", "")]
    for person in people:
        make_membership(sf, person)
    with as_backbone():
        text = write_members(Membership.objects.select_related("chapter", "user"))
        plan = plan_import(sf, text, takes_dates=True)
    assert text.splitlines()[0] == ",".join(COLUMNS)
    assert (plan.numbers["same"], plan.to_do, plan.problems) == (3, [], [])


# --- Reading --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "note"),
    [
        ("email,name\nzoe@example.org,Zoë\n".encode(), ""),
        ("\ufeffE-Mail;Full name\r\nzoe@example.org;Zoë\r\n".encode(), ""),
        ("email\tname\nzoe@example.org\tZoë\n".encode("utf-16"), "UTF-16"),
        ("email,name\nzoe@example.org,Zoë\n".encode("cp1252"), "Windows-1252"),
        (b'email,name\n"zoe@example.org","Zo\xc3\xab"\n\n', ""),
    ],
)
def test_files_of_many_spreadsheets_are_read_alike(content, note):
    text, said = decode(content)
    (line,) = read_members(text, TODAY).lines
    assert (line.line, line.email, line.name) == (2, "zoe@example.org", "Zoë")
    assert note in said


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04\x14\x00", "no CSV file"),
        (b"name\nZoe\n", "no column"),
        (b"", "no column"),
        (b"email,email\na@b.org,a@b.org\n", "Two columns"),
        (b'email\n"a@b.org\n', "broken"),
        (b"x" * 1_000_001, "1 MB"),
    ],
)
def test_unreadable_files_say_what_to_do(content, words):
    with pytest.raises(Unreadable, match=words):
        read_members(decode(content)[0], TODAY)


def test_each_wrong_cell_is_named_with_its_line_and_remedy():
    text = (
        "email,name,joined_on,paid_until\n"
        "ok@example.org,Ok,2020-02-29,12/31/2026\n"
        "no-address,A,,\n"
        "OK@example.org,Twice,,\n"
        "b@example.org,B,2021-02-29,soon\n"
        "c@example.org,C\n"
        f"d@example.org,{'x' * 121},2027-01-01,\n"
    )
    sheet = read_members(text, TODAY)
    assert [line.email for line in sheet.lines] == ["ok@example.org"]
    assert sheet.lines[0].paid_until == datetime.date(2026, 12, 31)
    found = [(problem.line, problem.column) for problem in sheet.problems]
    assert found == [
        (3, "email"), (4, "email"), (5, "joined_on"), (5, "paid_until"), (6, "all"),
        (7, "name"), (7, "joined_on"),
    ]  # fmt: skip
    assert "line 2" in sheet.problems[1].words


# --- In -------------------------------------------------------------------------------------------

FILE = """email,name,joined_on,paid_until
new@example.org,Nia,2021-05-01,2040-01-01
waits@example.org,Wes,,
late@example.org,Lee,2019-01-01,2020-01-01
mia@example.org,Somebody Else,,2041-01-01
"""


def test_import_is_planned_then_stored_and_a_second_one_changes_nothing(sf, mia):
    make_membership(sf, mia)
    with in_chapter(sf):
        plan = plan_import(sf, FILE, takes_dates=True)
    assert plan.numbers == {"new": 3, "changed": 1, "same": 0, "wrong": 0, "to_do": 4}
    assert _run(sf, FILE) == {"new": 3, "changed": 1, "same": 0}
    with in_chapter(sf):
        rows = Membership.objects.order_by("user__email")
        stored = {row.user.email: (row.status, str(row.paid_until)) for row in rows}
        before = list(rows.values())
    assert stored == {
        "late@example.org": ("lapsed", "2020-01-01"),
        "mia@example.org": ("active", "2041-01-01"),
        "new@example.org": ("active", "2040-01-01"),
        "waits@example.org": ("pending", "None"),
    }
    assert _run(sf, FILE) == {"new": 0, "changed": 0, "same": 4}
    with in_chapter(sf):
        assert list(Membership.objects.order_by("user__email").values()) == before
        assert not Payment.objects.exists() and not Mail.objects.exists()
    sf.refresh_from_db()
    mia.refresh_from_db()
    assert (sf.member_count, mia.name) == (2, "Mia")
    assert not EmailAddress.objects.get(email="new@example.org").verified
    assert not User.objects.get(email="new@example.org").has_usable_password()


def test_without_stated_dates_nobody_becomes_a_member(sf):
    assert _run(sf, FILE, takes_dates=False, sends_mail=True)["new"] == 4
    with in_chapter(sf):
        assert set(Membership.objects.values_list("status", flat=True)) == {"pending"}
        assert Mail.objects.filter(kind="member-imported").count() == 4
    _run(sf, FILE, takes_dates=False, sends_mail=True)
    with in_chapter(sf):
        assert Mail.objects.count() == 4


def test_lines_of_other_chapters_and_closed_accounts_are_left_out(sf):
    make_user("gone", is_active=False)
    text = "email,chapter\ngone@example.org,\nx@example.org,denver\ny@example.org,san-francisco\n"
    with in_chapter(sf):
        plan = plan_import(sf, text, takes_dates=True)
    assert [(p.line, p.column) for p in plan.problems] == [(2, "email"), (3, "chapter")]
    assert [step.line.email for step in plan.steps] == ["y@example.org"]


def test_import_in_the_admin_shows_first_and_stores_as_a_job(client_for, bea, lead, sf):
    address = reverse("admin:members_membership_import")
    assert client_for(bea).get(address).status_code == 403
    client = client_for(lead)
    assert "Import members" in client.get("/admin/members/membership/").content.decode()
    assert client.post(address, {"chapter": sf.pk}).status_code == 422
    file = SimpleUploadedFile("members.csv", FILE.encode() + b"wrong,,,\n")
    page = client.post(address, {"chapter": sf.pk, "file": file, "takes_dates": "on"})
    shown = page.content.decode()
    assert page.status_code == 200 and "<strong>4</strong> new" in shown
    assert "name@example.org" in shown and "Nobody gets a letter" in shown
    with as_backbone():
        assert not Job.objects.exists() and not Membership.objects.exists()
    sent = {"chapter": sf.pk, "text": page.context["kept"], "takes_dates": "on", "confirm": "1"}
    answer = client.post(address, sent)
    with as_backbone():
        job = Job.objects.get()
    assert answer["Location"] == reverse("chapters:job", args=[sf.slug, job.pk])
    assert client.get(answer["Location"]).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_job_stores_all_lines_with_its_outcome(sf):
    with in_chapter(sf):
        job = request_import(sf, FILE, takes_dates=True, sends_mail=False, by=None)
    jobs.run(job.pk, sf.pk)
    with in_chapter(sf):
        done = Job.objects.get(pk=job.pk)
        assert (done.status, done.done, done.total) == ("done", 4, 4)
        assert done.phase == "4 new, 0 changed, 0 the same"
        assert AuditEntry.objects.get(action="members.imported").facts["new"] == 4
    assert forget_files() == 1
    with in_chapter(sf):
        assert Job.objects.get(pk=job.pk).arguments == {}


# --- Beside people who join meanwhile -------------------------------------------------------------


def _file(count: int, word: str = "many") -> str:
    lines = [f"{word}-{number}@example.org,Ann {number},2040-01-01" for number in range(count)]
    return "\n".join(["email,name,paid_until", *lines])


def _after_the_lock(chapter, text: str) -> int:
    """How many statements an import sends from the chapter's lock to its end."""
    with CaptureQueriesContext(connection) as queries:
        _run(chapter, text)
    sql = [one["sql"] for one in queries]
    locks = [at for at, one in enumerate(sql) if "FOR NO KEY UPDATE" in one and "_chapter" in one]
    return len(sql) - locks[0]


def test_chapter_is_held_for_as_few_statements_by_a_hundred_lines_as_by_one(sf):
    assert _after_the_lock(sf, _file(1, "one")) == _after_the_lock(sf, _file(100)) < 15
    with in_chapter(sf):
        numbers = list(Membership.objects.order_by("pk").values_list("number", flat=True))
    assert numbers == list(range(1, 102))
    sf.refresh_from_db()
    assert sf.member_count == 101


@pytest.mark.django_db(transaction=True)
def test_who_joins_during_an_import_waits_less_than_a_second(sf, record_property):
    began, ended, waits = threading.Event(), threading.Event(), []

    def import_all() -> None:
        began.set()
        try:
            _run(sf, _file(300))
        finally:
            ended.set()
            connection.close()

    def join() -> None:
        with in_chapter(sf):
            asked = time.monotonic()
            lock_chapter(sf.pk)
            waits.append(time.monotonic() - asked)

    worker = threading.Thread(target=import_all)
    worker.start()
    began.wait()
    while not ended.is_set():
        join()
    worker.join()
    record_property("longest_wait_for_an_import_ms", round(max(waits) * 1000))
    assert len(waits) > 5 and max(waits) < 1
    with in_chapter(sf):
        assert Membership.objects.filter(status="active").count() == 300


def test_payment_that_arrives_meanwhile_is_not_shortened(sf, mia):
    held = make_membership(sf, mia, paid_until=datetime.date(2050, 1, 1))
    beside = make_membership(sf, status="lapsed", paid_until=datetime.date(2020, 1, 1), number=None)
    soon = datetime.date(2040, 1, 1)
    with in_chapter(sf):
        dates = {held.pk: (TODAY, soon), beside.pk: (TODAY, soon)}
        assert activate_memberships(lock_chapter(sf.pk), dates) == [beside.pk]
        held.refresh_from_db()
        beside.refresh_from_db()
    assert held.paid_until == datetime.date(2050, 1, 1)
    assert (beside.status, beside.paid_until) == ("active", soon)
    assert held.number and beside.number == held.number + 1


@pytest.mark.django_db(transaction=True)
def test_import_that_breaks_off_leaves_nothing(sf, monkeypatch):
    def break_off(*args: object) -> None:
        raise RuntimeError("no luck")

    monkeypatch.setattr(importing, "activate_memberships", break_off)
    with pytest.raises(RuntimeError):
        _run(sf, FILE, sends_mail=True)
    with in_chapter(sf):
        assert not Membership.objects.exists() and not Mail.objects.exists()
    assert not User.objects.filter(email="new@example.org").exists()


def test_people_with_a_home_elsewhere_keep_it(sf, denver, otto):
    with in_chapter(denver):
        Membership.objects.update(is_home=True)
    text = f"email,paid_until\n{otto.email},2040-01-01\nfresh@example.org,2040-01-01\n"
    _run(sf, text)
    with in_chapter(sf):
        homes = dict(Membership.objects.values_list("user__email", "is_home"))
    assert homes == {otto.email: False, "fresh@example.org": True}
