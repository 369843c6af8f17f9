"""What is done with seats, invitations and gifts stands in the log, and names nobody for ever."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from chapters import audit
from chapters.models import AuditEntry, Mail
from chapters.scope import in_chapter
from members.actions import gifts, invitations, organizations
from members.models import Representative
from tests.factories import (
    make_gift,
    make_invitation,
    make_membership,
    make_organization_membership,
    make_representative,
    make_user,
)

pytestmark = pytest.mark.django_db


def recorded(chapter) -> list[tuple[str, int | None]]:
    with in_chapter(chapter):
        rows = AuditEntry.objects.filter(chapter=chapter).order_by("number")
        return list(rows.values_list("action", "by"))


def test_seats_are_on_record_and_both_contacts_are_told(sf, mia):
    held = make_organization_membership(sf, manager=mia, seats=3)
    other = make_user("other", name="Otto Other")
    seat = make_representative(held, other)
    with in_chapter(sf):
        invited = organizations.invite_representative(held, mia, "ana@example.org", "member")
        organizations.withdraw_invitation(invited, mia)
        organizations.withdraw_invitation(invited, mia)
        organizations.make_primary(seat, mia)
        organizations.make_primary(Representative.objects.get(pk=seat.pk), mia)
        mine = Representative.objects.get(user=mia)
        organizations.end_seat(mine, mia)
        sent = Mail.objects.filter(kind="contact-changed").order_by("pk")
        told = {mail.to: mail.text for mail in sent}
    assert recorded(sf) == [
        (action, mia.pk)
        for action in ("seat.promised", "seat.withdrawn", "contact.changed", "seat.ended")
    ]
    assert set(told) == {mia.email, other.email}
    assert "you are now the primary contact" in told[other.email]
    assert "Otto Other is now the primary contact" in told[mia.email]
    assert audit.verify() == []


def test_a_seat_that_is_taken_is_on_record(sf, mia):
    held = make_organization_membership(sf, manager=mia)
    ana = make_user("ana")
    with in_chapter(sf):
        organizations.invite_representative(held, mia, "ana@example.org", "member")
        token = (
            Mail.objects.get(kind="seat-invitation").text.split("/invitations/")[1].split("/")[0]
        )
        organizations.accept_invitation(token, ana)
    assert recorded(sf)[-1] == ("seat.taken", ana.pk)


def test_what_staff_and_dues_make_of_an_organization_is_on_record(sf, mia, bea, client_for):
    held = make_organization_membership(sf, manager=mia)
    address = reverse("admin:members_organizationmembership_change", args=[held.pk])
    answers = {"status": "cancelled", "seats": "3", "is_listed": "on"}
    bea.groups.add(Group.objects.get(name="Backbone lead"))
    assert client_for(bea).post(address, answers).status_code == 302
    with in_chapter(sf):
        day = timezone.localdate()
        organizations.extend_organization(held, held.tier, day, day)
        log = AuditEntry.objects.filter(action="organization.moved").order_by("number")
        found = [(one.by_id, one.facts["to"], one.facts["why"]) for one in log]
    assert found == [(bea.pk, "cancelled", "staff"), (None, "active", "dues")]


def test_declining_an_invitation_is_on_record_once(sf, mia):
    invitation = make_invitation(make_membership(sf, mia))
    with in_chapter(sf):
        for _ in range(2):
            invitations.decline_invitation(invitation)
    assert recorded(sf) == [("invitation.declined", None)]


def test_gifts_are_on_record(sf, mia):
    ann = make_user("ann")
    mine = make_gift(sf, mia, recipient_email="ann@example.org")
    other, places = make_gift(sf, mia), make_gift(sf, mia, places=2)
    with in_chapter(sf):
        assert gifts.accept_gift(ann, mine)
        assert gifts.decline_gift(other)
        assert not gifts.decline_gift(other)
        assert gifts.take_sponsored_place(make_user(), sf, by=mia)
    found = [one for one in recorded(sf) if one[0].startswith("gift.")]
    assert found == [("gift.accepted", ann.pk), ("gift.declined", None), ("gift.assigned", mia.pk)]
    assert places.places == 2
