"""Fault 10: two presses of Pay at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from chapters.scope import in_chapter
from members.models import Checkout, Payment
from tests.payments import pay, session_events

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault(10)]


def press_pay(cookies: Any, slug: str) -> str:
    """One browser tab: post the review page and go where it sends; gives the page to pay on."""
    try:
        client = Client()
        client.cookies = cookies
        posted = client.post(f"/{slug}/join/review/")
        assert posted.status_code == 303
        sent = client.get(posted["Location"])
        assert sent.status_code == 303
        return sent["Location"]
    finally:
        connections.close_all()


def test_two_clicks_make_one_session_and_one_charge(provider, mia, sf, client_for):
    client = client_for(mia)
    client.post(f"/{sf.slug}/join/", {"amount": "36"})
    with ThreadPoolExecutor(2) as tabs:
        pages = set(tabs.map(lambda _: press_pay(client.cookies, sf.slug), range(2)))
    assert len(pages) == 1
    with in_chapter(sf):
        checkout = Checkout.objects.get()
    assert checkout.session_url in pages
    pay(provider, checkout)
    pay(provider, checkout)
    counted = provider.control("GET", "charges")["sessions"]
    assert [(one["succeeded"], one["amount"]) for one in counted] == [(1, 3600)]
    assert len(session_events(provider)) == 1


def test_a_later_click_finds_the_same_page(provider, mia, sf, client_for):
    client = client_for(mia)
    client.post(f"/{sf.slug}/join/", {"amount": "12"})
    assert press_pay(client.cookies, sf.slug) == press_pay(client.cookies, sf.slug)
    assert len(provider.control("GET", "charges")["sessions"]) == 1


def test_another_amount_closes_the_first_page(provider, mia, sf, client_for):
    client = client_for(mia)
    pages = []
    for amount in ("12", "120"):
        client.post(f"/{sf.slug}/join/", {"amount": amount})
        pages.append(press_pay(client.cookies, sf.slug))
    assert len(set(pages)) == 2
    with in_chapter(sf):
        found = list(Checkout.objects.order_by("created_at").values_list("status", "amount_cents"))
        assert found == [("expired", 1200), ("open", 12000)]
        assert not Payment.objects.exists()
    states = [one["status"] for one in provider.control("GET", "charges")["sessions"]]
    assert sorted(states) == ["expired", "open"]
