"""Organizations: seats that the database counts, invitations, and leaving without a loss."""

import datetime
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from chapters.models import Mail
from chapters.scope import as_self, in_chapter
from chapters.unscoped import as_backbone
from members import access
from members.actions import organizations as actions
from members.actions import privacy
from members.models import Membership, Payment, Representative, SeatInvitation
from tests.factories import (
    make_membership,
    make_organization_membership,
    make_payment,
    make_representative,
    make_user,
)


def token_in(email: str) -> str:
    """The secret of the newest invitation's letter."""
    letter = Mail.objects.filter(kind="seat-invitation", to=email).order_by("-created_at").first()
    assert letter is not None
    return re.findall(r"/invitations/([\w-]+)/", letter.text)[0]


def seated(membership) -> int:
    with in_chapter(membership.chapter):
        return Representative.objects.seated().filter(organization_membership=membership).count()


@pytest.fixture
def held(sf, mia):
    """An organization with two seats, one of them Mia's."""
    return make_organization_membership(sf, manager=mia)


# --- Seats ---------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_for_one_seat_leave_one_row(sf, mia):
    held = make_organization_membership(sf, manager=mia)
    people = [make_user() for _ in range(20)]

    def sit(person) -> bool:
        try:
            make_representative(held, person)
        except IntegrityError:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(sit, people))
    assert (answers.count(True), seated(held)) == (1, 2)


def test_one_more_than_the_seats_is_refused_in_bulk_and_by_reopening(held):
    first = make_representative(held)
    rows = [
        Representative(chapter=held.chapter, organization_membership=held, user=make_user())
        for _ in range(2)
    ]
    with in_chapter(held.chapter):
        with pytest.raises(IntegrityError, match="No seat"), transaction.atomic():
            Representative.objects.bulk_create(rows)
        actions.end_seat(first)
        Representative.objects.bulk_create(rows[:1])
        with pytest.raises(IntegrityError, match="No seat"), transaction.atomic():
            Representative.objects.filter(pk=first.pk).update(ended_at=None)


def test_seats_are_not_taken_away_from_under_people(held):
    make_representative(held)
    with in_chapter(held.chapter):
        held.seats = 1
        with pytest.raises(IntegrityError, match="hold a seat"), transaction.atomic():
            held.save()


def test_invited_person_sits_and_is_a_member(held, sf, mia):
    ana = make_user("ana")
    with in_chapter(sf):
        actions.invite_representative(held, mia, "ana@example.org", "member")
        assert not access.is_member(ana, sf)
        actions.accept_invitation(token_in("ana@example.org"), ana)
        assert access.is_member(ana, sf)
    assert seated(held) == 2


def test_promised_seats_are_not_promised_twice(held, sf, mia):
    with in_chapter(sf):
        actions.invite_representative(held, mia, "ana@example.org", "member")
        with pytest.raises(actions.NoSeatFree):
            actions.invite_representative(held, mia, "eve@example.org", "member")
        actions.invite_representative(held, mia, "ANA@example.org", "manager")
        assert SeatInvitation.objects.filter(withdrawn_at=None).count() == 1


def test_a_link_works_once(held, sf, mia):
    with in_chapter(sf):
        actions.invite_representative(held, mia, "ana@example.org", "member")
        token = token_in("ana@example.org")
        actions.accept_invitation(token, make_user("ana"))
        with pytest.raises(actions.InvitationOver):
            actions.accept_invitation(token, make_user("eve"))


def test_expired_withdrawn_and_foreign_links_are_refused(held, sf, denver, mia):
    ana = make_user("ana")
    with in_chapter(sf):
        invitation = actions.invite_representative(held, mia, "ana@example.org", "member")
        token = token_in("ana@example.org")
    with in_chapter(denver), pytest.raises(actions.InvitationOver):
        actions.accept_invitation(token, ana)
    with in_chapter(sf):
        now = timezone.now()
        SeatInvitation.objects.update(expires_at=now - datetime.timedelta(seconds=1))
        assert actions.find_invitation(token) is None
        with pytest.raises(actions.InvitationOver):
            actions.accept_invitation(token, ana)
        SeatInvitation.objects.update(expires_at=now + datetime.timedelta(days=1))
        actions.withdraw_invitation(invitation)
        with pytest.raises(actions.InvitationOver):
            actions.accept_invitation(token, ana)


