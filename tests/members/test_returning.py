"""Full refunds of gifts and of organization dues take along what they paid for."""

import uuid

import pytest

from chapters.models import Mail
from chapters.scope import in_chapter
from members import actions
from members.actions import gifts
from members.actions.refunds import refund_payment, send_refund
from members.models import Gift, Membership, OrganizationMembership, Payment, Refund
from members.queries.gifts import sponsored_places_left
from tests.factories import make_organization_membership, make_representative, make_tier, make_user
from tests.payments import pay
from tests.sandboxes import GOOD, REFUND_FAILS, Sandbox
from tests.subscribing import apply_news

pytestmark = pytest.mark.django_db(transaction=True)


def give(provider: Sandbox, giver, chapter, *, places: int = 1, card: str = GOOD) -> Gift:
    personal = {"recipient_name": "Ann", "recipient_email": "ann@example.org"}
    answers = {
        "giver_name": "Mia", "message": "", "places": places, "amount": 3600,
        "recipient_name": "", "recipient_email": "", **(personal if places == 1 else {}),
    }  # fmt: skip
    with in_chapter(chapter, giver):
        gift = gifts.start_gift(giver, chapter, uuid.uuid4(), answers)
    assert gift.checkout
    actions.open_payment_page(gift.checkout)
    pay(provider, gift.checkout, card)
    apply_news(provider)
    with in_chapter(chapter):
        return Gift.objects.select_related("chapter").get(pk=gift.pk)


def refund(chapter, cents: int | None = None) -> Refund:
    with in_chapter(chapter):
        payment = Payment.objects.select_related("chapter").latest("id")
        row = refund_payment(payment, cents or payment.amount_cents, None, "Asked for")
    send_refund(row.pk, chapter.pk)
    with in_chapter(chapter):
        return Refund.objects.get(pk=row.pk)


def state(gift: Gift) -> str:
    with in_chapter(gift.chapter_id):
        return Gift.objects.get(pk=gift.pk).state


def letters(chapter, kind: str) -> list[tuple[str, str]]:
    with in_chapter(chapter):
        rows = Mail.objects.filter(kind=kind).order_by("created_at")
        return [(mail.to, mail.text) for mail in rows]


def test_refund_of_an_offered_gift_withdraws_it_and_tells_both(provider, sf, mia):
    gift = give(provider, mia, sf)
    refund(sf, 1000)
    assert state(gift) == "offered"
    refund(sf, 2600)
    assert state(gift) == "withdrawn"
    ann = make_user("ann")
    with in_chapter(sf):
        assert gifts.accept_gift(ann, gift) is None
    ((to, text),) = letters(sf, "months-withdrawn")
    assert to == "ann@example.org" and "can’t be accepted any more" in text
    told = letters(sf, "refund")
    assert [to for to, _ in told] == [mia.email, mia.email]
    assert "withdrawn" not in told[0][1] and "nobody can take it any more" in told[1][1]


def test_refund_of_a_taken_gift_ends_its_months(provider, sf, mia):
    gift, ann = give(provider, mia, sf), make_user("ann")
    with in_chapter(sf):
        assert gifts.accept_gift(ann, gift)
    refund(sf)
    with in_chapter(sf):
        held = Membership.objects.get(user=ann)
    assert (held.status, held.paid_until) == ("cancelled", sf.today)
    assert state(gift) == "withdrawn"
    ((to, text),) = letters(sf, "months-withdrawn")
    assert to == ann.email and "Your membership ended on" in text


def test_refund_of_places_withdraws_those_that_nobody_took(provider, sf, mia):
    gift, ann = give(provider, mia, sf, places=3), make_user("ann")
    with in_chapter(sf):
        assert gifts.take_sponsored_place(ann, sf, by=mia)
        assert sponsored_places_left(sf) == 2
    refund(sf)
    with in_chapter(sf):
        assert sponsored_places_left(sf) == 0
        assert gifts.take_sponsored_place(make_user(), sf, by=mia) is None
        assert Membership.objects.get(user=ann).status == "cancelled"
    ((_, text),) = letters(sf, "months-withdrawn")
    assert "Somebody had paid" in text and "Mia" not in text
    assert state(gift) == "withdrawn"


def test_refund_that_fails_restores_the_gift_and_its_months(provider, sf, mia):
    gift, ann = give(provider, mia, sf, card=REFUND_FAILS), make_user("ann")
    with in_chapter(sf):
        accepted = gifts.accept_gift(ann, gift)
    assert accepted
    until = accepted.paid_until
    row = refund(sf)
    assert state(gift) == "withdrawn"
    provider.control("POST", f"refunds/{row.stripe_id}/fail")
    for _ in range(2):
        apply_news(provider)
    assert state(gift) == "accepted"
    with in_chapter(sf):
        held = Membership.objects.get(user=ann)
    assert (held.status, held.paid_until) == ("active", until)


@pytest.mark.parametrize("is_ahead", [False, True])
def test_refund_of_organization_dues_takes_their_days(provider, sf, mia, is_ahead):
    today = sf.today
    end = today.replace(year=today.year + 1) if is_ahead else today
    other = make_user("contact")
    held = make_organization_membership(sf, manager=other, paid_until=end)
    make_representative(held, mia, role="manager")
    with in_chapter(sf, mia):
        checkout = actions.order_dues(mia, held, make_tier())
    actions.open_payment_page(checkout)
    pay(provider, checkout)
    apply_news(provider)
    with in_chapter(sf):
        until = OrganizationMembership.objects.get().paid_until
    assert until and until > end
    refund(sf)
    with in_chapter(sf):
        row = OrganizationMembership.objects.get()
    assert (row.status, row.paid_until) == ("active" if is_ahead else "cancelled", end)
    ((to, text),) = letters(sf, "months-withdrawn")
    assert to == other.email and "were paid back" in text
    ((to, text),) = letters(sf, "refund")
    assert to == mia.email and "The membership of" in text
