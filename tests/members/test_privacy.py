"""What people decide about their own data: letters, times, a copy of everything, an erasure."""

import csv
import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import models
from django.urls import reverse
from django.utils import timezone

from chapters import delivery, jobs, mail_choices, personal
from chapters.models import Erasure, Job, Mail, MailChoice, PersonFile
from chapters.post import post
from chapters.scope import as_self, in_chapter
from chapters.unscoped import as_backbone
from members import tasks  # noqa: F401 - its handlers do the jobs
from members.actions import privacy
from members.actions.reminding import remind
from members.exporting import write_csv
from members.models import User
from tests.factories import (
    PASSWORD,
    make_chapter,
    make_convening,
    make_membership,
    make_payment,
    make_registration,
    make_user,
)

pytestmark = pytest.mark.django_db

# Nobody's address, or read by nobody.
NO_PERSON = {"account.EmailConfirmation"}


def personal_fields(model) -> set[str]:
    """Fields that link to a person or hold an address."""
    return {
        f.name
        for f in model._meta.concrete_fields
        if f.related_model is User or isinstance(f, models.EmailField)
    }


def unstated(model) -> set[str]:
    """Personal fields of which `config/privacy.yaml` says nothing."""
    rule = next((rule for rule in personal.rules() if rule.model is model), None)
    if rule is None:
        return personal_fields(model)
    said = {*rule.owner, *rule.address, *rule.excuse, *rule.scrub}
    said |= {"email"} if rule.model is User else set()
    rest = personal_fields(model) - said
    # The address beside its owner's link is covered by it.
    return rest if not rule.owner else {f for f in rest if model._meta.get_field(f).is_relation}


def test_every_table_that_speaks_of_people_is_exported_or_excused():
    wrong = {m._meta.label: unstated(m) for m in apps.get_models() if unstated(m)}
    assert {label: f for label, f in wrong.items() if label not in NO_PERSON} == {}


def test_a_table_without_a_rule_would_be_found():
    assert personal_fields(apps.get_model("members.Payment")) == {"user"}
    assert unstated(apps.get_model("members.Payment")) == set()


def test_every_rule_erases_or_says_why_it_keeps():
    for rule in personal.rules():
        assert rule.erase or rule.keep or rule.excuse or rule.leave, rule.model._meta.label


# --- Letters -------------------------------------------------------------------------------------


@pytest.fixture
def mia(client):
    user = make_user("mia", name="Mia")
    client.force_login(user)
    return user


def send(chapter, to, topic=""):
    context = {"person": "x", "code": "1"}
    with in_chapter(chapter):
        return post("erase-code", to, context, chapter=chapter, topic=topic)


def test_declined_letters_stay_and_receipts_go(client, mia):
    here, there = make_chapter(), make_chapter()
    for chapter in (here, there):
        make_membership(chapter, mia)
    page = client.get(reverse("members:mail")).content.decode()
    offered = re.findall(r'value="(\d+:\w+)"', page)
    assert len(offered) == 10
    wanted = [key for key in offered if key != f"{here.pk}:news"]
    answer = client.post(reverse("members:mail"), {"wanted": wanted})
    assert answer.status_code == 303
    states = [
        send(here, "MIA@example.org", "news").state,
        send(here, mia.email, "reminders").state,
        send(there, mia.email, "news").state,
        send(here, mia.email).state,
    ]
    assert states == ["declined", "queued", "queued", "queued"]
    client.post(reverse("members:mail"), {"wanted": offered, "all_off": "on"})
    assert [send(there, mia.email, "news").state, send(there, mia.email).state] == [
        "declined",
        "queued",
    ]


def headers_of(mail) -> dict:
    with as_backbone():
        return delivery._message(Mail.objects.get(pk=mail.pk)).extra_headers