def test_the_token_is_not_in_the_database(held, sf, mia):
    with in_chapter(sf):
        invitation = actions.invite_representative(held, mia, "ana@example.org", "member")
        token = token_in("ana@example.org")
    assert token not in str(vars(invitation))
    assert len(invitation.token_hash) == 64


def test_accepting_when_the_seats_are_gone_keeps_the_invitation(held, sf, mia):
    with in_chapter(sf):
        actions.invite_representative(held, mia, "ana@example.org", "member")
        make_representative(held)
        with pytest.raises(actions.NoSeatFree):
            actions.accept_invitation(token_in("ana@example.org"), make_user("ana"))
        assert SeatInvitation.objects.get().accepted_at is None


def test_too_many_invitations_in_a_day_are_refused(held, sf, mia):
    with in_chapter(sf):
        for number in range(actions.INVITATIONS_A_DAY):
            one = actions.invite_representative(held, mia, f"p{number}@example.org", "member")
            actions.withdraw_invitation(one)
        with pytest.raises(actions.SeatStays, match="Wait a day"):
            actions.invite_representative(held, mia, "more@example.org", "member")


# --- Leaving -------------------------------------------------------------------------------------


def test_leaver_keeps_own_membership_payments_and_history(held, sf):
    ana = make_user("ana")
    own = make_membership(sf, ana)
    payment = make_payment(own)
    seat = make_representative(held, ana)
    with in_chapter(sf):
        actions.end_seat(seat)
        assert access.is_member(ana, sf)
        assert Membership.objects.get(pk=own.pk).paid_until == own.paid_until
        assert Payment.objects.get().pk == payment.pk
        assert Representative.objects.get(pk=seat.pk).ended_at is not None


def test_leaver_without_own_dues_is_no_member_any_more(held, sf):
    seat = make_representative(held)
    with in_chapter(sf):
        assert access.is_member(seat.user, sf)
        actions.end_seat(seat)
        assert not access.is_member(seat.user, sf)


def test_unpaid_organization_makes_nobody_a_member(sf, mia):
    yesterday = timezone.localdate() - datetime.timedelta(days=2)
    make_organization_membership(sf, manager=mia, paid_until=yesterday)
    with in_chapter(sf):
        assert not access.is_member(mia, sf)


def test_primary_contact_and_last_manager_stay(held, sf, mia):
    other = make_representative(held)
    with in_chapter(sf):
        mine = Representative.objects.get(user=mia)
        with pytest.raises(actions.SeatStays, match="primary contact"):
            actions.end_seat(mine)
        actions.make_primary(other)
        actions.end_seat(mine)
        other.refresh_from_db()
        assert (other.is_primary, other.role) == (True, "manager")
        with pytest.raises(actions.SeatStays):
            actions.end_seat(other)
        with pytest.raises(IntegrityError), transaction.atomic():
            make_representative(held, is_primary=True)


def test_an_erased_contact_hands_over_to_the_longest_manager(held, sf, mia):
    heir = make_representative(held, role="manager")
    with as_backbone():
        wish = privacy.ask_erasure(mia)
        assert privacy.erase_person(wish.pk)
        assert actions.primary_contact(held) == heir.user
        told = Mail.objects.filter(kind="contact-changed").values_list("to", flat=True)
        assert list(told) == [heir.user.email]


def test_replacing_frees_the_seat_and_promises_it(held, sf, mia):
    old = make_representative(held)
    with in_chapter(sf):
        actions.replace_representative(old, mia, "ana@example.org")
        assert actions.free_seats(held) == 0
        actions.accept_invitation(token_in("ana@example.org"), make_user("ana"))
    assert seated(held) == 2


# --- Several chapters ----------------------------------------------------------------------------


def test_representative_sees_own_organizations_of_all_chapters(held, denver, mia, otto):
    from members.queries.organizations import managed_organizations, my_seats

    other = make_organization_membership(denver, manager=mia, organization=held.organization)
    make_organization_membership(denver, manager=otto, mark="Foreign")
    with as_self(mia):
        seats = list(my_seats(mia))
        assert [seat.organization_membership for seat in seats] == [other, held]
        assert list(managed_organizations(mia)) == [held.organization]
