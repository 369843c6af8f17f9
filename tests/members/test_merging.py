"""Two accounts become one and two again, and every row is as it was."""

import datetime
import hashlib
import json

import pytest
from allauth.account.models import EmailAddress
from allauth.account.utils import filter_users_by_email
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from chapters.audit import verify
from chapters.models import AuditEntry, Mail
from chapters.scope import in_chapter
from chapters.unscoped import as_backbone
from members.actions import MergeRefused, merge_people, preview_merge, privacy, undo_merge
from members.actions.books import record_dues
from members.actions.memberships import recount_members
from members.models import Entry, Invitation, Line, Membership, Merge, Payment, User
from tests.factories import (
    make_chapter,
    make_convening,
    make_gift,
    make_invitation,
    make_invitation_link,
    make_membership,
    make_offer,
    make_paid_place,
    make_payment,
    make_registration,
    make_seat,
    make_user,
)

pytestmark = pytest.mark.django_db
# What a merge and its undoing write by themselves, and the moment of a count.
WRITTEN = {"chapters.AuditEntry", "chapters.AuditHead", "chapters.AuditDetail", "chapters.Mail",
           "members.Merge", "sessions.Session"}  # fmt: skip


def _digests() -> dict[str, str]:
    """A hash of every row of every table."""
    found = {}
    with as_backbone():
        for model in apps.get_models():
            if model._meta.label in WRITTEN or not model._meta.managed:
                continue
            rows = list(model._base_manager.order_by("pk").values())
            text = json.dumps(rows, cls=DjangoJSONEncoder, default=str)
            found[model._meta.label] = hashlib.sha256(text.encode()).hexdigest()
    return found


def _books() -> list[tuple[object, ...]]:
    with as_backbone():
        lines = Line.objects.order_by("pk").values_list("pk", "entry", "account", "amount_cents")
        return [*lines, *Entry.objects.order_by("pk").values_list("pk", "payment", "key")]


@pytest.fixture
def boss() -> User:
    return User.objects.create_superuser("boss@example.org", name="Boss")


@pytest.fixture
def twins(sf, denver):
    """One person twice: both in San Francisco, the duplicate alone in Denver and elsewhere."""
    keeper, double = make_user("ada", name="Ada"), make_user("ada2", name="Ada")
    today = timezone.localdate()
    later = today + datetime.timedelta(days=300)
    ours = make_membership(sf, keeper, status="lapsed", is_home=True, paid_until=today)
    theirs = make_membership(sf, double, paid_until=later)
    away = make_membership(denver, double, is_home=True)
    boise = make_chapter("Boise")
    fields = {"status": "pending", "number": None, "paid_until": None, "joined_on": None}
    make_membership(boise, keeper, **fields)
    make_membership(boise, double)
    for row in (ours, theirs, away):
        payment = make_payment(row)
        with in_chapter(row.chapter):
            record_dues(payment)
    make_invitation_link(ours)
    make_invitation_link(theirs)
    make_invitation(theirs)
    make_invitation(make_membership(sf), accepted_by=double)
    make_invitation(ours, accepted_by=make_user())
    make_offer(denver, double)
    make_paid_place(denver, double)
    make_gift(denver, double)
    make_seat(denver, double)
    make_registration(make_convening(denver), email=double.email, name="Ada")
    for chapter in (sf, denver, boise):
        with in_chapter(chapter):
            recount_members(chapter)
    return keeper, double


def test_merge_joins_and_undoing_restores_every_row(twins, sf, denver, boss):
    keeper, double = twins
    before, books = _digests(), _books()
    with as_backbone(boss):
        merge = merge_people(keeper, double, by=boss, reason="Same card")
        assert merge_people(keeper, double, by=boss, reason="Same card").pk == merge.pk
        rows = {row.chapter.name: row for row in Membership.objects.filter(user=keeper)}
        assert sorted(rows) == ["Boise", "Denver", "San Francisco"]
        assert {row.status for row in rows.values()} == {"active"}
        assert Membership.objects.get(user=double).status == "cancelled"
        assert rows["San Francisco"].paid_until == Membership.objects.get(user=double).paid_until
        assert [name for name, row in rows.items() if row.is_home] == ["Denver"]
        assert Payment.objects.filter(user=double).count() == 0
        assert Payment.objects.filter(membership=rows["San Francisco"]).count() == 2
        assert Invitation.objects.filter(accepted_by=keeper).count() == 1
        keeper.refresh_from_db()
        double.refresh_from_db()
    assert _books() == books
    assert (keeper.is_active, double.is_active) == (True, False)
    assert filter_users_by_email("ada2@example.org") == [keeper]
    addresses = EmailAddress.objects.filter(user=keeper).values_list("email", "primary")
    assert sorted(addresses) == [("ada2@example.org", False), ("ada@example.org", True)]
    with as_backbone(boss):
        letters = Mail.objects.filter(kind="accounts-merged").values_list("to", flat=True)
        assert sorted(letters) == ["ada2@example.org", "ada@example.org"]
        undo_merge(merge, by=boss)
        with pytest.raises(MergeRefused):
            undo_merge(merge, by=boss)
    after = _digests()
    assert {label for label in before if before[label] != after[label]} == set()
    assert _books() == books and verify() == []


