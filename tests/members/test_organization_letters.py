"""Letters before an organization's dues end, and after: on set days, once, none after a payment."""

import datetime

import pytest

from chapters.models import Mail
from chapters.scope import in_chapter
from members import actions
from members.actions.organizations import end_seat, extend_organization, make_primary
from members.models import OrganizationMembership, Reminder, Representative
from tests.factories import make_organization_membership, make_representative

pytestmark = pytest.mark.django_db(transaction=True)
END = datetime.date(2027, 3, 31)


def days(count: int) -> datetime.timedelta:
    return datetime.timedelta(days=count)


def letters(chapter) -> list[tuple[str, str, str]]:
    with in_chapter(chapter):
        rows = Mail.objects.filter(kind__startswith="organization").order_by("created_at")
        return list(rows.values_list("kind", "to", "state"))


@pytest.fixture
def held(sf, mia):
    return make_organization_membership(sf, manager=mia, mark="Harbor Fund", paid_until=END)


def test_contact_is_reminded_twice_and_told_of_the_end(held, sf, mia):
    for day in range(-40, 60):
        for _ in range(2):
            actions.sweep_chapter(sf, END + days(day))
    kinds = ["organization-reminder", "organization-reminder", "organization-lapsed"]
    assert letters(sf) == [(kind, mia.email, "queued") for kind in kinds]
    with in_chapter(sf):
        found = list(Reminder.objects.order_by("pk").values_list("kind", "due_on", "user"))
        texts = [one.text for one in Mail.objects.order_by("created_at")]
    due = ["organization-30", "organization-7", "organization-lapsed"]
    assert found == [(kind, END, mia.pk) for kind in due]
    for text in texts:
        assert "March 31, 2027" in text and f"/organizations/{held.pk}/renew/" in text


@pytest.mark.parametrize(
    ("day", "kinds"),
    [(-31, []), (-30, ["organization-reminder"]), (-7, ["organization-reminder"]),
     (0, ["organization-reminder"]), (1, ["organization-lapsed"]), (30, ["organization-lapsed"]),
     (31, [])],
)  # fmt: skip
def test_days_that_were_missed_are_made_good_by_one_letter(held, sf, day, kinds):
    actions.sweep_chapter(sf, END + days(day))
    assert [kind for kind, _, _ in letters(sf)] == kinds


def test_payment_withdraws_what_waits_and_begins_anew(held, sf, mia):
    actions.sweep_chapter(sf, END - days(7))
    with in_chapter(sf):
        extend_organization(held, held.tier, END - days(7), END.replace(year=2028))
    for day in range(40):
        actions.sweep_chapter(sf, END + days(day))
    assert letters(sf) == [("organization-reminder", mia.email, "failed")]
    actions.sweep_chapter(sf, END.replace(year=2028) - days(30))
    assert letters(sf)[1:] == [("organization-reminder", mia.email, "queued")]


def test_unpaid_and_cancelled_organizations_are_left_alone(held, sf):
    for status in ("pending", "cancelled"):
        with in_chapter(sf):
            OrganizationMembership.objects.update(status=status)
        actions.sweep_chapter(sf, END - days(7))
    assert letters(sf) == []


def test_new_contact_gets_the_second_letter(held, sf, mia, otto):
    actions.sweep_chapter(sf, END - days(30))
    seat = make_representative(held, otto)
    with in_chapter(sf):
        make_primary(seat)
        end_seat(Representative.objects.get(user=mia))
    actions.sweep_chapter(sf, END - days(7))
    assert [to for _, to, _ in letters(sf)] == [mia.email, otto.email]


def test_manager_is_written_to_where_no_contact_is_left(held, sf, mia, otto):
    seat = make_representative(held, otto, role="manager")
    with in_chapter(sf):
        Representative.objects.filter(user=mia).update(is_primary=False, ended_at="2026-01-01T00Z")
    actions.sweep_chapter(sf, END - days(7))
    assert [to for _, to, _ in letters(sf)] == [seat.user.email]


def test_nobody_is_written_to_where_nobody_manages(held, sf):
    with in_chapter(sf):
        Representative.objects.update(is_primary=False, ended_at="2026-01-01T00Z")
    actions.sweep_chapter(sf, END - days(7))
    assert letters(sf) == []


def test_the_same_letter_is_refused_by_the_database(held, sf, mia):
    actions.sweep_chapter(sf, END - days(7))
    with in_chapter(sf):
        row = Reminder.objects.get()
        row.pk = None
        with pytest.raises(Exception, match="members_one_organization_reminder"):
            row.save(force_insert=True)
