"""What the backbone changes in the admin shows on public pages at once."""

import datetime as dt

import pytest
from allauth.mfa.models import Authenticator
from django.forms import model_to_dict
from django.urls import reverse
from django.utils import timezone

from chapters.models import AuditEntry, Pledge
from chapters.unscoped import as_backbone
from tests.factories import (
    make_application,
    make_chapter,
    make_mail,
    make_place,
    make_pledge,
    make_user,
)

pytestmark = pytest.mark.django_db


def _address(row, page: str = "change") -> str:
    return reverse(f"admin:chapters_{row._meta.model_name}_{page}", args=[row.pk])


def _as_form(pledge: Pledge, **changes: str) -> dict[str, str]:
    return {
        "chapter": str(pledge.chapter_id),
        "name": pledge.name,
        "email": pledge.email,
        "amount_cents": str(pledge.amount_cents),
        "currency": pledge.currency,
        "state": pledge.state,
        "note": pledge.note,
    } | changes


def test_pledge_changed_by_the_backbone_changes_the_public_sum(client_for, bea) -> None:
    richmond = make_chapter("Richmond", status="gathering", pledged_cents=80_000)
    pledge = make_pledge(richmond, amount_cents=50_000)
    make_pledge(richmond, amount_cents=30_000)
    browser = client_for(bea)
    browser.post(_address(pledge), _as_form(pledge, amount_cents="70000"))
    richmond.refresh_from_db()
    assert richmond.pledged_cents == 100_000
    browser.post(_address(pledge), _as_form(pledge, state="released"))
    richmond.refresh_from_db()
    assert richmond.pledged_cents == 30_000


def test_what_staff_change_stays_on_record(client_for) -> None:
    boss = make_user("boss", is_staff=True, is_superuser=True)
    denver = make_place("Denver")
    changed = model_to_dict(denver, exclude=["parent"])
    browser = client_for(boss)
    answer = browser.post(_address(denver), changed | {"zone": "America/Boise"})
    assert answer.status_code == 302
    with as_backbone():
        entry = AuditEntry.objects.get(action="place.changed")
    assert (entry.subject_id, entry.by_id) == (str(denver.pk), boss.pk)
    assert entry.facts["zone"] == "America/Boise"
    assert "zone" in entry.facts["fields"]


def test_queue_stands_by_due_date_with_owner_and_mark(client_for, bea) -> None:
    now = timezone.now()
    make_application(mark="Later", due_at=now + dt.timedelta(days=3), owner=bea)
    make_application(mark="Missed", due_at=now - dt.timedelta(days=1), owner=bea)
    page = client_for(bea).get(reverse("admin:chapters_application_changelist")).content.decode()
    assert page.index("Missed city") < page.index("Later city")
    assert page.count('<span class="late">Overdue</span>') == 1


def test_mail_log_is_read_only(client_for, bea) -> None:
    mail = make_mail(make_chapter())
    browser = client_for(bea)
    assert browser.get(_address(mail)).status_code == 200
    assert browser.post(_address(mail), {"subject": "Other"}).status_code == 403
    assert browser.get(_address(mail, "delete")).status_code == 403


def test_production_opens_the_admin_with_a_second_factor_alone(client_for, bea, settings) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = True
    client = client_for(bea)
    for address in ("/admin/", "/admin/chapters/chapter/"):
        answer = client.get(address)
        assert (answer.status_code, answer.url) == (302, reverse("mfa_index"))
    Authenticator.objects.create(user=bea, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert client.get("/admin/").status_code == 200
