"""Inviting: who is asked, what is counted, and what is said of an address."""

import datetime

import pytest
from django.utils import timezone

from chapters.models import Mail
from chapters.scope import as_self, in_chapter
from members.actions import invitations as actions
from members.models import Invitation, InvitationLink, InvitationRefusal, Membership
from members.models.invitations import address_key
from members.queries import invitations as queries
from members.tasks import sweep_events
from tests.factories import (
    make_invitation,
    make_invitation_link,
    make_membership,
    make_payment,
    make_user,
)
from tests.payments import deliver, open_page, pay, session_events


@pytest.fixture
def membership(sf, mia):
    return make_membership(sf, mia)


def invite(membership, *addresses, message=""):
    with in_chapter(membership.chapter, membership.user):
        outcomes = actions.invite_by_mail(membership, list(addresses), message)
    return [outcome.verdict for outcome in outcomes]


def letters(chapter):
    with in_chapter(chapter):
        return list(Mail.objects.filter(kind="invitation").order_by("created_at"))


def counts(membership):
    with as_self(membership.user):
        found = queries.count_invitations(membership)
        return found.sent, found.joined, found.paid


def join(invitation, user, *, paid=True):
    """The person's membership, counted."""
    membership = make_membership(invitation.chapter, user)
    if paid:
        make_payment(membership)
    with in_chapter(invitation.chapter):
        actions.credit_invitations(invitation.chapter)
    return membership


# --- Who is asked --------------------------------------------------------------------------------


def test_letter_goes_to_each_new_address(membership, sf):
    assert invite(membership, "ann@example.org", "Bo@Example.org") == ["sent", "sent"]
    assert [mail.to for mail in letters(sf)] == ["ann@example.org", "Bo@Example.org"]
    assert counts(membership) == (2, 0, 0)


@pytest.mark.parametrize("spelled", ["mia@example.org", "MIA@example.org", "mia+x@Example.ORG"])
def test_own_address_counts_nothing(membership, sf, spelled):
    assert invite(membership, spelled) == ["own"]
    assert letters(sf) == []
    assert counts(membership) == (0, 0, 0)


def test_same_address_twice_counts_once(membership, sf):
    spelled = ["ann@example.org", "ANN@example.org", "ann+friend@example.org"]
    assert invite(membership, *spelled) == ["sent", "again", "again"]
    assert invite(membership, "ann@example.org") == ["again"]
    assert len(letters(sf)) == 1
    assert counts(membership) == (1, 0, 0)


def test_existing_members_decliners_and_others_invitees_read_the_same(membership, sf, lou):
    make_membership(sf, make_user("ann"))
    make_membership(sf, make_user("former"), status="lapsed")
    make_invitation(make_membership(sf, lou), email="bo@example.org")
    with in_chapter(sf):
        actions.decline_invitation(make_invitation(membership, email="cy@example.org"))
    asked = ["ann+1@example.org", "former@example.org", "bo@example.org", "cy@example.org"]
    assert invite(membership, *asked) == ["not needed"] * 4
    assert letters(sf) == []


def test_member_of_another_chapter_is_asked_like_a_stranger(membership, sf, otto):
    assert invite(membership, otto.email, "stranger@example.org") == ["sent", "sent"]
    first, second = letters(sf)
    assert first.subject == second.subject
    assert first.text.replace(first.text.split("decline it: ")[1].split()[0], "") == (
        second.text.replace(second.text.split("decline it: ")[1].split()[0], "")
    )


def test_second_address_of_a_member_is_known(membership, sf):
    from allauth.account.models import EmailAddress

    ann = make_user("ann")
    EmailAddress.objects.create(user=ann, email="ann@work.example", verified=True)
    make_membership(sf, ann)
    assert invite(membership, "ann@work.example") == ["not needed"]


def test_decliner_is_never_asked_again_by_anybody(membership, sf, lou):
    invitation = make_invitation(membership, email="ann@example.org")
    with in_chapter(sf):
        actions.decline_invitation(invitation)
        actions.decline_invitation(invitation)
        assert InvitationRefusal.objects.count() == 1
    assert invite(make_membership(sf, lou), "ANN+new@example.org") == ["not needed"]
    assert letters(sf) == []


def test_declining_one_chapter_leaves_others_free(membership, denver):
    with in_chapter(membership.chapter):
        actions.decline_invitation(make_invitation(membership, email="ann@example.org"))
    assert invite(make_membership(denver, make_user("deb")), "ann@example.org") == ["sent"]


# --- Caps, held by the database -------------------------------------------------------------------


def test_one_person_sends_twenty_letters_a_day(membership, sf):
    asked = [f"p{number}@example.org" for number in range(22)]
    assert invite(membership, *asked) == ["sent"] * 20 + ["per day"] * 2
    assert len(letters(sf)) == 20
    with in_chapter(sf):
        earlier = timezone.now() - datetime.timedelta(hours=25)
        Invitation.objects.update(created_at=earlier)
    assert invite(membership, asked[20]) == ["sent"]


def test_fifty_open_invitations_are_the_most(membership):
    for hours in range(150, 50, -2):
        made_at = timezone.now() - datetime.timedelta(hours=hours)
        make_invitation(membership, created_at=made_at)
    assert invite(membership, "ann@example.org") == ["too many open"]


def test_an_address_gets_three_letters_of_a_chapter_at_most(membership, sf, lou):
    for days in (120, 80, 40):
        made_at = timezone.now() - datetime.timedelta(days=days)
        make_invitation(membership, email="ann@example.org", created_at=made_at, state="expired")
    assert invite(make_membership(sf, lou), "ann@example.org") == ["not needed"]


