"""Fault 15: a page is completed, but the money comes days later, or does not come."""

import pytest

from chapters.models import Mail
from chapters.scope import in_chapter
from members import tasks
from members.models import Membership, Payment
from tests.payments import deliver, open_page, pay, session_events
from tests.sandboxes import BOUNCES, LATER

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault(15)]


def arrive(provider, *, newest_first: bool = False) -> None:
    """Deliver what is known about sessions, and let the worker act on it."""
    found = session_events(provider)
    for event in reversed(found) if newest_first else found:
        assert deliver(event) == 200
    tasks.sweep_events()


def standing(chapter) -> tuple[str, int, list[str]]:
    """The membership's status, the payments, the letters."""
    with in_chapter(chapter):
        letters = list(Mail.objects.order_by("kind").values_list("kind", flat=True))
        return Membership.objects.get().status, Payment.objects.count(), letters


@pytest.mark.parametrize("newest_first", [False, True])
def test_member_is_pending_until_the_debit_arrives(provider, mia, sf, client_for, newest_first):
    checkout = open_page(mia, sf)
    pay(provider, checkout, LATER)
    arrive(provider)
    assert standing(sf) == ("pending", 0, [])
    page = client_for(mia).get(f"/{sf.slug}/join/done/").content.decode()
    assert "Your payment is on its way" in page
    provider.control("POST", f"sessions/{checkout.session_id}/settle", outcome="succeeded")
    arrive(provider, newest_first=newest_first)
    assert standing(sf) == ("active", 1, ["receipt", "welcome"])
    page = client_for(mia).get(f"/{sf.slug}/join/done/").content.decode()
    assert "Payment received: $36" in page


def test_word_of_the_money_may_come_before_word_of_the_page(provider, mia, sf):
    checkout = open_page(mia, sf)
    pay(provider, checkout, LATER)
    provider.control("POST", f"sessions/{checkout.session_id}/settle", outcome="succeeded")
    arrive(provider, newest_first=True)
    assert standing(sf) == ("active", 1, ["receipt", "welcome"])


def test_debit_that_bounces_makes_no_member(provider, mia, sf, client_for):
    checkout = open_page(mia, sf)
    pay(provider, checkout, BOUNCES)
    arrive(provider)
    provider.control("POST", f"sessions/{checkout.session_id}/settle", outcome="failed")
    arrive(provider)
    assert standing(sf) == ("pending", 0, ["payment-failed"])
    page = client_for(mia).get(f"/{sf.slug}/join/done/").content.decode()
    assert "Your payment did not go through" in page


def test_nobody_pays_a_second_time_while_a_debit_is_on_its_way(provider, mia, sf, client_for):
    checkout = open_page(mia, sf)
    pay(provider, checkout, LATER)
    arrive(provider)
    again = open_page(mia, sf, 4800)
    assert again.pk == checkout.pk
    sent = client_for(mia).get(f"/{sf.slug}/join/pay/")
    assert sent["Location"] == f"/{sf.slug}/join/done/"
    assert len(provider.control("GET", "charges")["sessions"]) == 1
