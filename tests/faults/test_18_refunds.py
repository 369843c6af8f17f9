"""Fault 18: money goes back, or dues end; the ledger balances, and access follows."""

import datetime

import pytest

from chapters.scope import in_chapter
from members import actions
from members.actions.refunds import RefundRefused, refund_payment, send_refund
from members.dues import last_day_of_grace
from members.models import Line, Membership, Payment, Refund
from tests.payments import open_page, pay
from tests.subscribing import apply_news, membership, paid_until, subscribe

pytestmark = [pytest.mark.fault(18), pytest.mark.django_db(transaction=True)]
INSIDE = "/san-francisco/offers/new/"
DAY = datetime.timedelta(days=1)


def balances(chapter) -> dict[str, int]:
    """Account code to cents, debit positive; the books of every fund are zero in sum."""
    sums: dict[str, int] = {}
    funds: dict[int, int] = {}
    with in_chapter(chapter):
        for code, fund, cents in Line.objects.values_list("account__code", "fund", "amount_cents"):
            sums[code] = sums.get(code, 0) + cents
            funds[fund] = funds.get(fund, 0) + cents
    assert set(funds.values()) <= {0}
    return {code: cents for code, cents in sums.items() if cents}


def give_back(chapter, payment: Payment, cents: int) -> Refund:
    with in_chapter(chapter):
        row = refund_payment(payment, cents, None, "Asked for by the member")
    send_refund(row.pk, chapter.pk)
    return row


def stands(chapter, client) -> tuple[str, int]:
    """The state of the chapter's one membership, and what a page of members alone answers."""
    return membership(chapter).status, client.get(INSIDE).status_code


def test_access_and_books_follow_refunds_in_part_in_full_and_twice(provider, mia, sf, client_for):
    client = client_for(mia)
    pay(provider, open_page(mia, sf, 3600))
    apply_news(provider)
    with in_chapter(sf):
        payment = Payment.objects.select_related("chapter").get()
    before = balances(sf)
    assert stands(sf, client) == ("active", 200)

    part = give_back(sf, payment, 1000)
    assert stands(sf, client) == ("active", 200)
    moved = {code: cents - before.get(code, 0) for code, cents in balances(sf).items()}
    assert sorted(cents for cents in moved.values() if cents) == [-1000, 1000]

    rest = give_back(sf, payment, 2600)
    assert stands(sf, client) == ("cancelled", 404)
    after = balances(sf)
    # What the payment cost is all that is left of it.
    assert sorted(after.values()) == [-134, 134]
    for row in (part, rest, part, rest):
        send_refund(row.pk, sf.pk)
    apply_news(provider)
    apply_news(provider)
    with in_chapter(sf), pytest.raises(RefundRefused):
        refund_payment(payment, 1, None, "A third time")
    assert (balances(sf), stands(sf, client)) == (after, ("cancelled", 404))
    assert sum(one.amount for one in provider.client().v1.refunds.list()) == 3600


def test_access_ends_with_the_grace_of_dues_that_lapse_and_comes_back_with_new_ones(
    provider, mia, sf, client_for
):
    client = client_for(mia)
    subscribe(provider, mia, sf)
    before, until = balances(sf), paid_until(sf)
    actions.sweep_chapter(sf, until)
    assert stands(sf, client) == ("active", 200)
    actions.sweep_chapter(sf, until + DAY)
    assert stands(sf, client) == ("past_due", 200)
    actions.sweep_chapter(sf, last_day_of_grace(until) + DAY)
    assert stands(sf, client) == ("lapsed", 404)
    assert balances(sf) == before
    pay(provider, open_page(mia, sf, 1200))
    apply_news(provider)
    assert stands(sf, client) == ("active", 200)
    with in_chapter(sf):
        assert Membership.objects.count() == 1