def test_a_chapter_sends_five_hundred_letters_a_day(membership, sf):
    earlier = timezone.now() - datetime.timedelta(hours=1)
    with in_chapter(sf):
        from members.models.invitations import digest_address

        others = [make_membership(sf) for _ in range(25)]
        for number in range(500):
            Invitation.objects.create(
                chapter=sf,
                membership=others[number // 20],
                inviter=others[number // 20].user,
                address_digest=digest_address(f"p{number}@example.org"),
                created_at=earlier,
                expires_at=earlier + actions.LASTS,
            )
    assert invite(membership, "ann@example.org") == ["chapter day"]


# --- What is counted ------------------------------------------------------------------------------


def test_invited_person_counts_when_joined_and_when_paid(membership, sf):
    ann = make_user("ann")
    invitation = make_invitation(membership, email="ann@example.org")
    with in_chapter(sf, ann):
        assert actions.accept_invitation(ann, sf, token=invitation.token)
        actions.credit_invitations(sf)
    assert counts(membership) == (1, 0, 0)
    joined = join(invitation, ann, paid=False)
    assert counts(membership) == (1, 1, 0)
    make_payment(joined)
    with in_chapter(sf):
        assert actions.credit_invitations(sf, ann) == 1
        assert actions.credit_invitations(sf, ann) == 0
    assert counts(membership) == (1, 1, 1)


def test_person_by_link_counts_without_a_letter(membership, sf):
    link = make_invitation_link(membership)
    ann = make_user("ann")
    with in_chapter(sf, ann):
        assert actions.accept_invitation(ann, sf, code=link.code)
        assert actions.accept_invitation(ann, sf, code=link.code)
        invitation = Invitation.objects.get()
    join(invitation, ann)
    assert counts(membership) == (0, 1, 1)


def test_first_inviter_is_credited(membership, sf, lou):
    first, second = make_invitation_link(membership), make_invitation_link(make_membership(sf, lou))
    ann = make_user("ann")
    with in_chapter(sf, ann):
        assert actions.accept_invitation(ann, sf, code=first.code)
        assert actions.accept_invitation(ann, sf, code=second.code)
        assert [row.inviter for row in Invitation.objects.all()] == [membership.user]


def test_nobody_counts_for_themselves_or_as_a_former_member(membership, sf):
    link = make_invitation_link(membership)
    former = make_membership(sf, make_user("ann"), status="lapsed").user
    with in_chapter(sf):
        assert not actions.accept_invitation(membership.user, sf, code=link.code)
        assert not actions.accept_invitation(former, sf, code=link.code)
        assert not Invitation.objects.exists()


def test_thanks_come_once_at_ten(membership, sf):
    with in_chapter(sf, membership.user):
        actions.link_of(membership)
    for number in range(11):
        ann = make_user(f"ann{number}")
        join(make_invitation(membership, email=ann.email, accepted_by=ann), ann)
        with in_chapter(sf):
            thanked = Mail.objects.filter(kind="ten-invited")
            assert [mail.to for mail in thanked] == (["mia@example.org"] if number >= 9 else [])
            assert bool(InvitationLink.objects.get().thanked_at) is (number >= 9)
    assert counts(membership) == (11, 11, 11)


# --- What ends ------------------------------------------------------------------------------------


def test_old_addresses_are_forgotten_and_counts_stay(membership, sf):
    old = timezone.now() - datetime.timedelta(days=91)
    gone = make_invitation(membership, email="ann@example.org", created_at=old)
    kept = make_invitation(membership, email="bo@example.org")
    with in_chapter(sf):
        assert actions.end_invitations(sf) == 1
        assert [gone.pk] == list(Invitation.objects.filter(email="").values_list("pk", flat=True))
        assert Invitation.objects.get(pk=gone.pk).state == "expired"
        assert Invitation.objects.get(pk=kept.pk).email == "bo@example.org"
    assert counts(membership) == (2, 0, 0)


def test_erased_person_is_forgotten_in_invitations(membership, sf):
    ann = make_user("ann")
    make_invitation(membership, email="ann@example.org", accepted_by=ann)
    with in_chapter(sf):
        actions.forget_invited(ann)
        assert list(Invitation.objects.values_list("email", "message", "state")) == [
            ("", "", "accepted")
        ]


@pytest.mark.parametrize(
    ("email", "key"),
    [
        ("Ann@Example.org", "ann@example.org"),
        ("ann+a+b@example.org", "ann@example.org"),
        ("+odd@example.org", "+odd@example.org"),
        ("a.nn@example.org", "a.nn@example.org"),
    ],
)
def test_address_key(email, key):
    assert address_key(email) == key


def test_membership_that_ended_invites_nobody(sf, mia):
    make_membership(sf, mia, status="lapsed")
    with as_self(mia):
        assert queries.inviting_memberships(mia) == []
        assert Membership.mine(mia).count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["mail", "link"])
def test_payment_counts_for_the_inviter_at_once(provider, membership, sf, way):
    ann = make_user("ann")
    token = make_invitation(membership, email=ann.email).token if way == "mail" else ""
    code = make_invitation_link(membership).code if way == "link" else ""
    with in_chapter(sf, ann):
        assert actions.accept_invitation(ann, sf, token=token, code=code)
    pay(provider, open_page(ann, sf))
    for event in session_events(provider):
        deliver(event)
    sweep_events()
    assert counts(membership) == (way == "mail", 1, 1)
