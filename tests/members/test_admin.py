"""What the backbone's staff can and can't do to people and money."""

from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command

from chapters.models import Mail
from chapters.scope import in_chapter
from chapters.unscoped import as_backbone
from members import actions, demo
from members.models import Membership, Payment, User
from tests.factories import (
    make_chapter,
    make_checkout,
    make_mail,
    make_membership,
    make_payment,
    make_stripe_event,
)

pytestmark = pytest.mark.django_db


def test_staff_cannot_become_somebody_else(client_for, bea, lou):
    client = client_for(bea)
    assert client.get(f"/admin/members/user/{lou.pk}/password/").status_code == 403
    posted = {"password1": "another-password-1", "password2": "another-password-1"}
    assert client.post(f"/admin/members/user/{lou.pk}/password/", posted).status_code == 403
    given = {"name": "Lou Q.", "email": "bea2@example.org", "is_staff": "on", "zone": ""}
    assert client.post(f"/admin/members/user/{lou.pk}/change/", given).status_code == 302
    lou.refresh_from_db()
    assert (lou.name, lou.email, lou.is_staff) == ("Lou Q.", "lou@example.org", False)


def test_staff_cannot_raise_themselves_or_change_colleagues(client_for, bea):
    client = client_for(bea)
    client.post(f"/admin/members/user/{bea.pk}/change/", {"name": "Bea", "is_superuser": "on"})
    bea.refresh_from_db()
    assert not bea.is_superuser
    boss = User.objects.create_user("boss@example.org", is_staff=True, name="Boss")
    client.post(f"/admin/members/user/{boss.pk}/change/", {"name": "Changed"})
    boss.refresh_from_db()
    assert boss.name == "Boss"


def test_money_is_shown_and_never_edited(client_for, bea, sf, denver):
    client = client_for(bea)
    for chapter in (sf, denver):
        make_payment(make_membership(chapter))
        make_checkout(make_membership(chapter))
    event = make_stripe_event(state="failed")
    for name in ("payment", "checkout", "membership", "stripeevent", "user", "organization"):
        shown = client.get(f"/admin/members/{name}/")
        assert shown.status_code == 200
    listed = client.get("/admin/members/payment/").content.decode()
    assert "San Francisco" in listed and "Denver" in listed
    for name in ("payment", "checkout"):
        assert client.get(f"/admin/members/{name}/add/").status_code == 403
    again = {"action": "apply_again", "_selected_action": event.pk}
    client.post("/admin/members/stripeevent/", again)
    event.refresh_from_db()
    assert event.state == "failed"
    lead = User.objects.create_user("lead@example.org", is_staff=True)
    lead.groups.add(Group.objects.get(name="Backbone lead"))
    client_for(lead).post("/admin/members/stripeevent/", again)
    event.refresh_from_db()
    assert event.state == "received"


def test_a_status_changed_by_hand_counts_at_once(client_for, bea, sf, mia, otto):
    lead = User.objects.create_user("lead@example.org", is_staff=True)
    lead.groups.add(Group.objects.get(name="Backbone lead"))
    with in_chapter(sf):
        paid = actions.sponsor_membership(mia, sf)
    unpaid = make_membership(sf, user=otto, status="pending", number=None, paid_until=None)
    client = client_for(lead)
    for row, status in [(paid, "cancelled"), (unpaid, "active")]:
        address = f"/admin/members/membership/{row.pk}/change/"
        assert client.post(address, {"status": status}).status_code == 200
    cancel = {"reason": "Wanted it", "seen": actions.mark_of(paid)}
    client.post(f"/admin/members/membership/{paid.pk}/cancel/", cancel)
    sf.refresh_from_db()
    assert sf.member_count == 0
    client.post(f"/admin/members/membership/{paid.pk}/change/", {"status": "active"})
    sf.refresh_from_db()
    assert sf.member_count == 1


def test_letters_with_codes_are_not_shown_in_the_mail_log(client_for, bea, sf):
    make_mail(sf, kind="account", mark="secretcode")
    make_mail(sf, kind="receipt", mark="plainletter")
    client = client_for(bea)
    with as_backbone():
        keys = dict(Mail.objects.values_list("kind", "pk"))
    hidden = client.get(f"/admin/chapters/mail/{keys['account']}/change/").content.decode()
    shown = client.get(f"/admin/chapters/mail/{keys['receipt']}/change/").content.decode()
    assert "secretcode text" not in hidden
    assert "plainletter text" in shown


def test_demo_people_load_twice_without_payments(db):
    make_chapter("San Francisco")
    make_chapter("Denver")
    make_chapter("Minneapolis")
    call_command("apply_roles", stdout=StringIO())
    for _ in range(2):
        demo.load()
        with as_backbone():
            assert Membership.objects.filter(status="active").count() == 5
            assert not Payment.objects.exists()
    assert User.objects.filter(email__endswith=demo.DOMAIN).count() == 7


def test_demo_says_who_chairs_a_council():
    lines = [line.split("  ")[-1].strip() for line in demo.people()]
    assert "Lou P., chair in san-francisco" in lines
    assert "Ivy N., on the council in san-francisco" in lines
    assert "Nia O., chair in minneapolis" in lines
    assert "Otto K., member in denver" in lines
