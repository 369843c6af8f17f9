"""What staff do to money and memberships: asked first, done once, and on record."""

import uuid

import pytest
from django.contrib.auth.models import Group

from chapters.access import is_council
from chapters.models import AuditEntry, Mail
from chapters.scope import in_chapter
from chapters.unscoped import as_backbone
from members.actions import mark_of
from members.models import Membership, Refund, Subscription, User
from tests.factories import make_mail, make_membership, make_payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(bea) -> User:
    person = User.objects.create_user("lead@example.org", is_staff=True, name="Lead")
    person.groups.add(Group.objects.get(name="Backbone lead"))
    return person


def _acts() -> list[str]:
    with as_backbone():
        return list(AuditEntry.objects.order_by("at", "number").values_list("action", flat=True))


def _refunds() -> list[tuple[int, str]]:
    with as_backbone():
        return list(Refund.objects.order_by("created_at").values_list("amount_cents", "reason"))


def test_refund_is_asked_for_once_and_never_more_than_is_left(client_for, lead, sf):
    payment = make_payment(make_membership(sf), amount_cents=3600)
    client = client_for(lead)
    address = f"/admin/members/payment/{payment.pk}/refund/"
    page = client.get(address)
    assert page.status_code == 200 and 'value="36.00"' in page.content.decode()
    part = {"key": str(uuid.uuid4()), "amount": "10.50", "reason": "Moved away"}
    assert [client.post(address, part).status_code for _ in range(2)] == [302, 302]
    assert _refunds() == [(1050, "Moved away")]
    for amount in ("25.51", "-1", "0", "1e3", "", "10.999"):
        wrong = {"key": str(uuid.uuid4()), "amount": amount, "reason": "More"}
        answer = client.post(address, wrong)
        assert answer.status_code == 422 and "<title>Error: " in answer.content.decode()
    rest = {"key": str(uuid.uuid4()), "amount": "$25.50", "reason": "The rest"}
    assert client.post(address, rest).status_code == 302
    assert _refunds() == [(1050, "Moved away"), (2550, "The rest")]
    assert _acts() == ["refund.asked", "refund.asked"]


def test_deeds_are_for_those_whom_the_roles_name(client_for, bea, sf):
    payment = make_payment(make_membership(sf))
    client = client_for(bea)
    address = f"/admin/members/payment/{payment.pk}"
    page = client.get(f"{address}/change/").content.decode()
    assert "../receipt/" in page and "../refund/" not in page
    posted = {"key": str(uuid.uuid4()), "amount": "1", "reason": "No"}
    assert client.post(f"{address}/refund/", posted).status_code == 403
    membership = f"/admin/members/membership/{payment.membership_id}"
    assert client.post(f"{membership}/grant/", {"reason": "No"}).status_code == 403
    assert _refunds() == []


def test_year_is_waived_once_however_often_the_form_is_sent(client_for, lead, sf):
    row = make_membership(sf, status="lapsed")
    before = row.paid_until
    assert before is not None
    client = client_for(lead)
    address = f"/admin/members/membership/{row.pk}/grant/"
    posted = {"reason": "Hardship", "seen": mark_of(row)}
    assert client.post(address, {**posted, "reason": ""}).status_code == 422
    assert client.post(address, posted).status_code == 302
    second = client.post(address, posted)
    assert second.status_code == 422 and "has changed since" in second.content.decode()
    with in_chapter(sf):
        row.refresh_from_db()
    assert (row.status, row.paid_until) == ("active", before.replace(year=before.year + 1))
    assert _acts() == ["membership.moved", "dues.waived"]


def test_cancelling_ends_the_renewal_too(client_for, lead, sf):
    row = make_membership(sf)
    payment = make_payment(row)
    assert payment.checkout is not None
    with in_chapter(sf):
        Subscription.objects.create(
            chapter=sf, checkout=payment.checkout, membership=row, user=row.user,
            stripe_id="sub_1", customer_id="cus_1", interval="year", amount_cents=3600,
            currency="usd", status="active", seen_at=payment.paid_at,
        )  # fmt: skip
    posted = {"reason": "Asked for it", "seen": mark_of(row)}
    address = f"/admin/members/membership/{row.pk}/cancel/"
    client = client_for(lead)
    assert [client.post(address, posted).status_code for _ in range(2)] == [302, 422]
    with in_chapter(sf):
        assert Membership.objects.get(pk=row.pk).status == "cancelled"
        assert Subscription.objects.get().end_wanted
    assert _acts() == ["membership.moved", "membership.cancelled"]


def test_receipt_goes_out_again_once_in_a_while(client_for, bea, sf):
    payment = make_payment(make_membership(sf))
    client = client_for(bea)
    address = f"/admin/members/payment/{payment.pk}/receipt/"
    assert [client.post(address).status_code for _ in range(2)] == [302, 422]
    with as_backbone():
        mail = Mail.objects.get(kind="receipt")
    assert mail.to == payment.user.email and payment.receipt_number in mail.text
    assert "does not renew by itself" in mail.text


def test_failed_letters_go_out_again_and_withdrawn_ones_do_not(client_for, bea, sf):
    failed = make_mail(sf, state="failed", attempts=12, mark="failed")
    withdrawn = make_mail(sf, state="failed", attempts=0, mark="withdrawn")
    code = make_mail(sf, state="failed", attempts=12, kind="account", mark="code")
    sent = make_mail(sf, attempts=1, mark="sent")
    rows = [failed, withdrawn, code, sent]
    chosen = {"action": "send_again", "_selected_action": [str(row.pk) for row in rows]}
    for _ in range(2):
        assert client_for(bea).post("/admin/chapters/mail/", chosen).status_code == 302
    with as_backbone():
        states = [Mail.objects.get(pk=row.pk).state for row in rows]
    assert states == ["queued", "failed", "failed", "sent"]
    assert _acts() == ["mail.sent-again"]


def test_seat_in_one_chapter_is_none_in_another_nor_in_a_wider_scope(sf, denver, lou):
    with in_chapter(sf, lou):
        assert is_council(lou)
    with in_chapter(denver, lou):
        assert not is_council(lou)
    with as_backbone(lou):
        assert not is_council(lou)