def test_preview_changes_nothing_and_counts_what_moves(twins, boss):
    keeper, double = twins
    before = _digests()
    with as_backbone(boss):
        plan = preview_merge(keeper, double, by=boss)
        assert not AuditEntry.objects.filter(action="people.merged").exists()
    assert _digests() == before
    assert sorted(plan.joined) == ["Boise", "San Francisco"]
    assert dict(plan.moved)["payments"] == 2
    assert plan.apart == [("invitation links", 1)]


def test_merge_that_a_payment_followed_is_not_undone(twins, boss, sf):
    keeper, double = twins
    with as_backbone(boss):
        merge = merge_people(keeper, double, by=boss, reason="Same card")
        row = Membership.objects.filter(user=keeper, chapter=sf)
        row.update(paid_until=timezone.localdate() + datetime.timedelta(days=700))
        with pytest.raises(MergeRefused, match="Changed since the merge"):
            undo_merge(merge, by=boss)
        double.refresh_from_db()
    assert not double.is_active


def test_accounts_of_staff_are_merged_by_superusers_alone(client_for, bea, twins):
    keeper, double = twins
    lead = User.objects.create_user("lead@example.org", is_staff=True)
    lead.groups.add(Group.objects.get(name="Backbone lead"))
    with as_backbone(lead), pytest.raises(MergeRefused, match="superuser"):
        merge_people(keeper, bea, by=lead, reason="Mine now")
    with as_backbone(lead), pytest.raises(MergeRefused, match="same account"):
        merge_people(keeper, keeper, by=lead, reason="One")


def test_merge_in_the_admin_shows_first_and_asks_why(client_for, bea, twins):
    keeper, double = twins
    lead = User.objects.create_user("lead@example.org", is_staff=True)
    lead.groups.add(Group.objects.get(name="Backbone lead"))
    client, address = client_for(lead), "/admin/members/merge/add/"
    assert client_for(bea).get(address).status_code == 403
    nobody = {"keeper": keeper.email, "duplicate": "nobody@example.org"}
    assert client.get(address, nobody).status_code == 422
    page = client.get(address, {"keeper": keeper.email, "duplicate": double.email})
    assert page.status_code == 200 and "paid until the later day" in page.content.decode()
    posted = {"keeper": keeper.pk, "duplicate": double.pk}
    assert client.post(address, posted).status_code == 422
    answers = [client.post(address, {**posted, "reason": "Called us"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    merge = Merge.objects.get()
    shown = client.get(answers[0]["Location"]).content.decode()
    assert "../undo/" in shown and "ada2@example.org" not in shown
    undo = f"/admin/members/merge/{merge.pk}/undo/"
    assert client.get(undo).status_code == 200
    assert client_for(bea).post(undo).status_code == 403
    assert client.post(undo).status_code == 302
    double.refresh_from_db()
    assert (double.is_active, double.email) == (True, "ada2@example.org")


def test_erasing_the_keeper_forgets_the_duplicate_too(twins, boss):
    keeper, double = twins
    with as_backbone(boss):
        merge = merge_people(keeper, double, by=boss, reason="Same card")
        wish = privacy.ask_erasure(keeper)
        assert privacy.erase_person(wish.pk)
        merge.refresh_from_db()
        with pytest.raises(MergeRefused, match="closed since"):
            undo_merge(merge, by=boss)
    double.refresh_from_db()
    assert double.name == "Former member"
    assert "ada2@example.org" not in json.dumps(merge.changes)
    assert not EmailAddress.objects.filter(email__startswith="ada").exists()


def test_grace_of_the_duplicate_is_given_back(sf, boss):
    keeper, double = make_user("ada"), make_user("ada2")
    today = timezone.localdate()
    ended, grace = today - datetime.timedelta(days=3), today + datetime.timedelta(days=27)
    fields = {"status": "past_due", "paid_until": ended, "grace_until": grace}
    ours = make_membership(sf, keeper)
    theirs = make_membership(sf, double, **fields)
    with as_backbone(boss):
        merge = merge_people(keeper, double, by=boss, reason="Same card")
        theirs.refresh_from_db()
        assert (theirs.status, theirs.grace_until) == ("cancelled", None)
        undo_merge(merge, by=boss)
        theirs.refresh_from_db()
        assert (theirs.status, theirs.paid_until, theirs.grace_until) == ("past_due", ended, grace)
        assert Membership.objects.get(pk=ours.pk).status == "active"
