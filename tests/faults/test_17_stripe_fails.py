"""Fault 17: Stripe makes the page and does not say so, or answers 429 or 500."""

from typing import Any

import pytest

from chapters.scope import in_chapter
from members import actions, gateway, tasks
from members.models import Checkout, Membership, Payment
from tests.factories import make_user
from tests.payments import deliver, open_page, pay, session_events

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault(17)]
SESSIONS = "/v1/checkout/sessions"


def fail(provider: Any, mode: str, count: int, method: str = "POST") -> None:
    """The next calls about sessions go wrong; silences are short, so that tests are."""
    more = {"method": method, "path": SESSIONS, "seconds": 0.1}
    provider.control("POST", "faults", mode=mode, count=count, **more)


def go_to_pay(client: Any, slug: str) -> Any:
    client.post(f"/{slug}/join/", {"amount": "36"})
    posted = client.post(f"/{slug}/join/review/")
    assert posted.status_code == 303
    return client.get(posted["Location"])


def sessions(provider: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = provider.control("GET", "charges")["sessions"]
    return found


@pytest.mark.parametrize("mode", ["timeout", "500", "500_after"])
def test_short_failure_is_not_noticed_and_makes_one_page(provider, mia, sf, client_for, mode):
    fail(provider, mode, count=2)
    answer = go_to_pay(client_for(mia), sf.slug)
    (session,) = sessions(provider)
    assert session["session"] in answer["Location"]


@pytest.mark.parametrize(
    ("mode", "count"), [("timeout", 3), ("500", 3), ("500_after", 3), ("429", 1)]
)
def test_longer_failure_is_told_and_the_next_press_finds_the_one_page(
    provider, mia, sf, client_for, mode, count
):
    client = client_for(mia)
    fail(provider, mode, count)
    answer = go_to_pay(client, sf.slug)
    assert answer["Location"].endswith("/join/review/")
    page = client.get(answer["Location"]).content.decode()
    assert 'class="notice' in page
    with in_chapter(sf):
        assert Checkout.objects.get().status == "open"
    answer = go_to_pay(client, sf.slug)
    (session,) = sessions(provider)
    assert session["session"] in answer["Location"]
    with in_chapter(sf):
        assert Checkout.objects.get().session_id == session["session"]


def test_page_that_stripe_did_not_tell_of_is_paid_once(provider, mia, sf):
    fail(provider, "timeout", count=3)
    with pytest.raises(gateway.GatewayDown):
        open_page(mia, sf)
    (lost,) = sessions(provider)
    provider.control("POST", f"sessions/{lost['session']}/pay")
    for event in session_events(provider):
        assert deliver(event) == 200
    tasks.sweep_events()
    with in_chapter(sf):
        assert Checkout.objects.get().status == "paid"
        assert Membership.objects.get().status == "active"
    again = open_page(mia, sf)
    with in_chapter(sf):
        assert again.session_id != lost["session"]
        assert Payment.objects.count() == 1


@pytest.mark.parametrize(("mode", "count"), [("429", 1), ("500", 3), ("timeout", 3)])
def test_event_waits_until_stripe_answers_again(provider, mia, sf, mode, count):
    checkout = open_page(mia, sf)
    pay(provider, checkout)
    (event,) = session_events(provider)
    assert deliver(event) == 200
    fail(provider, mode, count, method="GET")
    assert actions.apply_event(event["id"]) is False
    with in_chapter(sf):
        assert Membership.objects.get().status == "pending"
    tasks.sweep_events()
    with in_chapter(sf):
        assert Membership.objects.get().status == "active"
        assert Payment.objects.count() == 1


def test_event_that_gets_no_answer_holds_up_no_other(provider, mia, sf):
    ann = make_user("ann")
    pages = [open_page(person, sf) for person in (mia, ann)]
    for page in pages:
        pay(provider, page)
    for event in session_events(provider):
        assert deliver(event) == 200
    silent = f"{SESSIONS}/{pages[0].session_id}"
    provider.control("POST", "faults", mode="500", count=1000, method="GET", path=silent)
    tasks.sweep_events()
    with in_chapter(sf):
        statuses = dict(Membership.objects.values_list("user_id", "status"))
    assert statuses == {mia.pk: "pending", ann.pk: "active"}