@pytest.mark.fault(34)
def test_one_click_declines_and_a_scanner_does_not(client, mia):
    chapter = make_chapter()
    headers = headers_of(send(chapter, mia.email, "news"))
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = re.sub(r"^<https?://[^/]+|>$", "", headers["List-Unsubscribe"])
    assert link.startswith("/")
    assert mia.email not in link
    client.logout()
    assert client.get(link).status_code == 200
    assert send(chapter, mia.email, "news").state == "queued"
    answer = client.post(link, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert send(chapter, mia.email, "news").state == "declined"
    assert send(chapter, mia.email, "surveys").state == "queued"
    assert "List-Unsubscribe" not in headers_of(send(chapter, mia.email))


@pytest.mark.fault(34)
@pytest.mark.parametrize("token", ["x", "WzEsMiwibmV3cyJd:1abc:forged", "a:b:c"])
def test_a_forged_token_declines_nothing(client, token):
    address = reverse("chapters:mail-off", args=[token])
    assert [client.get(address).status_code, client.post(address).status_code] == [404, 404]
    assert not mail_choices.decline(token)


# --- A copy of everything ------------------------------------------------------------------------


def export(person) -> PersonFile:
    with as_self(person):
        job = privacy.request_export(person)
        assert privacy.request_export(person).pk == job.pk
    jobs.run(job.pk, None)
    return PersonFile.objects.filter(user=person).latest("created_at")


def test_the_copy_holds_rows_of_every_chapter_and_of_nobody_else(transactional_db, mia):
    otto = make_user("otto", name="Otto")
    for number in range(2):
        chapter = make_chapter()
        for user in (mia, otto):
            payment = make_payment(make_membership(chapter, user), mark=f"{user.name}{number}")
        make_registration(make_convening(chapter), name="Mia", email=mia.email)
    archive = zipfile.ZipFile(io.BytesIO(bytes(export(mia).content)))
    data = json.loads(archive.read("data.json"))
    assert len(data["members.Payment"]) == 2
    assert len(data["convenings.Registration"]) == 2
    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert otto.email.encode() not in everything
    assert payment.receipt_number.encode() not in everything
    assert b"md5$" not in everything
    rows = list(csv.DictReader(archive.read("tables/members.Payment.csv").decode().splitlines()))
    assert [row["amount_cents"] for row in rows] == ["2500", "2500"]


def test_cells_are_no_formulas():
    assert write_csv([{"a": "=1+1", "b": -5}]).splitlines()[1] == "'=1+1,-5"


def test_only_its_person_downloads_the_copy_and_for_a_week(transactional_db, client, mia):
    client.post(reverse("members:files"))
    with as_backbone():
        job = Job.objects.get(kind="members.export")
    assert b"Waiting for its turn" in client.get(reverse("members:files")).content
    jobs.run(job.pk, None)
    made = PersonFile.objects.get()
    address = reverse("members:file", args=[made.pk])
    answer = client.get(address)
    assert answer["Content-Type"] == "application/zip"
    assert "attachment" in answer["Content-Disposition"]
    with as_backbone():
        assert Mail.objects.get(kind="export-ready").to == mia.email
    client.force_login(make_user("otto"))
    assert client.get(address).status_code == 404
    client.logout()
    assert client.get(address).status_code == 302
    client.force_login(mia)
    PersonFile.objects.update(expires_at=timezone.now())
    assert client.get(address).status_code == 404
    assert privacy.drop_old_files() == 1


# --- Being forgotten -----------------------------------------------------------------------------


def test_an_erasure_needs_the_password_and_can_be_taken_back(client, mia):
    page = reverse("members:erase")
    assert client.post(page, {"proof": "wrong"}).status_code == 422
    assert not Erasure.objects.exists()
    assert client.post(page, {"proof": PASSWORD}).status_code == 303
    wish = Erasure.objects.get()
    assert wish.due_at - wish.asked_at == timedelta(days=7)
    assert b"Keep my account" in client.get(page).content
    client.post(reverse("members:keep"))
    assert Erasure.objects.get().cancelled_at is not None


def test_without_a_password_a_mailed_code_is_needed(client):
    person = make_user("codie", password=None)
    client.force_login(person)
    page = reverse("members:erase")
    assert b'name="proof"' not in client.get(page).content
    client.post(page, {"send": "1"})
    with as_backbone():
        code = re.findall(r"\d{8}", Mail.objects.get(kind="erase-code").subject)[0]
    assert client.post(page, {"proof": "00000000"}).status_code == 422
    assert client.post(page, {"proof": code}).status_code == 303
    assert Erasure.objects.filter(user=person).exists()


def test_a_time_zone_is_one_of_those_there_are(client, mia):
    assert client.post(reverse("members:zone"), {"zone": "Mars/Base"}).status_code == 422
    assert client.post(reverse("members:zone"), {"zone": "America/Denver"}).status_code == 303
    mia.refresh_from_db()
    assert mia.zone == "America/Denver"


def test_choices_of_an_address_stand_alone():
    assert MailChoice().wants(3, "news")
    assert not MailChoice(declined=["3:news"]).wants(3, "news")
    assert MailChoice(declined=["3:news"]).wants(4, "news")


def test_a_declined_reminder_stays_and_one_click_stands_in_the_letter():
    member = make_user("rem", name="Remy R.")
    chapter = make_chapter()
    held = make_membership(chapter, member, paid_until=timezone.localdate() + timedelta(days=30))
    with in_chapter(chapter):
        assert [remind(held, kind) for kind in ("renewal-30", "lapsed")] == [True, True]
        wanted, last = Mail.objects.order_by("kind").reverse()
        assert (wanted.state, wanted.topic, last.topic) == ("queued", "reminders", "")
        link = re.search(r"Stop letters of this kind: (\S+)", wanted.text)
        assert link is not None
        assert link[1] in wanted.html
        assert "Stop letters" not in last.text
        assert mail_choices.decline(link[1].rstrip("/").rpartition("/")[2])
        assert remind(held, "renewal-7")
        assert Mail.objects.get(state="declined").topic == "reminders"
