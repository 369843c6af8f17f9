"""Fault 16: a price, a currency, a quantity or a chapter that the browser makes up."""

import dataclasses
import logging
from typing import Any

import pytest

from chapters.scope import in_chapter
from members import actions, gateway
from members.models import Checkout, Membership, Payment, StripeEvent
from tests.payments import deliver, open_page, pay, session_events

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault(16)]
MADE_UP = {
    "amount_cents": "1",
    "amount_total": "1",
    "unit_amount": "1",
    "price": "1",
    "currency": "jpy",
    "quantity": "0",
    "line_items[0][price_data][unit_amount]": "1",
    "membership": "1",
    "user": "1",
    "status": "paid",
    "session_id": "cs_test_mine",
    "paid_until": "2099-01-01",
    "purpose": "gift",
}


def walk_to_payment(client: Any, slug: str, **more: str) -> Any:
    """The steps of a person who is signed in, with fields that no form has; the last answer."""
    client.post(f"/{slug}/join/", {"amount": "36", **more})
    client.post(f"/{slug}/join/account/", {"name": "Mia", **more})
    posted = client.post(f"/{slug}/join/review/", more)
    assert posted.status_code == 303
    query = "?" + "&".join(f"{name}={value}" for name, value in more.items())
    return client.get(posted["Location"] + query)


def line_of(provider: Any, session_id: str) -> tuple[int, str, int]:
    """The price of one, its currency and how many, as the page asks for them."""
    line = provider.client().v1.checkout.sessions.line_items.list(session_id).data[0]
    return line.price.unit_amount, line.price.currency, line.quantity


@pytest.mark.parametrize("name", [*MADE_UP, "chapter"])
def test_page_asks_for_the_servers_price_whatever_the_browser_sends(
    provider, mia, sf, denver, client_for, name
):
    value = MADE_UP.get(name, denver.slug)
    answer = walk_to_payment(client_for(mia), sf.slug, **{name: value})
    with in_chapter(sf):
        checkout = Checkout.objects.get()
        assert Membership.objects.get().status == "pending"
    assert answer["Location"] == checkout.session_url
    assert checkout.session_id
    assert line_of(provider, checkout.session_id) == (3600, "usd", 1)
    session = gateway.retrieve_session(checkout.session_id)
    assert session.metadata == {"chapter": str(sf.pk), "checkout": str(checkout.pk)}
    with in_chapter(denver):
        assert not Checkout.objects.exists()
        assert not Membership.objects.exists()


@pytest.mark.parametrize("amount", ["11.99", "0", "-36", "1e9", "36\x00", "３６", "NaN"])
def test_amount_that_nobody_offers_goes_no_further(provider, mia, sf, client_for, amount):
    answer = client_for(mia).post(f"/{sf.slug}/join/", {"amount": "other", "other": amount})
    assert answer.status_code == 422
    assert provider.control("GET", "charges")["sessions"] == []


def test_success_page_opened_without_paying_gives_nothing(provider, mia, lou, sf, client_for):
    checkout = open_page(mia, sf)
    address = f"/{sf.slug}/join/done/?session_id={checkout.session_id}&status=paid"
    for _ in range(3):
        assert client_for(mia).get(address).status_code == 200
    assert client_for(lou).get(address)["Location"] == f"/{sf.slug}/join/"
    with in_chapter(sf):
        assert Membership.objects.get().status == "pending"
        assert not Payment.objects.exists()


def test_success_page_opened_again_after_paying_changes_nothing(provider, mia, lou, sf, client_for):
    pay(provider, open_page(mia, sf))
    for event in session_events(provider):
        deliver(event)
        actions.apply_event(event["id"])
    for who in (mia, mia, lou):
        client_for(who).get(f"/{sf.slug}/join/done/")
    with in_chapter(sf):
        assert Membership.objects.count() == 1
        assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"amount_cents": 1200}, "amount"),
        ({"amount_cents": None}, "amount"),
        ({"currency": "eur"}, "currency"),
        ({"metadata": {}}, "chapter"),
        ({"mode": "setup"}, "mode"),
        ({"livemode": True}, "livemode"),
        ({"id": "cs_test_other"}, "session"),
        ({"payment_status": "no_payment_required"}, "nothing was to be paid"),
    ],
)
def test_session_that_differs_is_held_back_with_an_alarm(provider, mia, sf, caplog, change, word):
    checkout = open_page(mia, sf)
    pay(provider, checkout)
    session = dataclasses.replace(gateway.retrieve_session(checkout.session_id), **change)
    with in_chapter(sf), caplog.at_level(logging.ERROR):
        settled = actions.paying.settle_checkout(checkout.pk, session)
        assert settled and settled.status == "quarantined"
        assert word in settled.error
        assert not Payment.objects.exists()
        assert Membership.objects.get().status == "pending"
    (alarm,) = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert str(checkout.pk) in alarm.getMessage()


def test_what_is_held_back_stays_so(provider, mia, sf):
    checkout = open_page(mia, sf)
    pay(provider, checkout)
    good = gateway.retrieve_session(checkout.session_id)
    with in_chapter(sf):
        for session in (dataclasses.replace(good, amount_cents=1), good):
            settled = actions.paying.settle_checkout(checkout.pk, session)
            assert settled and settled.status == "quarantined"
    for event in session_events(provider):
        deliver(event)
        actions.apply_event(event["id"])
    assert StripeEvent.objects.get().state == "applied"
    with in_chapter(sf):
        assert not Payment.objects.exists()
